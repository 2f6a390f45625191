/* test_memory.c - what a connection may cost in memory. tests/bench/memory.c prints what it does.
 */
#include "crowd.h"

#include "tests/check.h"

enum { COUNT = 4096, MANY = 16384 };

/* Bytes for each of `count`, above what the engine costs without any. */
static size_t cost(enum crowd kind, uint32_t count)
{
    struct engine *e = crowd_engine(count);
    assert_non_null(e);
    size_t before = crowd_allocated();
    crowd_join(e, kind, count);
    size_t bytes = (crowd_allocated() - before) / count;
    assert_int_equal(engine_counters(e)->flows, count);
    assert_int_equal(engine_counters(e)->exchanges_evicted, 0);
    engine_free(e);
    return bytes;
}

static void costs_at_most(enum crowd kind, uint32_t count, size_t bytes)
{
    size_t is = cost(kind, count);
    if (is > bytes)
        fail_msg("%s: %zu bytes, not %zu", crowd_name(kind), is, bytes);
}

static void idle_connections_are_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_SYN, COUNT, 512);
    costs_at_most(CROWD_TCP, COUNT, 512);
    costs_at_most(CROWD_UNKNOWN, COUNT, 512);
    costs_at_most(CROWD_UDP, COUNT, 512);
}

/* One that is decoded has a decoder's state and a queue of requests, and each request its texts;
 * kept alive with nothing asked, next to nothing, but for the few that spoke last. */
static void http1_is_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_HTTP1_IDLE, MANY, 512);
    costs_at_most(CROWD_HTTP1_ACTIVE, COUNT, 4096);
}

/* The table of HPACK, which is as large as its peers have filled it, is among it. */
static void http2_is_small(void **state)
{
    (void)state;
    costs_at_most(CROWD_HTTP2_IDLE, COUNT, 8192);
    costs_at_most(CROWD_HTTP2_ACTIVE, COUNT, 8192);
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
