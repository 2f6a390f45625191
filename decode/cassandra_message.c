/* cassandra_message.c - see cassandra_message.h. */
#include "decode/cassandra_message.h"

enum {
    SEGMENT_SIZE = 0x1ffff,
    TRACE_ID = 16,
    WARNINGS_MAX = 64,
    TYPE_DEPTH_MAX = 8,
    CONSISTENCY_MAX = 0x0b,
    STREAM_OF_EVENTS = 0xffff,
};

/* --- heads --- */

static bool is_request(uint8_t opcode)
{
    return cql_request_name(opcode);
}

static bool is_answer(uint8_t opcode)
{
    return opcode <= CQL_AUTH_SUCCESS && opcode != 0x04 && !is_request(opcode);
}

/* What the first bytes say, as far as they are here. */
static bool may_be_head(struct bytes in, bool answer)
{
    static const uint8_t known = CQL_COMPRESSED | CQL_TRACED | CQL_PAYLOAD | CQL_WARNED | CQL_BETA;
    uint8_t version = in.len ? in.at[0] & 0x7f : 3;
    if (in.len && ((in.at[0] & 0x80) != 0) != answer)
        return false;
    if (version < 3 || version > 5)
        return false;
    if (in.len > 1 && (in.at[1] & ~(unsigned)known || (!answer && in.at[1] & CQL_WARNED)))
        return false;
    return in.len < 5 || (answer ? is_answer(in.at[4]) : is_request(in.at[4]));
}

/* Some have no body, others have to have one. */
static bool fits(const struct cql_head *h)
{
    bool plain = !(h->flags & ~(unsigned)CQL_BETA);
    bool pushed = h->answer && h->stream >= 0x8000;
    if (h->size > CQL_BODY_MAX || (h->stream >= 0x8000) != pushed)
        return false;
    if (pushed &&
        (h->stream != STREAM_OF_EVENTS || (h->opcode != CQL_EVENT && h->opcode != CQL_ERROR)))
        return false;
    if (h->opcode == CQL_OPTIONS || h->opcode == CQL_READY)
        return !plain || !h->size;
    return h->size >= 2;
}

enum cql_proof cql_head(struct bytes in, bool answer, struct cql_head *ret)
{
    struct cursor c = cursor_over(in);
    *ret = (struct cql_head){.answer = answer};
    if (!may_be_head(in, answer))
        return CQL_NOT;
    ret->version = cursor_u8(&c) & 0x7f;
    ret->flags = cursor_u8(&c);
    ret->stream = cursor_be16(&c);
    ret->opcode = cursor_u8(&c);
    ret->size = cursor_be32(&c);
    if (c.starved)
        return CQL_SHORT;
    return fits(ret) ? CQL_FAIR : CQL_NOT;
}

/* The checksum of a segment's head: 3 or 5 bytes, the lowest first. */
static uint32_t crc24(struct bytes in)
{
    uint32_t crc = 0x875060;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= (uint32_t)in.at[i] << 16;
        for (int bit = 0; bit < 8; bit++) {
            crc <<= 1;
            if (crc & 0x1000000)
                crc ^= 0x1974f0b;
        }
    }
    return crc;
}

enum cql_proof cql_segment(struct bytes in, bool lz4, struct cql_segment *ret)
{
    unsigned len = lz4 ? 5 : 3;
    uint64_t bits = 0;
    *ret = (struct cql_segment){.head = (uint8_t)(len + 3)};
    if (in.len < ret->head)
        return CQL_SHORT;
    for (unsigned i = 0; i < len; i++)
        bits |= (uint64_t)in.at[i] << i * 8;
    const uint8_t *sum = in.at + len;
    if (crc24(bytes_first(in, len)) != (sum[0] | (uint32_t)sum[1] << 8 | (uint32_t)sum[2] << 16))
        return CQL_NOT;
    ret->size = bits & SEGMENT_SIZE;
    ret->whole = bits >> (lz4 ? 34 : 17) & 1;
    ret->compressed = lz4 && (bits >> 17 & SEGMENT_SIZE);
    return ret->size && !(bits >> (lz4 ? 35 : 18)) ? CQL_SURE : CQL_NOT;
}

/* --- fields --- */

struct bytes cql_long_text(struct cursor *c)
{
    uint32_t len = cursor_be32(c);
    return cursor_take(c, len <= INT32_MAX ? len : 0); /* below 0: there is none */
}

struct bytes cql_short_text(struct cursor *c)
{
    return cursor_take(c, cursor_be16(c));
}

struct cursor cql_body(struct bytes body, const struct cql_head *head)
{
    struct cursor c = cursor_over(body);
    if (head->flags & CQL_TRACED && head->answer)
        cursor_skip(&c, TRACE_ID);
    uint16_t warnings = head->flags & CQL_WARNED ? cursor_be16(&c) : 0;
    for (; warnings && !c.starved; warnings--)
        cql_short_text(&c);
    uint16_t payload = head->flags & CQL_PAYLOAD ? cursor_be16(&c) : 0;
    for (; payload && !c.starved; payload--) {
        cql_short_text(&c);
        cql_long_text(&c);
    }
    return c;
}

/* The type of a column, which may be made of others. */
static void skip_type(struct cursor *c, unsigned depth)
{
    uint16_t kind = cursor_be16(c), parts = 0;
    bool named = kind == 0x30;
    if (kind == 0x00)
        cql_short_text(c);
    if (named) {
        cql_short_text(c);
        cql_short_text(c);
    }
    if (kind == 0x20 || kind == 0x22)
        parts = 1;
    else if (kind == 0x21)
        parts = 2;
    else if (named || kind == 0x31)
        parts = cursor_be16(c);
    if (parts && depth == TYPE_DEPTH_MAX)
        c->starved = true;
    for (; parts && !c->starved; parts--) {
        if (named)
            cql_short_text(c);
        skip_type(c, depth + 1);
    }
}

uint32_t cql_rows(struct cursor c)
{
    enum { ONE_TABLE = 1, MORE_PAGES = 2, NO_METADATA = 4, CHANGED = 8 };
    uint32_t flags = cursor_be32(&c), columns = cursor_be32(&c);
    if (flags & MORE_PAGES)
        cql_long_text(&c);
    if (flags & CHANGED)
        cql_short_text(&c);
    if (flags & NO_METADATA)
        return cursor_be32(&c);
    for (int i = 0; i < 2 && flags & ONE_TABLE; i++)
        cql_short_text(&c);
    for (; columns && !c.starved; columns--) {
        for (int i = flags & ONE_TABLE ? 2 : 0; i < 3; i++)
            cql_short_text(&c);
        skip_type(&c, 0);
    }
    return cursor_be32(&c);
}

/* --- is it one? --- */

/* `here` of the `whole` bytes of a body: a text this long that says something. */
static enum cql_proof check_statement(struct cursor c, const struct cql_head *h, uint32_t behind)
{
    uint32_t len = cursor_be32(&c);
    if (c.starved)
        return CQL_SHORT;
    if (!len || (uint64_t)len + 4 + behind > h->size)
        return CQL_NOT;
    if (h->opcode == CQL_PREPARE && h->version < 5 && len + 4 != h->size)
        return CQL_NOT;
    struct bytes text = bytes_first(cursor_rest(&c), len < 6 ? len : 6);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= 0x7f || (text.at[i] < ' ' && !memchr("\t\r\n", text.at[i], 3)))
            return CQL_NOT;
    return text.len >= 6 || text.len == len ? CQL_SURE : CQL_SHORT;
}

static enum cql_proof check_execute(struct cursor c, const struct cql_head *h)
{
    uint16_t id = cursor_be16(&c);
    if (c.starved)
        return CQL_SHORT;
    if (!id || 2U + id + 3 > h->size)
        return CQL_NOT;
    cursor_skip(&c, id);
    if (h->version == 5)
        cql_short_text(&c);
    uint16_t consistency = cursor_be16(&c);
    if (c.starved)
        return CQL_SHORT;
    return consistency > CONSISTENCY_MAX ? CQL_NOT : id == 16 ? CQL_SURE : CQL_FAIR;
}

static enum cql_proof check_batch(struct cursor c)
{
    uint8_t type = cursor_u8(&c);
    uint16_t count = cursor_be16(&c);
    uint8_t kind = cursor_u8(&c);
    uint32_t len = kind ? cursor_be16(&c) : cursor_be32(&c);
    if (c.starved)
        return CQL_SHORT;
    return type > 2 || !count || kind > 1 || !len || len > CQL_BODY_MAX ? CQL_NOT : CQL_FAIR;
}

/* The first string of a map or a list, of which the names are few. */
static enum cql_proof check_names(struct cursor c, const char *const *names)
{
    uint16_t count = cursor_be16(&c);
    struct bytes name = cql_short_text(&c);
    if (c.starved)
        return CQL_SHORT;
    for (; count && *names; names++)
        if (bytes_equal_text(name, *names))
            return CQL_SURE;
    return CQL_NOT;
}

static enum cql_proof check_length(uint32_t len, const struct cql_head *h, uint32_t size)
{
    return h->size == (len <= INT32_MAX ? len : 0) + size ? CQL_SURE : CQL_NOT;
}

static enum cql_proof check_result(uint32_t kind)
{
    return kind && kind <= CQL_SCHEMA_CHANGE ? CQL_SURE : CQL_NOT;
}

static enum cql_proof check_body(struct cursor c, const struct cql_head *h)
{
    static const char *const options[] = {"CQL_VERSION",         "COMPRESSION", "DRIVER_NAME",
                                          "DRIVER_VERSION",      "CLIENT_ID",   "APPLICATION_NAME",
                                          "APPLICATION_VERSION", "NO_COMPACT",  "THROW_ON_OVERLOAD",
                                          "PROTOCOL_VERSIONS",   NULL};
    static const char *const events[] = {"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE", NULL};
    struct cursor first = c;
    enum outcome outcome;
    uint32_t number = cursor_be32(&first);
    if (h->opcode == CQL_OPTIONS || h->opcode == CQL_READY)
        return CQL_FAIR;
    if (h->opcode == CQL_STARTUP)
        return check_names(c, options);
    if (h->opcode == CQL_SUPPORTED)
        return check_names(c, options) == CQL_SHORT ? CQL_SHORT : CQL_FAIR;
    if (h->opcode == CQL_REGISTER)
        return check_names(c, events);
    if (h->opcode == CQL_AUTHENTICATE || h->opcode == CQL_EVENT) /* a name, and in EVENT more */
        return first.starved                                           ? CQL_SHORT
               : h->opcode == CQL_EVENT || number >> 16 == h->size - 2 ? CQL_FAIR
                                                                       : CQL_NOT;
    if (first.starved)
        return CQL_SHORT;
    switch (h->opcode) {
    case CQL_QUERY:
        return check_statement(c, h, 3);
    case CQL_PREPARE:
        return check_statement(c, h, 0);
    case CQL_EXECUTE:
        return check_execute(c, h);
    case CQL_BATCH:
        return check_batch(c);
    case CQL_RESULT:
        return check_result(number);
    case CQL_ERROR:
        return cql_error(number, &outcome) ? CQL_SURE : CQL_NOT;
    default: /* what is said of who one is */
        return check_length(number, h, 4);
    }
}

enum cql_proof cql_check(struct bytes in, bool answer)
{
    struct cql_head h;
    enum cql_proof proof = cql_head(in, answer, &h);
    if (proof != CQL_FAIR)
        return proof;
    if (h.flags & CQL_COMPRESSED)
        return CQL_FAIR;
    struct bytes seen = bytes_first(bytes_after(in, CQL_HEAD), h.size);
    struct cursor body = cql_body(seen, &h);
    if (body.starved)
        return seen.len == h.size ? CQL_NOT : CQL_SHORT;
    proof = check_body(body, &h);
    return proof == CQL_SHORT && seen.len == h.size ? CQL_NOT : proof;
}

/* --- names --- */

const char *cql_request_name(uint8_t opcode)
{
    static const char *const names[] = {
        [CQL_STARTUP] = "STARTUP", [CQL_OPTIONS] = "OPTIONS",
        [CQL_QUERY] = "QUERY",     [CQL_PREPARE] = "PREPARE",
        [CQL_EXECUTE] = "EXECUTE", [CQL_REGISTER] = "REGISTER",
        [CQL_BATCH] = "BATCH",     [CQL_AUTH_RESPONSE] = "AUTH_RESPONSE",
    };
    return opcode < sizeof names / sizeof *names ? names[opcode] : NULL;
}

const char *cql_error(uint32_t code, enum outcome *ret_outcome)
{
    static const struct {
        uint16_t code;
        enum outcome outcome;
        const char *name;
    } errors[] = {
        {0x0000, OUTCOME_SERVER_ERROR, "SERVER_ERROR"},
        {0x000a, OUTCOME_CLIENT_ERROR, "PROTOCOL_ERROR"},
        {0x0100, OUTCOME_CLIENT_ERROR, "BAD_CREDENTIALS"},
        {0x1000, OUTCOME_SERVER_ERROR, "UNAVAILABLE"},
        {0x1001, OUTCOME_SERVER_ERROR, "OVERLOADED"},
        {0x1002, OUTCOME_SERVER_ERROR, "IS_BOOTSTRAPPING"},
        {0x1003, OUTCOME_SERVER_ERROR, "TRUNCATE_ERROR"},
        {0x1100, OUTCOME_TIMEOUT, "WRITE_TIMEOUT"},
        {0x1200, OUTCOME_TIMEOUT, "READ_TIMEOUT"},
        {0x1300, OUTCOME_SERVER_ERROR, "READ_FAILURE"},
        {0x1400, OUTCOME_SERVER_ERROR, "FUNCTION_FAILURE"},
        {0x1500, OUTCOME_SERVER_ERROR, "WRITE_FAILURE"},
        {0x1600, OUTCOME_SERVER_ERROR, "CDC_WRITE_FAILURE"},
        {0x1700, OUTCOME_SERVER_ERROR, "CAS_WRITE_UNKNOWN"},
        {0x2000, OUTCOME_CLIENT_ERROR, "SYNTAX_ERROR"},
        {0x2100, OUTCOME_CLIENT_ERROR, "UNAUTHORIZED"},
        {0x2200, OUTCOME_CLIENT_ERROR, "INVALID"},
        {0x2300, OUTCOME_CLIENT_ERROR, "CONFIG_ERROR"},
        {0x2400, OUTCOME_CLIENT_ERROR, "ALREADY_EXISTS"},
        {0x2500, OUTCOME_OK, "UNPREPARED"}, /* a step: it is prepared, and executed again */
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == code) {
            *ret_outcome = errors[i].outcome;
            return errors[i].name;
        }
    return NULL;
}
