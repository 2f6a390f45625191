/* sql.c - see sql.h. */
#include "decode/sql.h"

#include "decode/decoder.h"
#include "decode/sql_lexer.h"
#include "decode/sql_tables.h"
#include "decode/sql_text.h"
#include "decode/sql_words.h"

void sql_note(struct exchange *x, struct bytes text, enum sql_dialect dialect, bool whole)
{
    static const struct sql_keyword no_keyword = {.text = ""};
    struct sql_lexer lexer = {.rest = text, .dialect = dialect};
    struct sql_text written;
    struct sql_tables tables;
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
