/* history.c - what a day of a large graph costs: makes a database through store_write(), prints how
 * large it is, and how long questions about it take.
 *
 * usage: bench_history FILE.db [HOURS [EDGES [BUSY]]]
 *
 * An existing FILE is asked and not made. Edge number i is asked BUSY / (1 + i)^0.9 times in five
 * seconds on average: most of a graph is quiet most of the time. Each has three operations, which
 * get 6, 3 and 1 in ten of that. Durations are log-normal about a median of the edge's own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "graph/merge.h"
#include "store/database.h"
#include "store/query.h"
#include "store/store.h"

#define SECOND_NS UINT64_C(1000000000)
static double busy = 40;
enum { BEGIN_S = 1700000000 - 1700000000 % 3600 + 1755, WINDOW_S = 5, OPERATIONS = 3, RUNS = 5 };

/* Seconds of this process' own, since others may keep the machine busy. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* From 0 to 1. */
static double chance(void)
{
    static uint64_t seed = 1;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double normal(void)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += chance();
    return sum - 6;
}

/* How many of what happens `mean` times on average. */
static uint64_t poisson(double mean)
{
    if (mean > 30)
        return (uint64_t)fmax(0, mean + sqrt(mean) * normal() + 0.5);
    double limit = exp(-mean), product = chance();
    uint64_t n = 0;
    for (; product > limit; n++)
        product *= chance();
    return n;
}

static void ask(struct tallied *t, uint64_t count, double median_ms)
{
    for (; count; count--) {
        double ms = median_ms * exp(0.6 * normal());
        latency_add(&t->duration, (uint64_t)(ms * 1e6));
        latency_add(&t->ttfb, (uint64_t)(ms * 8e5));
        t->outcomes[chance() < 0.01 ? OUTCOME_SERVER_ERROR : OUTCOME_OK]++;
        t->request_bytes += 300;
        t->response_bytes += 2000;
    }
}

static void fill_edge(struct delta *d, uint32_t i)
{
    static const char *const names[OPERATIONS] = {"GET /items/{id}", "GET /items", "POST /items"};
    static const double shares[OPERATIONS] = {0.6, 0.3, 0.1};
    struct edge_delta e = {.key.port = (uint16_t)(8000 + i % 10), .first_ns = d->start_ns};
    char text[32];
    double mean = busy / pow(1 + i, 0.9), median_ms = 1 + i % 37;
    snprintf(text, sizeof text, "10.0.%u.%u", i / 250, 1 + i % 250);
    address_from_text(text, &e.key.client);
    snprintf(text, sizeof text, "10.1.0.%u", 1 + (i * 7) % 200);
    address_from_text(text, &e.key.server);
    strcpy(e.key.protocol, "http");
    for (int o = 0; o < OPERATIONS; o++) {
        struct operation_delta *op = &d->operation[d->operation_len];
        uint64_t count = poisson(mean * shares[o]);
        if (!count)
            continue;
        *op = (struct operation_delta){.edge = d->edge_len};
        strcpy(op->name, names[o]);
        ask(&op->exchanges, count, median_ms * (o + 1));
        tallied_add(&e.exchanges, &op->exchanges);
        d->operation_len++;
    }
    uint64_t requests = tallied_requests(&e.exchanges);
    if (!requests)
        return;
    e.last_ns = d->end_ns - 1;
    for (int dir = 0; dir < 2; dir++) {
        e.packets[dir] = 3 * requests;
        e.bytes[dir] = dir ? 2300 * requests : 500 * requests;
    }
    d->edge[d->edge_len++] = e;
}

static bool make(const char *path, double hours, uint32_t edges)
{
    struct err err = {0};
    struct store *s = store_open(path, &err);
    uint64_t windows = (uint64_t)(hours * 3600 / WINDOW_S);
    double begun = now(), slowest = 0;
    bool fine = s;
    for (uint64_t i = 0; fine && i < windows; i++) {
        struct delta d = {.start_ns = (BEGIN_S + WINDOW_S * i) * SECOND_NS};
        d.end_ns = d.start_ns + WINDOW_S * SECOND_NS;
        d.edge = calloc(edges, sizeof *d.edge);
        d.operation = calloc((size_t)edges * OPERATIONS, sizeof *d.operation);
        fine = d.edge && d.operation;
        for (uint32_t e = 0; fine && e < edges; e++)
            fill_edge(&d, e);
        d.capture.frames = 100000 * (i + 1);
        double before = now();
        fine = fine && store_write(s, &d, NULL, &err) == STORE_OK;
        slowest = now() - before > slowest ? now() - before : slowest;
        delta_free(&d);
        if (i % 720 == 719)
            fprintf(stderr, "%.1f hours written in %.0f s\n", (double)(i + 1) / 720, now() - begun);
    }
    store_close(s);
    if (!fine)
        fprintf(stderr, "%s\n", err.text[0] ? err.text : "out of memory");
    else
        printf("%.1f hours of %u edges: %.0f s of CPU, %.1f ms a window, the slowest %.0f ms\n",
               hours, edges, now() - begun, (now() - begun) * 1e3 / (double)windows, slowest * 1e3);
    return fine;
}

static void print_sizes(const char *path)
{
    static const char sql[] =
        "WITH d AS MATERIALIZED (SELECT w.level, w.id FROM capture_window w) "
        "SELECT level, count(*), (SELECT count(*) FROM d e JOIN edge_window x ON x.window_id = "
        "e.id "
        "WHERE e.level = d.level), (SELECT count(*) FROM d e JOIN operation_window x ON "
        "x.window_id = e.id WHERE e.level = d.level), (SELECT avg(length(x.duration) + "
        "length(x.ttfb)) FROM d e JOIN edge_window x ON x.window_id = e.id WHERE e.level = "
        "d.level) FROM d GROUP BY level";
    struct stat about;
    sqlite3 *db;
    sqlite3_stmt *s;
    stat(path, &about);
    printf("file: %.1f MB\n", (double)about.st_size / 1e6);
    if (sqlite3_open(path, &db) == SQLITE_OK && statement_prepare(db, sql, &s)) {
        printf("level  windows  edge rows  operation rows  histograms of an edge's row\n");
        while (sqlite3_step(s) == SQLITE_ROW)
            printf("%5d  %7lld  %9lld  %14lld  %.0f bytes\n", sqlite3_column_int(s, 0),
                   (long long)sqlite3_column_int64(s, 1), (long long)sqlite3_column_int64(s, 2),
                   (long long)sqlite3_column_int64(s, 3), sqlite3_column_double(s, 4));
        sqlite3_finalize(s);
    }
    sqlite3_close(db);
}

static bool asks_edges(struct query *q, struct range r, struct err *err)
{
    struct edge_rows rows = {0};
    bool asked = query_edges(q, r, &rows, err);
    free(rows.row);
    return asked;
}

static bool asks_services(struct query *q, struct range r, struct err *err)
{
    struct service_rows rows = {0};
    bool asked = query_services(q, r, &rows, err);
    free(rows.row);
    return asked;
}

static bool asks_operations(struct query *q, struct range r, struct err *err)
{
    struct operation_rows rows = {0};
    bool asked = query_operations(q, r, 0, &rows, err);
    free(rows.row);
    return asked;
}

static bool asks_graph(struct query *q, struct range r, struct err *err)
{
    struct graph g = {0};
    bool asked = query_graph(q, r, GROUP_SERVICE, &g, err);
    graph_free(&g);
    return asked;
}

static bool asks_series(struct query *q, struct range r, struct err *err)
{
    struct points points = {0};
    bool asked = query_series(q, r, 0, 300, &points, err);
    free(points.point);
    return asked;
}

static bool asks_series_of_edge(struct query *q, struct range r, struct err *err)
{
    struct points points = {0};
    bool asked = query_series(q, r, 1, 300, &points, err);
    free(points.point);
    return asked;
}

/* The sparklines of a screen of the terminal. */
static bool asks_trends(struct query *q, struct range r, enum series_of of, struct err *err)
{
    enum { LINES = 16, POINTS = 24 };
    int64_t id[LINES];
    struct points points[LINES];
    for (int i = 0; i < LINES; i++)
        id[i] = i + 1;
    bool asked = query_series_of(q, r, of, (struct series_ids){id, LINES}, POINTS, points, err);
    for (int i = 0; asked && i < LINES; i++)
        free(points[i].point);
    return asked;
}

static bool asks_trends_of_edges(struct query *q, struct range r, struct err *err)
{
    return asks_trends(q, r, SERIES_OF_EDGE, err);
}

static bool asks_trends_of_services(struct query *q, struct range r, struct err *err)
{
    return asks_trends(q, r, SERIES_OF_SERVICE, err);
}

static bool asks_health(struct query *q, struct range r, struct err *err)
{
    struct health_row row;
    return query_health(q, r, &row, err);
}

static const struct {
    const char *name;
    bool (*ask)(struct query *q, struct range r, struct err *err);
} questions[] = {
    {"edges", asks_edges},
    {"services", asks_services},
    {"operations", asks_operations},
    {"graph", asks_graph},
    {"series of all", asks_series},
    {"series of an edge", asks_series_of_edge},
    {"16 edges' trends", asks_trends_of_edges},
    {"16 services' trends", asks_trends_of_services},
    {"health", asks_health},
};

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static bool time_questions(struct query *q, const char *what, struct range r)
{
    struct err err = {0};
    printf("%s:\n", what);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        double taken[RUNS];
        for (int run = 0; run < RUNS; run++) {
            double begun = now();
            if (!questions[i].ask(q, r, &err)) {
                fprintf(stderr, "%s\n", err.text);
                return false;
            }
            taken[run] = now() - begun;
        }
        double first = taken[0];
        qsort(taken, RUNS, sizeof *taken, compare);
        printf("  %-20s %7.1f ms, the first time %7.1f ms\n", questions[i].name,
               taken[RUNS / 2] * 1e3, first * 1e3);
    }
    return true;
}

static bool time_ranges(const char *path)
{
    struct err err = {0};
    struct query *q = query_open(path, &err);
    struct range all, day;
    bool fine = q && query_history(q, &all, &err) &&
                query_since(q, 86400 * SECOND_NS - 3600 * SECOND_NS, &day, &err);
    if (!fine) {
        fprintf(stderr, "%s\n", err.text);
        query_close(q);
        return false;
    }
    struct range odd = {all.from_ns + 1235 * SECOND_NS, all.to_ns - 605 * SECOND_NS};
    struct range hour = {all.to_ns - 3600 * SECOND_NS, all.to_ns};
    fine = time_questions(q, "--since 23h", day) && time_questions(q, "all of it", all) &&
           time_questions(q, "all but some minutes at both ends", odd) &&
           time_questions(q, "the last hour", hour);
    query_close(q);
    return fine;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_history FILE.db [HOURS [EDGES [BUSY]]]\n");
        return 2;
    }
    double hours = argc > 2 ? strtod(argv[2], NULL) : 24;
    uint32_t edges = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1000;
    busy = argc > 4 ? strtod(argv[4], NULL) : busy;
    if (access(argv[1], F_OK) != 0 && !make(argv[1], hours, edges))
        return 1;
    print_sizes(argv[1]);
    return time_ranges(argv[1]) ? 0 : 1;
}
