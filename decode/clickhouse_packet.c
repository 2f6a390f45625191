/* clickhouse_packet.c - see clickhouse_packet.h. */
#include "decode/clickhouse_packet.h"

#include "decode/sql_words.h"

enum {
    NAME_MAX_LEN = 1024,      /* of hosts, users, settings and the like */
    TEXT_MAX_LEN = 16 * 1024, /* of texts that are passed over */
    LEAST_REVISION = 54058,   /* of clients and servers since 2016 */
    MOST_REVISION = 54999,
    VERSION_MAX = 9999,
    SETTINGS_MAX = 2048, /* settings of a query */
    RULES_MAX = 256,     /* of passwords: a limit of theirs */
    TABLES_MAX = 1024,
    PARTS_MAX = 100000,
    UUID_LEN = 16,
    SECRET_LEN = 32,
    STAGE_MAX = 8,
    QUERY_SHOWN = 6, /* bytes of a text that tell whether it is a statement */
};

/* A cursor, and whether what it came by makes sense. */
struct reading {
    struct cursor c;
    bool bad;
};

static struct reading begin(struct bytes in)
{
    return (struct reading){.c = cursor_over(in)};
}

static int64_t end(const struct reading *r, struct bytes in)
{
    if (r->bad)
        return DECODE_LOST;
    return r->c.starved ? DECODE_MORE : (int64_t)(in.len - cursor_left(&r->c));
}

static uint64_t number(struct reading *r, uint64_t most)
{
    uint64_t value = cursor_varint(&r->c);
    r->bad = r->bad || (!r->c.starved && value > most);
    return r->bad || r->c.starved ? 0 : value;
}

static struct bytes text(struct reading *r, size_t most)
{
    uint64_t len = number(r, most);
    return cursor_take(&r->c, (size_t)len);
}

static bool is_printable(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] < ' ' || b.at[i] == 0x7f)
            return false;
    return true;
}

/* A text without control characters; what is here of it is looked at. */
static struct bytes name(struct reading *r)
{
    uint64_t len = number(r, NAME_MAX_LEN);
    struct bytes here = {0};
    if (!r->c.starved && !r->bad)
        here = bytes_first(bytes_of(r->c.at, cursor_left(&r->c)), (size_t)len);
    r->bad = r->bad || !is_printable(here);
    cursor_skip(&r->c, (size_t)len);
    return here;
}

static bool flag(struct reading *r)
{
    uint8_t value = cursor_u8(&r->c);
    r->bad = r->bad || value > 1;
    return value;
}

static void type(struct reading *r, uint8_t wanted)
{
    uint8_t value = cursor_u8(&r->c);
    r->bad = !r->c.starved && value != wanted;
}

static uint64_t hello_revision(struct reading *r)
{
    number(r, VERSION_MAX);
    number(r, VERSION_MAX);
    uint64_t revision = number(r, MOST_REVISION);
    r->bad = r->bad || (!r->c.starved && revision < LEAST_REVISION);
    return revision;
}

/* --- greetings --- */

int64_t clickhouse_client_hello(struct bytes in, struct clickhouse_hello *ret)
{
    static const char between_servers[] = " INTERSERVER SECRET ";
    struct reading r = begin(in);
    type(&r, CLICKHOUSE_ASKS_HELLO);
    struct bytes program = name(&r);
    r.bad = r.bad || (in.len > 1 && !program.len && !r.c.starved);
    ret->revision = hello_revision(&r);
    name(&r);
    struct bytes user = name(&r);
    name(&r);
    if (bytes_equal_text(user, between_servers)) {
        name(&r);
        text(&r, SECRET_LEN);
    }
    return end(&r, in);
}

int64_t clickhouse_server_hello(struct bytes in, uint64_t client, struct clickhouse_hello *ret)
{
    struct reading r = begin(in);
    type(&r, CLICKHOUSE_SAYS_HELLO);
    struct bytes program = name(&r);
    r.bad = r.bad || (in.len > 1 && !program.len && !r.c.starved);
    ret->revision = hello_revision(&r);
    uint64_t revision = ret->revision < client ? ret->revision : client;
    if (revision >= CLICKHOUSE_REPLICAS_VERSION)
        number(&r, VERSION_MAX);
    if (revision >= CLICKHOUSE_TIMEZONES)
        name(&r);
    if (revision >= CLICKHOUSE_DISPLAY_NAME)
        name(&r);
    if (revision >= CLICKHOUSE_PATCH)
        number(&r, UINT32_MAX);
    for (int i = 0; i < 2 && revision >= CLICKHOUSE_CHUNKS; i++)
        name(&r);
    uint64_t rules = revision >= CLICKHOUSE_PASSWORD_RULES ? number(&r, RULES_MAX) : 0;
    for (; rules && !r.c.starved && !r.bad; rules--) {
        text(&r, TEXT_MAX_LEN);
        text(&r, TEXT_MAX_LEN);
    }
    if (revision >= CLICKHOUSE_NONCE)
        cursor_skip(&r.c, 8);
    if (revision >= CLICKHOUSE_SERVER_SETTINGS && !r.c.starved && !r.bad) {
        int64_t len = clickhouse_settings(bytes_of(r.c.at, cursor_left(&r.c)), revision);
        if (len <= 0)
            return len;
        cursor_skip(&r.c, (size_t)len);
    }
    if (revision >= CLICKHOUSE_PLANS)
        number(&r, VERSION_MAX);
    if (revision >= CLICKHOUSE_CLUSTER_VERSION)
        number(&r, VERSION_MAX);
    return end(&r, in);
}

int64_t clickhouse_addendum(struct bytes in, uint64_t revision, bool *ret_chunks)
{
    struct reading r = begin(in);
    bool chunks = false;
    name(&r);
    for (int i = 0; i < 2 && revision >= CLICKHOUSE_CHUNKS; i++) {
        struct bytes how = name(&r);
        r.bad = r.bad || (!r.c.starved && how.len < 7);
        chunks = chunks || !how.len || how.at[0] != 'n';
    }
    if (revision >= CLICKHOUSE_REPLICAS_VERSION)
        number(&r, VERSION_MAX);
    int64_t len = end(&r, in);
    *ret_chunks = len > 0 && chunks;
    return len;
}

/* --- queries --- */

static bool has_end(struct bytes word, const char *ending)
{
    size_t len = strlen(ending);
    return word.len >= len && memcmp(word.at + word.len - len, ending, len) == 0;
}

/* Of the older kind, in which the value is written as its type has it: a text, or a number? */
static bool is_text_setting(struct bytes setting)
{
    static const char *const endings[] = {"_mode",      "_method",         "_level",
                                          "_format",    "_schema",         "_rule",
                                          "_delimiter", "_implementation", "_balancing"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (has_end(setting, endings[i]))
            return true;
    return false;
}

int64_t clickhouse_settings(struct bytes in, uint64_t revision)
{
    struct reading r = begin(in);
    for (int i = 0; i < SETTINGS_MAX; i++) {
        struct bytes setting = name(&r);
        if (r.bad || r.c.starved || !setting.len)
            return end(&r, in);
        if (revision >= CLICKHOUSE_TEXT_SETTINGS)
            number(&r, 255);
        if (revision >= CLICKHOUSE_TEXT_SETTINGS || is_text_setting(setting))
            text(&r, TEXT_MAX_LEN);
        else
            number(&r, UINT64_MAX);
    }
    return DECODE_LOST;
}

enum { OVER_NATIVE = 1, OVER_HTTP = 2, INTERFACE_MAX = 16 };

static void client_program(struct reading *r, uint64_t revision, uint8_t over,
                           struct clickhouse_query *q)
{
    if (over == OVER_NATIVE) {
        name(r);
        name(r);
        name(r);
        q->client = hello_revision(r);
    } else if (over == OVER_HTTP) {
        cursor_skip(&r->c, 1);
        text(r, TEXT_MAX_LEN);
        for (int i = 0; i < 2; i++)
            if (revision >= (i ? CLICKHOUSE_REFERER : CLICKHOUSE_FORWARDED))
                text(r, TEXT_MAX_LEN);
        r->bad = r->bad || revision >= CLICKHOUSE_HANDLER;
    }
}

static void client_trace(struct reading *r, struct clickhouse_query *q)
{
    if (!flag(r))
        return;
    q->trace[0] = cursor_le64(&r->c);
    q->trace[1] = cursor_le64(&r->c);
    q->span = cursor_le64(&r->c);
    text(r, TEXT_MAX_LEN);
    cursor_skip(&r->c, 1);
}

static void client_info_more(struct reading *r, uint64_t revision)
{
    unsigned numbers = revision >= CLICKHOUSE_LINES ? 5 : revision >= CLICKHOUSE_REPLICAS ? 3 : 0;
    while (numbers--)
        number(r, UINT64_MAX);
    if (revision >= CLICKHOUSE_JWT && flag(r))
        text(r, TEXT_MAX_LEN);
    if (revision >= CLICKHOUSE_AGENT)
        name(r);
    if (revision >= CLICKHOUSE_INTERNAL)
        flag(r);
    if (revision >= CLICKHOUSE_CURRENT_ROLES)
        r->bad = flag(r) || r->bad; /* how they are written is not known */
}

static void client_info(struct reading *r, uint64_t revision, struct clickhouse_query *q)
{
    uint8_t kind = cursor_u8(&r->c);
    r->bad = r->bad || kind > 2;
    if (!kind)
        return;
    name(r);
    name(r);
    name(r);
    if (revision >= CLICKHOUSE_START_TIME)
        cursor_skip(&r->c, 8);
    uint8_t over = cursor_u8(&r->c);
    r->bad = r->bad || (!r->c.starved && (!over || over > INTERFACE_MAX));
    client_program(r, revision, over, q);
    if (revision >= CLICKHOUSE_QUOTA_KEY)
        name(r);
    if (revision >= CLICKHOUSE_DEPTH)
        number(r, UINT16_MAX);
    if (over == OVER_NATIVE && revision >= CLICKHOUSE_PATCH)
        number(r, UINT32_MAX);
    if (revision >= CLICKHOUSE_TRACE)
        client_trace(r, q);
    client_info_more(r, revision);
}

int64_t clickhouse_query(struct bytes in, uint64_t revision, struct clickhouse_query *ret)
{
    struct reading r = begin(in);
    *ret = (struct clickhouse_query){0};
    type(&r, CLICKHOUSE_QUERY);
    name(&r);
    client_info(&r, revision, ret);
    if (r.c.starved || r.bad)
        return end(&r, in);
    int64_t len = clickhouse_settings(bytes_of(r.c.at, cursor_left(&r.c)), revision);
    if (len <= 0)
        return len;
    cursor_skip(&r.c, (size_t)len);
    if (revision >= CLICKHOUSE_ROLES)
        text(&r, TEXT_MAX_LEN);
    if (revision >= CLICKHOUSE_SECRET) {
        struct bytes secret = text(&r, SECRET_LEN);
        r.bad = r.bad || (!r.c.starved && secret.len % SECRET_LEN);
    }
    number(&r, STAGE_MAX);
    ret->compressed = number(&r, 1);
    ret->text_len = number(&r, INT32_MAX);
    len = end(&r, in);
    if (len <= 0)
        return len;
    ret->text = bytes_first(cursor_rest(&r.c), (size_t)ret->text_len);
    return len + (int64_t)ret->text_len;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(';
}

/* Does it begin with a word that statements begin with? */
static enum guess is_statement(const struct clickhouse_query *q)
{
    size_t at = 0, len = 0;
    while (at < q->text.len && is_blank(q->text.at[at]))
        at++;
    struct bytes word = bytes_after(q->text, at);
    while (len < word.len && (word.at[len] | 0x20) >= 'a' && (word.at[len] | 0x20) <= 'z')
        len++;
    if (len == word.len && q->text.len < q->text_len)
        return GUESS_MORE;
    word = bytes_first(word, len);
    return sql_keyword(word)->traits & (SQL_VERB | SQL_PREFIX) ? GUESS_YES : GUESS_NO;
}

/* Behind a query come its parameters, and a packet of data. */
static enum guess is_followed(struct bytes in, uint64_t revision, int64_t len)
{
    if ((uint64_t)len >= in.len)
        return GUESS_MORE;
    struct bytes rest = bytes_after(in, (size_t)len);
    int64_t parameters =
        revision >= CLICKHOUSE_PARAMETERS ? clickhouse_settings(rest, revision) : 0;
    if (parameters < 0)
        return GUESS_NO;
    rest = bytes_after(rest, (size_t)parameters);
    if (!rest.len || (revision >= CLICKHOUSE_PARAMETERS && !parameters))
        return GUESS_MORE;
    bool fits = rest.at[0] == CLICKHOUSE_DATA || rest.at[0] == CLICKHOUSE_SCALAR;
    return fits ? GUESS_YES : GUESS_NO;
}

/* One for each way in which queries are written. The newest that fits is the one: an older one
 * would leave something over. */
uint64_t clickhouse_query_revision(struct bytes in, bool *ret_more)
{
    static const uint16_t layouts[] = {
        CLICKHOUSE_CURRENT_ROLES, CLICKHOUSE_INTERNAL, CLICKHOUSE_AGENT,      CLICKHOUSE_JWT,
        CLICKHOUSE_LINES,         CLICKHOUSE_ROLES,    CLICKHOUSE_PARAMETERS, CLICKHOUSE_REPLICAS,
        CLICKHOUSE_START_TIME,    CLICKHOUSE_DEPTH,    CLICKHOUSE_TRACE,      CLICKHOUSE_SECRET,
        CLICKHOUSE_TEXT_SETTINGS, CLICKHOUSE_PATCH,
    };
    uint64_t above = CLICKHOUSE_KNOWN + 1;
    *ret_more = !in.len;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts && in.len; i++) {
        struct clickhouse_query q;
        int64_t len = clickhouse_query(in, layouts[i], &q);
        uint64_t most = above - 1;
        above = layouts[i];
        if (len == DECODE_LOST || (q.client && q.client < layouts[i]))
            continue;
        enum guess guess = len == DECODE_MORE ? GUESS_MORE : is_statement(&q);
        if (guess == GUESS_YES)
            guess = is_followed(in, layouts[i], len);
        if (guess == GUESS_YES)
            return q.client && q.client < most ? q.client : most;
        *ret_more = *ret_more || guess == GUESS_MORE;
    }
    return 0;
}

/* --- small packets --- */

int64_t clickhouse_exception(struct bytes in, int32_t *ret_code)
{
    struct reading r = begin(in);
    *ret_code = (int32_t)cursor_le32(&r.c);
    r.bad = !r.c.starved && *ret_code < 0;
    struct bytes kind = name(&r);
    r.bad = r.bad || (!r.c.starved && !kind.len);
    return end(&r, in);
}

/* What a server could not do; the rest is for the client to mend. */
enum outcome clickhouse_outcome(int32_t code)
{
    static const int16_t of_server[] = {33,  40,  49,  74,  75,  76,  77,  95,  96,  100, 102, 173,
                                        198, 202, 210, 225, 232, 234, 236, 241, 242, 243, 244, 246,
                                        252, 279, 285, 286, 289, 319, 369, 425, 439, 473, 499, 999};
    if (code == 159 || code == 209) /* TIMEOUT_EXCEEDED, SOCKET_TIMEOUT */
        return OUTCOME_TIMEOUT;
    if (code == 394) /* QUERY_WAS_CANCELLED */
        return OUTCOME_CANCELLED;
    if (code >= 1000)
        return OUTCOME_SERVER_ERROR;
    for (size_t i = 0; i < sizeof of_server / sizeof *of_server; i++)
        if (of_server[i] == code)
            return OUTCOME_SERVER_ERROR;
    return OUTCOME_CLIENT_ERROR;
}

static void progress(struct reading *r, uint64_t revision, struct clickhouse_figures *ret)
{
    for (int i = 0; i < 3; i++)
        number(r, UINT64_MAX);
    if (revision >= CLICKHOUSE_TOTAL_BYTES)
        number(r, UINT64_MAX);
    if (revision >= CLICKHOUSE_WRITTEN) {
        ret->written = number(r, UINT64_MAX);
        number(r, UINT64_MAX);
    }
    if (revision >= CLICKHOUSE_ELAPSED)
        number(r, UINT64_MAX);
}

static void profile(struct reading *r, uint64_t revision, struct clickhouse_figures *ret)
{
    ret->rows = number(r, UINT64_MAX);
    number(r, UINT64_MAX);
    number(r, UINT64_MAX);
    flag(r);
    number(r, UINT64_MAX);
    flag(r);
    if (revision < CLICKHOUSE_AGGREGATION)
        return;
    flag(r);
    number(r, UINT64_MAX);
}

static void tables(struct reading *r, uint64_t revision)
{
    uint64_t count = number(r, TABLES_MAX);
    for (; count && !r->bad && !r->c.starved; count--) {
        name(r);
        name(r);
        if (!flag(r))
            continue;
        number(r, UINT32_MAX);
        if (revision >= CLICKHOUSE_READ_ONLY)
            number(r, 1);
    }
}

int64_t clickhouse_small(struct bytes in, uint64_t revision, struct clickhouse_figures *ret)
{
    struct reading r = begin(in);
    *ret = (struct clickhouse_figures){0};
    switch (cursor_u8(&r.c)) {
    case CLICKHOUSE_PROGRESS:
        progress(&r, revision, ret);
        break;
    case CLICKHOUSE_PROFILE:
        profile(&r, revision, ret);
        break;
    case CLICKHOUSE_TABLES:
        tables(&r, revision);
        break;
    case CLICKHOUSE_PARTS:
        cursor_skip(&r.c, UUID_LEN * (size_t)number(&r, PARTS_MAX));
        break;
    case CLICKHOUSE_TIMEZONE:
        name(&r);
        break;
    case CLICKHOUSE_PONG:
    case CLICKHOUSE_END:
    case CLICKHOUSE_READ_TASK:
        break;
    default:
        return DECODE_LOST;
    }
    return end(&r, in);
}

int64_t clickhouse_small_request(struct bytes in)
{
    struct reading r = begin(in);
    bool parts = cursor_u8(&r.c) == CLICKHOUSE_IGNORED_PARTS;
    uint64_t count = number(&r, parts ? PARTS_MAX : TABLES_MAX);
    if (parts)
        cursor_skip(&r.c, UUID_LEN * (size_t)count);
    for (; !parts && count && !r.bad && !r.c.starved; count--) {
        name(&r);
        name(&r);
    }
    return end(&r, in);
}

int64_t clickhouse_text(struct bytes in)
{
    struct reading r = begin(in);
    uint64_t len = number(&r, INT32_MAX);
    int64_t head = end(&r, in);
    return head > 0 ? head + (int64_t)len : head;
}
