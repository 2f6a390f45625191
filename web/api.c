/* api.c - finds the question, its range and its format, and answers; the body comes from an
 * exporter. */
#include "web/api.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "web/questions.h"

static const char *lookup(const void *request, const char *name)
{
    return request_argument(request, name);
}

static uint64_t hash_text(uint64_t before, const char *text)
{
    struct hash_key key = {{0x7461706772617068U, before}};
    return hash_bytes(&key, text ? text : "", text ? strlen(text) + 1 : 0);
}

/* What narrows a question for requests. */
static uint64_t hash_criteria(const struct ask *a)
{
    const struct request_criteria *c = &a->params->requests;
    uint64_t hash = hash_text(0, a->item);
    const char *const texts[] = {c->client,    c->server,       c->protocol,
                                 c->operation, c->operation_is, c->trace_id};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash = hash_text(hash, texts[i]);
    const uint64_t words[] = {hash,     c->outcomes, c->least_ns, (uint64_t)c->after_id,
                              c->order, c->limit};
    return hash_bytes(&(struct hash_key){{0}}, words, sizeof words);
}

/* The same question to the same data has the same tag. Weak, because of the packing. */
static bool tag(struct answer *answer, const struct ask *a, const char *question, uint64_t file)
{
    static const struct hash_key key = {{0x7461706772617068U, 1}};
    uint64_t version = 0;
    if (a->q && !query_version(a->q, &version, a->err))
        return false;
    uint64_t text = hash_bytes(&key, question, strlen(question)) ^
                    hash_bytes(&key, a->params->format, strlen(a->params->format));
    uint64_t words[] = {file,
                        version,
                        text,
                        a->range.from_ns,
                        a->range.to_ns,
                        (uint64_t)a->params->grouping,
                        (uint64_t)a->params->edge,
                        (uint64_t)a->params->service,
                        a->params->points,
                        a->params->rows,
                        a->params->subject.as_client,
                        hash_criteria(a),
                        a->params->download,
                        hash_text(1, a->params->before_text),
                        hash_text(2, a->params->after_text),
                        hash_text(3, a->params->find),
                        hash_text(4, a->params->hide),
                        hash_text(5, a->params->sort)};
    snprintf(answer->etag, sizeof answer->etag, "W/\"%016" PRIx64 "\"",
             hash_bytes(&key, words, sizeof words));
    return true;
}

static void write_answer(struct ask *a, const struct question *question, struct answer *answer)
{
    char *text = NULL;
    size_t len = 0;
    char sentence[256];
    a->out = open_memstream(&text, &len);
    if (!a->out) {
        answer_error(answer, 500, "memory is short");
        return;
    }
    exporter_begin();
    enum said ret = question->ask(a);
    bool whole = !ferror(a->out);
    if (fclose(a->out) != 0 || !whole)
        ret = ret == SAID ? SAID_FAILED : ret;
    if (ret == SAID) {
        answer_body(answer, question->type ? question->type : a->exporter->type, text, len);
        return;
    }
    free(text);
    if (ret == SAID_NOTHING) {
        answer_error(answer, 404, "nothing is known of this one; the list without it has all");
        return;
    }
    if (ret == SAID_FAILED || ret == SAID_MISASKED) {
        answer_error(answer, ret == SAID_FAILED ? 500 : 400, a->err->text);
        return;
    }
    snprintf(sentence, sizeof sentence, "the format %s has no way to write %s; json has",
             a->exporter->name, question->name);
    answer_error(answer, 400, sentence);
}

static void name_download(const struct ask *a, const char *question, struct answer *answer)
{
    if (a->params->download && answer->status == 0)
        snprintf(answer->disposition, sizeof answer->disposition,
                 "attachment; filename=\"tapgraph-%s.%s\"", question, a->exporter->name);
}

/* What a question is asked with. */
struct asked {
    struct params params;
    struct sieve sieve;
    struct graph_sieve graph_sieve;
    struct order order;
};

static bool resolve_range(struct ask *a, struct asked *asked, bool *ret_misasked)
{
    *ret_misasked = false;
    if (a->q && !when_resolve(&a->params->when, a->q, &a->range, ret_misasked, a->err))
        return false;
    sieve_settle(&asked->sieve, a->range.to_ns);
    graph_sieve_settle(&asked->graph_sieve, a->range.to_ns);
    return true;
}

static void answer_question(struct ask *a, struct asked *asked, const struct question *question,
                            uint64_t file, const struct request *r, struct answer *answer)
{
    bool misasked;
    if (!resolve_range(a, asked, &misasked) || !tag(answer, a, question->name, file)) {
        answer_error(answer, misasked ? 400 : 500, a->err->text);
        return;
    }
    answer->cache = "no-cache";
    if (answer_if_none_match(answer, request_header(r, "If-None-Match")))
        return;
    write_answer(a, question, answer);
    name_download(a, question->name, answer);
    answer_pack(answer, request_header(r, "Accept-Encoding"));
}

/* false: the answer says what is wrong. */
static bool read_question(const struct question *question, const struct request *r,
                          struct asked *asked, struct ask *a, struct answer *answer)
{
    struct params *p = &asked->params;
    struct slip slip = {0};
    if (!params_read(p, lookup, r, a->err)) {
        answer_error(answer, 400, a->err->text);
        return false;
    }
    bool graph = question->reader == READER_GRAPH;
    if ((p->find || p->hide) && !graph && !question->fields) {
        answer_misasked(answer, "there are no rows to find or to hide", p->find ? "find" : "hide",
                        0);
        return false;
    }
    if (!question->fields && p->sort) {
        answer_misasked(answer, "there are no rows to sort", "sort", 0);
        return false;
    }
    bool read = graph ? graph_sieve_read(&asked->graph_sieve, p->find, p->hide, a->err, &slip)
                      : !question->fields || sieve_read(&asked->sieve, question->fields, p->find,
                                                        p->hide, a->err, &slip);
    if (!read) {
        answer_misasked(answer, a->err->text, slip.what, slip.at);
        return false;
    }
    if (question->fields && !order_read(&asked->order, question->fields, p->sort, a->err)) {
        answer_misasked(answer, a->err->text, "sort", 0);
        return false;
    }
    a->exporter = exporter_find(p->format);
    if (!a->exporter)
        answer_error(answer, 400, "there is no such format; json, csv and dot are some");
    return a->exporter != NULL;
}

static void lend_and_answer(struct readers *readers, const struct question *question,
                            const struct request *r, struct asked *asked, struct ask *a,
                            struct answer *answer)
{
    uint64_t file = readers_file(readers);
    enum reader_state state = readers_borrow(readers, question->reader, &a->q, a->err);
    if (state == READER_BROKEN) {
        answer_error(answer, 503, a->err->text);
        return;
    }
    answer_question(a, asked, question, file, r, answer);
    if (state == READER_LENT)
        readers_return(readers, question->reader, a->q);
}

bool api_answer(struct readers *readers, const struct request *r, struct answer *answer)
{
    const char *item;
    const struct question *question = question_find(r->path, &item);
    if (!question)
        return false;
    struct err err = {0};
    struct asked *asked = calloc(1, sizeof *asked); /* some 50 kB */
    if (!asked) {
        answer_error(answer, 500, "memory is short");
        return true;
    }
    struct ask a = {.params = &asked->params,
                    .sieve = &asked->sieve,
                    .graph_sieve = &asked->graph_sieve,
                    .order = &asked->order,
                    .path = readers_path(readers),
                    .item = item,
                    .err = &err};
    if (read_question(question, r, asked, &a, answer))
        lend_and_answer(readers, question, r, asked, &a, answer);
    free(asked);
    return true;
}
