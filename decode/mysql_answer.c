/* mysql_answer.c - what a server of MySQL says: packet by packet, which of them are rows and which
 * ends an answer.
 *
 * A result is the number of its columns, their definitions, an end, rows, an end. The first of the
 * two ends is left out where both sides know CLIENT_DEPRECATE_EOF; it is told by its length from
 * the second, which is an OK then. So only where nothing follows definitions does it matter whether
 * the login was seen. */
#include "decode/mysql_error.h"
#include "decode/mysql_state.h"

enum {
    GREETING_MAX = 512,
    PREPARED_MIN = 9,
    OK_MIN = 7,
    OK_MAX = 512,
};

static enum mysql_part first_part(uint16_t command)
{
    switch (command) {
    case COM_LOGIN:
    case COM_CHANGE_USER:
        return PART_LOGIN;
    case COM_STMT_PREPARE:
        return PART_PREPARED;
    case COM_FIELD_LIST:
        return PART_FIELDS;
    case COM_STATISTICS:
        return PART_TEXT;
    case COM_STMT_FETCH:
        return PART_ROWS;
    case COM_BINLOG_DUMP:
    case COM_BINLOG_DUMP_GTID:
    case COM_TABLE_DUMP:
        return PART_EVENTS;
    default:
        return PART_FIRST;
    }
}

static void set_status(struct exchange *x, const char *status)
{
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(status));
}

static void tell_ok(struct exchange *x)
{
    set_status(x, "OK");
    x->outcome = OUTCOME_OK;
}

static void tell_error(struct exchange *x, uint16_t number, struct bytes state)
{
    char text[6];
    size_t at = sizeof text - 1;
    x->outcome = mysql_blame(number, state);
    text[at] = '\0';
    do
        text[--at] = (char)('0' + number % 10);
    while (number /= 10);
    set_status(x, text + at);
}

/* The answer is over, as it stands. */
static void finish(struct conn *c, struct mysql *m)
{
    m->part = PART_NONE;
    m->dumps = false;
    conn_end(c, TO_CLIENT, KEY_IN_ORDER);
}

static void finish_ok(struct conn *c, struct mysql *m, struct exchange *x)
{
    if (x)
        tell_ok(x);
    finish(c, m);
}

/* An OK, or the end of rows: further results may follow. */
static void end_result(struct conn *c, struct mysql *m, struct exchange *x, uint16_t status)
{
    if (status & MYSQL_MORE_RESULTS)
        m->part = PART_FIRST;
    else
        finish_ok(c, m, x);
}

bool mysql_tell_first(struct exchange *x, const struct mysql_packet *p)
{
    uint16_t number;
    struct bytes state;
    uint32_t columns;
    bool defined;
    if (mysql_error(p, &number, &state)) {
        if (number != MYSQL_ERROR_PROGRESS)
            tell_error(x, number, state);
        return number != MYSQL_ERROR_PROGRESS;
    }
    bool works = (p->body.len && p->body.at[0] == MYSQL_SAYS_OK) || mysql_is_end(p) ||
                 mysql_columns(p, &columns, &defined);
    if (works)
        tell_ok(x);
    return works;
}

static int64_t lose(struct mysql *m)
{
    m->part = PART_NONE;
    return DECODE_LOST;
}

/* The first packet of a result. */
static bool see_first(struct conn *c, struct mysql *m, struct exchange *x,
                      const struct mysql_packet *p)
{
    bool defined;
    if (p->body.at[0] == MYSQL_SAYS_OK || mysql_is_end(p)) {
        end_result(c, m, x, mysql_status(p));
        return true;
    }
    if (p->body.at[0] == MYSQL_SAYS_SEND_FILE) {
        m->part = PART_FILE;
        return true;
    }
    if (!mysql_columns(p, &m->left, &defined))
        return false;
    m->part = defined ? PART_COLUMNS : PART_COLUMNS_END;
    return true;
}

static void see_row(struct conn *c, struct mysql *m, struct exchange *x,
                    const struct mysql_packet *p)
{
    m->part = PART_ROWS;
    if (mysql_is_end(p))
        end_result(c, m, x, mysql_status(p));
    else if (x)
        x->response_messages++;
}

/* The end of the columns; if it is none, it was left out and this is a row, or the end of them.
 * With a cursor, rows come when they are fetched. */
static void see_columns_end(struct conn *c, struct mysql *m, struct exchange *x,
                            const struct mysql_packet *p)
{
    bool ends = mysql_is_plain_end(p);
    m->ends = ends ? ENDS_SENT : ENDS_LEFT_OUT;
    if (!ends)
        see_row(c, m, x, p);
    else if (mysql_status(p) & MYSQL_HAS_CURSOR)
        finish_ok(c, m, x);
    else
        m->part = PART_ROWS;
}

bool mysql_read_prepared(const struct mysql_packet *p, struct mysql_prepared *ret)
{
    struct cursor at = cursor_over(p->body);
    uint8_t says = cursor_u8(&at);
    ret->id = cursor_le32(&at);
    ret->columns = cursor_le16(&at);
    ret->parameters = cursor_le16(&at);
    bool whole = !at.starved;
    cursor_skip(&at, 3); /* nothing, warnings */
    uint8_t defined = cursor_u8(&at);
    if (!at.starved && !defined)
        ret->columns = ret->parameters = 0;
    return whole && says == MYSQL_SAYS_OK;
}

/* What comes behind these definitions, of a statement that was prepared? */
static void go_on_prepared(struct conn *c, struct mysql *m, struct exchange *x,
                           enum mysql_part behind)
{
    m->left = m->columns;
    if (behind == PART_PREPARED && m->left)
        m->part = PART_RESULTS;
    else
        finish_ok(c, m, x);
}

static bool see_prepared(struct conn *c, struct mysql *m, struct exchange *x,
                         const struct mysql_packet *p)
{
    struct mysql_prepared prepared;
    if (!mysql_read_prepared(p, &prepared))
        return false;
    if (x)
        mysql_prepared(&m->session, x, exchange_state(x), prepared.id);
    m->left = prepared.parameters;
    m->columns = prepared.columns;
    if (m->left)
        m->part = PART_PARAMETERS;
    else
        go_on_prepared(c, m, x, PART_PREPARED);
    return true;
}

/* One more definition. Behind the last one there may be an end, and nobody knows; if nothing would
 * come behind that either, the answer is over now. */
static void see_definition(struct conn *c, struct mysql *m, struct exchange *x)
{
    bool results = m->part == PART_RESULTS, more = !results && m->columns;
    if (--m->left)
        return;
    if (m->ends == ENDS_SENT || (m->ends == ENDS_UNKNOWN && more)) {
        m->part = results ? PART_RESULTS_END : PART_PARAMETERS_END;
        return;
    }
    m->may_trail = m->ends == ENDS_UNKNOWN;
    go_on_prepared(c, m, x, results ? PART_RESULTS : PART_PREPARED);
}

static void see_definitions_end(struct conn *c, struct mysql *m, struct exchange *x,
                                const struct mysql_packet *p)
{
    bool ends = mysql_is_plain_end(p), results = m->part == PART_RESULTS_END;
    m->ends = ends ? ENDS_SENT : ENDS_LEFT_OUT;
    go_on_prepared(c, m, x, results ? PART_RESULTS : PART_PREPARED);
    if (!ends && m->part == PART_RESULTS)
        see_definition(c, m, x);
}

/* More to prove, or another way to do so, is told by other packets than these. */
static void see_login(struct conn *c, struct mysql *m, struct exchange *x,
                      const struct mysql_packet *p)
{
    if (p->body.at[0] != MYSQL_SAYS_OK)
        return;
    if (m->phase == MYSQL_LOGS_IN)
        m->phase = m->session.capabilities & MYSQL_COMPRESSES ? MYSQL_FRAMES : MYSQL_COMMANDS;
    finish_ok(c, m, x);
}

static void see_event(struct conn *c, struct mysql *m, struct exchange *x,
                      const struct mysql_packet *p)
{
    if (mysql_is_end(p))
        finish_ok(c, m, x);
    else if (x)
        x->response_messages++;
}

/* One packet of the answer in progress, which is no error. False: it makes no sense here. */
static bool see_part(struct conn *c, struct mysql *m, struct exchange *x,
                     const struct mysql_packet *p)
{
    switch (m->part) {
    case PART_FIRST:
    case PART_FILE:
        return see_first(c, m, x, p);
    case PART_LOGIN:
        see_login(c, m, x, p);
        break;
    case PART_COLUMNS:
        if (!--m->left)
            m->part = PART_COLUMNS_END;
        break;
    case PART_COLUMNS_END:
        see_columns_end(c, m, x, p);
        break;
    case PART_ROWS:
        see_row(c, m, x, p);
        break;
    case PART_PREPARED:
        return see_prepared(c, m, x, p);
    case PART_PARAMETERS:
    case PART_RESULTS:
        see_definition(c, m, x);
        break;
    case PART_PARAMETERS_END:
    case PART_RESULTS_END:
        see_definitions_end(c, m, x, p);
        break;
    case PART_FIELDS:
        if (mysql_is_end(p))
            finish_ok(c, m, x);
        break;
    case PART_TEXT:
        finish_ok(c, m, x);
        break;
    case PART_EVENTS:
        see_event(c, m, x, p);
        break;
    case PART_NONE:
        return false;
    }
    return true;
}

static int64_t pass(struct mysql *m, const struct mysql_packet *p)
{
    m->answering.next = (uint8_t)(p->number + 1);
    m->answering.goes_on = p->len == MYSQL_LEN_MAX;
    m->any_number = false;
    return (int64_t)MYSQL_HEADER + p->len;
}

static int64_t feed_part(struct conn *c, struct mysql *m, struct exchange *x,
                         const struct mysql_packet *p)
{
    uint16_t number;
    struct bytes state;
    if (m->part != PART_TEXT && mysql_error(p, &number, &state)) {
        if (number == MYSQL_ERROR_PROGRESS)
            return pass(m, p);
        if (x)
            tell_error(x, number, state);
        finish(c, m);
        return pass(m, p);
    }
    return see_part(c, m, x, p) ? pass(m, p) : lose(m);
}

/* How much of the packet is to be seen? Of a row, and of a definition, hardly anything. */
static uint32_t wanted(const struct mysql *m, const struct mysql_packet *p)
{
    uint32_t most = MYSQL_HEAD;
    if (m->part == PART_NONE && !p->number)
        most = GREETING_MAX;
    else if (m->part != PART_NONE && m->part != PART_FIRST && m->part != PART_FILE &&
             m->part != PART_PREPARED && p->body.len &&
             (p->body.at[0] < MYSQL_SAYS_END || p->len == MYSQL_LEN_MAX))
        most = 1;
    return p->len < most ? p->len : most;
}

/* A client that is turned away has not asked yet: what it wanted is to connect. */
static void tell_refusal(struct conn *c, uint16_t number, struct bytes state)
{
    static const uint64_t key = 0;
    struct exchange *x = conn_promise(c, key);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("connect"));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text("connect"));
    x = conn_begin(c, TO_CLIENT, key);
    tell_error(x, number, state);
    conn_end(c, TO_CLIENT, key);
}

/* What the server says without having been asked: its greeting, or that it closes. */
static int64_t feed_unasked(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    uint16_t number;
    struct bytes state;
    if (m->phase == MYSQL_BEGINS && mysql_greeting(p, &m->offered)) {
        m->greeted = true;
        return pass(m, p);
    }
    if (!mysql_is_refusal(p) || !mysql_error(p, &number, &state))
        return lose(m);
    if (m->phase == MYSQL_BEGINS && !m->greeted && !conn_is_lost(c, TO_CLIENT))
        tell_refusal(c, number, state);
    return pass(m, p);
}

/* Of an answer that was taken to be over. */
static bool trails(struct mysql *m, const struct mysql_packet *p)
{
    bool is_end = m->may_trail && p->number == m->answering.next && mysql_is_plain_end(p);
    if (m->may_trail)
        m->ends = is_end ? ENDS_SENT : ENDS_LEFT_OUT;
    m->may_trail = false;
    return is_end;
}

/* Behind a whole packet, is there the beginning of another that fits? */
static enum guess follows(struct bytes in, const struct mysql_packet *p)
{
    struct mysql_packet next;
    struct bytes rest = bytes_after(in, (size_t)MYSQL_HEADER + p->len);
    if (!rest.len)
        return GUESS_YES;
    if (!mysql_packet(rest, &next))
        return GUESS_MORE;
    return next.number == p->number + 1 || next.number == 1 ? GUESS_YES : GUESS_NO;
}

static bool is_sure_ok(const struct mysql_packet *p)
{
    struct cursor c = cursor_over(bytes_after(p->body, 1));
    mysql_number(&c);
    mysql_number(&c);
    cursor_skip(&c, 2 * sizeof(uint16_t));
    return p->len >= OK_MIN && p->len <= OK_MAX && !c.starved && !(mysql_status(p) & 0x8000);
}

static bool is_sure_error(const struct mysql_packet *p)
{
    uint16_t number;
    struct bytes state;
    return p->len <= OK_MAX && mysql_error(p, &number, &state) && state.len && number >= 1000;
}

/* The number of columns, and the first of their definitions ("def", the only catalogue). */
static enum guess is_sure_result(struct bytes in, const struct mysql_packet *p)
{
    static const uint8_t catalogue[] = {3, 'd', 'e', 'f'};
    struct mysql_packet next;
    uint32_t columns;
    bool defined;
    if (!mysql_columns(p, &columns, &defined) || !defined)
        return GUESS_NO;
    if (!mysql_packet(bytes_after(in, (size_t)MYSQL_HEADER + p->len), &next))
        return GUESS_MORE;
    struct bytes begins = bytes_first(next.body, sizeof catalogue);
    if (next.number != 2 ||
        !bytes_equal(begins, bytes_first(bytes_of(catalogue, sizeof catalogue), begins.len)))
        return GUESS_NO;
    return begins.len < sizeof catalogue ? GUESS_MORE : GUESS_YES;
}

enum guess mysql_is_surely_answer(struct bytes in, uint8_t number)
{
    struct mysql_packet p;
    if ((in.len > 1 && in.at[1] > OK_MAX >> 8) || (in.len > 2 && in.at[2]) ||
        (in.len > 3 && in.at[3] != number))
        return GUESS_NO;
    if (!mysql_packet(in, &p))
        return GUESS_MORE;
    if (!p.len || p.len > OK_MAX)
        return GUESS_NO;
    if (p.body.len < p.len)
        return GUESS_MORE;
    if (is_sure_error(&p) || (p.body.at[0] == MYSQL_SAYS_OK && is_sure_ok(&p)))
        return follows(in, &p);
    return is_sure_result(in, &p);
}

/* A row in binary, or the end of rows, and what follows. */
static enum guess are_surely_rows(struct bytes in)
{
    struct mysql_packet p;
    if ((in.len > 2 && in.at[2]) || (in.len > 3 && in.at[3] != 1))
        return GUESS_NO;
    if (!mysql_packet(in, &p) || (p.len && !p.body.len))
        return GUESS_MORE;
    if (!p.len || (p.body.at[0] != MYSQL_SAYS_OK && !mysql_is_end(&p)))
        return GUESS_NO;
    return p.body.len < p.len ? GUESS_MORE : follows(in, &p);
}

/* The next answer's first packet has the number behind the request's last. After a loss, that of a
 * login may be any, for several turns of it may have passed. */
static uint8_t expected_number(struct conn *c, uint8_t number)
{
    struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    const struct mysql_asked *asked = x ? exchange_state(x) : NULL;
    if (asked && asked->command == COM_LOGIN && conn_is_lost(c, TO_CLIENT) && number > 1)
        return number;
    return asked && asked->number ? asked->number : 1;
}

static int64_t begin_answer(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    if (trails(m, p))
        return pass(m, p);
    if (!p->number)
        return feed_unasked(c, m, p);
    if (p->number != expected_number(c, p->number) && !m->any_number)
        return lose(m);
    struct exchange *x = conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
    const struct mysql_asked *asked = exchange_state(x);
    m->part = first_part(asked->command);
    return feed_part(c, m, x, p);
}

/* Is the next answer one without columns? */
static bool fetches(struct conn *c)
{
    struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    return x && ((const struct mysql_asked *)exchange_state(x))->command == COM_STMT_FETCH;
}

int64_t mysql_feed_answer(struct conn *c, struct mysql *m, struct bytes in)
{
    struct mysql_packet p;
    if (m->part == PART_NONE && conn_is_lost(c, TO_CLIENT)) {
        uint8_t number = expected_number(c, in.len > 3 ? in.at[3] : 0);
        enum guess guess = fetches(c) ? are_surely_rows(in) : mysql_is_surely_answer(in, number);
        if (guess != GUESS_YES)
            return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    }
    if (!mysql_packet(in, &p))
        return DECODE_MORE;
    bool inside = m->part != PART_NONE || m->answering.goes_on;
    if (inside && !m->any_number && p.number != m->answering.next)
        return lose(m);
    if (m->answering.goes_on) {
        conn_find(c, TO_CLIENT, KEY_IN_ORDER);
        return pass(m, &p);
    }
    if (p.body.len < wanted(m, &p))
        return DECODE_MORE;
    if (!p.len)
        return lose(m);
    if (m->part == PART_NONE)
        return begin_answer(c, m, &p);
    return feed_part(c, m, conn_find(c, TO_CLIENT, KEY_IN_ORDER), &p);
}
