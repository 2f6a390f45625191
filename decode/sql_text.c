/* sql_text.c - see sql_text.h.
 *
 * The fingerprint is FNV-1a of the text in small letters, mixed at the end: a label that is the
 * same everywhere and always, no key of a table. */
#include "decode/sql_text.h"

#include <ctype.h>

#include "decode/sql_name.h"

/* What was written last, as far as it matters to the space behind it and to signs. */
enum piece { NOTHING, PLAIN, KEYWORD, LITERAL, OPEN, CLOSE, TIGHT, OPERATOR, COMMA };

void sql_text_begin(struct sql_text *t, enum sql_dialect dialect)
{
    *t = (struct sql_text){
        .dialect = dialect, .hash = 0xcbf29ce484222325, .list_depth = -1, .rows_depth = -1};
    t->before = sql_keyword((struct bytes){0});
}

static void put(struct sql_text *t, const void *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = ((const uint8_t *)text)[i];
        t->hash = (t->hash ^ (uint8_t)tolower(c)) * 0x100000001b3;
    }
    size_t room = sizeof t->text - t->len;
    t->full = t->full || len > room;
    memcpy(t->text + t->len, text, len < room ? len : room);
    t->len += len < room ? len : room;
}

static bool wants_space(enum piece last, enum piece next)
{
    if (last == NOTHING || last == OPEN || last == TIGHT)
        return false;
    if (next == CLOSE || next == COMMA || next == TIGHT)
        return false;
    return next != OPEN || last != PLAIN;
}

static void write_piece(struct sql_text *t, enum piece piece, const void *text, size_t len)
{
    if (t->in_further_row)
        return;
    if (wants_space(t->last, piece))
        put(t, " ", 1);
    put(t, text, len);
    t->last = (uint8_t)piece;
}

static void write_held(struct sql_text *t)
{
    if (t->held_end)
        write_piece(t, COMMA, ";", 1);
    if (t->held_comma)
        write_piece(t, COMMA, ",", 1);
    if (t->held_sign)
        write_piece(t, OPERATOR, &t->held_sign, 1);
    t->held_end = t->held_comma = false;
    t->held_sign = 0;
}

static void write_literal(struct sql_text *t)
{
    bool goes_on = t->last == LITERAL && !t->held_end && (t->held_comma || !t->held_sign);
    t->held_sign = 0;
    if (goes_on) {
        t->held_comma = false;
        return;
    }
    write_held(t);
    write_piece(t, LITERAL, "?", 1);
}

static bool is_simple(struct bytes name, bool folded)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.at[i];
        if (!(isalpha(c) || c == '_' || c >= 0x80 || (i && (isdigit(c) || c == '$'))) ||
            (folded && isupper(c)))
            return false;
    }
    return !(sql_keyword(name)->traits & SQL_RESERVED);
}

/* A statement whose names are made up, one for each time it is sent. */
static bool has_passing_names(const struct sql_keyword *verb)
{
    static const char *const verbs[] = {"SAVEPOINT",  "RELEASE",  "ROLLBACK", "PREPARE", "EXECUTE",
                                        "DEALLOCATE", "DECLARE",  "FETCH",    "MOVE",    "CLOSE",
                                        "LISTEN",     "UNLISTEN", "NOTIFY",   "XA"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verb->text, verbs[i]) == 0)
            return true;
    return false;
}

static void write_name(struct sql_text *t, const struct sql_token *token)
{
    char text[SQL_NAME_MAX + 3];
    bool folded = t->dialect == SQL_STANDARD;
    bool quoted = token->kind == SQL_NAME && !is_simple(token->text, folded);
    size_t len =
        sql_name(text + quoted, token->text, t->passing_names ? SQL_MASK_DIGITS : SQL_MASK_IDS);
    for (size_t i = 0; i < len && token->kind == SQL_WORD && folded; i++)
        text[i] = (char)tolower((unsigned char)text[i]);
    if (quoted) {
        text[0] = (char)token->quote;
        text[len + 1] = token->quote == '[' ? ']' : (char)token->quote;
    }
    write_held(t);
    write_piece(t, PLAIN, text, len + 2 * (size_t)quoted);
}

/* "x" where a value is to be expected: somebody may take it for a string. */
static bool is_in_value_position(const struct sql_text *t)
{
    bool compared = t->mark && strchr("<>=!~", t->mark);
    const char *word = t->before->text;
    return compared || t->depth == t->list_depth || strcmp(word, "LIKE") == 0 ||
           strcmp(word, "ILIKE") == 0 || strcmp(word, "BETWEEN") == 0;
}

static bool is_constant(enum sql_word word)
{
    return word == SQL_KW_NULL || word == SQL_KW_TRUE || word == SQL_KW_FALSE;
}

/* Is what stands here to be written as a literal? */
static bool is_literal(const struct sql_text *t, const struct sql_token *token,
                       const struct sql_keyword *keyword)
{
    bool plain = token->kind == SQL_NAME || !keyword->word;
    if (token->kind == SQL_LITERAL || !(t->verb->traits & SQL_VERB))
        return true;
    if (t->after_secret && plain)
        return true;
    if (t->to_value && !t->depth && (plain || !(keyword->traits & SQL_RESERVED)))
        return keyword->word != SQL_KW_ON && keyword->word != SQL_KW_OFF;
    if (token->kind == SQL_NAME)
        return !sql_is_name(token->text) || (token->quote == '"' && !token->dotted &&
                                             t->last != TIGHT && is_in_value_position(t));
    return is_constant(keyword->word) && t->before->word != SQL_KW_IS &&
           t->before->word != SQL_KW_NOT;
}

/* The second and later rows of a list go unwritten. True: this token belongs to one. */
static bool pass_row(struct sql_text *t, const struct sql_token *token,
                     const struct sql_keyword *keyword)
{
    if (t->in_further_row || t->rows_depth != t->depth || !t->after_row)
        return t->in_further_row;
    bool opens = sql_is_symbol(token, "(") || keyword->word == SQL_KW_ROW;
    if (t->held_comma && opens) {
        t->held_comma = false;
        t->in_further_row = true;
    } else if (!sql_is_symbol(token, ",")) {
        t->rows_depth = -1;
    }
    return t->in_further_row;
}

static void open_or_close(struct sql_text *t, bool opens)
{
    if (!opens) {
        if (t->depth == t->list_depth)
            t->list_depth = -1;
        t->depth -= t->depth > 0;
        if (t->rows_depth > t->depth)
            t->rows_depth = -1;
        t->after_row = t->depth == t->rows_depth;
        return;
    }
    t->depth++;
    if (t->before->word == SQL_KW_IN) {
        t->list_depth = t->depth;
        if (t->rows_depth < 0)
            t->rows_depth = t->depth;
    }
    t->after_row = false;
}

static bool is_operand(uint8_t last)
{
    return last == PLAIN || last == LITERAL || last == CLOSE;
}

static void add_symbol(struct sql_text *t, const struct sql_token *token)
{
    const char first = (char)token->text.at[0];
    bool one = token->text.len == 1;
    bool holds_row = t->after_row && t->depth == t->rows_depth;
    if (one && first == ',' && (t->last == LITERAL || holds_row) && !t->held_sign) {
        write_held(t);
        t->held_comma = true;
    } else if (one && (first == '+' || first == '-') && (t->held_comma || !is_operand(t->last)) &&
               !t->held_sign) {
        t->held_sign = first;
    } else {
        write_held(t);
        bool bracket = first == '[' && is_operand(t->last);
        enum piece piece = !one           ? (bytes_equal_text(token->text, "::") ? TIGHT : OPERATOR)
                           : first == '(' ? OPEN
                           : first == ')' || first == ']' ? CLOSE
                           : first == '['                 ? (bracket ? TIGHT : OPEN)
                           : first == '.'                 ? TIGHT
                           : first == ','                 ? COMMA
                                                          : OPERATOR;
        write_piece(t, piece, token->text.at, token->text.len);
    }
}

static void end_statement(struct sql_text *t)
{
    if (!t->held_end)
        write_held(t);
    t->held_end = t->last != NOTHING;
    t->verb = NULL;
    t->depth = 0;
    t->list_depth = t->rows_depth = -1;
    t->after_row = t->in_further_row = t->to_value = t->after_secret = false;
}

static void note_word(struct sql_text *t, const struct sql_keyword *keyword)
{
    if (keyword->word == SQL_KW_VALUES && t->rows_depth < 0) {
        t->rows_depth = t->depth;
        t->after_row = false;
    }
    t->after_secret = keyword->word == SQL_KW_PASSWORD ||
                      (keyword->word == SQL_KW_BY && t->before->word == SQL_KW_IDENTIFIED);
    if (keyword->word == SQL_KW_TO && t->verb->word == SQL_KW_SET)
        t->to_value = true;
}

static void note_symbol(struct sql_text *t, const struct sql_token *token)
{
    if (sql_is_symbol(token, "(") || sql_is_symbol(token, ")"))
        open_or_close(t, token->text.at[0] == '(');
    if (t->verb->word == SQL_KW_SET && !t->depth)
        t->to_value = sql_is_symbol(token, "=") || sql_is_symbol(token, ":=") ||
                      (t->to_value && !sql_is_symbol(token, ","));
    if (!sql_is_symbol(token, "="))
        t->after_secret = false;
}

static void write_token(struct sql_text *t, const struct sql_token *token,
                        const struct sql_keyword *keyword)
{
    bool first = t->last == NOTHING || t->held_end;
    bool of_ddl = t->verb->traits & SQL_DDL && t->last == KEYWORD &&
                  keyword->traits & (SQL_OBJECT | SQL_VERB);
    bool upper =
        keyword->traits & (SQL_RESERVED | SQL_SKIPPED) || (first && keyword->word) || of_ddl;
    if (token->kind == SQL_SYMBOL) {
        add_symbol(t, token);
    } else if (is_literal(t, token, keyword)) {
        write_literal(t);
    } else if (token->kind == SQL_WORD && upper) {
        write_held(t);
        write_piece(t, KEYWORD, keyword->text, strlen(keyword->text));
    } else {
        write_name(t, token);
    }
}

void sql_text_add(struct sql_text *t, const struct sql_token *token,
                  const struct sql_keyword *keyword)
{
    static const struct sql_keyword nothing = {.text = ""};
    if (sql_is_symbol(token, ";")) {
        end_statement(t);
        return;
    }
    if (!t->verb && (token->kind != SQL_SYMBOL || !sql_is_symbol(token, "("))) {
        t->verb = token->kind == SQL_WORD ? keyword : &nothing;
        t->passing_names = has_passing_names(t->verb);
    }
    if (!t->verb) {
        add_symbol(t, token); /* "(SELECT ...) UNION ..." */
        return;
    }
    bool passed = pass_row(t, token, keyword);
    if (!passed)
        write_token(t, token, keyword);
    if (token->kind == SQL_WORD)
        note_word(t, keyword);
    if (token->kind == SQL_SYMBOL)
        note_symbol(t, token);
    t->before = token->kind == SQL_WORD ? keyword : &nothing;
    t->mark = token->kind == SQL_SYMBOL ? token->text.at[0] : 0;
    if (passed && t->after_row && sql_is_symbol(token, ")"))
        t->in_further_row = false;
}

uint64_t sql_text_fingerprint(const struct sql_text *t)
{
    uint64_t h = t->hash;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
    h ^= h >> 33;
    return h ? h : 1;
}
