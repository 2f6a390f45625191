/* postgresql_answer.c - what PostgreSQL's server sends; see proto/postgresql.c. */
#include <ctype.h>

#include "decode/postgresql_message.h"
#include "decode/postgresql_state.h"
#include "decode/sql_name.h"

enum {
    ERROR_SEEN = 512,
    TAG_SEEN = 128,
};

/* The exchange that is answered, which a first message of an answer begins. NULL: nobody's. */
static struct exchange *answered(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    if (pg->answering)
        return pg->stray ? NULL : conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    struct exchange *x = conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
    pg->answering = true;
    pg->stray = postgresql_asked_of(x)->kind == POSTGRESQL_NOBODYS;
    return pg->stray ? NULL : x;
}

static void finish(struct conn *c, struct exchange *x)
{
    struct postgresql *pg = conn_state(c);
    pg->answering = pg->copies_in = false;
    if (!x)
        return;
    struct postgresql_asked *asked = postgresql_asked_of(x);
    uint64_t rows = asked->rows ? asked->rows : asked->affected;
    bool in = x->call == CALL_CLIENT_STREAMING;
    if (rows)
        *(in ? &x->request_messages : &x->response_messages) =
            rows < UINT32_MAX ? (uint32_t)rows : UINT32_MAX;
    if (!x->outcome && !x->status[0]) {
        x->outcome = OUTCOME_OK;
        exchange_text(x, x->status, sizeof x->status, bytes_of_text("OK"));
    }
    conn_end(c, TO_CLIENT, KEY_IN_ORDER);
}

/* One of the answers that a group without an Execute waits for. */
static void count_part(struct conn *c)
{
    struct exchange *x = answered(c);
    struct postgresql_asked *asked = x ? postgresql_asked_of(x) : NULL;
    if (!asked || asked->kind != POSTGRESQL_EXTENDED || asked->executes)
        return;
    if (asked->due)
        asked->due--;
    struct postgresql *pg = conn_state(c);
    bool goes_on = pg->asking && conn_next(c, x) == NULL;
    if (!asked->due && !asked->ends_at_ready && !goes_on)
        finish(c, x);
}

/* "INSERT 0 5" -> 5 */
static uint64_t rows_of(struct bytes tag)
{
    uint64_t rows = 0;
    size_t at = tag.len;
    while (at && isdigit(tag.at[at - 1]))
        at--;
    if (!at || tag.at[at - 1] != ' ')
        return 0;
    for (; at < tag.len && rows < UINT32_MAX; at++)
        rows = rows * 10 + (uint64_t)(tag.at[at] - '0');
    return rows;
}

/* A statement is complete, or its portal suspended. */
static int64_t end_statement(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = answered(c);
    struct cursor cursor = cursor_over(body);
    struct postgresql_asked *asked = x ? postgresql_asked_of(x) : NULL;
    if (asked)
        asked->affected += rows_of(postgresql_text(&cursor));
    pg->copies_in = false;
    if (!asked || (asked->kind == POSTGRESQL_EXTENDED && !asked->ends_at_ready))
        finish(c, x);
    return len;
}

static bool is_class(struct bytes code, const char *class)
{
    return bytes_equal_text(bytes_first(code, 2), class);
}

/* "canceling statement due to statement timeout", where the server speaks English. */
static bool says_timeout(struct bytes message)
{
    static const char word[] = "timeout";
    return message.len && memmem(message.at, message.len, word, sizeof word - 1);
}

/* PostgreSQL, Documentation, appendix A: whose fault a SQLSTATE tells of. */
static enum outcome outcome_of(struct bytes code, struct bytes message)
{
    static const char *const of_server[] = {"08", "40", "53", "57", "58", "F0", "HV", "XX"};
    if (bytes_equal_text(code, "57014"))
        return says_timeout(message) ? OUTCOME_TIMEOUT : OUTCOME_CANCELLED;
    if (bytes_equal_text(code, "55P03") && says_timeout(message))
        return OUTCOME_TIMEOUT;
    if (bytes_equal_text(code, "08P01"))
        return OUTCOME_CLIENT_ERROR;
    for (size_t i = 0; i < sizeof of_server / sizeof *of_server; i++)
        if (is_class(code, of_server[i]))
            return OUTCOME_SERVER_ERROR;
    return OUTCOME_CLIENT_ERROR;
}

static void note_error(struct exchange *x, struct bytes body)
{
    struct bytes code = postgresql_error_field(body, 'C');
    x->outcome = outcome_of(code, postgresql_error_field(body, 'M'));
    exchange_text(x, x->status, sizeof x->status, code.len == 5 ? code : bytes_of_text("error"));
}

static bool ends_connection(struct bytes body)
{
    struct bytes severity = postgresql_error_field(body, 'V');
    if (!severity.len)
        severity = postgresql_error_field(body, 'S');
    return bytes_equal_text(severity, "FATAL") || bytes_equal_text(severity, "PANIC");
}

/* What was asked behind what has failed, and before the Sync, is not even looked at. */
static void skip_until_ready(struct conn *c, struct exchange *failed)
{
    struct postgresql *pg = conn_state(c);
    pg->skipping = true;
    pg->skipped_epoch = postgresql_asked_of(failed)->epoch;
    for (struct exchange *x = conn_next(c, failed); x; x = conn_next(c, x))
        if (postgresql_is_of_epoch(x, pg->skipped_epoch))
            x->notes |= NOTE_REFUSED;
}

static int64_t feed_error(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    bool is_last = ends_connection(body);
    if (!pg->answering && !conn_next(c, NULL))
        return len; /* nobody's: "terminating connection due to administrator command" */
    struct exchange *x = answered(c);
    struct postgresql_asked *asked = x ? postgresql_asked_of(x) : NULL;
    if (x && x->outcome == OUTCOME_UNKNOWN)
        note_error(x, body);
    if (asked && asked->kind == POSTGRESQL_EXTENDED)
        skip_until_ready(c, x);
    pg->copies_in = false;
    if (!asked || is_last || (asked->kind == POSTGRESQL_EXTENDED && !asked->ends_at_ready))
        finish(c, x);
    else
        conn_answer_was_whole(c, KEY_IN_ORDER);
    return len;
}

static void end_skipped(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x;
    while ((x = conn_next(c, NULL)) && postgresql_is_of_epoch(x, pg->skipped_epoch))
        conn_abort(c, KEY_IN_ORDER, OUTCOME_CANCELLED);
    pg->skipping = false;
}

static int64_t feed_ready(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    pg->started = true;
    struct exchange *x = pg->answering ? answered(c) : NULL;
    if (pg->answering && (!x || postgresql_asked_of(x)->ends_at_ready)) {
        pg->skipping = false;
        finish(c, x);
    } else if (pg->skipping) {
        end_skipped(c);
    }
    return len;
}

static int64_t feed_copy(struct conn *c, uint8_t type, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = answered(c);
    if (!x)
        return len;
    x->call = type == 'G'   ? CALL_CLIENT_STREAMING
              : type == 'H' ? CALL_SERVER_STREAMING
                            : CALL_BIDI_STREAMING;
    pg->copies_in = type != 'H';
    pg->void_sync = pg->copies_in && postgresql_asked_of(x)->kind == POSTGRESQL_EXTENDED &&
                    postgresql_asked_of(x)->ends_at_ready;
    return len;
}

static int64_t count_row(struct conn *c, int64_t len)
{
    struct exchange *x = answered(c);
    if (x)
        postgresql_asked_of(x)->rows++;
    return len;
}

/* A channel that the client listens to has been notified: nobody asked at this time. */
static int64_t feed_notification(struct conn *c, struct bytes body, int64_t len)
{
    char name[SQL_NAME_MAX + 1], operation[SQL_NAME_MAX + 16] = "deliver ";
    struct cursor cursor = cursor_over(body);
    cursor_be32(&cursor);
    struct bytes channel = postgresql_text(&cursor);
    if (cursor.starved || !sql_is_name(channel))
        channel = bytes_of_text("*");
    size_t name_len = sql_name(name, channel, SQL_MASK_DIGITS), at = strlen(operation);
    memcpy(operation + at, name, name_len + 1);
    struct exchange *x = conn_promise(c, POSTGRESQL_PUSHED_KEY);
    postgresql_tell(x, "deliver", operation);
    x->call = CALL_SERVER_STREAMING;
    x->notes |= NOTE_PUSHED;
    x->outcome = OUTCOME_OK;
    exchange_text(x, x->status, sizeof x->status, bytes_of_text("OK"));
    x->response_messages = 1;
    conn_begin(c, TO_CLIENT, POSTGRESQL_PUSHED_KEY);
    conn_end(c, TO_CLIENT, POSTGRESQL_PUSHED_KEY);
    return len;
}

/* To a request for encryption; or, before a StartupMessage is understood, an error without a length
 * as of protocol 2. */
static int64_t feed_plain_answer(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    pg->plain_answers--;
    if (in.at[0] == 'S') {
        conn_become(c, decoder_named("tls"));
        return 1;
    }
    return in.at[0] == 'N' ? 1 : DECODE_LOST;
}

static size_t seen_of_answer(uint8_t type)
{
    switch (type) {
    case 'E':
        return ERROR_SEEN;
    case 'C':
    case 'A':
        return TAG_SEEN;
    default:
        return 0;
    }
}

/* "Esorry, too many clients already\n": from servers that cannot even begin. */
static int64_t feed_old_error(struct conn *c)
{
    struct exchange *x = answered(c);
    if (x) {
        x->outcome = OUTCOME_SERVER_ERROR;
        exchange_text(x, x->status, sizeof x->status, bytes_of_text("error"));
    }
    finish(c, x);
    return DECODE_REST;
}

static int64_t feed_typed(struct conn *c, uint8_t type, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    switch (type) {
    case 'N':
    case 'S':
        if (pg->answering)
            answered(c); /* its bytes are the answer's */
        return len;
    case 'A':
        return feed_notification(c, body, len);
    case 'D':
    case 'd':
        return count_row(c, len);
    case 'T':
    case 'n':
    case '1':
    case '2':
    case '3':
        count_part(c);
        return len;
    case 'C':
    case 's':
    case 'I':
        return end_statement(c, body, len);
    case 'E':
        return feed_error(c, body, len);
    case 'G':
    case 'H':
    case 'W':
        return feed_copy(c, type, len);
    case 'Z':
        return feed_ready(c, len);
    case 't':
    case 'R':
    case 'K':
    case 'v':
    case 'V':
    case 'c':
        answered(c);
        return len;
    default:
        return DECODE_LOST;
    }
}

int64_t postgresql_answer(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    bool lost = conn_is_lost(c, TO_CLIENT);
    if (pg->plain_answers && !lost)
        return feed_plain_answer(c, in);
    int64_t found = lost ? postgresql_find(TO_CLIENT, in) : 1, len = 0;
    if (found <= 0)
        return found;
    struct bytes body = {0};
    int64_t status = postgresql_read(in, seen_of_answer(in.at[0]), &body, &len);
    if (status == DECODE_LOST && in.at[0] == 'E' && !pg->started && !lost)
        return feed_old_error(c);
    return status <= 0 ? status : feed_typed(c, in.at[0], body, len);
}
