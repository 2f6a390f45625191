/* postgresql.c - PostgreSQL's protocol 3 (PostgreSQL, Documentation, chapter 55), which pgbouncer,
 * CockroachDB, Redshift and others speak as well.
 *
 * A simple Query is one exchange, up to the server's ReadyForQuery. Of the extended protocol each
 * Execute is one, with what prepares it (Parse, Bind, Describe, Close) since the one before; what
 * comes without an Execute is one as well. Several may be asked before a Sync; after an error the
 * server skips the others up to that. The last one before a Sync ends with ReadyForQuery, for only
 * then it is committed; the others with what tells that they are complete.
 *
 * What a statement does is known by its text (decode/sql.h), or by the name that it was prepared
 * under. Rows, values and what is copied pass by unseen. */
#include <ctype.h>

#include "decode/decoder.h"
#include "decode/postgresql_message.h"
#include "decode/sql.h"
#include "decode/sql_name.h"
#include "decode/statements.h"

enum {
    STATEMENT_SEEN = 16 * 1024, /* of a statement's text no more is looked at */
    NAMES_SEEN = 1024,          /* of Bind and the like */
    ERROR_SEEN = 512,
    TAG_SEEN = 128,
    PUSHED_KEY = 1, /* what nobody asked for is not paired in order */
    CANCEL_KEY = 2,
};

enum kind {
    NOBODYS, /* the zero value: of scratch exchanges */
    STARTUP,
    SIMPLE,
    EXTENDED,
    FUNCTION_CALL,
};

/* Beside an exchange. */
struct asked {
    uint8_t kind;
    bool executes;
    bool ends_at_ready; /* with ReadyForQuery */
    uint16_t due;       /* of EXTENDED without Execute: answers still to come */
    uint32_t epoch;     /* counts Syncs and Queries */
    uint64_t rows;      /* that were sent */
    uint64_t affected;  /* as the server says */
};

struct postgresql {
    struct statements *statements, *portals;
    uint64_t bound; /* the statement that the unnamed portal was bound to last; 0: none */
    uint32_t epoch, skipped_epoch;
    uint8_t plain_answers; /* of one byte, to requests for encryption */
    bool began;            /* typed messages only from here on */
    bool started;          /* the server has let the client in, or we have joined later */
    bool replicates;
    bool asking;   /* a group of the extended protocol has begun and not ended */
    bool executed; /* and the one before ended with an Execute, behind which nothing came */
    bool bound_here, described_here, parsed_here; /* what is in that group */
    bool answering;                               /* an answer has begun and not ended */
    bool stray;                                   /* and it is nobody's */
    bool skipping;                                /* after an error, until ReadyForQuery */
    bool copies_in;                               /* the client sends what is to be copied */
    bool void_sync; /* a Sync that the server has read while copying has no effect */
};

static struct asked *asked_of(struct exchange *x)
{
    return exchange_state(x);
}

static void set_verb(struct exchange *x, const char *verb, const char *operation)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(verb));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
}

/* ---- The client ---- */

static struct exchange *begin_request(struct conn *c, enum kind kind)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    *asked_of(x) = (struct asked){.kind = (uint8_t)kind, .epoch = pg->epoch};
    if (kind == EXTENDED && pg->skipping && pg->skipped_epoch == pg->epoch)
        x->notes |= NOTE_REFUSED;
    return x;
}

/* A group that was not brought to its end by the client ends before something else. */
static void end_group(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    if (pg->asking)
        conn_end(c, TO_SERVER, KEY_IN_ORDER);
    pg->asking = pg->executed = false;
    pg->bound_here = pg->described_here = pg->parsed_here = false;
}

/* What is told of a group without an Execute. */
static void tell_preparation(struct conn *c, struct exchange *x)
{
    struct postgresql *pg = conn_state(c);
    const char *verb = pg->parsed_here ? "PARSE" : pg->described_here ? "DESCRIBE" : "CLOSE";
    char operation[sizeof x->operation];
    size_t len = strlen(verb);
    bool known = x->operation[0];
    bytes_to_text(operation, sizeof operation, bytes_of_text(verb));
    if (known) {
        operation[len++] = ' ';
        bytes_to_text(operation + len, sizeof operation - len, bytes_of_text(x->operation));
    }
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(verb));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
}

/* The open group; it begins here if there is none. NULL: an error has ended it. */
static struct exchange *group(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    if (pg->asking)
        return conn_find(c, TO_SERVER, KEY_IN_ORDER);
    pg->asking = true;
    pg->executed = false;
    pg->bound_here = pg->described_here = pg->parsed_here = false;
    return begin_request(c, EXTENDED);
}

static int64_t feed_query(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    end_group(c);
    struct exchange *x = begin_request(c, SIMPLE);
    struct cursor cursor = cursor_over(body);
    struct bytes text = postgresql_text(&cursor);
    sql_note(x, cursor.starved ? body : text, SQL_STANDARD, !cursor.starved);
    asked_of(x)->ends_at_ready = true;
    pg->epoch++;
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

static int64_t feed_function_call(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    end_group(c);
    struct exchange *x = begin_request(c, FUNCTION_CALL);
    set_verb(x, "FUNCTION CALL", "FUNCTION CALL");
    asked_of(x)->ends_at_ready = true;
    pg->epoch++;
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

static int64_t feed_parse(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = group(c);
    struct cursor cursor = cursor_over(body);
    struct bytes name = postgresql_text(&cursor);
    if (!x)
        return len;
    asked_of(x)->due++;
    pg->parsed_here = true;
    if (cursor.starved)
        return len;
    struct bytes rest = bytes_of(cursor.at, cursor_left(&cursor));
    struct bytes text = postgresql_text(&cursor);
    sql_note(x, cursor.starved ? rest : text, SQL_STANDARD, !cursor.starved);
    statements_put(&pg->statements, statements_id(name), x);
    return len;
}

/* "{statement s1}" -> "{statement s*}": names are made up by drivers. */
static void tell_unknown(struct exchange *x, const char *what, struct bytes name)
{
    char text[SQL_NAME_MAX + 24], masked[SQL_NAME_MAX + 1];
    size_t len = 0;
    if (sql_is_name(name))
        sql_name(masked, name, SQL_MASK_DIGITS);
    else
        bytes_to_text(masked, sizeof masked, bytes_of_text(name.len ? "*" : "unnamed"));
    const char *const parts[] = {"{", what, " ", masked, "}"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bytes_to_text(text + len, sizeof text - len, bytes_of_text(parts[i]));
        len += strlen(text + len);
    }
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(text));
    x->notes |= NOTE_UNKNOWN_FIELDS;
}

static void tell_statement(struct conn *c, struct exchange *x, struct bytes name)
{
    struct postgresql *pg = conn_state(c);
    if (!statements_get(pg->statements, statements_id(name), x))
        tell_unknown(x, "statement", name);
}

static int64_t feed_bind(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = group(c);
    struct cursor cursor = cursor_over(body);
    struct bytes portal = postgresql_text(&cursor), statement = postgresql_text(&cursor);
    if (!x)
        return len;
    asked_of(x)->due++;
    if (cursor.starved)
        return len;
    pg->bound_here = true;
    tell_statement(c, x, statement);
    if (portal.len && !(x->notes & NOTE_UNKNOWN_FIELDS))
        statements_put(&pg->portals, statements_id(portal), x);
    if (!portal.len)
        pg->bound = statements_id(statement);
    return len;
}

/* Describe or Close. */
static int64_t feed_named(struct conn *c, uint8_t type, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = group(c);
    struct cursor cursor = cursor_over(body);
    bool is_statement = cursor_u8(&cursor) == 'S';
    struct bytes name = postgresql_text(&cursor);
    if (!x)
        return len;
    asked_of(x)->due++;
    if (cursor.starved)
        return len;
    uint64_t id = statements_id(name);
    struct statements *known = is_statement ? pg->statements : pg->portals;
    bool alone = !pg->bound_here && !pg->parsed_here;
    if (alone)
        statements_get(known, id, x);
    if (type == 'C')
        statements_drop(known, id);
    else
        pg->described_here = true;
    return len;
}

static int64_t feed_execute(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = group(c);
    struct cursor cursor = cursor_over(body);
    struct bytes portal = postgresql_text(&cursor);
    if (x && !pg->bound_here) { /* of a portal that was bound before */
        bool known = portal.len ? statements_get(pg->portals, statements_id(portal), x)
                                : statements_get(pg->statements, pg->bound, x);
        if (!known)
            tell_unknown(x, "portal", portal);
    }
    if (x)
        asked_of(x)->executes = true;
    end_group(c);
    pg->executed = x != NULL;
    return len;
}

static bool is_of_epoch(struct exchange *x, uint32_t epoch)
{
    return asked_of(x)->kind == EXTENDED && asked_of(x)->epoch == epoch;
}

/* The one whose Execute came just before. */
static struct exchange *last_executed(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *last = NULL;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x))
        if (is_of_epoch(x, pg->epoch) && asked_of(x)->executes)
            last = x;
    return last;
}

static int64_t feed_sync(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = NULL;
    if (pg->void_sync) {
        pg->void_sync = false;
        return len;
    }
    if (pg->asking) {
        x = conn_find(c, TO_SERVER, KEY_IN_ORDER);
        if (x)
            tell_preparation(c, x);
    } else if (pg->executed) {
        x = last_executed(c);
    }
    if (x)
        asked_of(x)->ends_at_ready = true;
    end_group(c);
    pg->epoch++;
    return len;
}

static int64_t feed_flush(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = pg->asking ? conn_find(c, TO_SERVER, KEY_IN_ORDER) : NULL;
    if (x)
        tell_preparation(c, x);
    end_group(c);
    return len;
}

/* CopyData, CopyDone, CopyFail belong to what is being answered. */
static int64_t feed_copied(struct conn *c, uint8_t type, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = pg->copies_in ? conn_next(c, NULL) : NULL;
    if (x)
        x->request_bytes += (uint64_t)len;
    if (x && type == 'd')
        x->request_messages++;
    return len;
}

static bool says_replication(struct bytes parameters)
{
    struct cursor c = cursor_over(parameters);
    for (;;) {
        struct bytes name = postgresql_text(&c), value = postgresql_text(&c);
        if (c.starved || !name.len)
            return false;
        if (bytes_equal_text(name, "replication"))
            return value.len && strchr("tTyYdDoO1", value.at[0]) && !bytes_equal_text(value, "off");
    }
}

/* Messages without a letter, which come first. */
static int64_t feed_start(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    enum guess guess = postgresql_guess_start(in);
    if (guess != GUESS_YES)
        return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    struct cursor cursor = cursor_over(in);
    uint32_t len = cursor_be32(&cursor), code = cursor_be32(&cursor);
    if (code == POSTGRESQL_SSL_CODE || code == POSTGRESQL_GSS_CODE) {
        pg->plain_answers++;
        return len;
    }
    pg->began = true;
    if (code == POSTGRESQL_CANCEL_CODE) {
        struct exchange *x = conn_begin(c, TO_SERVER, CANCEL_KEY);
        set_verb(x, "cancel", "cancel");
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, CANCEL_KEY);
        conn_end(c, TO_SERVER, CANCEL_KEY);
        return len;
    }
    struct exchange *x = begin_request(c, STARTUP);
    pg->replicates = says_replication(bytes_after(bytes_first(in, len), 8));
    set_verb(x, "connect", pg->replicates ? "connect replication" : "connect");
    asked_of(x)->ends_at_ready = true;
    pg->epoch++;
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

/* The part of a message's body that is looked at; 0: nothing of it. */
static size_t seen_of_request(uint8_t type)
{
    switch (type) {
    case 'Q':
    case 'P':
        return STATEMENT_SEEN;
    case 'B':
    case 'D':
    case 'C':
    case 'E':
        return NAMES_SEEN;
    default:
        return 0;
    }
}

/* DECODE_MORE until the first `seen` bytes of the body, if there are so many, are here. */
static int64_t read_body(struct bytes in, size_t seen, struct bytes *ret_body, int64_t *ret_len)
{
    int64_t len = postgresql_length(in);
    if (len <= 0)
        return len ? DECODE_LOST : DECODE_MORE;
    size_t wanted = (size_t)len - POSTGRESQL_HEADER;
    wanted = wanted < seen ? wanted : seen;
    if (in.len < POSTGRESQL_HEADER + wanted)
        return DECODE_MORE;
    *ret_body = bytes_first(bytes_after(in, POSTGRESQL_HEADER), wanted);
    *ret_len = len;
    return 1;
}

/* After a loss only what can be nothing else is believed to be the beginning of a message. */
static int64_t find_place(enum dir dir, struct bytes in)
{
    int evidence = postgresql_evidence(dir, in, POSTGRESQL_PLACE);
    if (evidence < 0)
        return DECODE_LOST;
    return evidence < POSTGRESQL_PLACE ? DECODE_MORE : 1;
}

static int64_t feed_request(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    bool lost = conn_is_lost(c, TO_SERVER);
    if (!pg->began && !lost)
        return feed_start(c, in);
    int64_t found = lost ? find_place(TO_SERVER, in) : 1, len = 0;
    if (found <= 0)
        return found;
    pg->began = true;
    uint8_t type = in.at[0];
    struct bytes body = {0};
    int64_t status = read_body(in, seen_of_request(type), &body, &len);
    if (status <= 0)
        return status;
    switch (type) {
    case 'Q':
        return feed_query(c, body, len);
    case 'P':
        return feed_parse(c, body, len);
    case 'B':
        return feed_bind(c, body, len);
    case 'D':
    case 'C':
        return feed_named(c, type, body, len);
    case 'E':
        return feed_execute(c, body, len);
    case 'S':
        return feed_sync(c, len);
    case 'H':
        return feed_flush(c, len);
    case 'F':
        return feed_function_call(c, len);
    case 'd':
    case 'c':
    case 'f':
        return feed_copied(c, type, len);
    case 'p':
    case 'X':
        return len;
    default:
        return DECODE_LOST;
    }
}

/* ---- The server ---- */

/* The exchange that is answered, which a first message of an answer begins. NULL: nobody's. */
static struct exchange *answered(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    if (pg->answering)
        return pg->stray ? NULL : conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    struct exchange *x = conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
    pg->answering = true;
    pg->stray = asked_of(x)->kind == NOBODYS;
    return pg->stray ? NULL : x;
}

static void finish(struct conn *c, struct exchange *x)
{
    struct postgresql *pg = conn_state(c);
    pg->answering = pg->copies_in = false;
    if (!x)
        return;
    struct asked *asked = asked_of(x);
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
    struct asked *asked = x ? asked_of(x) : NULL;
    if (!asked || asked->kind != EXTENDED || asked->executes)
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
    struct asked *asked = x ? asked_of(x) : NULL;
    if (asked)
        asked->affected += rows_of(postgresql_text(&cursor));
    pg->copies_in = false;
    if (!asked || (asked->kind == EXTENDED && !asked->ends_at_ready))
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
    pg->skipped_epoch = asked_of(failed)->epoch;
    for (struct exchange *x = conn_next(c, failed); x; x = conn_next(c, x))
        if (is_of_epoch(x, pg->skipped_epoch))
            x->notes |= NOTE_REFUSED;
}

static int64_t feed_error(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    bool is_last = ends_connection(body);
    if (!pg->answering && !conn_next(c, NULL))
        return len; /* nobody's: "terminating connection due to administrator command" */
    struct exchange *x = answered(c);
    struct asked *asked = x ? asked_of(x) : NULL;
    if (x && x->outcome == OUTCOME_UNKNOWN)
        note_error(x, body);
    if (asked && asked->kind == EXTENDED)
        skip_until_ready(c, x);
    pg->copies_in = false;
    if (!asked || is_last || (asked->kind == EXTENDED && !asked->ends_at_ready))
        finish(c, x);
    else
        conn_answer_was_whole(c, KEY_IN_ORDER);
    return len;
}

static void end_skipped(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x;
    while ((x = conn_next(c, NULL)) && is_of_epoch(x, pg->skipped_epoch))
        conn_abort(c, KEY_IN_ORDER, OUTCOME_CANCELLED);
    pg->skipping = false;
}

static int64_t feed_ready(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    pg->started = true;
    struct exchange *x = pg->answering ? answered(c) : NULL;
    if (pg->answering && (!x || asked_of(x)->ends_at_ready)) {
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
    pg->void_sync = pg->copies_in && asked_of(x)->kind == EXTENDED && asked_of(x)->ends_at_ready;
    return len;
}

static int64_t count_row(struct conn *c, int64_t len)
{
    struct exchange *x = answered(c);
    if (x)
        asked_of(x)->rows++;
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
    struct exchange *x = conn_promise(c, PUSHED_KEY);
    set_verb(x, "deliver", operation);
    x->call = CALL_SERVER_STREAMING;
    x->notes |= NOTE_PUSHED;
    x->outcome = OUTCOME_OK;
    exchange_text(x, x->status, sizeof x->status, bytes_of_text("OK"));
    x->response_messages = 1;
    conn_begin(c, TO_CLIENT, PUSHED_KEY);
    conn_end(c, TO_CLIENT, PUSHED_KEY);
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

static int64_t feed_answer(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    bool lost = conn_is_lost(c, TO_CLIENT);
    if (pg->plain_answers && !lost)
        return feed_plain_answer(c, in);
    int64_t found = lost ? find_place(TO_CLIENT, in) : 1, len = 0;
    if (found <= 0)
        return found;
    struct bytes body = {0};
    int64_t status = read_body(in, seen_of_answer(in.at[0]), &body, &len);
    if (status == DECODE_LOST && in.at[0] == 'E' && !pg->started && !lost)
        return feed_old_error(c);
    return status <= 0 ? status : feed_typed(c, in.at[0], body, len);
}

static int64_t postgresql_feed(struct conn *c, enum dir dir, struct bytes in)
{
    return dir == TO_SERVER ? feed_request(c, in) : feed_answer(c, in);
}

/* What is prepared stays so. */
static int64_t postgresql_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct postgresql *pg = conn_state(c);
    (void)len;
    pg->began = pg->started = true;
    pg->plain_answers = 0;
    pg->skipping = pg->copies_in = pg->void_sync = false;
    if (dir == TO_SERVER)
        pg->asking = pg->executed = pg->bound_here = false;
    else
        pg->answering = false;
    return DECODE_LOST;
}

static void postgresql_free(void *state)
{
    struct postgresql *pg = state;
    statements_free(&pg->statements);
    statements_free(&pg->portals);
}

/* Requests for encryption that were declined, and then the start; accepted, they are TLS's. */
static enum guess probe_start(struct bytes asked, struct bytes told)
{
    if (!asked.len && told.len)
        return GUESS_NO;
    for (;;) {
        uint32_t code = postgresql_start_code(asked);
        if (code != POSTGRESQL_SSL_CODE && code != POSTGRESQL_GSS_CODE)
            return postgresql_guess_start(asked);
        if (told.len && told.at[0] != 'N')
            return GUESS_NO;
        asked = bytes_after(asked, 8);
        told = bytes_after(told, 1);
        if (!asked.len)
            return GUESS_MORE;
    }
}

static enum guess postgresql_probe(const struct opening *o)
{
    if (!o->midstream)
        return probe_start(o->to_server, o->to_client);
    int asked = postgresql_evidence(TO_SERVER, o->to_server, POSTGRESQL_PROOF);
    int told = postgresql_evidence(TO_CLIENT, o->to_client, POSTGRESQL_PROOF);
    int sum = (asked > 0 ? asked : 0) + (told > 0 ? told : 0);
    if (asked >= POSTGRESQL_PROOF || told >= POSTGRESQL_PROOF ||
        (asked >= 0 && told >= 0 && sum >= POSTGRESQL_PROOF))
        return GUESS_YES;
    return asked < 0 && told < 0 ? GUESS_NO : GUESS_MORE;
}

const struct decoder postgresql_decoder = {
    .name = "postgresql",
    .transport = OVER_TCP,
    .ports = {5432, 6432, 26257, 5433},
    .state_size = sizeof(struct postgresql),
    .probe = postgresql_probe,
    .feed = postgresql_feed,
    .gap = postgresql_gap,
    .free = postgresql_free,
};
