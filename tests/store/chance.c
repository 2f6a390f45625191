/* chance.c - see chance.h. */
#include "tests/store/chance.h"

#include <stdio.h>
#include <string.h>

#include "graph/latency.h"
#include "store/columns.h"
#include "tests/check.h"
#include "tests/store/deltas.h"

uint32_t chance(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static void exchange_some(uint64_t *seed, struct tallied *t)
{
    for (uint32_t n = chance(seed, 4); n; n--)
        asked(t, (enum outcome)chance(seed, OUTCOMES), 1 + chance(seed, 5),
              1 + (uint64_t)chance(seed, 1000) * chance(seed, 1000) * chance(seed, 1000));
    if (chance(seed, 4))
        return;
    t->streams++;
    t->request_messages += chance(seed, 9);
    latency_add(&t->age, (1 + chance(seed, 60)) * SECOND_NS);
    latency_add(&t->message_gap, (1 + chance(seed, 60)) * MS_NS);
}

static void fill_edge(uint64_t *seed, struct delta *d, struct edge_delta *e)
{
    exchange_some(seed, &e->exchanges);
    for (int i = 0; i < EDGE_COUNTERS; i++)
        *counter_in(e, edge_counter_at[i]) = chance(seed, 3) ? 0 : chance(seed, 1000);
    e->notes = chance(seed, 2) ? UINT64_C(1) << chance(seed, 8) : 0;
    for (uint32_t o = chance(seed, 4); o; o--) {
        char name[32];
        snprintf(name, sizeof name, "GET /%u", o);
        exchange_some(seed, &window_operation(d, name)->exchanges);
    }
    if (!chance(seed, 2))
        return;
    struct connection_delta *c =
        window_connection(d, (uint16_t)(5000 + chance(seed, 3)), 900, chance(seed, 50));
    c->ping_rtt_ns = chance(seed, 3) * MS_NS;
    c->open_calls = chance(seed, 5);
    c->resets[chance(seed, 2)] = chance(seed, 4);
}

static void pass_on(uint64_t *seed, struct delta *d)
{
    d->relay = calloc(2, sizeof *d->relay);
    assert_non_null(d->relay);
    struct edge_key inner = d->edge[0].key;
    inner.client = inner.server;
    inner.server = address_of("10.0.2.1");
    uint64_t requests = 1 + chance(seed, 9);
    d->relay[d->relay_len++] =
        (struct relay_delta){.inner = inner, .last_ns = d->start_ns, .requests = requests};
    if (chance(seed, 2))
        d->relay[d->relay_len++] = (struct relay_delta){.inner = d->edge[0].key,
                                                        .said = address_of("10.0.0.3"),
                                                        .last_ns = d->start_ns,
                                                        .requests = requests};
}

static void see(uint64_t *seed, struct delta *d)
{
    d->vantage = calloc(1, sizeof *d->vantage);
    d->secured = calloc(1, sizeof *d->secured);
    assert_true(d->vantage && d->secured);
    d->vantage[0].vlan = (uint16_t)chance(seed, 3);
    d->vantage[0].packets = chance(seed, 1000);
    d->vantage[0].bytes = chance(seed, 100000);
    d->vantage_len = 1;
    if (!d->edge_len)
        return;
    d->secured[0].version = 0x0304;
    d->secured[0].cipher = (uint16_t)(0x1301 + chance(seed, 2));
    d->secured[0].handshakes = d->secured[0].established = 1 + chance(seed, 9);
    d->secured[0].mutual[chance(seed, MUTUALS)] = d->secured[0].established;
    d->secured[0].last_ns = d->end_ns;
    d->secured_len = 1;
}

struct delta chance_window(uint64_t *seed, uint64_t start_s)
{
    struct delta d = window_at(start_s);
    for (unsigned client = 1; client <= 4; client++) {
        char from[16];
        snprintf(from, sizeof from, "10.0.0.%u", client);
        if (chance(seed, 5) < 3)
            fill_edge(seed, &d,
                      window_edge(&d, from, client % 2 ? "10.0.1.1" : "10.0.1.2",
                                  (uint16_t)(80 + chance(seed, 2))));
    }
    if (d.edge_len && chance(seed, 2))
        pass_on(seed, &d);
    see(seed, &d);
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        *counter_in(&d.capture, capture_counter_at[i]) = chance(seed, 1000);
    d.decode.flows = chance(seed, 100);
    return d;
}
