/* api.c - one function a path; the body comes from an exporter. */
#include "web/api.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/export/exporter.h"
#include "web/params.h"

/* What a question is asked with, and where its answer goes. */
struct ask {
    struct query *q; /* NULL: there is no database yet */
    struct range range;
    const struct params *params;
    const struct exporter *exporter;
    FILE *out;
    const char *path; /* of the database */
    struct err *err;
};

enum said {
    SAID,         /* written */
    SAID_FAILED,  /* `err` says why */
    SAID_NO_SUCH, /* the format has no way to write it */
};

static enum said said(bool asked, bool written, struct err *err)
{
    if (asked && !written)
        err_set(err, "memory is short");
    return asked && written ? SAID : SAID_FAILED;
}

static enum said ask_graph(struct ask *a)
{
    if (!a->exporter->graph)
        return SAID_NO_SUCH;
    struct graph graph = {.range = a->range};
    bool asked = !a->q || query_graph(a->q, a->range, a->params->grouping, &graph, a->err);
    enum said ret = said(asked, asked && a->exporter->graph(a->out, &graph), a->err);
    graph_free(&graph);
    return ret;
}

static enum said ask_edges(struct ask *a)
{
    if (!a->exporter->edges)
        return SAID_NO_SUCH;
    struct edge_rows rows = {0};
    bool asked = !a->q || query_edges(a->q, a->range, &rows, a->err);
    enum said ret = said(asked, asked && a->exporter->edges(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_services(struct ask *a)
{
    if (!a->exporter->services)
        return SAID_NO_SUCH;
    struct service_rows rows = {0};
    bool asked = !a->q || query_services(a->q, a->range, &rows, a->err);
    enum said ret = said(asked, asked && a->exporter->services(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_operations(struct ask *a)
{
    if (!a->exporter->operations)
        return SAID_NO_SUCH;
    struct operation_rows rows = {0};
    bool asked = !a->q || query_operations(a->q, a->range, a->params->edge, &rows, a->err);
    enum said ret = said(asked, asked && a->exporter->operations(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_series(struct ask *a)
{
    if (!a->exporter->series)
        return SAID_NO_SUCH;
    struct points points = {0};
    bool asked =
        !a->q || query_series(a->q, a->range, a->params->edge, a->params->points, &points, a->err);
    enum said ret = said(asked, asked && a->exporter->series(a->out, a->range, &points), a->err);
    free(points.point);
    return ret;
}

static enum said ask_health(struct ask *a)
{
    if (!a->exporter->health)
        return SAID_NO_SUCH;
    struct health_row row = {0};
    bool asked = !a->q || query_health(a->q, a->range, &row, a->err);
    return said(asked, asked && a->exporter->health(a->out, a->range, &row), a->err);
}

static enum said ask_events(struct ask *a)
{
    if (!a->exporter->events)
        return SAID_NO_SUCH;
    struct event_rows rows = {0};
    bool asked = !a->q || query_events(a->q, a->range, &rows, a->err);
    enum said ret = said(asked, asked && a->exporter->events(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

/* A time in ns does not fit a JSON number as browsers read it, so it travels as text. */
static bool add_ns(cJSON *object, const char *name, uint64_t ns)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, ns);
    return cJSON_AddStringToObject(object, name, text);
}

static bool fill_info(cJSON *info, struct ask *a)
{
    struct range history = {0};
    uint64_t version = 0;
    if (a->q && (!query_history(a->q, &history, a->err) || !query_version(a->q, &version, a->err)))
        return false;
    const char *slash = strrchr(a->path, '/');
    cJSON *range = cJSON_AddObjectToObject(info, "history");
    bool filled = range && add_ns(range, "from_ns", history.from_ns) &&
                  add_ns(range, "to_ns", history.to_ns) &&
                  cJSON_AddStringToObject(info, "version", TAPGRAPH_VERSION) &&
                  cJSON_AddStringToObject(info, "database", slash ? slash + 1 : a->path) &&
                  cJSON_AddBoolToObject(info, "exists", a->q != NULL) &&
                  add_ns(info, "data_version", version);
    return filled || err_set(a->err, "memory is short");
}

static enum said ask_info(struct ask *a)
{
    cJSON *info = cJSON_CreateObject();
    char *text = NULL;
    if (info && fill_info(info, a))
        text = cJSON_PrintUnformatted(info);
    cJSON_Delete(info);
    if (!text)
        return SAID_FAILED;
    bool written = fprintf(a->out, "%s\n", text) > 0;
    free(text);
    return said(true, written, a->err);
}

static const struct question {
    const char *name;
    enum said (*ask)(struct ask *a);
    enum reader_kind reader;
    const char *type; /* NULL: the exporter's */
} QUESTIONS[] = {
    {"graph", ask_graph, READER_GRAPH, NULL},
    {"edges", ask_edges, READER_ANY, NULL},
    {"services", ask_services, READER_ANY, NULL},
    {"operations", ask_operations, READER_ANY, NULL},
    {"series", ask_series, READER_ANY, NULL},
    {"health", ask_health, READER_ANY, NULL},
    {"events", ask_events, READER_ANY, NULL},
    {"info", ask_info, READER_ANY, "application/json"},
};

static const struct question *find(const char *path)
{
    static const char prefix[] = "/api/v1/";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++) {
        if (strcmp(QUESTIONS[i].name, path + sizeof prefix - 1) == 0)
            return &QUESTIONS[i];
    }
    return NULL;
}

static bool resolve_range(struct ask *a)
{
    const struct params *p = a->params;
    if (!a->q)
        return true;
    if (p->span == SPAN_SINCE)
        return query_since(a->q, p->since_ns, &a->range, a->err);
    if (!query_history(a->q, &a->range, a->err))
        return false;
    if (p->from_ns)
        a->range.from_ns = p->from_ns;
    if (p->to_ns)
        a->range.to_ns = p->to_ns;
    return true;
}

static const char *lookup(const void *request, const char *name)
{
    return request_argument(request, name);
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
                        a->params->points,
                        a->params->download};
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
    enum said ret = question->ask(a);
    bool whole = !ferror(a->out);
    if (fclose(a->out) != 0 || !whole)
        ret = ret == SAID ? SAID_FAILED : ret;
    if (ret == SAID) {
        answer_body(answer, question->type ? question->type : a->exporter->type, text, len);
        return;
    }
    free(text);
    if (ret == SAID_FAILED) {
        answer_error(answer, 500, a->err->text);
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

static void answer_question(struct ask *a, const struct question *question, uint64_t file,
                            const struct request *r, struct answer *answer)
{
    if (!resolve_range(a) || !tag(answer, a, question->name, file)) {
        answer_error(answer, 500, a->err->text);
        return;
    }
    answer->cache = "no-cache";
    if (answer_if_none_match(answer, request_header(r, "If-None-Match")))
        return;
    write_answer(a, question, answer);
    name_download(a, question->name, answer);
    answer_pack(answer, request_header(r, "Accept-Encoding"));
}

bool api_answer(struct readers *readers, const struct request *r, struct answer *answer)
{
    const struct question *question = find(r->path);
    if (!question)
        return false;
    struct err err = {0};
    struct params params;
    struct ask a = {.params = &params, .path = readers_path(readers), .err = &err};
    if (!params_read(&params, lookup, r, &err)) {
        answer_error(answer, 400, err.text);
        return true;
    }
    a.exporter = exporter_find(params.format);
    if (!a.exporter) {
        answer_error(answer, 400, "there is no such format; json, csv and dot are some");
        return true;
    }
    uint64_t file = readers_file(readers);
    enum reader_state state = readers_borrow(readers, question->reader, &a.q, &err);
    if (state == READER_BROKEN) {
        answer_error(answer, 503, err.text);
        return true;
    }
    answer_question(&a, question, file, r, answer);
    if (state == READER_LENT)
        readers_return(readers, question->reader, a.q);
    return true;
}
