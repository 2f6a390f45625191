/* sql_tables.c - see sql_tables.h. */
#include "decode/sql_tables.h"

#include <ctype.h>

/* Where in a frame the next token stands. */
enum place {
    ELSEWHERE,
    BEFORE_TABLE,
    AFTER_TABLE, /* until a word ends the list */
};

enum { WORDS_BEFORE_OBJECT = 12 }; /* CREATE OR REPLACE DEFINER = ... SQL SECURITY ... VIEW */

static const struct sql_keyword no_keyword = {.text = ""};

static struct sql_frame *top(struct sql_tables *t)
{
    return &t->frame[t->depth];
}

static uint64_t hash_of(const char *name, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)tolower((unsigned char)name[i])) * 0x100000001b3;
    return hash;
}

static bool is_among(const uint64_t *hashes, size_t len, uint64_t hash)
{
    for (size_t i = 0; i < len; i++)
        if (hashes[i] == hash)
            return true;
    return false;
}

static void begin_statement(struct sql_tables *t)
{
    t->verb = t->inner = t->object = &no_keyword;
    t->before = &no_keyword;
    t->words = t->tables = t->ctes = 0;
    t->awaits_on = false;
    t->verbs_len = t->text_len = t->name_len = 0;
    t->text[0] = '\0';
    t->name_goes_on = false;
    t->depth = 0;
    t->frame[0] = (struct sql_frame){.fresh = true};
}

void sql_tables_begin(struct sql_tables *t, enum sql_dialect dialect)
{
    memset(t, 0, sizeof *t);
    t->dialect = dialect;
    begin_statement(t);
}

/* Appends all of it, or nothing where there is no room. */
static bool append(char *text, size_t size, size_t *len, const char *more)
{
    size_t more_len = strlen(more);
    if (*len + more_len >= size)
        return false;
    memcpy(text + *len, more, more_len + 1);
    *len += more_len;
    return true;
}

static void tell_verb(struct sql_tables *t, const char *word)
{
    if (t->verbs_len)
        append(t->verbs, sizeof t->verbs, &t->verbs_len, " ");
    append(t->verbs, sizeof t->verbs, &t->verbs_len, word);
}

static void tell_table(struct sql_tables *t, const char *name)
{
    char text[sizeof t->name + 2];
    size_t len = 0;
    append(text, sizeof text, &len, t->tables ? ", " : " ");
    append(text, sizeof text, &len, name);
    bool fits = append(t->text, sizeof t->text, &t->text_len, text);
    t->cut = t->cut || !fits;
}

static void end_name(struct sql_tables *t)
{
    size_t len = t->name_len;
    t->name_len = 0;
    t->name_goes_on = false;
    uint64_t hash = hash_of(t->name, len);
    if (!len || is_among(t->cte, t->ctes, hash) || t->tables > SQL_TABLES_MAX ||
        is_among(t->table, t->tables, hash) || hash == hash_of("dual", 4))
        return;
    t->name[len] = '\0';
    tell_table(t, t->tables == SQL_TABLES_MAX ? "..." : t->name);
    if (t->tables < SQL_TABLES_MAX)
        t->table[t->tables] = hash;
    t->tables++;
}

static void read_name(struct sql_tables *t, const struct sql_token *token)
{
    char part[SQL_NAME_MAX + 1];
    if (!sql_is_name(token->text))
        return;
    bool made_up = t->verb->word == SQL_KW_EXECUTE || t->verb->word == SQL_KW_NOTIFY;
    enum sql_mask mask = made_up ? SQL_MASK_DIGITS : SQL_MASK_PARTS;
    size_t len = sql_name(part, token->text, mask);
    for (size_t i = 0; i < len && token->kind == SQL_WORD && t->dialect == SQL_STANDARD; i++)
        part[i] = (char)tolower((unsigned char)part[i]);
    if (t->name_len + len + 1 >= sizeof t->name)
        return;
    if (t->name_len)
        t->name[t->name_len++] = '.';
    memcpy(t->name + t->name_len, part, len);
    t->name_len += len;
    t->name_goes_on = false;
}

/* A name has been read so far. True: this token belongs to it. */
static bool continue_name(struct sql_tables *t, const struct sql_token *token,
                          const struct sql_keyword *keyword)
{
    struct sql_frame *f = top(t);
    if (sql_is_symbol(token, ".")) {
        t->name_goes_on = true;
        return true;
    }
    if (t->name_goes_on && (token->kind == SQL_WORD || token->kind == SQL_NAME)) {
        read_name(t, token);
        return true;
    }
    bool is_function = f->of_query && sql_is_symbol(token, "(");
    bool is_alias = f->may_be_none &&
                    (keyword->word == SQL_KW_FROM || sql_is_symbol(token, ",") || t->name_goes_on);
    if (is_function || is_alias || token->cut)
        t->name_len = 0;
    end_name(t);
    return false;
}

static void expect_table(struct sql_tables *t, bool of_query, bool list)
{
    struct sql_frame *f = top(t);
    f->place = BEFORE_TABLE;
    f->of_query = of_query;
    f->list = list;
    f->may_be_none = false;
}

static void add_cte(struct sql_tables *t, const struct sql_token *token)
{
    char name[SQL_NAME_MAX + 1];
    size_t len = sql_name(name, token->text, SQL_MASK_PARTS);
    if (t->ctes < SQL_CTES_MAX)
        t->cte[t->ctes++] = hash_of(name, len);
    top(t)->with_name = false;
}

/* What a verb makes of what follows. */
static void begin_verb(struct sql_tables *t, const struct sql_keyword *verb)
{
    struct sql_frame *f = top(t);
    f->with = f->with_name = false;
    f->queries = verb->word == SQL_KW_SELECT || verb->word == SQL_KW_UPDATE ||
                 verb->word == SQL_KW_DELETE || verb->word == SQL_KW_MERGE;
    f->place = ELSEWHERE;
    if (verb->traits & SQL_TABLE)
        expect_table(t, false, verb->traits & SQL_LIST);
    if (verb->word == SQL_KW_DELETE) {
        expect_table(t, true, true);
        f->may_be_none = true;
    }
}

/* Does a statement, or one inside of another, begin with this word? */
static bool begins(struct sql_tables *t, const struct sql_keyword *k)
{
    const struct sql_frame *f = top(t);
    if (!(k->traits & SQL_VERB))
        return false;
    if (!t->verb->word)
        return f->fresh || f->with;
    if (k->word == SQL_KW_SELECT)
        return true;
    bool changes = k->word == SQL_KW_INSERT || k->word == SQL_KW_UPDATE ||
                   k->word == SQL_KW_DELETE || k->word == SQL_KW_MERGE;
    if (changes && t->depth)
        return f->fresh || f->with;
    bool inside = t->verb->traits & SQL_PREFIX && !t->inner->word;
    return inside && (changes || k->word == SQL_KW_VALUES || k->word == SQL_KW_EXECUTE) &&
           (f->with || t->before->word != SQL_KW_FOR || k->word != SQL_KW_UPDATE);
}

static void read_verb(struct sql_tables *t, const struct sql_keyword *k)
{
    bool awaited = !t->verb->word || (t->verb->traits & SQL_PREFIX && !t->inner->word);
    bool is_main = awaited && (!t->depth || !t->frame[0].with);
    if (is_main) {
        *(t->verb->word ? &t->inner : &t->verb) = k;
        tell_verb(t, k->text);
    }
    begin_verb(t, k);
}

/* CREATE [...] TABLE, VIEW, INDEX, ... */
static void read_object(struct sql_tables *t, const struct sql_keyword *k)
{
    if (!(k->traits & SQL_OBJECT) || t->words > WORDS_BEFORE_OBJECT)
        return;
    t->object = k;
    if (t->before->word == SQL_KW_MATERIALIZED)
        tell_verb(t, "MATERIALIZED");
    tell_verb(t, k->text);
    if (k->traits & SQL_NAMED)
        expect_table(t, false, t->verb->word == SQL_KW_DROP);
    t->awaits_on = k->traits & SQL_ON_TABLE;
}

static bool may_begin_with(const struct sql_tables *t)
{
    const struct sql_frame *f = &t->frame[t->depth];
    bool inner =
        !t->depth && (t->verb->traits & (SQL_PREFIX | SQL_DDL) || t->verb->word == SQL_KW_INSERT);
    return f->fresh || inner;
}

/* Words that say where tables stand. True: this was one. */
static bool read_place(struct sql_tables *t, const struct sql_keyword *k)
{
    struct sql_frame *f = top(t);
    bool merges = t->verb->word == SQL_KW_MERGE || t->verb->word == SQL_KW_DELETE ||
                  t->inner->word == SQL_KW_MERGE || t->inner->word == SQL_KW_DELETE;
    switch ((int)k->word) {
    case SQL_KW_FROM:
        if (!f->queries || t->before->word == SQL_KW_DISTINCT)
            return false;
        expect_table(t, true, true);
        return true;
    case SQL_KW_JOIN:
        expect_table(t, true, true);
        return true;
    case SQL_KW_USING:
        if (!merges || f->used || !f->queries)
            return false;
        f->used = true;
        expect_table(t, true, true);
        return true;
    case SQL_KW_INTO:
        if (!f->queries && t->verb->word != SQL_KW_LOAD && f->place != BEFORE_TABLE)
            return false;
        expect_table(t, false, false);
        return true;
    case SQL_KW_ON:
        if (!t->awaits_on)
            return false;
        t->awaits_on = false;
        expect_table(t, false, false);
        return true;
    default:
        return false;
    }
}

static void read_keyword(struct sql_tables *t, const struct sql_keyword *k)
{
    struct sql_frame *f = top(t);
    if (t->object->word && k->word == SQL_KW_BEGIN &&
        (t->object->traits & (SQL_NAMED | SQL_ON_TABLE)) != SQL_NAMED)
        t->is_body = true;
    if (k->word == SQL_KW_WITH) {
        f->with = f->with_name = may_begin_with(t);
        return;
    }
    if (begins(t, k)) {
        read_verb(t, k);
        return;
    }
    if (f->with_name && k->word == SQL_KW_RECURSIVE)
        return;
    if (t->verb->traits & SQL_DDL && !t->object->word) {
        read_object(t, k);
        return;
    }
    if (read_place(t, k))
        return;
    if (f->place == BEFORE_TABLE && !(k->traits & SQL_SKIPPED))
        f->place = ELSEWHERE;
    if (k->traits & SQL_ENDS)
        f->place = ELSEWHERE;
}

/* Not a keyword, or one that is nothing but a name here. */
static void read_plain(struct sql_tables *t, const struct sql_token *token)
{
    struct sql_frame *f = top(t);
    bool may_be_table = token->kind == SQL_NAME || token->text.at[0] != '@';
    if (f->with_name)
        add_cte(t, token);
    else if (f->place == BEFORE_TABLE) {
        f->place = AFTER_TABLE;
        if (may_be_table)
            read_name(t, token);
    }
}

static void open_frame(struct sql_tables *t)
{
    struct sql_frame *f = top(t), child = {.fresh = true};
    bool is_option =
        !f->of_query && t->verb->word && t->verb->word != SQL_KW_COPY; /* VACUUM (FULL) t */
    if (f->place == BEFORE_TABLE && !is_option) {
        f->place = AFTER_TABLE;
        child.place = BEFORE_TABLE;
        child.of_query = child.list = true;
    }
    f->with = f->with && !f->with_name;
    f->with_name = false;
    f->fresh = f->fresh && !t->verb->word;
    if (++t->depth < SQL_FRAMES_MAX)
        t->frame[t->depth] = child;
}

static void read_symbol(struct sql_tables *t, const struct sql_token *token)
{
    struct sql_frame *f = top(t);
    uint8_t mark = token->text.len == 1 ? token->text.at[0] : 0;
    if (mark == '(') {
        open_frame(t);
        return;
    }
    if (mark == ')') {
        t->depth -= t->depth > 0;
    } else if (mark == ',') {
        if (f->with)
            f->with_name = true;
        else if (f->place == AFTER_TABLE && f->list)
            f->place = BEFORE_TABLE;
    } else if (f->place == BEFORE_TABLE) {
        f->place = ELSEWHERE;
    }
    f->fresh = false;
}

static void tell_method(struct sql_tables *t)
{
    size_t len = 0;
    append(t->method, sizeof t->method, &len, t->verb->text);
    if (!t->object->word)
        return;
    append(t->method, sizeof t->method, &len, " ");
    append(t->method, sizeof t->method, &len, t->object->text);
}

/* Is it what the statement before it is told as? */
static bool is_repeated(const struct sql_tables *t, const char *text, size_t len)
{
    if (t->operation_len < len)
        return false;
    size_t at = t->operation_len - len;
    bool begins_here = !at || (at > 1 && t->operation[at - 2] == ';');
    return begins_here && memcmp(t->operation + at, text, len) == 0;
}

static void tell_statement(struct sql_tables *t)
{
    char text[SQL_OPERATION_MAX + sizeof t->verbs + 2];
    size_t len = 0;
    append(text, sizeof text, &len, t->verb->word ? t->verbs : "unknown");
    append(text, sizeof text, &len, t->verb->word ? t->text : "");
    if (is_repeated(t, text, len) || t->statements > SQL_STATEMENTS_MAX)
        return;
    if (t->statements == SQL_STATEMENTS_MAX)
        bytes_to_text(text, sizeof text, bytes_of_text("..."));
    size_t before = t->operation_len;
    bool fits =
        (!t->statements || append(t->operation, sizeof t->operation, &t->operation_len, "; ")) &&
        append(t->operation, sizeof t->operation, &t->operation_len, text);
    if (!fits) { /* as much of it as has room */
        t->cut = true;
        t->operation_len = before;
        t->operation[before] = '\0';
        bytes_to_text(t->operation + before, sizeof t->operation - before, bytes_of_text(text));
        t->statements = SQL_STATEMENTS_MAX;
    }
    t->statements++;
}

static void end_statement(struct sql_tables *t)
{
    end_name(t);
    if (t->words) {
        if (!t->statements && t->verb->word)
            tell_method(t);
        tell_statement(t);
    }
    begin_statement(t);
}

static void read_token(struct sql_tables *t, const struct sql_token *token,
                       const struct sql_keyword *k)
{
    struct sql_frame *f = top(t);
    bool stays_fresh = k->word == SQL_KW_WITH; /* so that a verb may follow */
    if (token->kind == SQL_SYMBOL) {
        read_symbol(t, token);
        return;
    }
    bool is_name = f->place == BEFORE_TABLE && !(k->traits & (SQL_RESERVED | SQL_SKIPPED));
    bool is_cte = f->with_name && !(k->traits & SQL_RESERVED) && k->word != SQL_KW_RECURSIVE;
    if (token->kind == SQL_WORD && k->word && !is_name && !is_cte)
        read_keyword(t, k);
    else if (token->kind == SQL_WORD || token->kind == SQL_NAME)
        read_plain(t, token);
    else if (f->place == BEFORE_TABLE)
        f->place = ELSEWHERE;
    f->fresh = f->fresh && stays_fresh;
}

void sql_tables_add(struct sql_tables *t, const struct sql_token *token,
                    const struct sql_keyword *keyword)
{
    if (t->is_body)
        return;
    if (sql_is_symbol(token, ";")) {
        end_statement(t);
        return;
    }
    if (t->words < UINT8_MAX)
        t->words++;
    if (t->depth >= SQL_FRAMES_MAX) {
        t->depth += sql_is_symbol(token, "(");
        t->depth -= sql_is_symbol(token, ")");
        return;
    }
    if (!t->name_len || !continue_name(t, token, keyword))
        read_token(t, token, keyword);
    t->before = token->kind == SQL_WORD ? keyword : &no_keyword;
}

void sql_tables_end(struct sql_tables *t)
{
    end_statement(t);
}
