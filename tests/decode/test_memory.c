/* test_memory.c - what a connection may cost in memory. tests/bench/memory.c prints what it does.
 */
#include "crowd.h"

#include "tests/check.h"

enum { COUNT = 4096, SLAB = 256 };

/* Bytes for each of many, above what the engine costs without any. */
static size_t cost(enum crowd kind)
{
    struct engine *e = crowd_engine(COUNT);
    assert_non_null(e);
    size_t before = crowd_allocated();
    crowd_join(e, kind, COUNT);
    size_t bytes = (crowd_allocated() - before) / COUNT;
    assert_int_equal(engine_counters(e)->flows, COUNT);
    assert_int_equal(engine_counters(e)->exchanges_evicted, 0);
    engine_free(e);
    return bytes;
}

static void costs_at_most(enum crowd kind, size_t bytes)
{
    size_t is = cost(kind);
    if (is > bytes)
        fail_msg("%s: %zu bytes, not %zu", crowd_name(kind), is, bytes);
}

static void idle_connections_are_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_SYN, 512);
    costs_at_most(CROWD_TCP, 512);
    costs_at_most(CROWD_UNKNOWN, 512);
    costs_at_most(CROWD_UDP, 512);
}

/* One that is decoded has a decoder's state and a queue of requests, and each request its texts. */
static void http1_is_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_HTTP1_IDLE, 1536);
    costs_at_most(CROWD_HTTP1_ACTIVE, 4096);
}

/* The table of HPACK, which is as large as its peers have filled it, is among it. */
static void http2_is_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_HTTP2_IDLE, 8192);
    costs_at_most(CROWD_HTTP2_ACTIVE, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_connections_are_small),
        cmocka_unit_test(http1_is_small),
        cmocka_unit_test(http2_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
