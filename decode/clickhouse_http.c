/* clickhouse_http.c - see clickhouse_http.h. */
#include "decode/clickhouse_http.h"

#include <stdio.h>

#include "decode/decoder.h"
#include "decode/sql.h"
#include "decode/sql_words.h"

enum { CODE_DIGITS_MAX = 6 };

/* Beside an exchange. */
struct asked {
    char operation[sizeof((struct exchange *)0)->operation]; /* "": there is no statement */
    bool at_root;                                            /* what is asked may be a statement */
    bool in_query;                                           /* and the target's query has one */
    bool is_ours;
};

_Static_assert(sizeof(struct asked) <= EXCHANGE_STATE_MAX, "what is asked fits its room");

static void believe(struct exchange *x)
{
    const struct asked *a = exchange_state(x);
    if (a->is_ours && a->operation[0])
        memcpy(x->operation, a->operation, sizeof x->operation);
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_statement(struct bytes text)
{
    size_t at = 0, len = 0;
    while (at < text.len && (text.at[at] <= ' ' || text.at[at] == '('))
        at++;
    text = bytes_after(text, at);
    while (len < text.len && is_letter(text.at[len]))
        len++;
    return sql_keyword(bytes_first(text, len))->traits & (SQL_VERB | SQL_PREFIX);
}

static void note(struct exchange *x, struct bytes text, bool whole)
{
    struct asked *a = exchange_state(x);
    struct exchange told = {0};
    if (!is_statement(text))
        return;
    sql_note(&told, text, SQL_CLICKHOUSE, whole);
    memcpy(a->operation, told.operation, sizeof a->operation);
    believe(x);
}

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As forms are written: %20 and + are blanks. Returns how many bytes; false: not all had room. */
static bool unescape(struct bytes in, uint8_t *text, size_t size, size_t *ret_len)
{
    size_t len = 0, at = 0;
    while (at < in.len && len < size) {
        uint8_t c = in.at[at++];
        bool escaped =
            c == '%' && at + 1 < in.len && hex(in.at[at]) >= 0 && hex(in.at[at + 1]) >= 0;
        if (escaped) {
            c = (uint8_t)(hex(in.at[at]) * 16 + hex(in.at[at + 1]));
            at += 2;
        } else if (c == '+') {
            c = ' ';
        }
        text[len++] = c;
    }
    *ret_len = len;
    return at == in.len;
}

/* The value of `query` among parameters; at NULL: there is none. */
static struct bytes find_query(struct bytes parameters)
{
    static const char name[] = "query=";
    while (parameters.len) {
        const uint8_t *end = memchr(parameters.at, '&', parameters.len);
        size_t len = end ? (size_t)(end - parameters.at) : parameters.len;
        struct bytes one = bytes_first(parameters, len);
        if (bytes_equal_text(bytes_first(one, sizeof name - 1), name))
            return bytes_of(one.at + sizeof name - 1, one.len - (sizeof name - 1));
        parameters = bytes_after(parameters, len + 1);
    }
    return (struct bytes){0};
}

void clickhouse_http_target(struct exchange *x, struct bytes target)
{
    struct asked *a = exchange_state(x);
    uint8_t text[CLICKHOUSE_STATEMENT_SEEN];
    size_t len;
    if (strcmp(x->path, "/") != 0)
        return;
    a->at_root = true;
    const uint8_t *mark = memchr(target.at, '?', target.len);
    size_t at = mark ? (size_t)(mark - target.at) + 1 : target.len;
    struct bytes query = find_query(bytes_after(target, at));
    a->in_query = query.len;
    bool whole = unescape(query, text, sizeof text, &len);
    note(x, bytes_of(text, len), whole);
}

/* Behind a statement in the target come its data. */
bool clickhouse_http_wants_body(struct exchange *x)
{
    const struct asked *a = exchange_state(x);
    return a->at_root && !a->in_query && strcmp(x->method, "POST") == 0;
}

void clickhouse_http_body(struct exchange *x, struct bytes body, bool whole)
{
    note(x, body, whole);
}

static bool is_code(struct bytes code)
{
    for (size_t i = 0; i < code.len; i++)
        if (code.at[i] < '0' || code.at[i] > '9')
            return false;
    return code.len && code.len <= CODE_DIGITS_MAX;
}

void clickhouse_http_fields(struct exchange *x, const struct http_fields *f)
{
    struct asked *a = exchange_state(x);
    char text[32];
    if (!f->clickhouse || !a->at_root)
        return;
    a->is_ours = true;
    believe(x);
    if (!is_code(f->clickhouse_exception))
        return;
    int len = snprintf(text, sizeof text, "exception %.*s", (int)f->clickhouse_exception.len,
                       (const char *)f->clickhouse_exception.at);
    exchange_text(x, x->message, sizeof x->message, bytes_of(text, (size_t)len));
}
