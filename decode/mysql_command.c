/* mysql_command.c - see mysql_command.h. */
#include "decode/mysql_command.h"

#include <ctype.h>
#include <strings.h>

#include "decode/sql.h"

enum {
    EXECUTE_HEAD = 10,     /* command, statement, flags, iterations */
    LATEST_STATEMENT = -1, /* of MariaDB: the one that was prepared last */
    VERB_MAX = 12,
};

static const char *const names[] = {
    "SLEEP",          "QUIT",
    "INIT_DB",        "QUERY",
    "FIELD_LIST",     "CREATE_DB",
    "DROP_DB",        "REFRESH",
    "SHUTDOWN",       "STATISTICS",
    "PROCESS_INFO",   "CONNECT",
    "PROCESS_KILL",   "DEBUG",
    "PING",           "TIME",
    "DELAYED_INSERT", "CHANGE_USER",
    "BINLOG_DUMP",    "TABLE_DUMP",
    "CONNECT_OUT",    "REGISTER_REPLICA",
    "PREPARE",        "EXECUTE",
    "SEND_LONG_DATA", "CLOSE",
    "RESET",          "SET_OPTION",
    "FETCH",          "DAEMON",
    "BINLOG_DUMP",    "RESET_CONNECTION",
    "CLONE",          "SUBSCRIBE_GROUP",
};

bool mysql_is_command(uint8_t command)
{
    return (command && command < sizeof names / sizeof *names) || command == COM_STMT_BULK_EXECUTE;
}

bool mysql_is_unanswered(uint16_t command)
{
    return command == COM_QUIT || command == COM_STMT_SEND_LONG_DATA || command == COM_STMT_CLOSE;
}

bool mysql_is_dump(uint16_t command)
{
    return command == COM_BINLOG_DUMP || command == COM_BINLOG_DUMP_GTID ||
           command == COM_TABLE_DUMP;
}

static bool has_text(uint8_t command)
{
    return command == COM_QUERY || command == COM_STMT_PREPARE;
}

uint32_t mysql_command_head(const struct mysql_packet *p)
{
    uint32_t wanted = EXECUTE_HEAD;
    if (p->body.len && has_text(p->body.at[0]))
        wanted = MYSQL_TEXT_MAX;
    return p->len < wanted ? p->len : wanted;
}

static void set_method(struct exchange *x, const char *method)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(method));
}

/* "FETCH" and what it fetches of; either may be "". */
static void set_operation(struct exchange *x, const char *verb, const char *object)
{
    char text[sizeof x->operation + VERB_MAX];
    size_t len = strlen(verb), more = strnlen(object, sizeof x->operation);
    memcpy(text, verb, len);
    if (len && more)
        text[len++] = ' ';
    memcpy(text + len, object, more);
    exchange_text(x, x->operation, sizeof x->operation, bytes_of(text, len + more));
}

static void tell_text(const struct mysql_session *s, struct exchange *x,
                      const struct mysql_packet *p)
{
    struct bytes text = bytes_after(p->body, 1);
    if (p->body.at[0] == COM_QUERY)
        text = bytes_after(text, mysql_query_text(text, s->capabilities, s->known));
    sql_note(x, text, SQL_MYSQL, p->body.len == p->len);
}

/* It is not the statement itself that is asked for. What it will be is kept beside. */
static void tell_prepare(struct mysql_session *s, struct exchange *x, struct mysql_asked *asked)
{
    asked->is_known = true;
    memcpy(asked->method, x->method, sizeof asked->method);
    memcpy(asked->operation, x->operation, sizeof asked->operation);
    statements_put(&s->statements, (uint32_t)LATEST_STATEMENT, x);
    set_method(x, "PREPARE");
    set_operation(x, "PREPARE", asked->operation);
}

void mysql_prepared(struct mysql_session *s, const struct exchange *x,
                    const struct mysql_asked *asked, uint32_t id)
{
    if (!asked->is_known)
        return;
    struct exchange plain = *x;
    memcpy(plain.method, asked->method, sizeof plain.method);
    memcpy(plain.operation, asked->operation, sizeof plain.operation);
    statements_put(&s->statements, id, &plain);
}

/* What refers to a statement by its number. */
static void tell_statement(struct mysql_session *s, struct exchange *x, struct bytes body)
{
    struct cursor c = cursor_over(bytes_after(body, 1));
    uint32_t id = cursor_le32(&c);
    const char *verb = names[body.at[0] == COM_STMT_BULK_EXECUTE ? COM_STMT_EXECUTE : body.at[0]];
    bool is_known = statements_get(s->statements, id, x);
    bool executes = body.at[0] == COM_STMT_EXECUTE || body.at[0] == COM_STMT_BULK_EXECUTE;
    if (!is_known) {
        set_operation(x, executes ? "" : verb, "{statement}");
        x->notes |= NOTE_UNKNOWN_FIELDS;
    }
    if (is_known && !executes)
        set_operation(x, verb, x->operation);
    if (!executes)
        set_method(x, verb);
    if (body.at[0] == COM_STMT_CLOSE)
        statements_drop(s->statements, id);
}

void mysql_tell_command(struct mysql_session *s, struct exchange *x, const struct mysql_packet *p)
{
    struct mysql_asked *asked = exchange_state(x);
    uint8_t command = p->body.at[0];
    asked->command = command;
    switch (command) {
    case COM_QUERY:
        tell_text(s, x, p);
        return;
    case COM_STMT_PREPARE:
        tell_text(s, x, p);
        tell_prepare(s, x, asked);
        return;
    case COM_STMT_EXECUTE:
    case COM_STMT_BULK_EXECUTE:
    case COM_STMT_FETCH:
    case COM_STMT_RESET:
    case COM_STMT_CLOSE:
    case COM_STMT_SEND_LONG_DATA:
        tell_statement(s, x, p->body);
        return;
    case COM_CHANGE_USER:
    case COM_RESET_CONNECTION:
        statements_free(&s->statements);
        break;
    default:
        break;
    }
    set_method(x, names[command]);
    set_operation(x, names[command], "");
    if (mysql_is_dump(command))
        x->call = CALL_SERVER_STREAMING;
}

static bool is_verb(struct bytes word)
{
    static const char *const verbs[] = {
        "alter",    "analyze",  "begin",      "binlog",  "cache",  "call",    "change",
        "check",    "clone",    "commit",     "create",  "delete", "desc",    "do",
        "describe", "drop",     "explain",    "execute", "flush",  "grant",   "handler",
        "help",     "insert",   "install",    "kill",    "load",   "lock",    "optimize",
        "prepare",  "purge",    "release",    "rename",  "repair", "replace", "reset",
        "revoke",   "rollback", "savepoint",  "select",  "set",    "show",    "start",
        "stop",     "table",    "truncate",   "unlock",  "update", "use",     "values",
        "with",     "xa",       "deallocate",
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (word.len == strlen(verbs[i]) &&
            strncasecmp((const char *)word.at, verbs[i], word.len) == 0)
            return true;
    return false;
}

static bool is_text(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' && !isspace(text.at[i]))
            return false;
    return true;
}

/* Does a statement begin here? `ends` says that the text does not go on. */
static enum guess begins_statement(struct bytes text, bool ends)
{
    while (text.len && (isspace(text.at[0]) || text.at[0] == '('))
        text = bytes_after(text, 1);
    if (text.len > 1 && text.at[0] == '/' && text.at[1] == '*')
        return is_text(bytes_first(text, VERB_MAX)) ? GUESS_YES : GUESS_NO;
    size_t len = 0;
    while (len < text.len && isalpha(text.at[len]))
        len++;
    if (len == text.len && !ends)
        return len < VERB_MAX ? GUESS_MORE : GUESS_NO;
    struct bytes behind = bytes_first(bytes_after(text, len), VERB_MAX);
    return is_verb(bytes_first(text, len)) && is_text(behind) ? GUESS_YES : GUESS_NO;
}

/* Of a command without a text: is its length right, and what it says of itself? */
static bool is_in_shape(const struct mysql_packet *p)
{
    static const uint8_t one[] = {1, 0, 0, 0};
    struct bytes iterations = bytes_first(bytes_after(p->body, 6), sizeof one);
    switch (p->body.at[0]) {
    case COM_QUIT:
    case COM_PING:
    case COM_STATISTICS:
    case COM_RESET_CONNECTION:
        return p->len == 1;
    case COM_INIT_DB:
        return p->len > 1 && p->len < 256 && is_text(bytes_after(p->body, 1));
    case COM_STMT_EXECUTE:
        return p->len >= EXECUTE_HEAD && p->body.at[5] < 16 &&
               bytes_equal(iterations, bytes_of(one, sizeof one));
    case COM_STMT_CLOSE:
    case COM_STMT_RESET:
        return p->len == 5;
    case COM_STMT_FETCH:
        return p->len == 9;
    default:
        return false;
    }
}

enum guess mysql_is_surely_command(struct bytes in, bool *ret_has_text)
{
    struct mysql_packet p;
    *ret_has_text = false;
    if (in.len > 3 && in.at[3])
        return GUESS_NO;
    if (!mysql_packet(in, &p) || (p.len && !p.body.len))
        return GUESS_MORE;
    if (!p.len || !mysql_is_command(p.body.at[0]))
        return GUESS_NO;
    *ret_has_text = has_text(p.body.at[0]);
    if (!*ret_has_text && p.body.len < mysql_command_head(&p))
        return GUESS_MORE;
    if (!*ret_has_text)
        return is_in_shape(&p) ? GUESS_YES : GUESS_NO;
    struct bytes text = bytes_after(p.body, 1);
    if (p.body.at[0] == COM_QUERY)
        text = bytes_after(text, mysql_query_text(text, 0, false));
    return begins_statement(text, p.body.len == p.len);
}
