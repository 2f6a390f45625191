/* conn.c - see conn.h.
 *
 * What a decoder cannot use yet is copied to `unread`, and shown again, longer, with each segment
 * that follows. A loss is answered by dropping what is unread and trying the decoder at the start
 * of each later segment. A half that finds nothing in MISSES_MAX segments goes deaf, which costs
 * nothing, until the other half finds a message: so a client's next request ends the search through
 * a large download that was joined in its middle. When both halves are lost, the connection is
 * given up. */
#include "decode/conn.h"

#include <stdlib.h>

#include "decode/classify.h"
#include "decode/conn_rest.h"
#include "decode/conn_state.h"
#include "decode/stream.h"

enum {
    UNREAD_STEP = 4 * 1024, /* copied at a time, so that a body behind a head is not copied */
    MISSES_MAX = 32,        /* segments in a row that start no message, after a loss */
};

static bool start_decoder(struct conn *c, const struct decoder *decoder)
{
    c->state = calloc(1, decoder->state_size ? decoder->state_size : 1);
    c->decoder = c->state ? decoder : NULL;
    c->pairing.on_trial = c->decoder && decoder->doubtful;
    c->pairing.contradicted = false;
    c->half[0].understood = c->half[1].understood = false;
    return c->state;
}

static void stop_decoder(struct conn *c)
{
    if (c->decoder && c->decoder->free)
        c->decoder->free(c->state);
    free(c->state);
    c->state = NULL;
    c->decoder = NULL;
}

void conn_drop(struct conn_shared *shared, struct unread **u)
{
    shared->unread_bytes -= unread_memory(*u);
    unread_drop(u);
}

static void drop_unread(struct conn *c, struct half *h)
{
    conn_drop(c->shared, &h->unread);
}

static void give_up(struct conn *c)
{
    pairing_trouble(&c->pairing, TROUBLE_GIVEN_UP, 1);
    c->disproved = c->pairing.on_trial && c->decoder;
    if (c->disproved)
        pairing_disprove(&c->pairing);
    stop_decoder(c);
    for (int dir = 0; dir < 2; dir++)
        drop_unread(c, &c->half[dir]);
    pairing_end(&c->pairing, c->moment, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN);
    c->becoming = c->wants_classify = false;
}

struct conn *conn_new(struct conn_shared *shared, const struct decoder *decoder,
                      const struct conn_ends *ends, bool resync)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c || !start_decoder(c, decoder)) {
        free(c);
        return NULL;
    }
    c->shared = shared;
    c->ends = *ends;
    bool on_trial = c->pairing.on_trial;
    pairing_init(&c->pairing, shared, &c->ends);
    c->pairing.on_trial = on_trial;
    c->pairing.settled = !resync;
    c->half[TO_SERVER].resync = c->half[TO_CLIENT].resync = resync;
    return c;
}

void conn_free(struct conn *c)
{
    if (!c)
        return;
    stop_decoder(c);
    conn_inner_free(c);
    for (int dir = 0; dir < 2; dir++)
        drop_unread(c, &c->half[dir]);
    pairing_fini(&c->pairing);
    conn_free_spare(c->shared);
    free(c);
}

/* What an answer that was cut off means when the connection ends in order: whoever finished first
 * did not want the rest, or could not send it. */
static enum outcome cut_off(const struct conn *c)
{
    return c->client_ended_first ? OUTCOME_CANCELLED : OUTCOME_RESET;
}

/* If only one side is seen, nobody knows what has become of what is open. */
static void end_unseen(struct conn *c, struct moment m)
{
    if (!c->one_way)
        return;
    pairing_note(&c->pairing, NOTE_ONE_WAY);
    pairing_end(&c->pairing, m, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN);
}

/* Nobody asks for the answer that was kept. */
static void drop_early(struct conn *c)
{
    if (!c->decoder || c->decoder->transport != OVER_UDP || !c->half[TO_CLIENT].unread)
        return;
    drop_unread(c, &c->half[TO_CLIENT]);
    pairing_trouble(&c->pairing, TROUBLE_STRAY_ANSWERS, 1);
}

static void poll(struct conn *c, bool last)
{
    if (c->decoder && c->decoder->poll)
        c->decoder->poll(c, last);
}

/* Nothing more is to come: a side that was heard, and never understood, speaks against it. */
static void end_trial(struct conn *c, struct moment m)
{
    if (c->pairing.contradicted)
        pairing_disprove(&c->pairing);
    else if (c->pairing.on_trial)
        pairing_prove(&c->pairing, m);
}

void conn_finish(struct conn *c, struct moment m, enum conn_close why)
{
    if (!c)
        return;
    struct pairing *p = &c->pairing;
    c->moment = m;
    poll(c, true);
    drop_early(c);
    c->left_open = why == CLOSE_CAPTURE_ENDED ? conn_count_open(c) : 0;
    end_unseen(c, m);
    switch (why) {
    case CLOSE_ORDERLY:
        pairing_end(p, m, OUTCOME_UNANSWERED, cut_off(c));
        break;
    case CLOSE_RESET_BY_CLIENT:
        pairing_end(p, m, OUTCOME_CANCELLED, OUTCOME_CANCELLED);
        break;
    case CLOSE_RESET_BY_SERVER:
        pairing_end(p, m, OUTCOME_RESET, OUTCOME_RESET);
        break;
    case CLOSE_IDLE:
        pairing_end(p, m, OUTCOME_TIMEOUT, OUTCOME_TIMEOUT);
        break;
    case CLOSE_UNSEEN:
    case CLOSE_CAPTURE_ENDED:
        pairing_end(p, m, OUTCOME_UNANSWERED, OUTCOME_UNKNOWN);
        break;
    }
    conn_finish(conn_inner(c), m, why);
    end_trial(c, m);
}

void conn_close(struct conn *c, struct moment m, enum conn_close why)
{
    conn_finish(c, m, why);
    conn_free(c);
}

void conn_set_one_way(struct conn *c, bool one_way)
{
    for (; c; c = conn_inner(c))
        c->one_way = one_way;
}

static uint64_t silence_ns(uint64_t now_ns, uint64_t since_ns)
{
    return now_ns > since_ns ? now_ns - since_ns : 0;
}

/* When anything was heard last of the answer that is awaited. */
static uint64_t latest_sign_ns(const struct conn *c, const struct open *open)
{
    if (open->key != KEY_IN_ORDER)
        return open->latest_ns;
    bool answering = open->x.response_ns && open->x.request_end_ns < c->half[TO_CLIENT].latest_ns;
    return answering ? c->half[TO_CLIENT].latest_ns : open->x.request_end_ns;
}

/* Of those answered in order, the answer that may yet come is not another's. */
static void end_past_deadline(struct conn *c, struct moment m, struct open *open)
{
    enum outcome outcome = c->one_way ? OUTCOME_UNKNOWN : OUTCOME_TIMEOUT;
    open->x.notes |= c->one_way ? NOTE_ONE_WAY : NOTE_DEADLINE;
    if (open->key == KEY_IN_ORDER)
        pairing_tell(&c->pairing, m, open, outcome);
    else
        pairing_abort(&c->pairing, m, open, outcome);
}

bool conn_end_overdue(struct conn *c, struct moment m)
{
    if (!c || !c->pairing.due_ns || m.now_ns < c->pairing.due_ns + DEADLINE_GRACE_NS)
        return false;
    bool ended = false;
    c->moment = m;
    c->pairing.due_ns = 0;
    for (struct open *open = c->pairing.first, *next; open; open = next) {
        next = open->next;
        if (!open->x.deadline_ns || open->told || open->answered || open->touched)
            continue;
        uint64_t due_ns = open->x.request_ns + open->x.deadline_ns,
                 sign_ns = latest_sign_ns(c, open);
        uint64_t since_ns = due_ns > sign_ns ? due_ns : sign_ns;
        if (m.now_ns < since_ns + DEADLINE_GRACE_NS) {
            pairing_expect(&c->pairing, &open->x);
            continue;
        }
        end_past_deadline(c, m, open);
        ended = true;
    }
    return ended;
}

/* A transfer that is going on has not timed out, however long it takes. */
void conn_time_out(struct conn *c, struct moment m, uint64_t limit_ns)
{
    if (!c)
        return;
    c->moment = m;
    poll(c, false);
    conn_time_out(conn_inner(c), m, limit_ns);
    for (struct open *open = c->pairing.first, *next; open; open = next) {
        next = open->next;
        uint64_t since_ns = latest_sign_ns(c, open);
        if (silence_ns(m.now_ns, since_ns) <= limit_ns)
            continue;
        open->x.notes |= c->one_way ? NOTE_ONE_WAY : 0;
        if (open->touched || open->answered)
            pairing_abort(&c->pairing, m, open, OUTCOME_UNKNOWN);
        else if (open->request_ended && open->x.call == CALL_NONE)
            pairing_tell(&c->pairing, m, open, c->one_way ? OUTCOME_UNKNOWN : OUTCOME_TIMEOUT);
        else if (exchange_is_past_deadline(&open->x, m.now_ns))
            end_past_deadline(c, m, open);
    }
    if (c->pairing.held_len && !c->pairing.contradicted)
        end_trial(c, m); /* who has been silent for so long will not speak against it */
}

static void message_passed(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir];
    struct open *open = c->pairing.ending[dir];
    c->pairing.ending[dir] = c->pairing.charged[dir] = NULL;
    if (!open)
        return;
    if (dir == TO_SERVER) {
        open->request_ended = true;
        open->x.request_end_ns = h->passed_ns;
        if (open->answered)
            pairing_answered(&c->pairing, c->moment, open);
        return;
    }
    open->x.response_end_ns = h->passed_ns;
    pairing_follows(&c->pairing, open, open->x.response_ns, &open->x.response_end_ns);
    pairing_answered(&c->pairing, c->moment, open);
}

/* When the byte came at which feeding has arrived, */
static uint64_t fed_time(const struct conn *c)
{
    return c->fed.unread ? unread_time(c->fed.unread, c->fed.at) : c->fed.arrived_ns;
}

/* and the latest of the next `len`. */
static uint64_t fed_latest(const struct conn *c, size_t len)
{
    size_t at = c->fed.at;
    return c->fed.unread ? unread_latest(c->fed.unread, at, at + len) : c->fed.arrived_ns;
}

/* What comes now comes after all before it, even if the capture's clock has been put back. */
static void note_time(const struct conn *c, uint64_t *latest_ns, uint64_t ns)
{
    if (*latest_ns < ns || ns == c->moment.now_ns)
        *latest_ns = ns;
}

/* Lets bytes of a known message go by; returns how many of `len` did. */
static uint64_t pass(struct conn *c, enum dir dir, uint64_t len)
{
    struct half *h = &c->half[dir];
    struct open *open = c->pairing.charged[dir];
    uint64_t n = len < h->passing ? len : h->passing;
    if (open) {
        *(dir == TO_SERVER ? &open->x.request_bytes : &open->x.response_bytes) += n;
        open->latest_ns = h->latest_ns;
    }
    if (h->passing != (uint64_t)DECODE_REST)
        h->passing -= n;
    if (n && h->passing == 0)
        message_passed(c, dir);
    return n;
}

static void miss(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir], *other = &c->half[!dir];
    c->pairing.contradicted = c->pairing.on_trial && !h->understood;
    if (++h->misses < MISSES_MAX)
        return;
    h->deaf = true;
    if (other->resync && (other->deaf || !other->latest_ns))
        give_up(c);
}

static void begin_anew(struct conn *c)
{
    if (c->decoder->free)
        c->decoder->free(c->state);
    memset(c->state, 0, c->decoder->state_size);
}

/* The decoder is told that `len` bytes are of no use to it. True: it knows where it is all the
 * same, and how much passes by. */
static bool is_bridged(struct conn *c, enum dir dir, uint64_t len)
{
    struct half *h = &c->half[dir];
    int64_t rest = DECODE_LOST;
    c->front_ns = h->unread ? unread_time(h->unread, 0) : c->moment.now_ns;
    c->pairing.charged[dir] = NULL;
    if (c->decoder->gap)
        rest = c->decoder->gap(c, dir, len);
    else
        begin_anew(c);
    h->passing = rest > 0 && len ? (uint64_t)rest : 0;
    return h->passing;
}

/* The place is lost; `len` as for decoder.gap, which has been told. */
static void lose(struct conn *c, enum dir dir, uint64_t len)
{
    struct half *h = &c->half[dir];
    bool missed = h->resync && !len;
    if (c->pairing.on_trial && !len && !h->resync) {
        give_up(c); /* nothing was lost: it is another protocol */
        return;
    }
    drop_unread(c, h);
    h->ends_with_close = false;
    pairing_trouble(&c->pairing, TROUBLE_LOST, !h->resync);
    h->resync = true;
    /* What is not the start of a message tells nothing about the open ones, unless it looked like
     * one. */
    if (!missed || dir == TO_SERVER || c->pairing.answering)
        pairing_lose(&c->pairing, c->moment, dir);
    c->pairing.stray = c->pairing.stray && dir == TO_SERVER;
    c->pairing.unread_asks = c->pairing.unread_asks || (dir == TO_SERVER && !len);
    if (missed)
        miss(c, dir);
}

static void found(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir], *other = &c->half[!dir];
    h->understood = true;
    if (c->pairing.on_trial && other->understood)
        pairing_prove(&c->pairing, c->moment);
    h->resync = false;
    h->misses = other->misses = 0;
    other->deaf = false;
}

/* Part of a request that is not whole is not the next protocol's. */
static void drop_unread_of_request(struct conn *c)
{
    for (const struct open *open = c->pairing.first; open; open = open->next)
        if (!open->request_ended && !c->half[TO_SERVER].passing)
            drop_unread(c, &c->half[TO_SERVER]);
}

/* The protocol has changed: what is left in `rest` may be enough to say to which. */
static void go_on_as_another(struct conn *c, enum dir dir, struct bytes rest)
{
    const struct decoder *next = c->next;
    if (c->pairing.on_trial)
        pairing_prove(&c->pairing, c->moment); /* both sides agreed on the change */
    stop_decoder(c);
    if (dir == TO_CLIENT)
        drop_unread_of_request(c);
    pairing_new_era(&c->pairing);
    c->becoming = false;
    c->name = NULL;
    c->half[0].resync = c->half[1].resync = c->half[0].deaf = c->half[1].deaf = false;
    if (!next && rest.len) {
        struct opening opening = {0};
        *(dir == TO_SERVER ? &opening.to_server : &opening.to_client) = rest;
        struct classified is = classify(OVER_TCP, c->ends.server_port, &opening, false);
        next = is.guess == GUESS_YES ? is.decoder : NULL;
    }
    c->wants_classify = !next;
    c->changed = next;
    if (next && !start_decoder(c, next))
        give_up(c);
    c->pairing.on_trial = c->pairing.on_trial && next != c->next; /* else it was agreed on */
}

/* Lets bytes go by and, where a protocol ends with them, changes to the next. */
static uint64_t pass_by(struct conn *c, enum dir dir, struct bytes in)
{
    uint64_t passing = c->half[dir].passing, len = in.len < passing ? in.len : passing;
    note_time(c, &c->half[dir].passed_ns, fed_latest(c, (size_t)len));
    uint64_t n = pass(c, dir, in.len);
    if (c->becoming && !c->half[dir].passing)
        go_on_as_another(c, dir, bytes_after(in, (size_t)n));
    return n;
}

/* Feeds whole messages from the front of `in`, until the decoder changes; returns how much of it is
 * used up. They are what `unread` holds, or with NULL a segment's, which came at `arrived_ns`. */
static size_t feed_all(struct conn *c, enum dir dir, struct bytes in, const struct unread *unread,
                       uint64_t arrived_ns)
{
    struct half *h = &c->half[dir];
    size_t used = 0;
    c->fed.unread = unread;
    c->fed.arrived_ns = arrived_ns;
    while (used < in.len && c->decoder && !c->changed) {
        c->fed.at = used;
        if (h->passing) {
            used += (size_t)pass_by(c, dir, bytes_after(in, used));
            continue;
        }
        c->front_ns = fed_time(c);
        c->fed.place = h->total - (in.len - used);
        c->pairing.charged[dir] = NULL;
        int64_t len = c->decoder->feed(c, dir, bytes_after(in, used));
        if (len == DECODE_MORE)
            break;
        if (len < 0) {
            is_bridged(c, dir, 0);
            lose(c, dir, 0);
            return in.len;
        }
        found(c, dir);
        h->passing = (uint64_t)len;
    }
    return used;
}

bool conn_keep(struct conn_shared *shared, struct unread **u, struct bytes in, uint64_t arrived_ns)
{
    size_t before = unread_memory(*u), after = unread_memory_with(*u, in.len);
    if (shared->unread_bytes + after - before > shared->unread_bytes_max ||
        !unread_add(u, in, arrived_ns))
        return false;
    shared->unread_bytes += unread_memory(*u) - before;
    return true;
}

static bool add_unread(struct conn *c, struct half *h, struct bytes in, uint64_t arrived_ns)
{
    return conn_keep(c->shared, &h->unread, in, arrived_ns);
}

/* Keeps bytes that cannot be used yet. False: there is no room, and what was kept is lost. */
static bool keep(struct conn *c, enum dir dir, struct bytes in, uint64_t arrived_ns)
{
    struct half *h = &c->half[dir];
    if (in.len > UNREAD_MAX - unread_len(h->unread)) {
        if (c->decoder) {
            is_bridged(c, dir, 0);
            lose(c, dir, 0);
        }
        return false;
    }
    if (add_unread(c, h, in, arrived_ns))
        return true;
    give_up(c);
    return false;
}

static void take_from_unread(struct conn *c, struct half *h, size_t len)
{
    c->shared->unread_bytes -= unread_memory(h->unread);
    unread_take(&h->unread, len);
    c->shared->unread_bytes += unread_memory(h->unread);
}

/* The common case: nothing is unread, and nothing is copied. */
static void read_fresh(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    c->half[dir].total += in.len;
    size_t used = feed_all(c, dir, in, NULL, arrived_ns);
    if (used < in.len && (c->decoder || c->wants_classify))
        keep(c, dir, bytes_after(in, used), arrived_ns);
}

/* Shows what is unread together with what has come behind it. */
static void read_on(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    struct half *h = &c->half[dir];
    while (in.len && h->unread) {
        struct bytes step = bytes_first(in, UNREAD_STEP);
        size_t room = UNREAD_MAX - unread_len(h->unread);
        if (room && step.len > room)
            step.len = room;
        if (!keep(c, dir, step, arrived_ns))
            return;
        h->total += step.len;
        in = bytes_after(in, step.len);
        size_t used = feed_all(c, dir, unread_bytes(h->unread), h->unread, arrived_ns);
        if (!h->unread)
            return; /* lost, and the rest of the segment with it */
        take_from_unread(c, h, used);
    }
    if (in.len)
        read_fresh(c, dir, arrived_ns, in);
}

static void read_kept(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir];
    if (!h->unread || !c->decoder || c->changed)
        return;
    size_t used = feed_all(c, dir, unread_bytes(h->unread), h->unread, 0);
    if (h->unread)
        take_from_unread(c, h, used);
}

/* What came behind the last message of the protocol before is the new one's first. The other side
 * sent what is unread of it earlier. */
static void begin_as_another(struct conn *c, enum dir dir)
{
    while (c->changed) {
        c->changed = false;
        read_kept(c, !dir);
        read_kept(c, dir);
    }
}

void conn_bytes(struct conn *c, enum dir dir, struct moment m, uint64_t arrived_ns, struct bytes in)
{
    struct half *h = &c->half[dir];
    uint64_t total = h->total + in.len;
    c->moment = m;
    note_time(c, &h->latest_ns, arrived_ns);
    if (c->decoder && !h->deaf && in.len) {
        if (h->unread)
            read_on(c, dir, arrived_ns, in);
        else
            read_fresh(c, dir, arrived_ns, in);
        begin_as_another(c, dir);
    }
    h->total = total;
}

/* A mirror may show a question a moment after its answer: the latest one waits for it. */
static void keep_early(struct conn *c, struct bytes in, uint32_t cut)
{
    drop_early(c);
    c->early_cut = cut;
    c->early_ns = c->moment.now_ns;
    if (!add_unread(c, &c->half[TO_CLIENT], in, c->early_ns))
        pairing_trouble(&c->pairing, TROUBLE_STRAY_ANSWERS, 1);
}

static bool is_over(const struct conn *c, uint64_t now_ns)
{
    return now_ns > c->early_ns + STREAM_EARLY_WAIT_NS ||
           now_ns + STREAM_EARLY_WAIT_NS < c->early_ns;
}

/* False: it answers what was not asked. */
static bool feed_datagram(struct conn *c, enum dir dir, struct bytes in, uint32_t cut)
{
    struct half *h = &c->half[dir];
    c->fed.unread = NULL;
    c->fed.arrived_ns = c->front_ns = c->moment.now_ns;
    c->fed.at = 0;
    c->fed.cut = cut;
    c->pairing.charged[dir] = NULL;
    int64_t status = c->decoder->feed(c, dir, in);
    if (status == DECODE_MORE)
        return false;
    if (status < 0) {
        c->shared->counters->lost++;
        miss(c, dir);
        return true;
    }
    found(c, dir);
    if (cut && c->pairing.charged[dir])
        c->pairing.charged[dir]->x.notes |= NOTE_TRUNCATED;
    h->passing = in.len + (uint64_t)cut;
    note_time(c, &h->passed_ns, c->moment.now_ns);
    pass(c, dir, h->passing);
    return true;
}

/* Shows the answer that was kept; if it still is none, it never will be. */
static void feed_early(struct conn *c)
{
    struct half *h = &c->half[TO_CLIENT];
    if (!h->unread)
        return;
    c->moment.skewed = true;
    if (feed_datagram(c, TO_CLIENT, unread_bytes(h->unread), c->early_cut))
        drop_unread(c, h);
}

void conn_datagram(struct conn *c, enum dir dir, struct moment m, struct bytes in, uint32_t cut)
{
    struct half *h = &c->half[dir];
    c->moment = m;
    note_time(c, &h->latest_ns, m.now_ns);
    if (!c->decoder || h->deaf)
        return;
    if (is_over(c, m.now_ns))
        drop_early(c);
    if (!feed_datagram(c, dir, in, cut))
        keep_early(c, in, cut);
    else if (dir == TO_SERVER)
        feed_early(c);
}

/* On a multiplexed connection a hole inside a known message is nobody else's. */
static void note_gap(struct conn *c, enum dir dir, uint64_t len, enum note note)
{
    struct open *open = c->pairing.charged[dir];
    if (!c->decoder || !c->decoder->multiplexed || len > c->half[dir].passing)
        pairing_note(&c->pairing, note);
    else if (open)
        open->x.notes |= note;
}

void conn_gap(struct conn *c, enum dir dir, struct moment m, uint64_t len, enum note note)
{
    struct half *h = &c->half[dir];
    c->moment = m;
    c->gap_note = note;
    h->total += len;
    note_time(c, &h->passed_ns, h->latest_ns);
    note_gap(c, dir, len, note);
    len -= pass(c, dir, len);
    if (c->becoming && !h->passing)
        go_on_as_another(c, dir, (struct bytes){0});
    if (len)
        len += unread_len(h->unread); /* it leads into the hole */
    while (len && c->decoder && is_bridged(c, dir, len)) {
        drop_unread(c, h);
        note_gap(c, dir, len, note);
        len -= pass(c, dir, len);
    }
    if (len && c->decoder)
        lose(c, dir, len);
    else if (len)
        drop_unread(c, h);
    begin_as_another(c, dir);
}

void conn_retransmitted(struct conn *c, enum dir dir)
{
    pairing_retransmitted(&c->pairing);
    if (conn_inner(c))
        conn_retransmitted(conn_inner(c), dir);
}

void conn_eof(struct conn *c, enum dir dir, struct moment m)
{
    struct half *h = &c->half[dir];
    c->moment = m;
    h->ended = true;
    if (conn_inner(c))
        conn_eof(conn_inner(c), dir, m);
    if (dir == TO_SERVER) {
        c->client_ended_first = !c->half[TO_CLIENT].ended;
        return;
    }
    if (h->ends_with_close)
        pairing_answer_ends(&c->pairing, KEY_IN_ORDER);
    if (h->ends_with_close || h->passing == (uint64_t)DECODE_REST) {
        h->ends_with_close = false;
        h->passing = 0;
        note_time(c, &h->passed_ns, m.now_ns);
        message_passed(c, dir);
    }
    end_unseen(c, m);
    pairing_end(&c->pairing, m, OUTCOME_UNANSWERED, cut_off(c));
}

void conn_set_decoder(struct conn *c, const struct decoder *decoder)
{
    c->wants_classify = false;
    if (!decoder || !start_decoder(c, decoder)) {
        give_up(c);
        return;
    }
    c->changed = true;
    begin_as_another(c, TO_CLIENT);
}
