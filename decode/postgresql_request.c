/* postgresql_request.c - what PostgreSQL's client sends; see proto/postgresql.c. */
#include "decode/postgresql_message.h"
#include "decode/postgresql_state.h"
#include "decode/sql.h"
#include "decode/sql_name.h"

enum {
    STATEMENT_SEEN = 16 * 1024, /* of a statement's text no more is looked at */
    NAMES_SEEN = 1024,          /* of Bind and the like */
};

static struct exchange *begin_request(struct conn *c, enum postgresql_kind kind)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    *postgresql_asked_of(x) = (struct postgresql_asked){.kind = (uint8_t)kind, .epoch = pg->epoch};
    if (kind == POSTGRESQL_EXTENDED && pg->skipping && pg->skipped_epoch == pg->epoch)
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
    return begin_request(c, POSTGRESQL_EXTENDED);
}

static int64_t feed_query(struct conn *c, struct bytes body, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    end_group(c);
    struct exchange *x = begin_request(c, POSTGRESQL_SIMPLE);
    struct cursor cursor = cursor_over(body);
    struct bytes text = postgresql_text(&cursor);
    sql_note(x, cursor.starved ? body : text, SQL_STANDARD, !cursor.starved);
    postgresql_asked_of(x)->ends_at_ready = true;
    pg->epoch++;
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

static int64_t feed_function_call(struct conn *c, int64_t len)
{
    struct postgresql *pg = conn_state(c);
    end_group(c);
    struct exchange *x = begin_request(c, POSTGRESQL_FUNCTION_CALL);
    postgresql_tell(x, "FUNCTION CALL", "FUNCTION CALL");
    postgresql_asked_of(x)->ends_at_ready = true;
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
    postgresql_asked_of(x)->due++;
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
    postgresql_asked_of(x)->due++;
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
    postgresql_asked_of(x)->due++;
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
        postgresql_asked_of(x)->executes = true;
    end_group(c);
    pg->executed = x != NULL;
    return len;
}

/* The one whose Execute came just before. */
static struct exchange *last_executed(struct conn *c)
{
    struct postgresql *pg = conn_state(c);
    struct exchange *last = NULL;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x))
        if (postgresql_is_of_epoch(x, pg->epoch) && postgresql_asked_of(x)->executes)
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
        postgresql_asked_of(x)->ends_at_ready = true;
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
        struct exchange *x = conn_begin(c, TO_SERVER, POSTGRESQL_CANCEL_KEY);
        postgresql_tell(x, "cancel", "cancel");
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, POSTGRESQL_CANCEL_KEY);
        conn_end(c, TO_SERVER, POSTGRESQL_CANCEL_KEY);
        return len;
    }
    struct exchange *x = begin_request(c, POSTGRESQL_STARTUP);
    pg->replicates = says_replication(bytes_after(bytes_first(in, len), 8));
    postgresql_tell(x, "connect", pg->replicates ? "connect replication" : "connect");
    postgresql_asked_of(x)->ends_at_ready = true;
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

int64_t postgresql_request(struct conn *c, struct bytes in)
{
    struct postgresql *pg = conn_state(c);
    bool lost = conn_is_lost(c, TO_SERVER);
    if (!pg->began && !lost)
        return feed_start(c, in);
    int64_t found = lost ? postgresql_find(TO_SERVER, in) : 1, len = 0;
    if (found <= 0)
        return found;
    pg->began = true;
    uint8_t type = in.at[0];
    struct bytes body = {0};
    int64_t status = postgresql_read(in, seen_of_request(type), &body, &len);
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
