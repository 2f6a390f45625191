/* sample.c - a delta by hand, through the store. */
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "graph/wire.h"
#include "store/store.h"

static const uint64_t SECOND_NS = 1000000000U;
static const uint64_t START_S = 1800000000U; /* 2027-01-15T08:00:00Z */

static struct edge_delta edge(uint8_t client, uint8_t server, uint64_t at_ns)
{
    struct edge_delta e = {
        .key = {.client = address_v4((uint8_t[]){10, 0, 0, client}),
                .server = address_v4((uint8_t[]){10, 0, 0, server}),
                .port = 8080,
                .protocol = "http"},
        .first_ns = at_ns,
        .last_ns = at_ns + SECOND_NS,
        .exchanges = {.request_bytes = 1000, .response_bytes = 9000},
        .opened = 1,
    };
    e.exchanges.outcomes[OUTCOME_OK] = 9;
    e.exchanges.outcomes[OUTCOME_SERVER_ERROR] = 1;
    for (uint64_t i = 1; i <= 10; i++)
        latency_add(&e.exchanges.duration, i * 1000000U);
    return e;
}

/* On the first edge: a connection from before the capture, and a stream that is open on it. */
static void add_calls(struct delta *d)
{
    d->connection = calloc(1, sizeof *d->connection);
    d->connection_len = 1;
    d->connection[0] = (struct connection_delta){
        .client_port = 40312,
        .began_ns = START_S * SECOND_NS,
        .last_ns = d->end_ns - SECOND_NS,
        .calls = 10,
        .open_calls = 1,
        .certainty = {.fields = 100, .known = 93, .late_fields = 50, .late_known = 50},
    };
    d->open_call = calloc(1, sizeof *d->open_call);
    d->open_call_len = 1;
    d->open_call[0] = (struct open_call_delta){
        .client_port = 40312,
        .stream_id = 7,
        .call = CALL_SERVER_STREAMING,
        .request_ns = START_S * SECOND_NS + SECOND_NS,
        .last_message_ns = d->end_ns - SECOND_NS,
        .request_messages = 1,
        .response_messages = 12,
        .operation = SAMPLE_HOSTILE,
    };
}

/* On the first edge: a request that failed, of a trace. */
static void add_request(struct delta *d)
{
    struct exchange x = {
        .protocol = "http",
        .client_address = address_v4((uint8_t[]){10, 0, 0, 1}),
        .server_address = address_v4((uint8_t[]){10, 0, 0, 2}),
        .server_port = 8080,
        .request_ns = d->start_ns,
        .request_end_ns = d->start_ns,
        .response_ns = d->start_ns + 5000000,
        .response_end_ns = d->start_ns + 9000000,
        .end_ns = d->start_ns + 9000000,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = OUTCOME_SERVER_ERROR,
        .method = "GET",
        .status = "503",
        .path = "/cart/1",
        .trace_id = SAMPLE_TRACE,
    };
    d->sample = calloc(1, sizeof *d->sample);
    d->sample_len = 1;
    wire_put_bare_exchange(&d->sample_bytes, &x);
    d->sample[0] = (struct sample_delta){.kept = 1U << KEPT_ERROR,
                                         .len = (uint32_t)d->sample_bytes.len,
                                         .operation = "GET /cart/{id}"};
}

static struct names *sample_names(void)
{
    static const struct hash_key key = {{1, 2}};
    static const char *const given[] = {"web", "cart", SAMPLE_HOSTILE};
    struct names *names = names_new(&key);
    for (uint8_t i = 0; i < 3; i++) {
        struct address a = address_v4((uint8_t[]){10, 0, 0, (uint8_t)(i + 1)});
        names_give(names, &a, NAME_USER, given[i]);
    }
    return names;
}

void sample_place(char path[SAMPLE_PATH_MAX])
{
    char folder[] = "/tmp/tapgraph-web-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(path, SAMPLE_PATH_MAX, "%s/test.db", folder);
}

void sample_window(const char *path, unsigned second)
{
    struct err err = {0};
    struct store *store = store_open(path, &err);
    assert_non_null(store);
    uint64_t start_ns = (START_S + second) * SECOND_NS;
    struct delta d = {.start_ns = start_ns, .end_ns = start_ns + 5 * SECOND_NS};
    d.edge = calloc(2, sizeof *d.edge);
    d.edge[0] = edge(1, 2, start_ns);
    d.edge[1] = edge(2, 3, start_ns);
    d.edge_len = 2;
    d.operation = calloc(1, sizeof *d.operation);
    d.operation_len = 1;
    struct edge_delta same = edge(1, 2, start_ns);
    d.operation[0].exchanges = same.exchanges;
    snprintf(d.operation[0].name, sizeof d.operation[0].name, "GET /cart/{id}");
    add_calls(&d);
    add_request(&d);
    struct names *names = sample_names();
    assert_int_equal(store_write(store, &d, names, &err), STORE_OK);
    names_free(names);
    delta_free(&d);
    store_close(store);
}

void sample_remove(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char name[SAMPLE_PATH_MAX + 8];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s", path);
    *strrchr(name, '/') = '\0';
    rmdir(name);
}
