/* worker.c - see worker.h.
 *
 * Exchanges are encoded as they end, in one buffer, with a list of where each begins and what
 * orders it: number of the packet; then exchanges ended by a tick (time-outs, which several workers
 * may have at the same number) before those ended by the packet itself; those of a tick among each
 * other by when and by whom they were asked. Those of one packet belong to one worker and keep
 * their order. */
#include "daemon/worker.h"

#include <stdlib.h>

#include "graph/merge.h"
#include "graph/relays.h"
#include "graph/tally.h"
#include "graph/wire.h"

struct ended {
    uint64_t number;
    uint64_t request_ns;
    struct address client;
    uint32_t at, len; /* in `records` */
    uint32_t nth;     /* among those of this worker since the last hand-over */
    uint16_t client_port;
    bool by_packet;
};

enum { WINDOWS_MAX = 64 };

struct worker {
    struct engine *engine;
    struct tally *tally;
    const struct daemon_options *options;
    bool in_tick;
    uint32_t weight;  /* of what is counted */
    uint64_t tick_ns; /* the latest */
    struct writer records;
    struct ended *ended; /* owned */
    size_t ended_len, ended_room;
    struct window {
        uint64_t start_ns, end_ns;
        struct tally *tally;
        struct decode_counters decode;
        size_t ended_len; /* exchanges that had ended when it closed */
    } window[WINDOWS_MAX];
    size_t window_len;
    struct decode_counters handed; /* at the end of the latest window that was handed over */
    bool finished;                 /* after the next tick comes nothing */
    uint64_t passed_ns;    /* the end of the latest window that has ended, set aside or not */
    struct tally *spare;   /* an empty one, or NULL */
    struct relays *relays; /* of all workers, in the first one */
};

static void note_ended(struct worker *w, const struct exchange *x)
{
    if (w->ended_len == w->ended_room) {
        size_t room = w->ended_room ? 2 * w->ended_room : 1024;
        struct ended *ended = realloc(w->ended, room * sizeof *ended);
        if (!ended) {
            w->records.failed = true;
            return;
        }
        w->ended = ended;
        w->ended_room = room;
    }
    size_t at = w->records.len;
    wire_put_exchange(&w->records, x);
    w->ended[w->ended_len] = (struct ended){
        .number = x->number,
        .request_ns = x->request_ns,
        .client = x->client_address,
        .client_port = x->client_port,
        .at = (uint32_t)at,
        .len = (uint32_t)(w->records.len - at),
        .nth = (uint32_t)w->ended_len,
        .by_packet = !w->in_tick,
    };
    w->ended_len++;
}

static void take_exchange(void *ctx, struct exchange *x)
{
    struct worker *w = ctx;
    tally_exchange(w->tally, x);
    if (w->options->log)
        note_ended(w, x);
}

static void take_flow(void *ctx, const struct flow_report *r)
{
    struct worker *w = ctx;
    tally_flow(w->tally, r);
}

static void take_answer(void *ctx, const struct name_answer *a)
{
    struct worker *w = ctx;
    tally_answer(w->tally, a);
}

static void take_message(void *ctx, struct exchange *x, uint64_t gap_ns)
{
    struct worker *w = ctx;
    tally_message(w->tally, x, gap_ns);
}

static void take_open_call(void *ctx, struct exchange *x)
{
    struct worker *w = ctx;
    tally_open_call(w->tally, x, w->tick_ns);
}

static bool knows_certificate(void *ctx, const struct fingerprint *f,
                              const struct fingerprint *issued_by)
{
    struct worker *w = ctx;
    return tally_knows_certificate(w->tally, f, issued_by);
}

static void take_certificate(void *ctx, const struct certificate *c)
{
    struct worker *w = ctx;
    tally_certificate(w->tally, c);
}

static struct tally *new_tally(const struct daemon_options *options)
{
    struct tally *tally = tally_new(&options->engine.key, &options->networks);
    if (tally)
        tally_set_patterns(tally, &options->patterns);
    if (tally && options->requests_kept)
        tally_keep_samples(tally);
    return tally;
}

struct worker *worker_new(const struct daemon_options *options, struct err *err)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    struct sink sink = {
        .exchange = take_exchange,
        .flow = take_flow,
        .answer = take_answer,
        .message = take_message,
        .open_call = take_open_call,
        .knows_certificate = knows_certificate,
        .certificate = take_certificate,
        .ctx = w,
    };
    w->options = options;
    w->weight = 1;
    w->tally = new_tally(options);
    w->relays = relays_new();
    w->engine = w->tally && w->relays ? engine_new(&options->engine, sink, err) : NULL;
    if (!w->engine) {
        if (!w->tally || !w->relays)
            err_set(err, "sensor: out of memory");
        worker_free(w);
        return NULL;
    }
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    engine_free(w->engine);
    tally_free(w->tally);
    tally_free(w->spare);
    relays_free(w->relays);
    for (size_t i = 0; i < w->window_len; i++)
        tally_free(w->window[i].tally);
    writer_free(&w->records);
    free(w->ended);
    free(w);
}

void worker_packet(struct worker *w, const struct packet *p)
{
    engine_packet(w->engine, p);
}

bool worker_learns(const struct packet *p)
{
    return engine_learns(p);
}

void worker_learn(struct worker *w, const struct packet *p)
{
    engine_learn(w->engine, p);
}

void worker_follow(struct worker *w, unsigned level)
{
    w->in_tick = true;
    engine_follow(w->engine, level);
    w->in_tick = false;
    w->weight = 1U << level;
    tally_set_weight(w->tally, w->weight);
}

/* Sets the tally aside. When WINDOWS_MAX wait for a slow reader, or memory is short, the open
 * window simply goes on: its counts come with the next. After the last one there is none. */
static void end_window(struct worker *w, const struct tick *tick)
{
    w->passed_ns = tick->end_ns;
    struct tally *next = w->window_len < WINDOWS_MAX ? w->spare : NULL;
    if (!next && w->window_len < WINDOWS_MAX)
        next = new_tally(w->options);
    if (!next && !(w->finished && w->window_len < WINDOWS_MAX)) {
        tally_forget_open_calls(w->tally);
        return;
    }
    w->spare = NULL;
    if (next)
        tally_set_weight(next, w->weight);
    w->window[w->window_len++] = (struct window){
        .start_ns = tick->start_ns,
        .end_ns = tick->end_ns,
        .tally = w->tally,
        .decode = *engine_counters(w->engine),
        .ended_len = w->ended_len,
    };
    w->tally = next;
}

void worker_tick(struct worker *w, const struct tick *tick, uint64_t number)
{
    w->in_tick = true;
    w->tick_ns = tick->at_ns;
    engine_tick(w->engine, tick->at_ns, number, tick->window_ends);
    engine_goes_on(w->engine, tick->to_ns);
    w->in_tick = false;
    if (tick->window_ends)
        end_window(w, tick);
}

size_t worker_waiting_bytes(const struct worker *w)
{
    return w->records.len;
}

void worker_finish(struct worker *w, uint64_t now_ns, uint64_t number)
{
    w->in_tick = true;
    w->tick_ns = now_ns;
    engine_finish(w->engine, now_ns, number);
    w->in_tick = false;
    w->finished = true;
}

static int compare_ended(const void *left, const void *right)
{
    const struct ended *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->by_packet != b->by_packet)
        return a->by_packet ? 1 : -1;
    if (!a->by_packet) {
        if (a->request_ns != b->request_ns)
            return a->request_ns < b->request_ns ? -1 : 1;
        int order = address_compare(&a->client, &b->client);
        if (order)
            return order;
        if (a->client_port != b->client_port)
            return a->client_port < b->client_port ? -1 : 1;
    }
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

/* By packet number, as those of one worker nearly always are: only time-outs break the order. */
static void sort_ended(struct ended *ended, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (compare_ended(&ended[i - 1], &ended[i]) > 0) {
            qsort(ended, len, sizeof *ended, compare_ended);
            return;
        }
}

/* The oldest window to hand over, as its start and end. */
struct span {
    uint64_t start_ns, end_ns;
};

static bool has_ended(const struct worker *w, struct span window)
{
    return w->window_len && w->window[0].start_ns == window.start_ns;
}

/* The exchanges to hand over now: those up to the end of the window; without one (end_ns 0) all. */
static size_t ready(const struct worker *w, struct span window)
{
    if (!window.end_ns)
        return w->ended_len;
    return has_ended(w, window) ? w->window[0].ended_len : 0;
}

/* Appends to `log` the records of all workers, the earliest first. */
static void merge_ended(struct worker *const *workers, unsigned workers_len, struct span window,
                        struct writer *log)
{
    size_t next[WORKERS_MAX] = {0};
    for (unsigned i = 0; i < workers_len; i++) {
        log->failed = log->failed || workers[i]->records.failed;
        sort_ended(workers[i]->ended, ready(workers[i], window));
    }
    for (;;) {
        const struct worker *first = NULL;
        unsigned whose = 0;
        for (unsigned i = 0; i < workers_len; i++) {
            const struct worker *w = workers[i];
            if (next[i] < ready(w, window) &&
                (!first || compare_ended(&w->ended[next[i]], &first->ended[next[whose]]) < 0)) {
                first = w;
                whose = i;
            }
        }
        if (!first)
            return;
        const struct ended *e = &first->ended[next[whose]++];
        writer_bytes(log, first->records.at + e->at, e->len);
    }
}

/* Forgets the first `count` exchanges, and their records when none are left. */
static void forget_ended(struct worker *w, size_t count)
{
    w->ended_len -= count;
    if (count)
        memmove(w->ended, w->ended + count, w->ended_len * sizeof *w->ended);
    if (!w->ended_len)
        writer_clear(&w->records);
    for (size_t i = 0; i < w->window_len; i++)
        w->window[i].ended_len -= count < w->window[i].ended_len ? count : w->window[i].ended_len;
}

static void add_counters(struct decode_counters *into, const struct decode_counters *from)
{
    uint64_t *sum = (uint64_t *)into;
    const uint64_t *more = (const uint64_t *)from;
    for (size_t i = 0; i < sizeof *into / sizeof *sum; i++)
        sum[i] += more[i];
}

/* The oldest window that any has ended; zero if there is none, or not all have passed it. */
static struct span oldest_window(struct worker *const *workers, unsigned workers_len)
{
    struct span oldest = {0};
    for (unsigned i = 0; i < workers_len; i++) {
        const struct window *first = &workers[i]->window[0];
        if (workers[i]->window_len && (!oldest.end_ns || first->start_ns < oldest.start_ns))
            oldest = (struct span){first->start_ns, first->end_ns};
    }
    for (unsigned i = 0; i < workers_len; i++)
        if (workers[i]->passed_ns < oldest.end_ns)
            return (struct span){0};
    return oldest;
}

/* Adds the oldest window of a worker to `ret`. */
static void merge_window(struct worker *w, struct delta *ret)
{
    struct window *oldest = &w->window[0];
    tally_take(oldest->tally, ret);
    w->handed = oldest->decode;
    if (w->spare)
        tally_free(oldest->tally);
    else
        w->spare = oldest->tally;
    memmove(w->window, w->window + 1, --w->window_len * sizeof *w->window);
}

bool workers_merge(struct worker *const *workers, unsigned workers_len, struct writer *log,
                   struct delta *ret)
{
    struct span window = oldest_window(workers, workers_len);
    merge_ended(workers, workers_len, window, log);
    for (unsigned i = 0; i < workers_len; i++) {
        bool ended = window.end_ns && has_ended(workers[i], window);
        forget_ended(workers[i], ready(workers[i], window));
        if (ended)
            merge_window(workers[i], ret);
        if (window.end_ns)
            add_counters(&ret->decode, &workers[i]->handed);
    }
    merge_finish(ret);
    ret->start_ns = window.start_ns;
    ret->end_ns = window.end_ns;
    if (window.end_ns)
        relays_join(workers[0]->relays, ret);
    return window.end_ns != 0;
}
