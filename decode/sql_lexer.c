/* sql_lexer.c - see sql_lexer.h. */
#include "decode/sql_lexer.h"

static uint8_t byte_at(struct bytes b, size_t at)
{
    return at < b.len ? b.at[at] : 0;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool begins_word(uint8_t c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80;
}

static bool is_in_word(const struct sql_lexer *l, uint8_t c)
{
    return begins_word(c) || is_digit(c) || c == '$' || (c == '#' && l->dialect == SQL_TSQL);
}

static size_t word_len(const struct sql_lexer *l, size_t at)
{
    size_t end = at;
    while (end < l->rest.len && is_in_word(l, l->rest.at[end]))
        end++;
    return end - at;
}

/* From the quote at `at` to behind the one that ends it, which is doubled where it is meant. */
static size_t quoted_end(struct bytes b, size_t at, uint8_t closing, bool escapes)
{
    for (size_t i = at + 1; i < b.len; i++) {
        if (escapes && b.at[i] == '\\')
            i++;
        else if (b.at[i] == closing && byte_at(b, i + 1) == closing)
            i++;
        else if (b.at[i] == closing)
            return i + 1;
    }
    return b.len;
}

static size_t line_end(struct bytes b)
{
    const uint8_t *end = memchr(b.at, '\n', b.len);
    return end ? (size_t)(end - b.at) : b.len;
}

static size_t comment_end(struct bytes b, bool nested)
{
    size_t depth = 0;
    for (size_t i = 0; i + 1 < b.len; i++) {
        bool opens = b.at[i] == '/' && b.at[i + 1] == '*', closes = b.at[i] == '*';
        closes = closes && b.at[i + 1] == '/';
        if (!opens && !closes)
            continue;
        depth += opens && (nested || !depth);
        depth -= closes;
        if (!depth)
            return i + 2;
        i++;
    }
    return b.len;
}

/* A comment that begins with "!40101", which MySQL executes: the length of its mark, or 0. */
static size_t conditional_len(struct bytes b)
{
    size_t at = 2 + (byte_at(b, 2) == 'M');
    if (byte_at(b, at) != '!')
        return 0;
    for (at++; is_digit(byte_at(b, at));)
        at++;
    return at;
}

/* The length of the white space or comment here; 0: it is neither. */
static size_t blank_len(struct sql_lexer *l)
{
    struct bytes b = l->rest;
    uint8_t first = b.at[0], second = byte_at(b, 1);
    bool mysql = l->dialect == SQL_MYSQL;
    if (first <= ' ' || first == 0x7f)
        return 1;
    if (first == '-' && second == '-' && (!mysql || byte_at(b, 2) <= ' '))
        return line_end(b);
    if (first == '#' && sql_escapes(l->dialect))
        return line_end(b);
    if (first == '/' && second == '/' && l->dialect == SQL_CQL)
        return line_end(b);
    if (first == '*' && second == '/' && l->in_conditional) {
        l->in_conditional = false;
        return 2;
    }
    if (first != '/' || second != '*')
        return 0;
    size_t mark = mysql ? conditional_len(b) : 0;
    l->in_conditional = l->in_conditional || mark;
    return mark ? mark : comment_end(b, !sql_escapes(l->dialect));
}

/* Digits and whatever is written together with them: 1.5e-3, 0x1f, 1_000, 5kg. */
static size_t number_len(const struct sql_lexer *l)
{
    size_t end = 0;
    for (; end < l->rest.len; end++) {
        uint8_t c = l->rest.at[end];
        bool exponent = (c == '-' || c == '+') && end && (l->rest.at[end - 1] | 0x20) == 'e' &&
                        is_digit(byte_at(l->rest, end + 1)) && byte_at(l->rest, 1) != 'x';
        if (!is_in_word(l, c) && c != '.' && !exponent)
            break;
    }
    return end;
}

/* $1, or $tag$ ... $tag$ */
static size_t dollar_len(const struct sql_lexer *l)
{
    struct bytes b = l->rest;
    size_t tag = 1;
    while (is_digit(byte_at(b, tag)))
        tag++;
    if (tag > 1)
        return tag;
    while (tag < b.len && b.at[tag] != '$' && is_in_word(l, b.at[tag]))
        tag++;
    if (byte_at(b, tag) != '$')
        return tag; /* nothing that makes sense */
    tag++;
    const uint8_t *end = memmem(b.at + tag, b.len - tag, b.at, tag);
    return end ? (size_t)(end - b.at) + tag : b.len;
}

/* E'...', X'...' and the like: the length of what stands before the quote; 0: it is no such. */
static size_t prefix_len(struct bytes b)
{
    uint8_t first = (uint8_t)(byte_at(b, 0) | 0x20);
    if (byte_at(b, 1) == '\'' && first && strchr("ebxn", first))
        return 1;
    return first == 'u' && byte_at(b, 1) == '&' && byte_at(b, 2) == '\'' ? 2 : 0;
}

static bool is_operator(const struct sql_lexer *l, struct bytes b, size_t at)
{
    uint8_t c = byte_at(b, at);
    if (!c)
        return false;
    if (c == '-')
        return byte_at(b, at + 1) == '>';
    return strchr("<>=!~&|^%", c) || (sql_is_standard(l->dialect) && (c == '@' || c == '#'));
}

static size_t symbol_len(const struct sql_lexer *l)
{
    struct bytes b = l->rest;
    size_t len = 0;
    if (b.at[0] == ':' && (byte_at(b, 1) == ':' || byte_at(b, 1) == '='))
        return 2;
    while (is_operator(l, b, len))
        len += b.at[len] == '-' ? 2 : 1;
    return len ? len : 1;
}

static struct sql_token take(struct sql_lexer *l, enum sql_kind kind, size_t len)
{
    struct sql_token t = {.kind = kind, .cut = len >= l->rest.len};
    t.text = bytes_first(l->rest, len);
    l->rest = bytes_after(l->rest, len);
    return t;
}

static struct sql_token take_name(struct sql_lexer *l, uint8_t closing)
{
    uint8_t quote = l->rest.at[0];
    size_t end = quoted_end(l->rest, 0, closing, false);
    struct sql_token t = take(l, SQL_NAME, end);
    bool closed = t.text.len > 1 && t.text.at[t.text.len - 1] == closing;
    t.text = bytes_after(bytes_first(t.text, t.text.len - closed), 1);
    t.quote = quote;
    size_t after = 0;
    while (byte_at(l->rest, after) == ' ')
        after++;
    t.dotted = byte_at(l->rest, after) == '.';
    return t;
}

/* A literal whose kind shows in how it begins; its length, or 0. */
static size_t literal_len(const struct sql_lexer *l)
{
    struct bytes b = l->rest;
    uint8_t first = b.at[0], second = byte_at(b, 1);
    bool escapes = sql_escapes(l->dialect);
    size_t prefix = prefix_len(b);
    if (first == '\'' || prefix)
        return quoted_end(b, prefix, '\'', escapes || (prefix == 1 && (first | 0x20) == 'e'));
    if (first == '"' && escapes)
        return quoted_end(b, 0, '"', true);
    if (is_digit(first) || (first == '.' && is_digit(second) && !l->after_operand))
        return number_len(l);
    if (first == '$' && (sql_is_standard(l->dialect) || l->dialect == SQL_CLICKHOUSE))
        return dollar_len(l);
    if (first == '$' && is_digit(second))
        return 1 + word_len(l, 1);
    if (first == ':' && is_in_word(l, second)) /* but of an array's slice, "[1:2]", too */
        return 1 + word_len(l, 1);
    if (first == '@' && l->dialect == SQL_TSQL && second != '@')
        return 1 + word_len(l, 1);
    return first == '?';
}

static struct sql_token next(struct sql_lexer *l)
{
    size_t len = 0;
    while (l->rest.len && (len = blank_len(l)))
        l->rest = bytes_after(l->rest, len);
    if (!l->rest.len)
        return (struct sql_token){.kind = SQL_END};
    uint8_t first = l->rest.at[0];
    len = literal_len(l);
    if (len)
        return take(l, SQL_LITERAL, len);
    if (first == '"' || (first == '`' && !sql_is_standard(l->dialect)))
        return take_name(l, first);
    if (first == '[' && l->dialect == SQL_TSQL)
        return take_name(l, ']');
    if (begins_word(first) || (first == '$' && is_in_word(l, byte_at(l->rest, 1))))
        return take(l, SQL_WORD, word_len(l, 0));
    if (first == '#' && l->dialect == SQL_TSQL)
        return take(l, SQL_WORD, word_len(l, 0));
    size_t marks = first == '@' ? 1 + (byte_at(l->rest, 1) == '@') : 0;
    if (marks && !sql_is_standard(l->dialect))
        return take(l, SQL_WORD, marks + word_len(l, marks));
    return take(l, SQL_SYMBOL, symbol_len(l));
}

struct sql_token sql_next(struct sql_lexer *l)
{
    struct sql_token t = next(l);
    l->after_operand = t.kind == SQL_WORD || t.kind == SQL_NAME || sql_is_symbol(&t, ")") ||
                       sql_is_symbol(&t, "]");
    return t;
}

bool sql_is_symbol(const struct sql_token *t, const char *text)
{
    return t->kind == SQL_SYMBOL && t->text.at[0] == (uint8_t)text[0] &&
           bytes_equal_text(t->text, text);
}
