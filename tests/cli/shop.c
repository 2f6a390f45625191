/* shop.c - see shop.h. */
#include "tests/cli/shop.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/confined.h"
#include "graph/name.h"
#include "store/store.h"
#include "tests/check.h"

#define SECOND_NS UINT64_C(1000000000)
#define BEGIN_NS (1700000000 * SECOND_NS)

enum { REPLICAS = 3 };

static const char *const replica[REPLICAS] = {"10.0.0.11", "10.0.0.12", "10.0.0.13"};
static const uint64_t calls[REPLICAS] = {1164, 36, 0};

static struct address address_of(const char *text)
{
    struct address a;
    assert_true(address_from_text(text, &a));
    return a;
}

static void give_names(struct names *names)
{
    struct address web = address_of("10.0.0.1");
    names_give(names, &web, NAME_USER, "web");
    for (int i = 0; i < REPLICAS; i++) {
        struct address a = address_of(replica[i]);
        names_give(names, &a, NAME_USER, "cart");
    }
}

static void fill_edge(struct edge_delta *e, int i)
{
    e->key = (struct edge_key){.client = address_of("10.0.0.1"),
                               .server = address_of(replica[i]),
                               .port = 50051,
                               .protocol = "grpc"};
    e->first_ns = BEGIN_NS;
    e->last_ns = BEGIN_NS + 4 * SECOND_NS;
    e->opened = 1;
    e->exchanges.outcomes[OUTCOME_OK] = calls[i];
    for (uint64_t c = 0; c < calls[i]; c++)
        latency_add(&e->exchanges.duration, 2000000);
}

static void fill_connection(struct connection_delta *c, int i)
{
    *c = (struct connection_delta){
        .edge = (uint32_t)i,
        .client_port = (uint16_t)(40001 + i),
        .began_ns = BEGIN_NS - 595 * SECOND_NS,
        .last_ns = BEGIN_NS + 4 * SECOND_NS,
        .calls = calls[i],
        .stalls = {1, 2},
        .resets = {3, 0},
        .ping_rtt_ns = i ? 0 : 700000,
        .open_calls = i ? 0 : 2,
        .certainty = {i ? 0 : 200, i ? 0 : 150, i ? 0 : 100, i ? 0 : 100},
    };
}

static void fill_open_calls(struct open_call_delta *c)
{
    c[0] = (struct open_call_delta){.client_port = 40001, .stream_id = 5};
    c[1] = (struct open_call_delta){
        .client_port = 40001,
        .stream_id = 7,
        .call = CALL_SERVER_STREAMING,
        .request_ns = BEGIN_NS - 55 * SECOND_NS,
        .last_message_ns = BEGIN_NS + 3 * SECOND_NS,
        .request_messages = 1,
        .response_messages = 600,
        .operation = "shop.Prices/Watch",
    };
}

void shop_write(const char *path, bool empty)
{
    struct edge_delta edge[REPLICAS] = {0};
    struct connection_delta connection[REPLICAS];
    struct open_call_delta open_call[2];
    struct delta d = {.start_ns = BEGIN_NS,
                      .end_ns = BEGIN_NS + 5 * SECOND_NS,
                      .edge = edge,
                      .edge_len = REPLICAS,
                      .connection = connection,
                      .connection_len = REPLICAS,
                      .open_call = open_call,
                      .open_call_len = 2};
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    struct err err = {0};
    struct store *s = store_open(path, &err);
    assert_true(s && names);
    give_names(names);
    for (int i = 0; i < REPLICAS; i++) {
        fill_edge(&edge[i], i);
        fill_connection(&connection[i], i);
    }
    fill_open_calls(open_call);
    if (!empty && store_write(s, &d, names, &err) != STORE_OK)
        fail_msg("%s", err.text);
    for (int i = 0; i < REPLICAS; i++)
        latency_free(&edge[i].exchanges.duration);
    names_free(names);
    store_close(s);
}

/* From now on the stream goes to the file. Returns where it went before. */
static int redirect(FILE *stream, FILE *to)
{
    fflush(stream);
    int before = dup(fileno(stream));
    assert_true(before >= 0 && dup2(fileno(to), fileno(stream)) >= 0);
    return before;
}

static void restore(FILE *stream, int before)
{
    fflush(stream);
    dup2(before, fileno(stream));
    close(before);
}

static void read_back(FILE *from, char *text)
{
    rewind(from);
    size_t len = fread(text, 1, ANSWER_MAX - 1, from);
    text[len] = '\0';
    fclose(from);
}

void shop_ask(const struct command *command, const char *path, const char *option,
              struct answer *ret)
{
    const char *argv[] = {command->name, "--db", path, option, NULL};
    FILE *out = tmpfile(), *err = tmpfile();
    assert_true(out && err);
    int out_before = redirect(stdout, out), err_before = redirect(stderr, err);
    ret->status = command->run(command, option ? 4 : 3, (char **)argv);
    restore(stdout, out_before);
    restore(stderr, err_before);
    read_back(out, ret->out);
    read_back(err, ret->err);
}

/* In place of confined.c: what a process gives up, its next test would lack. */
void confined_begin(const char *db, const char *other, enum asker asker)
{
    (void)db, (void)other, (void)asker;
}

/* What main.c gives the commands (cli/command.h), which it does not give to a test. */
int command_misused(const struct command *self, const struct err *err)
{
    fprintf(stderr, "tapgraph %s: %s\n", self->name, err->text);
    return EXIT_USAGE;
}

int command_failed(const struct err *err)
{
    fprintf(stderr, "tapgraph: %s\n", err->text);
    return EXIT_WRONG;
}

int command_help(const struct command *self, const struct argument *arguments)
{
    (void)self, (void)arguments;
    return 0;
}
