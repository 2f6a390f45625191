/* fuzz_http2.c - conversations in HTTP/2, with its header compression, by way of a connection.
 *
 * An input is four octets (how it starts and how it ends, where it is joined, how it is cut) and
 * the records of a talk (http2_talk.h). The talk is played as it is and with its bytes cut
 * otherwise, which must tell the same story unless the place was lost. Without the records that
 * break the rules it is played from its start and joined late: what is known then of a stream that
 * begins after the join is what was known from the start. Blocks are remembered (hpack_memo.h)
 * where the story is held against one that was read. */
#include <stdlib.h>

#include "base/text.h"
#include "decode/conn.h"
#include "decode/hpack_memo.h"
#include "http2_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { JOINED = START_LEGAL }; /* in the first octet of an input */

enum { OPEN_FEW = 20, UNREAD_FEW = 100000, MEMORY_MAX = 500000, IDS = 2 * TALK_STREAMS + 2 };

static struct hpack_memo *memo; /* of all plays of an input that remember blocks */

/* What came out of a play. */
struct story {
    uint64_t exchanges, calls;
    uint64_t sum;
    bool asked; /* which protocol goes on is asked of the owner, which depends on segments */
    bool lost;
    struct exchange of[IDS]; /* by stream; protocol NULL: there was none */
};

/* How a talk is played. */
struct play {
    const struct decoder *decoder;
    size_t from;  /* the event it begins with */
    size_t piece; /* the longest segment; 0: what is said together is one */
    bool resync;
    bool roomy; /* nothing is evicted */
    enum conn_close why;
};

/* Not inlined, so that a stack shows which one fails. */
__attribute__((noinline)) static void check(bool holds)
{
    if (!holds)
        abort();
}

static void mix(struct story *s, const void *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        s->sum = (s->sum ^ ((const uint8_t *)at)[i]) * 0x100000001b3;
}

static void mix_text(struct story *s, const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    check(len < size && text_is_clean(bytes_of(text, len)));
    mix(s, text, len + 1);
}

static void check_certainty(const struct certainty *c)
{
    check(c->known <= c->fields && c->late_known <= c->late_fields);
    check(c->late_fields <= c->fields && c->late_fields < 512);
}

/* Holds an exchange, whole or not, against what is true of all; adds it to the story. */
static void take_exchange(struct story *s, const struct exchange *x)
{
    check(x->protocol && x->outcome < OUTCOMES && x->call < CALL_KINDS && !(x->notes >> NOTES));
    check(x->grpc_status >= -1 && x->error_code >= -1 && x->error_code <= UINT32_MAX);
    check(!x->request_end_ns || x->request_end_ns >= x->request_ns);
    check(!x->response_end_ns || x->response_end_ns >= x->response_ns);
    check(!x->first_message_ns || x->last_message_ns >= x->first_message_ns);
    check_certainty(&x->certainty);
    check(strcmp(x->protocol, "grpc") != 0 || x->outcome != OUTCOME_OK || x->grpc_status == 0);
    mix_text(s, x->method, sizeof x->method);
    mix_text(s, x->status, sizeof x->status);
    mix_text(s, x->host, sizeof x->host);
    mix_text(s, x->path, sizeof x->path);
    mix_text(s, x->operation, sizeof x->operation);
    mix_text(s, x->trace_id, sizeof x->trace_id);
    mix_text(s, x->span_id, sizeof x->span_id);
    mix_text(s, x->request_id, sizeof x->request_id);
    mix_text(s, x->forwarded_for, sizeof x->forwarded_for);
    mix_text(s, x->message, sizeof x->message);
    mix(s, &x->request_ns, 5 * sizeof x->request_ns);
    mix(s, &x->request_bytes, 2 * sizeof x->request_bytes);
    mix(s, &x->request_messages, 2 * sizeof x->request_messages);
    mix(s, &x->first_message_ns, 3 * sizeof x->first_message_ns);
    mix(s, &x->stream_id, sizeof x->stream_id);
    mix(s, &x->grpc_status, sizeof x->grpc_status);
    mix(s, &x->error_code, sizeof x->error_code);
    mix(s, &x->call, sizeof x->call);
    mix(s, &x->certainty, sizeof x->certainty);
    mix(s, &x->notes, sizeof x->notes);
    mix(s, &x->outcome, sizeof x->outcome);
}

static void on_exchange(void *ctx, struct exchange *x)
{
    struct story *s = ctx;
    s->exchanges++;
    take_exchange(s, x);
    if (x->stream_id < IDS)
        s->of[x->stream_id] = *x;
}

/* How many bytes have been counted by now depends on where segments end. */
static void on_message(void *ctx, struct exchange *x, uint64_t gap_ns)
{
    struct exchange so_far = *x;
    so_far.request_bytes = so_far.response_bytes = 0;
    take_exchange(ctx, &so_far);
    mix(ctx, &gap_ns, sizeof gap_ns);
}

static void on_open_call(void *ctx, struct exchange *x)
{
    take_exchange(ctx, x);
}

static void take_report(struct conn *c, const struct conn_shared *shared, struct story *s)
{
    struct flow_report r = {0};
    conn_report(c, &r);
    check(r.multiplexed == conn_is_multiplexed(c));
    check_certainty(&r.certainty);
    check(r.open_calls <= shared->open_max);
    s->calls += r.calls;
    mix(s, &r.calls, sizeof r.calls);
    mix(s, r.resets, sizeof r.resets);
    mix(s, r.stalls, sizeof r.stalls);
    mix(s, &r.goaways, sizeof r.goaways);
    mix(s, &r.ping_rtt_ns, sizeof r.ping_rtt_ns);
    mix(s, &r.open_calls, sizeof r.open_calls);
    mix(s, &r.certainty, sizeof r.certainty);
}

/* A copy of exactly the size, so that a read past the end is seen. */
static void say_segment(struct conn *c, enum dir dir, struct moment m, struct bytes in,
                        struct story *s)
{
    uint8_t *copy = malloc(in.len);
    check(copy);
    memcpy(copy, in.at, in.len);
    conn_bytes(c, dir, m, m.now_ns, bytes_of(copy, in.len));
    free(copy);
    if (!conn_wants_classify(c))
        return;
    s->asked = true;
    conn_set_decoder(c, decoder_named("http2"));
}

static void say(struct conn *c, enum dir dir, struct moment m, struct bytes in, size_t piece,
                struct story *s)
{
    while (in.len) {
        struct bytes segment = piece ? bytes_first(in, piece) : in;
        say_segment(c, dir, m, segment, s);
        in = bytes_after(in, segment.len);
    }
}

/* Is what follows in the same direction, at the same time and with nothing missing in between? */
static bool is_one(const struct talk_event *e, const struct talk_event *next)
{
    return e->what == TALK_SAY && next->what == TALK_SAY && next->together && e->dir == next->dir &&
           !e->lost_len && !next->lost_len;
}

/* Does event `i`, and those behind it that are one with it; returns the next. */
static size_t do_event(struct conn *c, const struct talk *t, size_t i, size_t piece,
                       struct moment m, struct story *s)
{
    const struct talk_event *e = &t->event[i++];
    struct bytes bytes = bytes_of(t->bytes.at + e->at, e->len);
    switch (e->what) {
    case TALK_SAY:
        for (; i < t->events && is_one(e, &t->event[i]); i++)
            bytes.len += t->event[i].len;
        say(c, e->dir, m, bytes_first(bytes, e->lost_len ? e->lost_at : bytes.len), piece, s);
        if (!e->lost_len)
            break;
        conn_gap(c, e->dir, m, e->lost_len, NOTE_GAP);
        say(c, e->dir, m, bytes_after(bytes, e->lost_at + e->lost_len), piece, s);
        break;
    case TALK_LOSE:
        conn_gap(c, e->dir, m, e->len, NOTE_GAP);
        break;
    case TALK_END:
        conn_eof(c, e->dir, m);
        break;
    case TALK_TIME_OUT:
        conn_time_out(c, m, e->len);
        break;
    case TALK_REPEAT:
        conn_retransmitted(c, e->dir);
        break;
    case TALK_LOOK:
        conn_open_calls(c);
        break;
    }
    return i;
}

static void forget(struct story *s)
{
    s->exchanges = s->calls = s->sum = 0;
    s->asked = s->lost = false;
    for (int i = 0; i < IDS; i++)
        s->of[i].protocol = NULL;
}

static void play(const struct talk *t, const struct play *how, struct story *s)
{
    bool remembers = how->piece || how->resync;
    struct decode_counters counters = {0};
    struct conn_shared shared = {.sink = {.exchange = on_exchange,
                                          .message = on_message,
                                          .open_call = on_open_call,
                                          .ctx = s},
                                 .counters = &counters,
                                 .memo = remembers ? memo : NULL,
                                 .unread_bytes_max = how->roomy ? 4 * UNREAD_FEW : UNREAD_FEW,
                                 .open_max = how->roomy ? IDS : OPEN_FEW};
    struct conn_ends ends = {.client_port = 65535, .server_port = 80};
    struct conn *c = conn_new(&shared, how->decoder, &ends, how->resync);
    struct moment m = {.now_ns = 1};
    check(c);
    forget(s);
    for (size_t i = how->from; i < t->events;) {
        m.now_ns += !t->event[i].together;
        bool looks = t->event[i].what == TALK_LOOK;
        i = do_event(c, t, i, how->piece, m, s);
        m.number++;
        if (looks)
            take_report(c, &shared, s);
    }
    check(conn_memory(c) <= MEMORY_MAX);
    conn_finish(c, m, how->why);
    bool counts = conn_is_multiplexed(c) && how->decoder->multiplexed;
    take_report(c, &shared, s);
    conn_free(c);
    check(!shared.open && !shared.conns && !shared.unread_bytes && !shared.spare);
    check(counters.exchanges == s->exchanges);
    check(!counts || s->calls == s->exchanges);
    s->lost = counters.lost || counters.given_up;
}

static void cut_otherwise(const struct talk *t, struct play how, uint8_t piece)
{
    static struct story whole, cut;
    play(t, &how, &whole);
    how.piece = 1 + piece % 64;
    play(t, &how, &cut);
    if (whole.asked || cut.asked || how.resync)
        return;
    check(whole.lost == cut.lost);
    check(whole.lost || (whole.sum == cut.sum && whole.exchanges == cut.exchanges));
}

static void check_known(const char *text, const char *truth)
{
    check(!*text || strcmp(text, truth) == 0);
}

static void join_late(const struct talk *t, uint8_t from)
{
    static struct story whole, late;
    struct play how = {.decoder = decoder_named("http2"), .roomy = true};
    play(t, &how, &whole);
    check(!whole.lost);
    how.resync = true;
    how.from = 1 + from % (t->events + 1);
    play(t, &how, &late);
    for (size_t i = how.from; i < t->events; i++) {
        const struct exchange *x = &late.of[t->event[i].begins];
        const struct exchange *truth = &whole.of[t->event[i].begins];
        if (!t->event[i].begins || !x->protocol)
            continue;
        check(truth->protocol);
        check_known(x->method, truth->method);
        check_known(x->path, truth->path);
        check_known(x->host, truth->host);
        /* Where one did not see the type, one status is HTTP's and the other gRPC's. */
        if (strcmp(x->protocol, truth->protocol) == 0)
            check_known(x->status, truth->status);
        check_known(x->message, truth->message);
        check(x->grpc_status < 0 || x->grpc_status == truth->grpc_status);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct talk t;
    static const struct decoder *http1;
    struct cursor in = cursor_over(bytes_of(data, size));
    uint8_t start = cursor_u8(&in), end = cursor_u8(&in), from = cursor_u8(&in);
    uint8_t piece = cursor_u8(&in);
    if (!http1)
        http1 = decoder_named("http");
    bool upgraded = start & START_UPGRADED;
    struct play how = {.decoder = upgraded ? http1 : decoder_named("http2"),
                       .resync = start & JOINED,
                       .why = (enum conn_close)(end % (CLOSE_CAPTURE_ENDED + 1))};
    memo = hpack_memo_new(&(struct hash_key){{start, from}});
    talk_make(&t, start & (START_BARE | START_UPGRADED), in);
    cut_otherwise(&t, how, piece);
    talk_make(&t, START_LEGAL, in);
    join_late(&t, from);
    hpack_memo_free(memo);
    return 0;
}
