/* merge.c - see merge.h. Sorts the new rows, then walks old and new side by side. */
#include "graph/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/hops.h"
#include "graph/live.h"
#include "graph/sample.h"
#include "graph/secured.h"
#include "graph/settle.h"
#include "graph/settle_hosts.h"

void tallied_add(struct tallied *into, const struct tallied *from)
{
    for (size_t i = 0; i < OUTCOMES; i++)
        into->outcomes[i] += from->outcomes[i];
    into->request_bytes += from->request_bytes;
    into->response_bytes += from->response_bytes;
    into->request_messages += from->request_messages;
    into->response_messages += from->response_messages;
    into->streams += from->streams;
    latency_merge(&into->duration, &from->duration);
    latency_merge(&into->ttfb, &from->ttfb);
    latency_merge(&into->first_message, &from->first_message);
    latency_merge(&into->message_gap, &from->message_gap);
    latency_merge(&into->age, &from->age);
}

void tallied_free(struct tallied *t)
{
    latency_free(&t->duration);
    latency_free(&t->ttfb);
    latency_free(&t->first_message);
    latency_free(&t->message_gap);
    latency_free(&t->age);
}

void tallied_move(struct tallied *into, struct tallied *from)
{
    tallied_add(into, from);
    tallied_free(from);
}

void operation_move(struct operation_delta *into, struct operation_delta *from)
{
    into->templated &= from->templated;
    tallied_move(&into->exchanges, &from->exchanges);
}

uint64_t tallied_requests(const struct tallied *t)
{
    uint64_t requests = 0;
    for (size_t i = 0; i < OUTCOMES; i++)
        requests += t->outcomes[i];
    return requests;
}

static int compare_edges(const struct edge_delta *a, const struct edge_delta *b)
{
    return edge_key_compare(&a->key, &b->key);
}

static int compare_operations(const struct operation_delta *a, const struct operation_delta *b)
{
    int order = (a->edge > b->edge) - (a->edge < b->edge);
    return order ? order : strcmp(a->name, b->name);
}

static int compare_edge_pointers(const void *a, const void *b)
{
    return compare_edges(*(struct edge_delta *const *)a, *(struct edge_delta *const *)b);
}

static int compare_operation_pointers(const void *a, const void *b)
{
    return compare_operations(*(struct operation_delta *const *)a,
                              *(struct operation_delta *const *)b);
}

static int compare_name_pointers(const void *a, const void *b)
{
    return name_delta_compare(*(struct name_delta *const *)a, *(struct name_delta *const *)b);
}

static void add_edge(struct edge_delta *into, struct edge_delta *from)
{
    if (from->first_ns && (!into->first_ns || from->first_ns < into->first_ns))
        into->first_ns = from->first_ns;
    if (from->last_ns > into->last_ns)
        into->last_ns = from->last_ns;
    for (size_t i = 0; i < EDGE_NUMBERS; i++)
        edge_numbers(into)[i] += edge_numbers(from)[i];
    into->notes |= from->notes;
    tallied_move(&into->exchanges, &from->exchanges);
}

static void forget_rows(struct delta *d)
{
    d->edge_len = d->operation_len = d->name_len = 0;
    d->connection_len = d->open_call_len = 0;
    d->secured_len = d->certificate_len = 0;
    d->hop_len = 0;
    d->sample_len = 0;
    writer_clear(&d->sample_bytes);
}

static void merge_counters(struct delta *into, struct delta *from)
{
    into->edges_dropped += from->edges_dropped;
    into->names_dropped += from->names_dropped;
    into->connections_dropped += from->connections_dropped;
    into->open_calls_dropped += from->open_calls_dropped;
    into->secured_dropped += from->secured_dropped;
    into->hops_dropped += from->hops_dropped;
    from->secured_dropped = from->hops_dropped = 0;
    from->edges_dropped = from->names_dropped = 0;
    from->connections_dropped = from->open_calls_dropped = 0;
}

void merge_drop_rows(struct delta *into, struct delta *from)
{
    for (uint32_t i = 0; i < from->edge_len; i++) {
        into->edges_dropped += tallied_requests(&from->edge[i].exchanges);
        into->edges_dropped += from->edge[i].packets[0] || from->edge[i].packets[1]; /* reports */
        tallied_free(&from->edge[i].exchanges);
    }
    for (uint32_t i = 0; i < from->operation_len; i++)
        tallied_free(&from->operation[i].exchanges);
    for (uint32_t i = 0; i < from->connection_len; i++)
        into->connections_dropped += from->connection[i].reports;
    into->open_calls_dropped += from->open_call_len;
    for (uint32_t i = 0; i < from->secured_len; i++)
        into->secured_dropped += from->secured[i].handshakes;
    for (uint32_t i = 0; i < from->certificate_len; i++)
        into->secured_dropped += from->certificate[i].shown;
    into->hops_dropped += from->hop_len;
    if (into != from)
        merge_counters(into, from);
    forget_rows(from);
}

/* What is allocated beforehand, so that nothing fails half way. */
struct work {
    struct edge_delta *edge;
    struct operation_delta *operation;
    struct name_delta *name;
    struct connection_delta *connection;
    struct open_call_delta *open_call;
    struct secured_delta *secured;
    struct certificate_delta *certificate;
    struct hop_delta *hop;
    struct sample_delta *sample;
    struct writer sample_bytes;
    uint32_t *old_edge_at, *new_edge_at; /* where the edges of `into` and `from` have gone */
    void **sorted;
};

static void free_work(struct work *w)
{
    free(w->edge);
    free(w->operation);
    free(w->name);
    free(w->connection);
    free(w->open_call);
    free(w->secured);
    free(w->certificate);
    free(w->hop);
    free(w->sample);
    writer_free(&w->sample_bytes);
    free(w->old_edge_at);
    free(w->new_edge_at);
    free(w->sorted);
}

static size_t sample_len(const struct delta *d)
{
    size_t len = 0;
    for (uint32_t i = 0; i < d->sample_len; i++)
        len += d->sample[i].len;
    return len;
}

static bool make_work(struct work *w, const struct delta *a, const struct delta *b, bool copies)
{
    size_t edges = (size_t)a->edge_len + b->edge_len;
    size_t operations = (size_t)a->operation_len + b->operation_len;
    size_t names = (size_t)a->name_len + b->name_len;
    size_t connections = (size_t)a->connection_len + b->connection_len;
    size_t open_calls = (size_t)a->open_call_len + b->open_call_len;
    size_t secured = (size_t)a->secured_len + b->secured_len;
    size_t certificates = (size_t)a->certificate_len + b->certificate_len;
    size_t hops = (size_t)a->hop_len + b->hop_len;
    size_t samples = (size_t)a->sample_len + b->sample_len;
    size_t bytes = sample_len(a) + sample_len(b);
    size_t most = edges > operations ? edges : operations;
    *w = (struct work){
        .edge = copies ? malloc((edges + 1) * sizeof *w->edge) : NULL,
        .operation = copies ? malloc((operations + 1) * sizeof *w->operation) : NULL,
        .name = copies ? malloc((names + 1) * sizeof *w->name) : NULL,
        .connection = malloc((connections + 1) * sizeof *w->connection),
        .open_call = malloc((open_calls + 1) * sizeof *w->open_call),
        .secured = malloc((secured + 1) * sizeof *w->secured),
        .certificate = malloc((certificates + 1) * sizeof *w->certificate),
        .hop = malloc((hops + 1) * sizeof *w->hop),
        .sample = malloc((samples + 1) * sizeof *w->sample),
        .sample_bytes = {.at = malloc(bytes + 1), .room = bytes + 1},
        .old_edge_at = malloc((edges + 1) * sizeof *w->old_edge_at),
        .new_edge_at = malloc((edges + 1) * sizeof *w->new_edge_at),
        .sorted = malloc(((most > names ? most : names) + 1) * sizeof *w->sorted),
    };
    bool copied = !copies || (w->edge && w->operation && w->name);
    if (copied && w->connection && w->open_call && w->secured && w->certificate && w->hop &&
        w->sample && w->sample_bytes.at && w->old_edge_at && w->new_edge_at && w->sorted)
        return true;
    free_work(w);
    return false;
}

static uint32_t merge_edges(struct work *w, struct delta *into, struct delta *from)
{
    struct edge_delta **sorted = (struct edge_delta **)w->sorted;
    for (uint32_t i = 0; i < from->edge_len; i++)
        sorted[i] = &from->edge[i];
    qsort(sorted, from->edge_len, sizeof *sorted, compare_edge_pointers);
    uint32_t len = 0, old = 0, fresh = 0;
    while (old < into->edge_len || fresh < from->edge_len) {
        int order = old == into->edge_len     ? 1
                    : fresh == from->edge_len ? -1
                                              : compare_edges(&into->edge[old], sorted[fresh]);
        struct edge_delta *next = order <= 0 ? &into->edge[old] : sorted[fresh];
        if (len && !compare_edges(&w->edge[len - 1], next))
            add_edge(&w->edge[len - 1], next);
        else
            w->edge[len++] = *next;
        if (order <= 0)
            w->old_edge_at[old++] = len - 1;
        else
            w->new_edge_at[sorted[fresh++] - from->edge] = len - 1;
    }
    return len;
}

static uint32_t merge_operations(struct work *w, struct delta *into, struct delta *from)
{
    struct operation_delta **sorted = (struct operation_delta **)w->sorted;
    for (uint32_t i = 0; i < from->operation_len; i++) {
        from->operation[i].edge = w->new_edge_at[from->operation[i].edge];
        sorted[i] = &from->operation[i];
    }
    for (uint32_t i = 0; i < into->operation_len; i++)
        into->operation[i].edge = w->old_edge_at[into->operation[i].edge];
    qsort(sorted, from->operation_len, sizeof *sorted, compare_operation_pointers);
    uint32_t len = 0, old = 0, fresh = 0;
    while (old < into->operation_len || fresh < from->operation_len) {
        int order = old == into->operation_len ? 1
                    : fresh == from->operation_len
                        ? -1
                        : compare_operations(&into->operation[old], sorted[fresh]);
        struct operation_delta *next = order <= 0 ? &into->operation[old++] : sorted[fresh++];
        if (len && !compare_operations(&w->operation[len - 1], next))
            operation_move(&w->operation[len - 1], next);
        else
            w->operation[len++] = *next;
    }
    return len;
}

/* One that nobody has said yet has no times. */
static void add_name(struct name_delta *into, const struct name_delta *from)
{
    if (!into->count || !from->count) {
        *into = into->count ? *into : *from;
        return;
    }
    into->count += from->count;
    if (from->first_ns < into->first_ns)
        into->first_ns = from->first_ns;
    if (from->last_ns > into->last_ns)
        into->last_ns = from->last_ns;
    if (from->until_ns > into->until_ns)
        into->until_ns = from->until_ns;
}

static uint32_t merge_names(struct work *w, struct delta *into, struct delta *from)
{
    struct name_delta **sorted = (struct name_delta **)w->sorted;
    for (uint32_t i = 0; i < from->name_len; i++)
        sorted[i] = &from->name[i];
    qsort(sorted, from->name_len, sizeof *sorted, compare_name_pointers);
    uint32_t len = 0, old = 0, fresh = 0;
    while (old < into->name_len || fresh < from->name_len) {
        int order = old == into->name_len     ? 1
                    : fresh == from->name_len ? -1
                                              : name_delta_compare(&into->name[old], sorted[fresh]);
        struct name_delta *to = &w->name[len++];
        *to = order <= 0 ? into->name[old] : *sorted[fresh];
        if (!order) {
            add_name(to, sorted[fresh]);
        }
        fresh += order >= 0;
        old += order <= 0;
    }
    return len;
}

/* One after the other; live.h puts them in order. */
static uint32_t join_connections(struct work *w, const struct delta *into, const struct delta *from)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < into->connection_len; i++) {
        w->connection[len] = into->connection[i];
        w->connection[len++].edge = w->old_edge_at[into->connection[i].edge];
    }
    for (uint32_t i = 0; i < from->connection_len; i++) {
        w->connection[len] = from->connection[i];
        w->connection[len++].edge = w->new_edge_at[from->connection[i].edge];
    }
    return len;
}

static uint32_t join_open_calls(struct work *w, const struct delta *into, const struct delta *from)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < into->open_call_len; i++) {
        w->open_call[len] = into->open_call[i];
        w->open_call[len++].edge = w->old_edge_at[into->open_call[i].edge];
    }
    for (uint32_t i = 0; i < from->open_call_len; i++) {
        w->open_call[len] = from->open_call[i];
        w->open_call[len++].edge = w->new_edge_at[from->open_call[i].edge];
    }
    return len;
}

static uint32_t join_secured(struct work *w, const struct delta *into, const struct delta *from)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < into->secured_len; i++) {
        w->secured[len] = into->secured[i];
        w->secured[len++].edge = w->old_edge_at[into->secured[i].edge];
    }
    for (uint32_t i = 0; i < from->secured_len; i++) {
        w->secured[len] = from->secured[i];
        w->secured[len++].edge = w->new_edge_at[from->secured[i].edge];
    }
    return len;
}

static uint32_t join_hops(struct work *w, const struct delta *into, const struct delta *from)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < into->hop_len; i++) {
        w->hop[len] = into->hop[i];
        w->hop[len++].edge = w->old_edge_at[into->hop[i].edge];
    }
    for (uint32_t i = 0; i < from->hop_len; i++) {
        w->hop[len] = from->hop[i];
        w->hop[len++].edge = w->new_edge_at[from->hop[i].edge];
    }
    return len;
}

static uint32_t join_samples(struct work *w, const struct delta *from, const uint32_t *edge_at,
                             uint32_t len)
{
    for (uint32_t i = 0; i < from->sample_len; i++) {
        struct sample_delta *row = &w->sample[len++];
        struct bytes bytes = sample_bytes(from, &from->sample[i]);
        *row = from->sample[i];
        row->edge = edge_at[row->edge];
        row->at = w->sample_bytes.len;
        writer_bytes(&w->sample_bytes, bytes.at, bytes.len);
    }
    return len;
}

static uint32_t join_certificates(struct work *w, const struct delta *into,
                                  const struct delta *from)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < into->certificate_len; i++)
        w->certificate[len++] = into->certificate[i];
    for (uint32_t i = 0; i < from->certificate_len; i++)
        w->certificate[len++] = from->certificate[i];
    return len;
}

/* Drops the edges past EDGES_MAX, with their operations, and the names past NAMES_MAX. */
static void drop_excess(struct delta *d)
{
    while (d->edge_len > EDGES_MAX) {
        struct edge_delta *last = &d->edge[--d->edge_len];
        uint64_t requests = tallied_requests(&last->exchanges);
        d->edges_dropped += requests ? requests : 1;
        tallied_free(&last->exchanges);
    }
    while (d->operation_len && d->operation[d->operation_len - 1].edge >= d->edge_len)
        tallied_free(&d->operation[--d->operation_len].exchanges);
    if (d->name_len > NAMES_MAX) {
        d->names_dropped += d->name_len - NAMES_MAX;
        d->name_len = NAMES_MAX;
    }
}

/* Gives the rows that were made to `d`, and what it had to `w`. */
static void change_rows(struct delta *d, struct work *w)
{
    struct work old = {
        .edge = d->edge,
        .operation = d->operation,
        .name = d->name,
        .connection = d->connection,
        .open_call = d->open_call,
        .secured = d->secured,
        .certificate = d->certificate,
        .hop = d->hop,
        .sample = d->sample,
        .sample_bytes = d->sample_bytes,
        .old_edge_at = w->old_edge_at,
        .new_edge_at = w->new_edge_at,
        .sorted = w->sorted,
    };
    d->edge = w->edge;
    d->operation = w->operation;
    d->name = w->name;
    d->connection = w->connection;
    d->open_call = w->open_call;
    d->secured = w->secured;
    d->certificate = w->certificate;
    d->hop = w->hop;
    d->sample = w->sample;
    d->sample_bytes = w->sample_bytes;
    *w = old;
}

/* The other rows, now that edges, operations and names have their places. */
static void finish_rows(struct delta *into, struct delta *from, struct work *w, uint32_t edge_len)
{
    into->connection_len = join_connections(w, into, from);
    into->open_call_len = join_open_calls(w, into, from);
    into->secured_len = join_secured(w, into, from);
    into->certificate_len = join_certificates(w, into, from);
    into->hop_len = join_hops(w, into, from);
    uint32_t samples = join_samples(w, into, w->old_edge_at, 0);
    into->sample_len = join_samples(w, from, w->new_edge_at, samples);
    for (uint32_t i = 0; i < into->relay_len; i++)
        into->relay[i].edge = w->old_edge_at[into->relay[i].edge];
    into->edge_len = edge_len;
    change_rows(into, w);
    free_work(w);
    merge_counters(into, from);
    forget_rows(from);
    drop_excess(into);
    settle_operations(into, OPERATIONS_AT_WORK_MAX);
    live_settle_connections(into);
    live_settle_open_calls(into);
    secured_settle(into);
    secured_settle_certificates(into);
    hops_settle(into);
    samples_settle(into, NULL);
    live_name_open_calls(into);
}

/* Puts rows of `size` bytes where `at` says that each goes, which it undoes. */
static void permute(void *rows, uint32_t len, size_t size, uint32_t *at)
{
    uint8_t *row = rows, one[sizeof(struct edge_delta)];
    assert(size <= sizeof one);
    for (uint32_t i = 0; i < len; i++)
        while (at[i] != i) {
            uint32_t to = at[i];
            memcpy(one, row + to * size, size);
            memcpy(row + to * size, row + i * size, size);
            memcpy(row + i * size, one, size);
            at[i] = at[to];
            at[to] = to;
        }
}

/* Where each row goes that `sorted` points to. */
static void note_places(void **sorted, uint32_t len, const void *rows, size_t size, uint32_t *ret)
{
    for (uint32_t i = 0; i < len; i++)
        ret[(size_t)((const uint8_t *)sorted[i] - (const uint8_t *)rows) / size] = i;
}

/* Sorts the rows of `from` where they are, and gives them to `w`. `place` has room for the longest
 * of the arrays. */
static void sort_first_rows(struct work *w, struct delta *from, uint32_t *place)
{
    for (uint32_t i = 0; i < from->edge_len; i++)
        w->sorted[i] = &from->edge[i];
    qsort(w->sorted, from->edge_len, sizeof *w->sorted, compare_edge_pointers);
    note_places(w->sorted, from->edge_len, from->edge, sizeof *from->edge, w->new_edge_at);
    memcpy(place, w->new_edge_at, from->edge_len * sizeof *place);
    permute(from->edge, from->edge_len, sizeof *from->edge, place);

    for (uint32_t i = 0; i < from->operation_len; i++) {
        from->operation[i].edge = w->new_edge_at[from->operation[i].edge];
        w->sorted[i] = &from->operation[i];
    }
    qsort(w->sorted, from->operation_len, sizeof *w->sorted, compare_operation_pointers);
    note_places(w->sorted, from->operation_len, from->operation, sizeof *from->operation, place);
    permute(from->operation, from->operation_len, sizeof *from->operation, place);

    for (uint32_t i = 0; i < from->name_len; i++)
        w->sorted[i] = &from->name[i];
    qsort(w->sorted, from->name_len, sizeof *w->sorted, compare_name_pointers);
    note_places(w->sorted, from->name_len, from->name, sizeof *from->name, place);
    permute(from->name, from->name_len, sizeof *from->name, place);

    w->edge = from->edge;
    w->operation = from->operation;
    w->name = from->name;
    from->edge = NULL;
    from->operation = NULL;
    from->name = NULL;
}

static uint32_t longest(const struct delta *d)
{
    uint32_t most = d->edge_len > d->operation_len ? d->edge_len : d->operation_len;
    return most > d->name_len ? most : d->name_len;
}

bool merge_first_rows(struct delta *into, struct delta *from)
{
    struct work w;
    if (into->edge_len || into->operation_len || into->name_len)
        return merge_rows(into, from);
    uint32_t *place = calloc((size_t)longest(from) + 1, sizeof *place);
    if (!place || !make_work(&w, into, from, false)) {
        free(place);
        return false;
    }
    sort_first_rows(&w, from, place);
    free(place);
    into->operation_len = from->operation_len;
    into->name_len = from->name_len;
    finish_rows(into, from, &w, from->edge_len);
    return true;
}

bool merge_rows(struct delta *into, struct delta *from)
{
    struct work w;
    if (!make_work(&w, into, from, true))
        return false;
    uint32_t edge_len = merge_edges(&w, into, from);
    into->operation_len = merge_operations(&w, into, from);
    into->name_len = merge_names(&w, into, from);
    finish_rows(into, from, &w, edge_len);
    return true;
}

void merge_finish(struct delta *d)
{
    settle_hosts(d);
    settle_operations(d, OPERATIONS_PER_EDGE_MAX);
    live_name_open_calls(d);
    samples_finish(d);
}
