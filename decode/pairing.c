/* pairing.c - see pairing.h. */
#include "decode/pairing.h"

#include <stdlib.h>
#include <string.h>

enum { INDEXED_LEAST = 16 }; /* open exchanges on one connection */

void pairing_init(struct pairing *p, struct conn_shared *shared, const struct conn_ends *ends)
{
    *p = (struct pairing){.shared = shared, .ends = ends, .settled = true};
    shared->conns++;
}

void pairing_trouble(struct pairing *p, enum trouble trouble, uint32_t count)
{
    p->troubles[trouble] += count;
    p->shared->counters->troubles[trouble] += count;
}

/* Cleared as a whole, so that nothing of another exchange is left behind a shorter text. (To clear
 * only what was written is no faster: it waits for one line of cache after another.) */
static struct open *take_room(struct pairing *p)
{
    struct conn_shared *shared = p->shared;
    struct open *open = shared->spare;
    if (open)
        shared->spare = open->next;
    else
        open = malloc(sizeof *open);
    if (!open)
        return NULL;
    memset(open, 0, sizeof *open);
    shared->open++;
    return open;
}

static void give_room_back(struct pairing *p, struct open *open)
{
    open->next = p->shared->spare;
    p->shared->spare = open;
    p->shared->open--;
}

static struct open **bucket_of(const struct pairing *p, uint64_t key)
{
    return &p->bucket[key * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (p->buckets - 1)];
}

static void index_one(struct pairing *p, struct open *open)
{
    if (open->key == KEY_IN_ORDER)
        return;
    struct open **bucket = bucket_of(p, open->key);
    open->chain = *bucket;
    *bucket = open;
}

/* Few are found by walking the list. Without memory for the buckets, so are many. */
static void index_add(struct pairing *p, struct open *open)
{
    if (p->bucket && p->len <= p->buckets) {
        index_one(p, open);
        return;
    }
    if (p->len < INDEXED_LEAST || open->key == KEY_IN_ORDER)
        return;
    uint32_t buckets = p->buckets ? p->buckets * 2 : INDEXED_LEAST * 4;
    free(p->bucket);
    p->bucket = calloc(buckets, sizeof(struct open *));
    p->buckets = p->bucket ? buckets : 0;
    for (struct open *each = p->first; p->bucket && each; each = each->next)
        index_one(p, each);
}

static void index_remove(struct pairing *p, struct open *open)
{
    if (!p->bucket || open->key == KEY_IN_ORDER)
        return;
    struct open **at = bucket_of(p, open->key);
    while (*at != open)
        at = &(*at)->chain;
    *at = open->chain;
}

/* One of many exchanges has left the processor's caches by the time it is answered. All that the
 * answer is going to read and write of it is fetched at once, not one after another. */
static void fetch(const struct open *open)
{
    const char *const starts[] = {
        (const char *)&open->key,
        (const char *)&open->x,
        (const char *)&open->x.request_ns,
        (const char *)&open->x.request_bytes,
        (const char *)&open->x.notes,
        open->x.status,
        open->x.host,
        open->x.path,
        open->x.operation,
        open->x.trace_id,
        open->x.request_id,
        open->x.asked,
        (const char *)open->room.state,
        (const char *)&open->latest_ns,
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        __builtin_prefetch(starts[i], 1);
}

static struct open *look_up(const struct pairing *p, uint64_t key)
{
    struct open *open = *bucket_of(p, key);
    if (open)
        fetch(open);
    while (open && (open->key != key || open->era != p->era))
        open = open->chain;
    return open;
}

struct open *pairing_keyed(const struct pairing *p, uint64_t key)
{
    if (p->bucket)
        return look_up(p, key);
    struct open *open = p->first;
    while (open && (open->key != key || open->era != p->era))
        open = open->next;
    return open;
}

/* Among those of all connections. */
static void line_up(struct conn_shared *shared, struct open *open)
{
    open->older = shared->newest;
    *(shared->newest ? &shared->newest->newer : &shared->oldest) = open;
    shared->newest = open;
}

static void leave_line(struct conn_shared *shared, struct open *open)
{
    *(open->older ? &open->older->newer : &shared->oldest) = open->newer;
    *(open->newer ? &open->newer->older : &shared->newest) = open->older;
}

static void take_out(struct pairing *p, struct open *open)
{
    leave_line(p->shared, open);
    index_remove(p, open);
    *(open->previous ? &open->previous->next : &p->first) = open->next;
    *(open->next ? &open->next->previous : &p->last) = open->previous;
    for (int dir = 0; dir < 2; dir++) {
        if (p->charged[dir] == open)
            p->charged[dir] = NULL;
        if (p->ending[dir] == open)
            p->ending[dir] = NULL;
    }
    if (p->answering == open) {
        p->answering = NULL;
        p->stray = true;
    }
    p->len--;
    give_room_back(p, open);
}

static void drop_held(struct pairing *p)
{
    while (p->held) {
        struct open *held = p->held;
        p->held = held->next;
        give_room_back(p, held);
    }
    p->held_len = 0;
}

void pairing_fini(struct pairing *p)
{
    drop_held(p);
    while (p->first)
        take_out(p, p->first);
    free(p->bucket);
    free(p->host);
    p->bucket = NULL;
    p->host = NULL;
    pairing_leave(p->shared);
}

void pairing_leave(struct conn_shared *shared)
{
    if (--shared->conns)
        return;
    while (shared->spare) {
        struct open *open = shared->spare;
        shared->spare = open->next;
        free(open);
    }
}

static void note_host(struct pairing *p, const struct exchange *x)
{
    if (!p->host && exchange_calls_server(x))
        p->host = strdup(x->host);
}

const char *pairing_host(struct pairing *p)
{
    for (const struct open *open = p->first; open && !p->host; open = open->next)
        note_host(p, &open->x);
    return p->host ? p->host : "";
}

static void hand_on(struct pairing *p, struct moment m, struct exchange *x)
{
    x->end_ns = m.now_ns;
    x->number = m.number;
    p->ended++;
    p->shared->counters->exchanges++;
    note_host(p, x);
    p->shared->sink.exchange(p->shared->sink.ctx, x);
}

void pairing_prove(struct pairing *p, struct moment m)
{
    struct open *in_order = NULL;
    p->on_trial = p->contradicted = false;
    for (struct open *held = p->held, *next; held; held = next) {
        next = held->next;
        held->next = in_order;
        in_order = held;
    }
    p->held = in_order;
    for (struct open *held = p->held; held; held = held->next)
        hand_on(p, m, &held->x);
    drop_held(p);
}

void pairing_disprove(struct pairing *p)
{
    p->on_trial = p->contradicted = false;
    drop_held(p);
    while (p->first)
        take_out(p, p->first);
}

/* Keeps a copy until the trial is over, which it is if there is no room, and nothing speaks against
 * it. */
static bool is_held(struct pairing *p, struct moment m, const struct open *open)
{
    struct open *held = NULL;
    if (p->held_len < HELD_MAX && p->shared->open < p->shared->open_max)
        held = take_room(p);
    if (!held && p->contradicted) {
        pairing_trouble(p, TROUBLE_EXCHANGES_EVICTED, 1);
        return true;
    }
    if (!held) {
        pairing_prove(p, m);
        return false;
    }
    held->x = open->x;
    held->next = p->held;
    p->held = held;
    p->held_len++;
    return true;
}

static void emit(struct pairing *p, struct moment m, struct open *open)
{
    if (open->told)
        return;
    open->told = true;
    if (open->unseen) {
        pairing_trouble(p, TROUBLE_STRAY_ANSWERS, 1);
        return;
    }
    if (open->untimed) {
        open->x.response_ns = open->x.response_end_ns = 0;
        p->shared->counters->unmeasured++;
    }
    if (!p->on_trial || !is_held(p, m, open))
        hand_on(p, m, &open->x);
}

void pairing_tell(struct pairing *p, struct moment m, struct open *open, enum outcome outcome)
{
    if (!open->told && !open->answered)
        open->x.outcome = outcome;
    emit(p, m, open);
}

/* Nothing will come any more; if the client had said how long it would wait, that is over first. */
static enum outcome outcome_at_end(struct open *open, struct moment m, enum outcome outcome)
{
    if (open->touched)
        return OUTCOME_UNKNOWN;
    if (open->answered || !exchange_is_past_deadline(&open->x, m.now_ns))
        return outcome;
    open->x.notes |= NOTE_DEADLINE;
    return OUTCOME_TIMEOUT;
}

void pairing_end(struct pairing *p, struct moment m, enum outcome outcome, enum outcome half)
{
    while (p->first) {
        enum outcome so_far = p->first->x.response_ns ? half : outcome;
        pairing_tell(p, m, p->first, outcome_at_end(p->first, m, so_far));
        take_out(p, p->first);
    }
}

static void drop(struct pairing *p, struct moment m, struct open *open)
{
    pairing_tell(p, m, open, OUTCOME_UNKNOWN);
    take_out(p, open);
}

static void drop_all(struct pairing *p, struct moment m)
{
    while (p->first)
        drop(p, m, p->first);
}

/* What is open longest goes, and of those answered in order all that are open with it. */
static void evict(struct pairing *p, struct moment m)
{
    struct open *first = p->first;
    bool in_order = first->key == KEY_IN_ORDER;
    pairing_trouble(p, TROUBLE_EXCHANGES_EVICTED, in_order ? p->len : !first->told);
    if (!in_order) {
        drop(p, m, first);
        return;
    }
    p->asks_ahead = p->asks_ahead || p->len > 1;
    drop_all(p, m);
    p->settled = false;
}

/* A flood of requests that nobody answers pushes out its own. */
static void make_room(struct pairing *p, struct moment m, uint64_t key)
{
    const struct conn_shared *shared = p->shared;
    uint32_t max = key == KEY_IN_ORDER ? OPEN_MAX : OPEN_KEYED_MAX;
    while (p->len >= max)
        evict(p, m);
    while (shared->open >= shared->open_max && shared->oldest)
        evict(shared->oldest->pairing, m);
}

/* Nothing that was asked before is still open, except what timed out: its answer may come. */
static bool is_pipelined(const struct pairing *p)
{
    for (const struct open *open = p->first; open; open = open->next)
        if (!open->told && open->era == p->era)
            return true;
    return false;
}

/* Two requests in one packet. (That the previous answer has not been seen is less of a proof: it
 * may be behind a hole which has not been given up yet.) */
static bool comes_with_another(const struct pairing *p, uint64_t began_ns)
{
    const struct open *last = p->last;
    return last && last->era == p->era && !last->x.response_ns && last->request_ended &&
           last->x.request_end_ns == began_ns;
}

static void fill_in(const struct pairing *p, struct exchange *x)
{
    x->client_address = p->ends->client_address;
    x->server_address = p->ends->server_address;
    x->client_port = p->ends->client_port;
    x->server_port = p->ends->server_port;
    x->tenant = p->ends->tenant;
    x->notes = p->ends->notes;
    if (p->ends->asked)
        bytes_to_text(x->asked, sizeof x->asked, bytes_of_text(p->ends->asked));
    x->grpc_status = -1;
    x->error_code = -1;
}

/* The newest of the list. NULL when there is no room. */
static struct open *append(struct pairing *p, struct moment m, uint64_t key)
{
    make_room(p, m, key);
    struct open *open = p->shared->open < p->shared->open_max ? take_room(p) : NULL;
    if (!open) {
        pairing_trouble(p, TROUBLE_EXCHANGES_EVICTED, 1);
        p->settled = false;
        return NULL;
    }
    fill_in(p, &open->x);
    open->key = key;
    open->era = p->era;
    open->latest_ns = m.now_ns;
    open->previous = p->last;
    *(p->last ? &p->last->next : &p->first) = open;
    p->last = open;
    p->len++;
    open->pairing = p;
    line_up(p->shared, open);
    index_add(p, open);
    return open;
}

struct open *pairing_add(struct pairing *p, struct moment m, uint64_t key, bool unseen)
{
    struct open *open = append(p, m, key);
    if (open)
        open->unseen = unseen;
    return open;
}

struct open *pairing_ask(struct pairing *p, struct moment m, uint64_t key, uint64_t began_ns,
                         bool is_answering)
{
    if (key != KEY_IN_ORDER) {
        struct open *keyed = append(p, m, key);
        if (keyed)
            keyed->x.request_ns = began_ns;
        return keyed;
    }
    bool pipelined = is_pipelined(p), with_another = comes_with_another(p, began_ns);
    struct open *open = append(p, m, key), *before = open ? open->previous : NULL;
    if (!open)
        return NULL;
    open->x.request_ns = began_ns;
    open->certain = p->settled;
    open->lone = !before && !is_answering && began_ns >= p->stray_ns && !p->unread_asks;
    open->ahead = before && before->era == p->era && !before->x.response_ns;
    p->asks_ahead = p->asks_ahead || with_another;
    if (pipelined)
        open->x.notes |= NOTE_PIPELINED;
    return open;
}

struct open *pairing_asking(const struct pairing *p, uint64_t key)
{
    if (key != KEY_IN_ORDER) {
        struct open *keyed = pairing_keyed(p, key);
        return keyed && !keyed->request_ended ? keyed : NULL;
    }
    for (struct open *open = p->last; open; open = open->previous)
        if (open->key == key && open->era == p->era && !open->request_ended)
            return open;
    return NULL;
}

static struct open *oldest(const struct pairing *p, uint64_t key)
{
    if (key != KEY_IN_ORDER)
        return pairing_keyed(p, key);
    for (struct open *open = p->first; open; open = open->next)
        if (open->key == key && open->era == p->era)
            return open;
    return NULL;
}

static bool is_quiet_point(const struct pairing *p, const struct open *open, uint64_t began_ns)
{
    uint64_t latest_ns = open->request_ended ? open->x.request_end_ns : open->x.request_ns;
    return open->lone && !open->next && !p->asks_ahead && latest_ns <= began_ns;
}

/* The one that an answer in order belongs to, if there is no doubt about it. */
static struct open *next_in_order(struct pairing *p, struct moment m, uint64_t began_ns)
{
    struct open *open = oldest(p, KEY_IN_ORDER);
    if (!open || open->certain)
        return open;
    if (is_quiet_point(p, open, began_ns)) {
        open->certain = true;
        p->settled = true;
        p->stray_ns = 0;
        return open;
    }
    for (; open; open = oldest(p, KEY_IN_ORDER))
        drop(p, m, open);
    return NULL;
}

void pairing_follows(struct pairing *p, struct open *open, uint64_t earlier_ns, uint64_t *ns)
{
    if (*ns >= earlier_ns)
        return;
    open->x.notes |= NOTE_SKEW;
    if (earlier_ns - *ns > SKEW_MAX_NS) {
        open->untimed = true;
        return;
    }
    *ns = earlier_ns;
    p->shared->counters->skewed++;
}

struct open *pairing_answer(struct pairing *p, struct moment m, uint64_t key, uint64_t began_ns)
{
    struct open *open = key == KEY_IN_ORDER ? next_in_order(p, m, began_ns) : oldest(p, key);
    if (key == KEY_IN_ORDER) {
        p->answering = open;
        p->stray = !open;
        p->unread_asks = false;
    }
    if (!open) {
        p->settled = false;
        p->stray_ns = began_ns;
        pairing_trouble(p, TROUBLE_STRAY_ANSWERS, 1);
        return NULL;
    }
    if (!open->x.response_ns)
        open->x.response_ns = began_ns;
    if (!open->request_ended)
        open->x.notes |= NOTE_EARLY_ANSWER;
    else
        pairing_follows(p, open, open->x.request_end_ns, &open->x.response_ns);
    if (m.skewed)
        open->x.notes |= NOTE_SKEW;
    return open;
}

struct open *pairing_answering(const struct pairing *p, uint64_t key)
{
    if (key != KEY_IN_ORDER)
        return oldest(p, key);
    if (p->stray)
        return NULL;
    return p->answering ? p->answering : oldest(p, key);
}

void pairing_answer_ends(struct pairing *p, uint64_t key)
{
    p->ending[TO_CLIENT] = pairing_answering(p, key);
    p->answering = NULL;
    p->stray = false;
}

/* Of one whose beginning was not seen, the request's end may have been missed too. */
void pairing_answered(struct pairing *p, struct moment m, struct open *open)
{
    open->answered = true;
    if (open->key != KEY_IN_ORDER && !open->request_ended && !open->unseen)
        return;
    p->asks_ahead = open->ahead;
    emit(p, m, open);
    take_out(p, open);
}

void pairing_lose(struct pairing *p, struct moment m, enum dir dir)
{
    p->settled = false;
    p->charged[dir] = p->ending[dir] = NULL;
    for (struct open *open = p->first, *next; open; open = next) {
        next = open->next;
        if (open->key != KEY_IN_ORDER)
            open->touched = open->touched || dir == TO_CLIENT || !open->request_ended;
        else if (dir == TO_CLIENT || !open->request_ended)
            drop(p, m, open);
    }
    if (dir == TO_SERVER)
        return;
    p->answering = NULL;
    p->stray = false;
}

void pairing_abort(struct pairing *p, struct moment m, struct open *open, enum outcome outcome)
{
    pairing_tell(p, m, open, outcome);
    take_out(p, open);
}

void pairing_withdraw(struct pairing *p, struct open *open)
{
    take_out(p, open);
}

void pairing_rekey(struct pairing *p, struct open *open, uint64_t key)
{
    index_remove(p, open);
    open->key = key;
    if (p->bucket)
        index_one(p, open);
}

void pairing_expect(struct pairing *p, const struct exchange *x)
{
    uint64_t due_ns = x->request_ns + x->deadline_ns;
    if (x->request_ns && x->deadline_ns && (!p->due_ns || due_ns < p->due_ns))
        p->due_ns = due_ns;
}

size_t pairing_memory(const struct pairing *p)
{
    size_t host = p->host ? strlen(p->host) + 1 : 0;
    return (p->len + p->held_len) * sizeof(struct open) + p->buckets * sizeof(struct open *) + host;
}

void pairing_note(struct pairing *p, uint32_t notes)
{
    for (struct open *open = p->first; open; open = open->next)
        open->x.notes |= notes;
}

/* It is only ever set on all of them, so that those before one that has it have it too: one that
 * sends everything twice costs no more than others. */
void pairing_retransmitted(struct pairing *p)
{
    struct open *open = p->last;
    for (; open && !(open->x.notes & NOTE_RETRANSMITTED); open = open->previous)
        open->x.notes |= NOTE_RETRANSMITTED;
}

void pairing_new_era(struct pairing *p)
{
    p->era++;
    for (struct open *open = p->first; open; open = open->next)
        if (open->carried)
            open->era = p->era;
    p->settled = true;
    p->stray = p->unread_asks = false;
    p->answering = NULL;
}
