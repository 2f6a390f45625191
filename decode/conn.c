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
#include "decode/pairing.h"

enum {
    UNREAD_MAX = 64 * 1024, /* no part of a message that must be seen whole is longer */
    UNREAD_STEP = 4 * 1024, /* copied at a time, so that a body behind a head is not copied */
    UNREAD_LEAST = 1024,
    MISSES_MAX = 32, /* segments in a row that start no message, after a loss */
};

struct half {
    uint8_t *unread; /* NULL when there is none */
    uint32_t unread_len, unread_room;
    uint32_t misses;
    uint64_t passing;   /* bytes of a known message still to pass by unseen, or DECODE_REST */
    uint64_t unread_ns; /* when the first unread byte came */
    uint64_t latest_ns; /* when the latest byte so far came */
    bool resync;        /* looking for the start of a message */
    bool deaf;          /* and has stopped looking */
    bool ended;
    bool ends_with_close; /* so does the message being fed in parts */
};

struct conn {
    const struct decoder *decoder; /* NULL: given up, or to be classified */
    const struct decoder *next;    /* if `becoming` */
    void *state;
    struct conn_shared *shared;
    struct pairing pairing;
    struct half half[2];
    struct moment moment;
    uint64_t front_ns; /* when the first byte of what is being fed came */
    bool becoming, wants_classify;
    bool changed; /* there is a new decoder, which has not been shown what is unread */
    bool client_ended_first;
    struct conn_ends ends;
};

static bool start_decoder(struct conn *c, const struct decoder *decoder)
{
    c->state = calloc(1, decoder->state_size ? decoder->state_size : 1);
    c->decoder = c->state ? decoder : NULL;
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

static void drop_unread(struct conn *c, struct half *h)
{
    c->shared->unread_bytes -= h->unread_room;
    free(h->unread);
    h->unread = NULL;
    h->unread_len = h->unread_room = 0;
}

static void give_up(struct conn *c)
{
    c->shared->counters->given_up++;
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
    pairing_init(&c->pairing, shared, &c->ends);
    c->pairing.settled = !resync;
    c->half[TO_SERVER].resync = c->half[TO_CLIENT].resync = resync;
    return c;
}

static void free_all(struct conn *c)
{
    stop_decoder(c);
    for (int dir = 0; dir < 2; dir++)
        drop_unread(c, &c->half[dir]);
    pairing_fini(&c->pairing);
    free(c);
}

/* What an answer that was cut off means when the connection ends in order: whoever finished first
 * did not want the rest, or could not send it. */
static enum outcome cut_off(const struct conn *c)
{
    return c->client_ended_first ? OUTCOME_CANCELLED : OUTCOME_RESET;
}

void conn_close(struct conn *c, struct moment m, enum conn_close why)
{
    if (!c)
        return;
    struct pairing *p = &c->pairing;
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
    case CLOSE_CAPTURE_ENDED:
        pairing_end(p, m, OUTCOME_UNANSWERED, OUTCOME_UNKNOWN);
        break;
    }
    free_all(c);
}

static uint64_t silence_ns(uint64_t now_ns, uint64_t since_ns)
{
    return now_ns > since_ns ? now_ns - since_ns : 0;
}

/* A transfer that is going on has not timed out, however long it takes. */
void conn_time_out(struct conn *c, struct moment m, uint64_t limit_ns)
{
    if (!c)
        return;
    for (struct open *open = c->pairing.first; open; open = open->next) {
        uint64_t since_ns = open->x.request_end_ns;
        if (open->x.response_ns && since_ns < c->half[TO_CLIENT].latest_ns)
            since_ns = c->half[TO_CLIENT].latest_ns;
        if (open->request_ended && silence_ns(m.now_ns, since_ns) > limit_ns)
            pairing_tell(&c->pairing, m, open, OUTCOME_TIMEOUT);
    }
}

void *conn_state(struct conn *c)
{
    return c->state;
}

static struct exchange *charge(struct conn *c, enum dir dir, struct open *open)
{
    c->pairing.charged[dir] = open;
    return open ? &open->x : NULL;
}

struct exchange *conn_find(struct conn *c, enum dir dir, uint64_t key)
{
    struct pairing *p = &c->pairing;
    return charge(c, dir, dir == TO_SERVER ? pairing_asking(p, key) : pairing_answering(p, key));
}

static bool is_answering(const struct conn *c)
{
    const struct half *h = &c->half[TO_CLIENT];
    return h->passing || (h->unread_len && !h->resync);
}

struct exchange *conn_begin(struct conn *c, enum dir dir, uint64_t key)
{
    struct open *open;
    if (dir == TO_CLIENT)
        open = pairing_answer(&c->pairing, c->moment, key, c->front_ns);
    else
        open = pairing_ask(&c->pairing, c->moment, key, c->front_ns, is_answering(c));
    if (!charge(c, dir, open)) {
        c->shared->scratch = (struct exchange){0};
        return &c->shared->scratch;
    }
    if (dir == TO_SERVER)
        open->x.protocol = c->decoder->name;
    return &open->x;
}

void conn_end(struct conn *c, enum dir dir, uint64_t key)
{
    if (dir == TO_SERVER)
        c->pairing.ending[dir] = pairing_asking(&c->pairing, key);
    else
        pairing_answer_ends(&c->pairing, key);
}

void conn_end_with_close(struct conn *c, enum dir dir)
{
    c->half[dir].ends_with_close = true;
}

uint64_t conn_now_ns(const struct conn *c)
{
    return c->front_ns;
}

void conn_become(struct conn *c, const struct decoder *next)
{
    c->becoming = true;
    c->next = next;
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
        open->x.request_end_ns = h->latest_ns;
        return;
    }
    open->x.response_end_ns = h->latest_ns;
    pairing_answered(&c->pairing, c->moment, open);
}

/* Lets bytes of a known message go by; returns how many of `len` did. */
static uint64_t pass(struct conn *c, enum dir dir, uint64_t len)
{
    struct half *h = &c->half[dir];
    struct open *open = c->pairing.charged[dir];
    uint64_t n = len < h->passing ? len : h->passing;
    if (open)
        *(dir == TO_SERVER ? &open->x.request_bytes : &open->x.response_bytes) += n;
    if (h->passing != (uint64_t)DECODE_REST)
        h->passing -= n;
    if (n && h->passing == 0)
        message_passed(c, dir);
    return n;
}

static void miss(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir], *other = &c->half[!dir];
    if (++h->misses < MISSES_MAX)
        return;
    h->deaf = true;
    if (other->resync && (other->deaf || !other->latest_ns))
        give_up(c);
}

/* Returns the length of what begins with missing bytes and passes by, or DECODE_LOST. */
static int64_t tell_loss(struct conn *c, enum dir dir, uint64_t len)
{
    if (c->decoder->gap)
        return c->decoder->gap(c, dir, len);
    memset(c->state, 0, c->decoder->state_size);
    return DECODE_LOST;
}

/* `len` bytes are missing; 0: the decoder cannot make sense of what is there. */
static void lose(struct conn *c, enum dir dir, uint64_t len)
{
    struct half *h = &c->half[dir];
    bool missed = h->resync && !len;
    drop_unread(c, h);
    h->passing = 0;
    for (int64_t rest; (rest = tell_loss(c, dir, len)) > 0;) {
        h->passing = (uint64_t)rest;
        len -= pass(c, dir, len);
        if (!len)
            return;
    }
    h->ends_with_close = false;
    c->shared->counters->lost += !h->resync;
    h->resync = true;
    /* What is not the start of a message tells nothing about the open ones, unless it looked like
     * one. */
    if (!missed || dir == TO_SERVER || c->pairing.answering)
        pairing_lose(&c->pairing, c->moment, dir);
    c->pairing.stray = c->pairing.stray && dir == TO_SERVER;
    if (missed)
        miss(c, dir);
}

static void found(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir], *other = &c->half[!dir];
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
    stop_decoder(c);
    if (dir == TO_CLIENT)
        drop_unread_of_request(c);
    pairing_new_era(&c->pairing);
    c->becoming = false;
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
}

/* Lets bytes go by and, where a protocol ends with them, changes to the next. */
static uint64_t pass_by(struct conn *c, enum dir dir, struct bytes in)
{
    uint64_t n = pass(c, dir, in.len);
    if (c->becoming && !c->half[dir].passing)
        go_on_as_another(c, dir, bytes_after(in, (size_t)n));
    return n;
}

/* Feeds whole messages from the front of `in`, until the decoder changes; returns how much of it is
 * used up. Its first
 * `old_len` bytes came at `unread_ns`, the others at `arrived_ns`. */
static size_t feed_all(struct conn *c, enum dir dir, struct bytes in, size_t old_len,
                       uint64_t arrived_ns)
{
    struct half *h = &c->half[dir];
    size_t used = 0;
    while (used < in.len && c->decoder && !c->changed) {
        if (h->passing) {
            used += (size_t)pass_by(c, dir, bytes_after(in, used));
            continue;
        }
        c->front_ns = used < old_len ? h->unread_ns : arrived_ns;
        c->pairing.charged[dir] = NULL;
        int64_t len = c->decoder->feed(c, dir, bytes_after(in, used));
        if (len == DECODE_MORE)
            break;
        if (len < 0) {
            lose(c, dir, 0);
            return in.len;
        }
        found(c, dir);
        h->passing = (uint64_t)len;
    }
    return used;
}

static bool grow_unread(struct conn *c, struct half *h, uint32_t len)
{
    uint32_t room = h->unread_room ? h->unread_room : UNREAD_LEAST;
    while (room < len)
        room *= 2;
    uint32_t more = room - h->unread_room;
    if (!more)
        return true;
    if (c->shared->unread_bytes + more > c->shared->unread_bytes_max)
        return false;
    uint8_t *unread = realloc(h->unread, room);
    if (!unread)
        return false;
    h->unread = unread;
    h->unread_room = room;
    c->shared->unread_bytes += more;
    return true;
}

/* Keeps bytes that cannot be used yet. False: there is no room, and what was kept is lost. */
static bool keep(struct conn *c, enum dir dir, struct bytes in)
{
    struct half *h = &c->half[dir];
    if (in.len > UNREAD_MAX - h->unread_len) {
        if (c->decoder)
            lose(c, dir, 0);
        return false;
    }
    if (!grow_unread(c, h, h->unread_len + (uint32_t)in.len)) {
        give_up(c);
        return false;
    }
    memcpy(h->unread + h->unread_len, in.at, in.len);
    h->unread_len += (uint32_t)in.len;
    return true;
}

static void take_from_unread(struct conn *c, struct half *h, size_t len)
{
    if (len >= h->unread_len) {
        drop_unread(c, h);
        return;
    }
    h->unread_len -= (uint32_t)len;
    memmove(h->unread, h->unread + len, h->unread_len);
}

/* The common case: nothing is unread, and nothing is copied. */
static void read_fresh(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    size_t used = feed_all(c, dir, in, 0, arrived_ns);
    if (used == in.len || (!c->decoder && !c->wants_classify))
        return;
    c->half[dir].unread_ns = arrived_ns;
    keep(c, dir, bytes_after(in, used));
}

/* Shows what is unread together with what has come behind it. */
static void read_on(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in)
{
    struct half *h = &c->half[dir];
    while (in.len && h->unread_len) {
        struct bytes step = bytes_first(in, UNREAD_STEP);
        size_t room = UNREAD_MAX - h->unread_len, old_len = h->unread_len;
        if (room && step.len > room)
            step.len = room;
        if (!keep(c, dir, step))
            return;
        in = bytes_after(in, step.len);
        size_t used = feed_all(c, dir, bytes_of(h->unread, h->unread_len), old_len, arrived_ns);
        if (!h->unread_len)
            return; /* lost, and the rest of the segment with it */
        if (used >= old_len)
            h->unread_ns = arrived_ns;
        take_from_unread(c, h, used);
    }
    if (in.len)
        read_fresh(c, dir, arrived_ns, in);
}

static void read_kept(struct conn *c, enum dir dir)
{
    struct half *h = &c->half[dir];
    if (!h->unread_len || !c->decoder || c->changed)
        return;
    size_t used = feed_all(c, dir, bytes_of(h->unread, h->unread_len), h->unread_len, 0);
    if (h->unread_len)
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
    c->moment = m;
    if (h->latest_ns < arrived_ns)
        h->latest_ns = arrived_ns;
    if (!c->decoder || h->deaf || !in.len)
        return;
    if (h->unread_len)
        read_on(c, dir, arrived_ns, in);
    else
        read_fresh(c, dir, arrived_ns, in);
    begin_as_another(c, dir);
}

void conn_gap(struct conn *c, enum dir dir, struct moment m, uint64_t len)
{
    struct half *h = &c->half[dir];
    c->moment = m;
    pairing_note(&c->pairing, NOTE_GAP);
    len -= pass(c, dir, len);
    if (c->becoming && !h->passing)
        go_on_as_another(c, dir, (struct bytes){0});
    if (len && c->decoder)
        lose(c, dir, len);
    else if (len)
        drop_unread(c, h);
    begin_as_another(c, dir);
}

void conn_retransmitted(struct conn *c, enum dir dir)
{
    (void)dir;
    pairing_note(&c->pairing, NOTE_RETRANSMITTED);
}

void conn_eof(struct conn *c, enum dir dir, struct moment m)
{
    struct half *h = &c->half[dir];
    c->moment = m;
    h->ended = true;
    if (dir == TO_SERVER) {
        c->client_ended_first = !c->half[TO_CLIENT].ended;
        return;
    }
    if (h->ends_with_close)
        pairing_answer_ends(&c->pairing, KEY_IN_ORDER);
    if (h->ends_with_close || h->passing == (uint64_t)DECODE_REST) {
        h->passing = 0;
        h->ends_with_close = false;
        if (h->latest_ns < m.now_ns)
            h->latest_ns = m.now_ns;
        message_passed(c, dir);
    }
    pairing_end(&c->pairing, m, OUTCOME_UNANSWERED, cut_off(c));
}

const struct decoder *conn_decoder(const struct conn *c)
{
    return c->decoder;
}

bool conn_wants_classify(const struct conn *c)
{
    return c->wants_classify;
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

size_t conn_memory(const struct conn *c)
{
    size_t state = c->decoder ? c->decoder->state_size : 0;
    return sizeof *c + state + c->half[0].unread_room + c->half[1].unread_room +
           c->pairing.len * sizeof(struct open);
}
