/* fuzz_decoder.c - feeds noise to one decoder, by way of a connection: which one is the name that
 * this is started by. decode/proto/NAME.c has fuzz_decoder_NAME, with its corpus in
 * corpus/decoder_NAME, from the day it is listed. DECODERS is a file of lines DECODER(NAME).
 *
 * Byte 0 says whether the connection is joined in its middle (128), and how it ends. After that,
 * each record is a byte that says what happens and a length byte: bytes to the server (0) or to the
 * client (1), sometimes many times as long (32, 64, 128), gaps (2, 3), ends (4, 5), time-outs (8);
 * of decoders of datagrams, one datagram, longer by 256 (32), 512 (64), 1024 (128). The same bytes
 * are played again with each record cut in two, which must tell the same story unless something was
 * lost: then only that no memory is, for what is found again depends on where segments start.
 * Caps are small, so that they are reached. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decode/classify.h"
#include "decode/conn.h"

#define DECODER(name) extern const struct decoder name##_decoder;
#include DECODERS
#undef DECODER

static const struct {
    const char *name;
    const struct decoder *decoder;
} targets[] = {
#define DECODER(name) {"fuzz_decoder_" #name, &name##_decoder},
#include DECODERS
#undef DECODER
};

static const struct decoder *fuzzed;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum what { GAP = 2, END = 4, TIME_OUT = 8, REPEAT = 16, AGAIN = 32 };

struct story {
    uint64_t exchanges;
    uint64_t sum;
    bool asked; /* which protocol goes on is asked of the owner, which depends on segments */
};

static uint64_t mix(uint64_t sum, const void *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ ((const uint8_t *)at)[i]) * 0x100000001b3;
    return sum;
}

static void check_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size || !text_is_clean(bytes_of(text, len)))
        abort();
}

static void on_exchange(void *ctx, struct exchange *x)
{
    struct story *story = ctx;
    if (!x->protocol || x->outcome >= OUTCOMES || x->notes >> NOTES)
        abort();
    if (x->request_end_ns && x->request_end_ns < x->request_ns)
        abort();
    check_text(x->method, sizeof x->method);
    check_text(x->status, sizeof x->status);
    check_text(x->host, sizeof x->host);
    check_text(x->path, sizeof x->path);
    check_text(x->request_id, sizeof x->request_id);
    check_text(x->forwarded_for, sizeof x->forwarded_for);
    check_text(x->operation, sizeof x->operation);
    check_text(x->message, sizeof x->message);
    story->exchanges++;
    story->sum = mix(story->sum, x->method, strlen(x->method));
    story->sum = mix(story->sum, x->path, strlen(x->path));
    story->sum = mix(story->sum, x->host, strlen(x->host));
    story->sum = mix(story->sum, x->status, strlen(x->status));
    story->sum = mix(story->sum, &x->request_ns, 4 * sizeof x->request_ns);
    story->sum = mix(story->sum, &x->request_bytes, 2 * sizeof x->request_bytes);
    story->sum = mix(story->sum, &x->request_messages, 2 * sizeof x->request_messages);
    story->sum = mix(story->sum, &x->first_message_ns, 3 * sizeof x->first_message_ns);
    story->sum = mix(story->sum, &x->grpc_status, sizeof x->grpc_status);
    story->sum = mix(story->sum, x->message, strlen(x->message));
    story->sum = mix(story->sum, &x->notes, sizeof x->notes);
    story->sum = mix(story->sum, &x->outcome, sizeof x->outcome);
}

/* A copy of exactly the size, so that a read past the end is seen. */
static void tell(struct conn *c, enum dir dir, struct moment m, struct bytes in,
                 struct story *story)
{
    if (!in.len)
        return;
    uint8_t *copy = malloc(in.len);
    if (!copy)
        abort();
    memcpy(copy, in.at, in.len);
    conn_bytes(c, dir, m, m.now_ns, bytes_of(copy, in.len));
    free(copy);
    if (!conn_wants_classify(c))
        return;
    story->asked = true;
    conn_set_decoder(c, fuzzed);
}

/* A datagram is never in pieces; now and then its end was not captured. */
static void tell_datagram(struct conn *c, enum dir dir, struct moment m, struct bytes in)
{
    uint8_t *copy = malloc(in.len + 1);
    if (!copy)
        abort();
    if (in.len)
        memcpy(copy, in.at, in.len);
    conn_datagram(c, dir, m, bytes_of(copy, in.len), m.now_ns % 5 ? 0 : 100);
    free(copy);
}

static void do_record(struct conn *c, struct cursor *in, struct moment m, bool cut,
                      struct story *story)
{
    uint8_t what = cursor_u8(in);
    uint8_t len = cursor_u8(in);
    enum dir dir = what & 1 ? TO_CLIENT : TO_SERVER;
    if (what & GAP) {
        conn_gap(c, dir, m, (uint64_t)len << (what >> 5), NOTE_GAP);
    } else if (what & END) {
        conn_eof(c, dir, m);
    } else if (what & TIME_OUT) {
        conn_time_out(c, m, len);
    } else if (what & REPEAT) {
        conn_retransmitted(c, dir);
    } else {
        if (conn_decoder(c) && conn_decoder(c)->transport == OVER_UDP) {
            tell_datagram(c, dir, m, cursor_take(in, len + 256U * (what / AGAIN)));
            return;
        }
        struct bytes bytes = cursor_take(in, len);
        size_t at = cut ? len / 2 : 0;
        for (int times = what & AGAIN ? 1 + what / AGAIN : 1; times; times--) {
            tell(c, dir, m, bytes_first(bytes, at), story);
            tell(c, dir, m, bytes_after(bytes, at), story);
        }
    }
}

/* Returns false if a place was lost. */
static bool play(struct cursor in, bool cut, struct story *story)
{
    struct decode_counters counters = {0};
    struct conn_shared shared = {.sink = {.exchange = on_exchange, .ctx = story},
                                 .counters = &counters,
                                 .unread_bytes_max = 100000,
                                 .open_max = 50};
    struct conn_ends ends = {.server_port = 80};
    uint8_t first = cursor_u8(&in);
    struct conn *c = conn_new(&shared, fuzzed, &ends, first & 128);
    if (!c)
        abort();
    struct moment m = {.now_ns = 1};
    for (; !in.starved; m.now_ns++, m.number++)
        do_record(c, &in, m, cut, story);
    if (conn_memory(c) > 1000000)
        abort();
    conn_close(c, m, (enum conn_close)(first / 2 % 5));
    if (shared.open || shared.conns || shared.unread_bytes ||
        counters.exchanges != story->exchanges)
        abort();
    return !counters.lost && !counters.given_up && !(first & 128);
}

static void probe(struct bytes in)
{
    struct bytes half = bytes_first(in, in.len / 2), rest = bytes_after(in, in.len / 2);
    struct opening opening = {
        .to_server = half, .to_client = rest, .midstream = in.len & 1, .unsided = in.len & 2};
    for (int transport = OVER_TCP; transport <= OVER_UDP; transport++) {
        struct classified c = classify((enum transport)transport, 80, &opening, true);
        if ((c.guess == GUESS_YES) != (c.decoder != NULL))
            abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    const char *slash = strrchr((*argv)[0], '/');
    const char *name = slash ? slash + 1 : (*argv)[0];
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (strcmp(targets[i].name, name) == 0)
            fuzzed = targets[i].decoder;
    if (fuzzed)
        return 0;
    fprintf(stderr, "%s: is of no decoder: start fuzz_decoder_NAME\n", name);
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story whole = {0}, cut = {0};
    struct bytes in = bytes_of(data, size);
    probe(in);
    bool kept_place = play(cursor_over(in), false, &whole);
    bool kept_place_cut = play(cursor_over(in), true, &cut);
    if (whole.asked || cut.asked)
        return 0;
    if (kept_place != kept_place_cut)
        abort();
    if (kept_place && (whole.sum != cut.sum || whole.exchanges != cut.exchanges))
        abort();
    return 0;
}
