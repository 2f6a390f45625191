/* test_mailbox.c - letters come out whole, in order of time, and those for which there is no room
 * are counted. */
#include "daemon/mailbox.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/check.h"

enum { ROOM = 1 << 20 };

static struct mailbox *new_mailbox(size_t bytes_max)
{
    struct err err;
    struct mailbox *m = mailbox_new(bytes_max, &err);
    assert_non_null(m);
    return m;
}

static void put(struct post *post, uint64_t time_ns, uint16_t interface, const char *text)
{
    struct frame frame = {
        .time_ns = time_ns,
        .interface = interface,
        .captured = (uint32_t)strlen(text),
        .length = (uint32_t)strlen(text) + 1,
        .data = (const uint8_t *)text,
    };
    post_frame(post, &frame);
}

/* What comes out until nothing is left, as words. */
static const char *all_of(struct mailbox *m)
{
    static char text[256];
    const struct letter *l;
    size_t len = 0;
    mailbox_collect(m);
    for (text[0] = '\0'; (l = mailbox_first(m)); mailbox_drop(m)) {
        assert_int_equal(l->kind, LETTER_FRAME);
        assert_int_equal(l->frame.length, l->frame.captured + 1);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len ? " " : "",
                                (int)l->frame.captured, (const char *)l->frame.data);
    }
    assert_int_equal(mailbox_bytes(m), 0);
    return text;
}

/* Several post, each in the order of its own time. */
static void in_order_of_time(void **state)
{
    struct mailbox *m = new_mailbox(ROOM);
    struct post a = {.to = m}, b = {.to = m}, c = {.to = m};
    (void)state;
    put(&a, 10, 0, "a10");
    put(&a, 40, 0, "a40");
    put(&b, 20, 0, "b20");
    put(&b, 30, 0, "b30");
    put(&c, 5, 0, "c5");
    put(&c, 50, 0, "c50");
    post_flush(&a);
    post_flush(&c);
    post_flush(&b);
    put(&a, 41, 0, "a41");
    post_flush(&a);
    assert_string_equal(all_of(m), "c5 a10 b20 b30 a40 a41 c50");
    mailbox_free(m);
}

/* At the same time, first the interface that was named first, whoever posted first. */
static void same_time(void **state)
{
    struct mailbox *m = new_mailbox(ROOM);
    struct post a = {.to = m}, b = {.to = m};
    (void)state;
    put(&a, 7, 1, "second");
    post_flush(&a);
    put(&b, 7, 0, "first");
    post_flush(&b);
    put(&a, 7, 1, "third");
    post_flush(&a);
    assert_string_equal(all_of(m), "first second third");
    mailbox_free(m);
}

/* What is posted is nobody's to see before it is handed over. */
static void handed_over(void **state)
{
    struct mailbox *m = new_mailbox(ROOM);
    struct post a = {.to = m};
    (void)state;
    put(&a, 1, 0, "x");
    mailbox_collect(m);
    assert_null(mailbox_first(m));
    post_flush(&a);
    assert_null(mailbox_first(m));
    mailbox_collect(m);
    assert_non_null(mailbox_first(m));
    assert_string_equal(all_of(m), "x");
    post_flush(&a);
    put(&a, 2, 0, "never");
    post_free(&a);
    mailbox_free(m);
}

/* A packet is copied with the IP packet around it; one of TCP that only teaches goes without. */
static void packets(void **state)
{
    static const char ip[] = "header|payload|padding";
    struct mailbox *m = new_mailbox(ROOM);
    struct post a = {.to = m};
    (void)state;
    struct packet p = {
        .time_ns = 3,
        .number = 17,
        .protocol = IPPROTO_TCP,
        .source_port = 80,
        .ip = bytes_of(ip, sizeof ip - 1),
        .payload = bytes_of(ip + 7, 7),
    };
    post_packet(&a, 5, &p, &(struct brought){.frame_bytes = 99, .tunnel_id = 7});
    post_learn(&a, 6, &p);
    p.protocol = IPPROTO_UDP;
    post_learn(&a, 7, &p);
    post_flush(&a);
    mailbox_collect(m);
    const struct letter *l = mailbox_first(m);
    assert_int_equal(l->kind, LETTER_PACKET);
    assert_int_equal(l->time_ns, 5);
    assert_int_equal(l->packet.time_ns, 3);
    assert_int_equal(l->packet.number, 17);
    assert_int_equal(l->by.frame_bytes, 99);
    assert_int_equal(l->by.tunnel_id, 7);
    assert_true(bytes_equal_text(l->packet.ip, ip));
    assert_true(bytes_equal_text(l->packet.payload, "payload"));
    assert_true((const char *)l->packet.ip.at != ip);
    mailbox_drop(m);
    l = mailbox_first(m);
    assert_int_equal(l->kind, LETTER_LEARN);
    assert_int_equal(l->packet.source_port, 80);
    assert_int_equal(l->packet.ip.len + l->packet.payload.len, 0);
    mailbox_drop(m);
    l = mailbox_first(m);
    assert_int_equal(l->kind, LETTER_LEARN);
    assert_true(bytes_equal_text(l->packet.payload, "payload"));
    mailbox_drop(m);
    assert_null(mailbox_first(m));
    mailbox_free(m);
}

/* A frame as long as any, among short ones. */
static void frames_of_any_length(void **state)
{
    enum { LONG = 262144 };
    static uint8_t data[LONG];
    struct mailbox *m = new_mailbox(4 * LONG);
    struct post a = {.to = m};
    (void)state;
    for (size_t i = 0; i < LONG; i++)
        data[i] = (uint8_t)(i * 7);
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t len = i == 200 ? LONG : i;
        post_frame(&a, &(struct frame){.time_ns = i, .captured = len, .length = len, .data = data});
    }
    post_flush(&a);
    mailbox_collect(m);
    for (uint32_t i = 0; i < 300; i++, mailbox_drop(m)) {
        const struct letter *l = mailbox_first(m);
        assert_int_equal(l->time_ns, i);
        assert_int_equal(l->frame.captured, i == 200 ? LONG : i);
        assert_memory_equal(l->frame.data, data, l->frame.captured);
    }
    assert_null(mailbox_first(m));
    assert_int_equal(a.lost, 0);
    mailbox_free(m);
}

/* Nothing blocks and nothing grows: what has no room is counted, and there is room again later. */
static void full(void **state)
{
    static const uint8_t data[1000];
    struct mailbox *m = new_mailbox(200 * 1000);
    struct post a = {.to = m};
    (void)state;
    const struct frame frame = {.captured = sizeof data, .length = sizeof data, .data = data};
    for (unsigned i = 0; i < 1000; i++)
        post_frame(&a, &frame);
    post_learn(&a, 0, &(struct packet){.protocol = IPPROTO_TCP});
    post_flush(&a);
    assert_true(mailbox_bytes(m) <= 200 * 1000 && mailbox_bytes(m) > 100 * 1000);
    unsigned came = 0;
    mailbox_collect(m);
    for (; mailbox_first(m); mailbox_drop(m))
        came += mailbox_first(m)->kind == LETTER_FRAME;
    assert_int_equal(came + a.lost, 1000);
    assert_true(a.lost > 700);
    uint64_t lost = a.lost;
    post_frame(&a, &frame);
    post_flush(&a);
    mailbox_collect(m);
    assert_non_null(mailbox_first(m));
    assert_int_equal(a.lost, lost);
    mailbox_free(m); /* with a letter in it */
}

enum { THREADS = 3, EACH = 20000 };

static void *post_many(void *ctx)
{
    struct post post = {.to = ctx};
    uint8_t data[64] = {0};
    for (uint64_t i = 1; i <= EACH; i++) {
        post_frame(
            &post,
            &(struct frame){.time_ns = i, .captured = i % sizeof data, .length = 64, .data = data});
        if (i % 97 == 0)
            post_flush(&post);
    }
    post_flush(&post);
    return (void *)(uintptr_t)post.lost;
}

/* While others post, nothing is lost or comes twice. */
static void several_threads(void **state)
{
    struct mailbox *m = new_mailbox((size_t)64 << 20);
    pthread_t thread[THREADS];
    uint64_t came = 0, sum = 0;
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, post_many, m), 0);
    while (came < (uint64_t)THREADS * EACH) {
        mailbox_collect(m);
        for (; mailbox_first(m); mailbox_drop(m), came++)
            sum += mailbox_first(m)->time_ns;
    }
    for (int i = 0; i < THREADS; i++) {
        void *lost;
        pthread_join(thread[i], &lost);
        assert_null(lost);
    }
    assert_int_equal(sum, (uint64_t)THREADS * EACH * (EACH + 1) / 2);
    mailbox_collect(m);
    assert_null(mailbox_first(m));
    mailbox_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_of_time),     cmocka_unit_test(same_time),
        cmocka_unit_test(handed_over),          cmocka_unit_test(packets),
        cmocka_unit_test(frames_of_any_length), cmocka_unit_test(full),
        cmocka_unit_test(several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
