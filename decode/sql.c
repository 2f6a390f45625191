/* sql.c - see sql.h. */
#include "decode/sql.h"

#include "decode/decoder.h"
#include "decode/sql_lexer.h"
#include "decode/sql_tables.h"
#include "decode/sql_text.h"
#include "decode/sql_words.h"

#include <strings.h>

/* INSERT INTO t FORMAT CSV 1,alice: behind the format's name comes data, in ClickHouse. */
struct data_search {
    bool inserts, named;
};

static bool is_format(const struct sql_token *token)
{
    static const char word[] = "format";
    return token->kind == SQL_WORD && token->text.len == sizeof word - 1 &&
           strncasecmp((const char *)token->text.at, word, sizeof word - 1) == 0;
}

/* Is this the last token before the data? */
static bool data_follows(struct data_search *s, const struct sql_token *token,
                         const struct sql_keyword *keyword)
{
    bool found = s->named;
    s->inserts = s->inserts || keyword->word == SQL_KW_INSERT;
    s->named = s->inserts && is_format(token);
    return found;
}

void sql_note(struct exchange *x, struct bytes text, enum sql_dialect dialect, bool whole)
{
    static const struct sql_keyword no_keyword = {.text = ""};
    struct sql_lexer lexer = {.rest = text, .dialect = dialect};
    struct sql_text written;
    struct sql_tables tables;
    struct data_search search = {false, false};
    sql_text_begin(&written, dialect);
    sql_tables_begin(&tables, dialect);
    for (;;) {
        struct sql_token token = sql_next(&lexer);
        if (token.kind == SQL_END || (token.cut && !whole && token.kind != SQL_LITERAL))
            break;
        token.cut = token.cut && !whole;
        const struct sql_keyword *keyword =
            token.kind == SQL_WORD ? sql_keyword(token.text) : &no_keyword;
        sql_text_add(&written, &token, keyword);
        sql_tables_add(&tables, &token, keyword);
        if (dialect == SQL_CLICKHOUSE && data_follows(&search, &token, keyword))
            break;
    }
    sql_tables_end(&tables);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(tables.method));
    const char *operation = tables.operation_len ? tables.operation : "empty";
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
    exchange_text(x, x->path, sizeof x->path, bytes_of(written.text, written.len));
    x->fingerprint = sql_text_fingerprint(&written);
    if (!whole || written.full || tables.cut)
        x->notes |= NOTE_TRUNCATED;
}
