/* test_joiner.c - what comes in fragments to several threads goes, put together, to the one it is
 * for. */
#include "daemon/joiner.h"

#include <string.h>

#include "capture/spread.h"
#include "tests/capture/packets.h"
#include "tests/check.h"

enum { WORKERS = 3, PAYLOAD = 300, PIECE = 160, GRE_KEY = 9 };

#define START UINT64_C(1000000000)

static struct bench {
    struct daemon_options options;
    struct capture_counters counters;
    struct mailbox *mailbox[WORKERS];
    struct joiner *joiner;
    struct post post[2]; /* of those who receive */
    uint8_t ip[1024], payload[PAYLOAD];
    size_t len;
} b;

static int open_bench(void **state)
{
    struct err err;
    (void)state;
    memset(&b, 0, sizeof b);
    b.options = (struct daemon_options){.workers = WORKERS, .engine.key = {{5, 6}}};
    for (unsigned i = 0; i < WORKERS; i++)
        assert_non_null(b.mailbox[i] = mailbox_new(1 << 20, &err));
    b.joiner = joiner_new(&b.options, b.mailbox, START, &b.counters, &err);
    assert_non_null(b.joiner);
    for (unsigned i = 0; i < 2; i++)
        b.post[i].to = joiner_mailbox(b.joiner);
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        post_free(&b.post[i]);
    joiner_free(b.joiner);
    for (unsigned i = 0; i < WORKERS; i++)
        mailbox_free(b.mailbox[i]);
    return 0;
}

/* A datagram full of a letter. */
static void make(char letter)
{
    memset(b.payload, letter, PAYLOAD);
    b.len = packets_ip(
        &(struct made){
            .udp = true, .id = (uint16_t)letter, .payload = b.payload, .payload_len = PAYLOAD},
        b.ip);
}

/* The n-th of its fragments has come to one of those who receive, in a tunnel or without. */
static struct frame piece(size_t nth, const struct place *place, uint64_t ns, uint8_t bytes[2048])
{
    uint8_t fragment[1024];
    size_t len = packets_fragment(b.ip, b.len, nth * PIECE, PIECE, b.ip[5], fragment);
    return packets_frame(fragment, len, place, START + ns, bytes);
}

static void post_piece(unsigned who, size_t nth, uint64_t ns)
{
    static const struct place here;
    uint8_t bytes[2048];
    struct frame f = piece(nth, &here, ns, bytes);
    post_frame(&b.post[who], &f);
}

static void receive(unsigned who, char letter, size_t nth, uint64_t ns)
{
    make(letter);
    post_piece(who, nth, ns);
}

/* What came for the one it is for, as letters, with "-" if its rest is cut off; `ret_last` is the
 * last of them. Nobody else got anything. */
static const char *came(struct letter *ret_last)
{
    static char text[16];
    size_t len = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        mailbox_collect(b.mailbox[i]);
        for (const struct letter *l; (l = mailbox_first(b.mailbox[i]));
             mailbox_drop(b.mailbox[i])) {
            const struct packet *p = &l->packet;
            assert_int_equal(l->kind, LETTER_PACKET);
            assert_int_equal(spread_packet(&b.options.engine.key, p, WORKERS), i);
            assert_int_equal(p->payload.len + p->cut, PAYLOAD);
            text[len++] = (char)p->payload.at[0];
            if (p->cut)
                text[len++] = '-';
            *ret_last = *l;
        }
    }
    text[len] = '\0';
    return text;
}

/* The fragments of a packet came to different threads, and those were not equally fast. */
static void from_several_in_order(void **state)
{
    struct letter last;
    (void)state;
    receive(1, 'a', 1, 3000);
    receive(1, 'b', 1, 4000);
    post_flush(&b.post[1]);
    receive(0, 'a', 0, 1000);
    receive(0, 'b', 0, 2000);
    post_flush(&b.post[0]);
    joiner_join(b.joiner, START + 3000);
    assert_string_equal(came(&last), "");
    assert_int_equal(joiner_until(b.joiner), START + 3000);
    joiner_join(b.joiner, START + 3001);
    assert_string_equal(came(&last), "a");
    assert_int_equal(last.time_ns, START + 3000);
    assert_int_equal(last.by.frame_bytes, 14 + 20 + 8 + PAYLOAD - PIECE);
    joiner_join(b.joiner, START + 5000);
    assert_string_equal(came(&last), "b");
    assert_int_equal(b.counters.rebuilt, 2);
    assert_int_equal(b.counters.frames, 2); /* those that completed a packet are its owner's */
    assert_int_equal(joiner_lost(b.joiner), 0);
}

/* A fragment in a tunnel whose packets are fragments, and the other, which fitted. */
static void within_each_other(void **state)
{
    static const struct place tunnel = {.gre_key = GRE_KEY}, here;
    uint8_t bytes[2048], part[1024], again[2048];
    struct letter last;
    (void)state;
    make('a');
    struct frame inner = piece(0, &tunnel, 0, bytes);
    const uint8_t *outer = inner.data + 14;
    size_t outer_len = inner.captured - 14;
    for (unsigned i = 0; i < 2; i++) {
        size_t len = packets_fragment(outer, outer_len, i * PIECE, PIECE, 77, part);
        struct frame f = packets_frame(part, len, &here, START + 10 * i, again);
        post_frame(&b.post[0], &f);
    }
    struct frame other = piece(1, &tunnel, 30, bytes);
    post_frame(&b.post[1], &other);
    post_flush(&b.post[1]);
    post_flush(&b.post[0]);
    joiner_join(b.joiner, START + 100);
    assert_string_equal(came(&last), "a");
    assert_int_equal(last.packet.tunnel_id, GRE_KEY);
    assert_int_equal(b.counters.rebuilt, 2);
}

/* No further fragment comes, of anything: time alone says that the rest will not. */
static void given_up_in_time(void **state)
{
    struct letter last;
    (void)state;
    receive(0, 'a', 0, 1000);
    post_flush(&b.post[0]);
    joiner_join(b.joiner, START + 1000 + DEFRAG_SILENT_NS);
    assert_string_equal(came(&last), "");
    joiner_join(b.joiner, START + 5000 + DEFRAG_SILENT_NS);
    assert_string_equal(came(&last), "a-");
    assert_int_equal(last.packet.time_ns, START + 1000);
    assert_int_equal(last.time_ns, START + 5000 + DEFRAG_SILENT_NS);
    assert_int_equal(last.by.frame_bytes, 0);
    assert_int_equal(b.counters.unfinished, 1);
}

/* An answer of the DNS in fragments: all learn from it, with all its bytes. */
static void what_teaches(void **state)
{
    unsigned learned = 0, decoded = 0;
    (void)state;
    memset(b.payload, 'a', PAYLOAD);
    memcpy(b.payload, "\0\1\x81\x80\0\1\0\1\0\0\0\0", 12);
    struct made m = {.udp = true, .id = 7, .payload = b.payload, .payload_len = PAYLOAD};
    b.len = packets_ip(&m, b.ip);
    for (size_t i = 0; i < 2; i++)
        post_piece(0, i, 1000 * i);
    post_flush(&b.post[0]);
    joiner_join(b.joiner, START + 5000);
    for (unsigned i = 0; i < WORKERS; i++) {
        mailbox_collect(b.mailbox[i]);
        const struct letter *l = mailbox_first(b.mailbox[i]);
        assert_non_null(l);
        assert_int_equal(l->time_ns, START + 1000);
        assert_int_equal(l->packet.payload.len, PAYLOAD);
        assert_memory_equal(l->packet.payload.at, b.payload, PAYLOAD);
        decoded += l->kind == LETTER_PACKET;
        learned += l->kind == LETTER_LEARN;
    }
    assert_int_equal(decoded, 1);
    assert_int_equal(learned, WORKERS - 1);
}

/* As the capture ends. */
static void what_is_left(void **state)
{
    struct letter last;
    (void)state;
    receive(0, 'a', 0, 1000);
    receive(0, 'b', 0, 2000);
    receive(0, 'a', 1, 3000);
    post_flush(&b.post[0]);
    joiner_join(b.joiner, START + 1500);
    joiner_take_rest(b.joiner);
    assert_string_equal(came(&last), "a");
    joiner_finish(b.joiner);
    assert_string_equal(came(&last), "b-");
    joiner_finish(b.joiner);
    assert_string_equal(came(&last), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_several_in_order, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(within_each_other, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(given_up_in_time, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(what_teaches, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(what_is_left, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
