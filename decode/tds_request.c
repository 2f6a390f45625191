/* tds_request.c - see tds_request.h. */
#include "decode/tds_request.h"

#include "decode/sql.h"

enum {
    HEADERS_MAX = 512,
    HEADER_MIN = 6,
    BY_NUMBER = 0xffff,
    NAME_MAX_UNITS = 128,
    PARAMETERS_MAX = 4, /* that are looked at */
    TYPE_INT = 0x26,
    TYPE_NVARCHAR = 0xe7,
    TYPE_NTEXT = 0x63,
    LEN_IN_PARTS = 0xffff,
    COLLATION = 5,
    PACKETS_MAX = 64,
};

/* Where the statement, and the number of one, are among the parameters, counted from 1. */
struct procedure {
    const char *name;
    uint8_t statement, id;
    bool prepares, executes, drops;
};

/* By their numbers, from 1. */
static const struct procedure procedures[] = {
    {"sp_cursor", 0, 0, false, false, false},
    {"sp_cursoropen", 2, 0, false, true, false},
    {"sp_cursorprepare", 3, 0, false, false, false},
    {"sp_cursorexecute", 0, 0, false, false, false},
    {"sp_cursorprepexec", 4, 0, false, true, false},
    {"sp_cursorunprepare", 0, 0, false, false, false},
    {"sp_cursorfetch", 0, 0, false, false, false},
    {"sp_cursoroption", 0, 0, false, false, false},
    {"sp_cursorclose", 0, 0, false, false, false},
    {"sp_executesql", 1, 0, false, true, false},
    {"sp_prepare", 3, 0, true, false, false},
    {"sp_execute", 0, 1, false, true, false},
    {"sp_prepexec", 3, 0, true, true, false},
    {"sp_prepexecrpc", 0, 0, false, false, false},
    {"sp_unprepare", 0, 1, false, false, true},
};
enum { PROCEDURES = sizeof procedures / sizeof *procedures };

int64_t tds_gather(struct bytes in, uint8_t *to, struct bytes *ret_body, bool *ret_ends,
                   bool *ret_whole)
{
    struct tds_packet p;
    int64_t used = 0;
    size_t len = 0;
    *ret_ends = *ret_whole = false;
    for (int i = 0; i < PACKETS_MAX && len < TDS_REQUEST_MAX; i++) {
        if (!tds_packet(bytes_after(in, (size_t)used), &p))
            return 0;
        size_t room = TDS_REQUEST_MAX - len, all = p.len - (size_t)TDS_HEADER;
        size_t wanted = all < room ? all : room;
        if (p.body.len < wanted)
            return 0;
        if (wanted)
            memcpy(to + len, p.body.at, wanted);
        len += wanted;
        used += p.len;
        if (p.status & TDS_END_OF_MESSAGE) {
            *ret_ends = true;
            *ret_whole = wanted == all;
            break;
        }
    }
    *ret_body = bytes_of(to, len);
    return used;
}

/* TotalLength, and headers as long as they say. False: there are none, as before TDS 7.2. */
static bool skip_headers(struct bytes *body)
{
    struct cursor c = cursor_over(*body);
    uint32_t total = cursor_le32(&c);
    if (c.starved || total < 4 + HEADER_MIN || total > HEADERS_MAX || total > body->len)
        return false;
    for (uint32_t at = 4; at < total;) {
        uint32_t len = cursor_le32(&c);
        uint16_t type = cursor_le16(&c);
        if (c.starved || len < HEADER_MIN || len > total - at || type < 1 || type > 3)
            return false;
        cursor_skip(&c, len - HEADER_MIN);
        at += len;
    }
    *body = bytes_after(*body, total);
    return true;
}

static uint32_t next_letter(struct cursor *c)
{
    uint32_t unit = cursor_le16(c);
    if (unit < 0xd800 || unit > 0xdbff || cursor_left(c) < 2)
        return unit >= 0xd800 && unit <= 0xdfff ? '?' : unit;
    uint32_t second = cursor_le16(c);
    bool pair = second >= 0xdc00 && second <= 0xdfff;
    return pair ? 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00) : '?';
}

/* UTF-16, of which no half of a letter is told, as UTF-8. */
static struct bytes as_text(struct bytes units, uint8_t *room)
{
    struct cursor c = cursor_over(units);
    size_t len = 0;
    while (cursor_left(&c) > 1) {
        uint32_t letter = next_letter(&c);
        if (letter < 0x80) {
            room[len++] = (uint8_t)letter;
        } else if (letter < 0x800) {
            room[len++] = (uint8_t)(0xc0 | letter >> 6);
            room[len++] = (uint8_t)(0x80 | (letter & 0x3f));
        } else {
            if (letter >= 0x10000) {
                room[len++] = (uint8_t)(0xf0 | letter >> 18);
                room[len++] = (uint8_t)(0x80 | (letter >> 12 & 0x3f));
            } else {
                room[len++] = (uint8_t)(0xe0 | letter >> 12);
            }
            room[len++] = (uint8_t)(0x80 | (letter >> 6 & 0x3f));
            room[len++] = (uint8_t)(0x80 | (letter & 0x3f));
        }
    }
    return bytes_of(room, len);
}

struct parameter {
    bool is_text, is_int, whole;
    struct bytes text; /* in UTF-16 */
    uint32_t number;
};

/* Of a value that comes in parts, the first: texts are sent in one. */
static void read_parts(struct cursor *c, struct parameter *ret)
{
    cursor_skip(c, sizeof(uint64_t)); /* how long it is, if that is known */
    uint32_t len = cursor_le32(c);
    ret->whole = len <= cursor_left(c);
    ret->text = cursor_take(c, ret->whole ? len : cursor_left(c));
    if (cursor_le32(c))
        c->starved = true;
}

/* Name, flags, type, value. The cursor starves at what is not known here. */
static struct parameter read_parameter(struct cursor *c)
{
    struct parameter ret = {.whole = true};
    uint8_t name = cursor_u8(c);
    cursor_skip(c, (size_t)name * 2 + 1);
    uint8_t type = cursor_u8(c);
    uint32_t len = 0;
    if (type == TYPE_INT) {
        cursor_skip(c, 1);
        uint8_t size = cursor_u8(c);
        ret.is_int = size == sizeof(uint32_t);
        if (ret.is_int)
            ret.number = cursor_le32(c);
        else
            cursor_skip(c, size);
        return ret;
    }
    ret.is_text = type == TYPE_NVARCHAR || type == TYPE_NTEXT;
    if (!ret.is_text) {
        c->starved = true;
        return ret;
    }
    uint32_t most = type == TYPE_NTEXT ? cursor_le32(c) : cursor_le16(c);
    cursor_skip(c, COLLATION);
    if (type == TYPE_NVARCHAR && most == LEN_IN_PARTS) {
        read_parts(c, &ret);
        return ret;
    }
    len = type == TYPE_NTEXT ? cursor_le32(c) : cursor_le16(c);
    if ((type == TYPE_NVARCHAR && len == LEN_IN_PARTS) || len == UINT32_MAX) /* NULL */
        len = 0;
    ret.whole = len <= cursor_left(c);
    ret.text = cursor_take(c, ret.whole ? len : cursor_left(c));
    return ret;
}

static void set_method(struct exchange *x, const char *text)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(text));
}

static void set_operation(struct exchange *x, const char *text)
{
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(text));
}

static void tell_as(struct exchange *x, const char *verb, const char *object)
{
    char text[sizeof x->operation + 16];
    size_t len = strlen(verb), more = strnlen(object, sizeof x->operation);
    memcpy(text, verb, len);
    text[len] = ' ';
    memcpy(text + len + 1, object, more);
    exchange_text(x, x->operation, sizeof x->operation, bytes_of(text, len + 1 + more));
    set_method(x, verb);
}

/* It will be known by a number, which the answer brings. */
static void note_prepared(struct exchange *x, bool executes)
{
    struct tds_asked *asked = exchange_state(x);
    asked->is_prepared = true;
    memcpy(asked->method, x->method, sizeof asked->method);
    memcpy(asked->operation, x->operation, sizeof asked->operation);
    if (!executes)
        tell_as(x, "PREPARE", asked->operation);
}

void tds_prepared(struct statements **statements, struct exchange *x, uint32_t id)
{
    const struct tds_asked *asked = exchange_state(x);
    if (!asked->is_prepared)
        return;
    struct exchange plain = *x;
    memcpy(plain.method, asked->method, sizeof plain.method);
    memcpy(plain.operation, asked->operation, sizeof plain.operation);
    statements_put(statements, id, &plain);
}

static void tell_number(struct statements **statements, struct exchange *x,
                        const struct procedure *procedure, const struct parameter *p)
{
    bool known = p->is_int && statements_get(*statements, p->number, x);
    if (!known) {
        x->notes |= NOTE_UNKNOWN_FIELDS;
        set_method(x, procedure->drops ? "UNPREPARE" : "");
        set_operation(x, procedure->drops ? "UNPREPARE {statement}" : "{statement}");
    } else if (procedure->drops) {
        tell_as(x, "UNPREPARE", x->operation);
        statements_drop(*statements, p->number);
    }
}

static void tell_statement(struct exchange *x, const struct procedure *procedure,
                           const struct parameter *p, bool whole, uint8_t *room)
{
    if (!p->is_text)
        return;
    sql_note(x, as_text(p->text, room), SQL_TSQL, whole || p->whole);
    if (procedure->prepares)
        note_prepared(x, procedure->executes);
}

static const struct procedure *named(struct bytes name)
{
    for (size_t i = 0; i < PROCEDURES; i++)
        if (bytes_equal_text(name, procedures[i].name))
            return &procedures[i];
    return NULL;
}

/* A procedure of one's own: its name, in which no number tells them apart. */
static void tell_name(struct exchange *x, struct bytes name, uint8_t *room)
{
    char text[sizeof x->operation];
    size_t len = 0;
    set_method(x, "EXEC");
    name = as_text(name, room);
    const char *verb = "EXEC ";
    while (verb[len]) {
        text[len] = verb[len];
        len++;
    }
    for (size_t i = 0; i < name.len && len < sizeof text; i++) {
        bool digit = name.at[i] >= '0' && name.at[i] <= '9';
        if (digit && text[len - 1] == '*')
            continue;
        text[len++] = digit ? '*' : (char)name.at[i];
    }
    exchange_text(x, x->operation, sizeof x->operation, bytes_of(text, len));
}

static void tell_call(struct statements **statements, struct exchange *x, struct bytes body,
                      bool whole, uint8_t *room)
{
    struct cursor c = cursor_over(body);
    const struct procedure *procedure = NULL;
    uint16_t units = cursor_le16(&c);
    if (units == BY_NUMBER) {
        uint16_t number = cursor_le16(&c);
        if (number && number <= PROCEDURES)
            procedure = &procedures[number - 1];
        set_operation(x, procedure ? procedure->name : "unknown");
        set_method(x, "EXEC");
    } else {
        struct bytes name = cursor_take(&c, (size_t)units * 2);
        procedure = named(as_text(name, room));
        tell_name(x, name, room);
    }
    cursor_skip(&c, 2); /* options */
    for (int i = 1; procedure && i <= PARAMETERS_MAX; i++) {
        struct parameter p = read_parameter(&c);
        if (c.starved && !p.text.len)
            return;
        if (i == procedure->statement)
            tell_statement(x, procedure, &p, whole, room);
        if (i == procedure->id)
            tell_number(statements, x, procedure, &p);
        if (c.starved)
            return;
    }
}

static void tell_transaction(struct exchange *x, struct bytes body)
{
    static const char *const names[] = {
        "DTC ADDRESS", "PROPAGATE", "",       "",         "",
        "BEGIN",       "PROMOTE",   "COMMIT", "ROLLBACK", "SAVEPOINT"};
    struct cursor c = cursor_over(body);
    uint16_t type = cursor_le16(&c);
    bool known = !c.starved && type < sizeof names / sizeof *names && names[type][0];
    set_method(x, known ? names[type] : "TRANSACTION");
    set_operation(x, known ? names[type] : "TRANSACTION");
}

void tds_tell_request(struct statements **statements, struct exchange *x, enum tds_type type,
                      struct bytes body, bool whole, uint8_t *room)
{
    struct tds_asked *asked = exchange_state(x);
    asked->type = (uint8_t)type;
    if (type == TDS_BATCH || type == TDS_RPC || type == TDS_TRANSACTION)
        skip_headers(&body);
    if (type == TDS_BATCH) {
        sql_note(x, as_text(body, room), SQL_TSQL, whole);
    } else if (type == TDS_RPC) {
        tell_call(statements, x, body, whole, room);
    } else if (type == TDS_TRANSACTION) {
        tell_transaction(x, body);
    } else {
        const char *name = type == TDS_BULK       ? "BULK LOAD"
                           : type == TDS_PRELOGIN ? "PRELOGIN"
                                                  : "connect";
        set_method(x, name);
        set_operation(x, name);
    }
}

/* Letters of Latin in UTF-16, at least one. */
static bool is_plain_text(struct bytes units)
{
    for (size_t i = 0; i + 1 < units.len; i += 2)
        if (units.at[i + 1] || (units.at[i] < ' ' && (units.at[i] < '\t' || units.at[i] > '\r')) ||
            units.at[i] > '~')
            return false;
    return units.len > 1;
}

static bool is_sure_call(struct bytes body)
{
    struct cursor c = cursor_over(body);
    uint16_t units = cursor_le16(&c);
    if (units == BY_NUMBER) {
        uint16_t number = cursor_le16(&c);
        return number && number <= PROCEDURES;
    }
    return units && units <= NAME_MAX_UNITS && is_plain_text(cursor_take(&c, (size_t)units * 2));
}

enum guess tds_is_surely_request(struct bytes in)
{
    enum { LOOKED_AT = 64 };
    struct tds_packet p;
    if (in.len && in.at[0] != TDS_BATCH && in.at[0] != TDS_RPC && in.at[0] != TDS_TRANSACTION)
        return GUESS_NO;
    if (!tds_packet(in, &p))
        return in.len < TDS_HEADER ? GUESS_MORE : GUESS_NO;
    size_t all = p.len - (size_t)TDS_HEADER, wanted = all < LOOKED_AT ? all : LOOKED_AT;
    if (p.body.len < wanted)
        return GUESS_MORE;
    struct bytes body = p.body;
    if (!skip_headers(&body))
        return GUESS_NO;
    body = bytes_first(body, LOOKED_AT / 4 * 2);
    if (p.type == TDS_BATCH)
        return is_plain_text(body) ? GUESS_YES : GUESS_NO;
    if (p.type == TDS_RPC)
        return is_sure_call(body) ? GUESS_YES : GUESS_NO;
    return body.len >= 2 && body.at[0] < 10 && !body.at[1] ? GUESS_YES : GUESS_NO;
}
