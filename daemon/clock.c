/* clock.c - see clock.h. */
#include "daemon/clock.h"

#include <time.h>

static const uint64_t second = 1000000000;

static void open_window(struct clock *c, uint64_t time_ns)
{
    c->start_ns = time_ns - time_ns % c->window_ns;
    c->end_ns = c->start_ns + c->window_ns;
}

static void plan(struct clock *c, uint64_t time_ns)
{
    uint64_t next = time_ns - time_ns % second + second;
    c->next_ns = next < c->end_ns ? next : c->end_ns;
}

static struct tick begin(struct clock *c, uint64_t time_ns)
{
    uint64_t at_ns = time_ns - time_ns % second;
    open_window(c, time_ns);
    plan(c, time_ns);
    c->now_ns = time_ns;
    return (struct tick){.at_ns = at_ns, .to_ns = at_ns};
}

bool clock_advance(struct clock *c, uint64_t time_ns, struct tick *ret)
{
    if (time_ns < c->next_ns) {
        if (time_ns > c->now_ns)
            c->now_ns = time_ns;
        return false;
    }
    if (!c->next_ns) {
        *ret = begin(c, time_ns);
        return true;
    }
    *ret = (struct tick){
        .at_ns = time_ns < c->end_ns ? time_ns - time_ns % second : c->end_ns,
        .to_ns = time_ns - time_ns % second,
        .window_ends = time_ns >= c->end_ns,
        .start_ns = c->start_ns,
        .end_ns = c->end_ns,
    };
    c->now_ns = time_ns;
    if (ret->window_ends)
        open_window(c, time_ns);
    plan(c, time_ns);
    return true;
}

struct tick clock_stop(struct clock *c)
{
    struct tick last = {
        .at_ns = c->now_ns,
        .to_ns = c->now_ns,
        .window_ends = true,
        .start_ns = c->start_ns,
        .end_ns = c->end_ns,
    };
    c->next_ns = 0;
    c->end_ns = 0;
    return last;
}

static uint64_t read_ns(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t clock_wall_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}
