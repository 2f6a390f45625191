/* hostile.c - see hostile.h. */
#include "tests/store/hostile.h"

#include <string.h>
#include <unistd.h>

#include "tests/check.h"

const char *const hostile_name[HOSTILE_NAMES] = {
    "plain",         "\"quoted\"",
    "back\\slash\\", "</script><b>&",
    "a;b,c|d#e",     "=cmd|'/c calc'!A0",
    "+1+1",          "-2+3",
    "@SUM(A1)",      "caf\xc3\xa9 \xe6\x9c\x8d",
    "a&lt;b&#65;",   "n1\"]; n2 -> n3 [label=\"x\\",
};

static struct figures figures_of_one(void)
{
    struct figures f = {
        .requests = 10,
        .errors = 1,
        .error_rate = 0.1,
        .rate_per_s = 2,
        .duration = {.count = 9, .p50_ns = 1000000, .p95_ns = 2000000, .max_ns = 3000000},
        .health = HEALTH_WARN,
    };
    f.outcomes[OUTCOME_OK] = 9;
    f.outcomes[OUTCOME_SERVER_ERROR] = 1;
    return f;
}

static void fill_calls(struct hostile *h, size_t i)
{
    struct backend_row *b = &h->backend[i];
    struct connection_row *c = &h->connection[i];
    struct open_call_row *o = &h->open_call[i];
    struct insight_row *n = &h->insight[i];
    strcpy(b->service, hostile_name[i]);
    strcpy(b->protocol, "grpc");
    b->figures = figures_of_one();
    strcpy(c->client, hostile_name[i]);
    c->certainty = (struct certainty){4, 3, 2, 1};
    strcpy(o->operation, hostile_name[i]);
    o->call = CALL_BIDI_STREAMING;
    strcpy(n->subject, hostile_name[i]);
    strcpy(n->title, hostile_name[i]);
    strcpy(n->evidence[0].what, hostile_name[i]);
    n->evidence_len = EVIDENCE_MAX + 1; /* more than there are */
}

void hostile_fill(struct hostile *h)
{
    memset(h, 0, sizeof *h);
    for (size_t i = 0; i < HOSTILE_NAMES; i++) {
        size_t next = (i + 1) % HOSTILE_NAMES;
        struct service_row *s = &h->service[i];
        struct edge_row *e = &h->edge[i];
        struct operation_row *o = &h->operation[i];
        s->id = (int64_t)i + 2;
        s->source = NAME_HOST;
        strcpy(s->name, hostile_name[i]);
        strcpy(s->address, "10.0.0.1");
        s->served = figures_of_one();
        e->id = o->edge_id = (int64_t)i + 1;
        e->client_id = (int64_t)i + 2;
        e->server_id = (int64_t)next + 2;
        strcpy(e->client, hostile_name[i]);
        strcpy(e->server, hostile_name[next]);
        strcpy(e->protocol, "http");
        e->port = o->port = 80;
        e->figures = o->figures = figures_of_one();
        strcpy(o->client, hostile_name[i]);
        strcpy(o->server, hostile_name[next]);
        strcpy(o->protocol, "http");
        strcpy(o->name, hostile_name[i]);
        fill_calls(h, i);
    }
    h->graph = (struct graph){
        .range = {1, 2}, .nodes = {h->service, HOSTILE_NAMES}, .edges = {h->edge, HOSTILE_NAMES}};
}

static bool ask(FILE *out, const struct exporter *e, struct hostile *h, enum question question)
{
    const struct range r = {1, 2};
    switch (question) {
    case ASK_GRAPH:
        return e->graph(out, &h->graph);
    case ASK_EDGES:
        return e->edges(out, r, &h->graph.edges);
    case ASK_SERVICES:
        return e->services(out, r, &h->graph.nodes);
    case ASK_OPERATIONS:
        return e->operations(out, r, &(struct operation_rows){h->operation, HOSTILE_NAMES});
    case ASK_BACKENDS:
        return e->backends(out, r, &(struct backend_rows){h->backend, HOSTILE_NAMES});
    case ASK_CONNECTIONS:
        return e->connections(out, r, &(struct connection_rows){h->connection, HOSTILE_NAMES});
    case ASK_OPEN_CALLS:
        return e->open_calls(out, r, &(struct open_call_rows){h->open_call, HOSTILE_NAMES});
    case ASK_INSIGHTS:
        return e->insights(out, r, &(struct insight_rows){h->insight, HOSTILE_NAMES});
    }
    return false;
}

char *hostile_export(struct hostile *h, const char *exporter, enum question question)
{
    const struct exporter *e = exporter_find(exporter);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_true(e && out);
    assert_true(ask(out, e, h, question));
    fclose(out);
    assert_int_equal(strlen(text), len);
    return text;
}

static bool is_there(const char *program)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

char *piped(const char *text, const char *program, const char *command)
{
    char path[] = "/tmp/tapgraph-export-XXXXXX", whole[4096], *answer = NULL;
    size_t len = 0;
    if (!is_there(program))
        skip();
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    snprintf(whole, sizeof whole, "{ %s; } <%s", command, path);
    FILE *from = popen(whole, "r"), *to = open_memstream(&answer, &len);
    assert_true(from && to);
    for (int c; (c = fgetc(from)) != EOF;)
        fputc(c, to);
    fclose(to);
    int status = pclose(from);
    unlink(path);
    if (status != 0)
        fail_msg("%s does not accept:\n%s", program, text);
    return answer;
}

char *hostile_lines(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    for (size_t i = 0; i < HOSTILE_NAMES; i++)
        fprintf(out, "%s\n", hostile_name[i]);
    fclose(out);
    return text;
}
