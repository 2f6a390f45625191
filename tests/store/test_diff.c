/* test_diff.c - what changed between two ranges, and between two databases. */
#include "store/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/drawing.h"
#include "store/export/exporter.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static struct edge_delta *edge(struct delta *d, const char *client, const char *server,
                               uint16_t port, const char *protocol)
{
    struct edge_delta *e = window_edge(d, client, server, port);
    strcpy(e->key.protocol, protocol);
    return e;
}

/* A hundred requests with so many errors, of that time. */
static void hundred(struct tallied *t, uint64_t errors, uint64_t ms)
{
    asked(t, OUTCOME_OK, 100 - errors, ms * MS_NS);
    asked(t, OUTCOME_SERVER_ERROR, errors, ms * MS_NS);
}

/* Two windows of a minute before: at 1000 s, and one after: at 2000 s. Clients are 10.0.0.N:
 * 1 goes, 2 comes (with one request), 3 becomes slower, 4 fails more, 5 from plaintext to TLS, 6
 * from http to grpc, 7 stays, but for an operation that comes and one that gets faster. */
static void write_before(struct store *s)
{
    struct delta d = window_at(1000);
    hundred(&edge(&d, "10.0.0.1", "10.0.1.1", 80, "http")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.3", "10.0.1.1", 80, "http")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.4", "10.0.1.1", 80, "http")->exchanges, 1, 10);
    hundred(&edge(&d, "10.0.0.5", "10.0.1.1", 80, "http")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.6", "10.0.1.1", 80, "http")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.7", "10.0.1.1", 80, "http")->exchanges, 2, 10);
    hundred(&window_operation(&d, "GET /a")->exchanges, 2, 10);
    written(s, &d, NULL);
}

static void write_after(struct store *s)
{
    struct delta d = window_at(2000);
    asked(&edge(&d, "10.0.0.2", "10.0.1.1", 80, "http")->exchanges, OUTCOME_OK, 1, 10 * MS_NS);
    hundred(&edge(&d, "10.0.0.3", "10.0.1.1", 80, "http")->exchanges, 0, 20);
    hundred(&edge(&d, "10.0.0.4", "10.0.1.1", 80, "http")->exchanges, 30, 10);
    hundred(&edge(&d, "10.0.0.5", "10.0.1.1", 80, "tls")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.6", "10.0.1.1", 80, "grpc")->exchanges, 0, 10);
    hundred(&edge(&d, "10.0.0.7", "10.0.1.1", 80, "http")->exchanges, 4, 11);
    hundred(&window_operation(&d, "GET /a")->exchanges, 4, 5);
    hundred(&window_operation(&d, "GET /b")->exchanges, 0, 5);
    written(s, &d, NULL);
}

static const char expected[] = "1 went\n"
                               "2 came (few)\n"
                               "3 slower\n"
                               "4 fails-more\n"
                               "5 protocol encryption\n"
                               "6 protocol\n"
                               "7 \n"
                               "7 faster GET /a\n"
                               "7 came GET /b\n";

static const char *told_of(const struct diff *d)
{
    static char text[2000];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < d->len; i++) {
        const struct diff_row *row = &d->row[i];
        char changes[DIFF_CHANGES_TEXT_MAX];
        diff_changes_text(row, " ", changes);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s%s%s%s\n",
                                 strrchr(row->client, '.') + 1, changes, row->few ? " (few)" : "",
                                 row->operation[0] ? " " : "", row->operation);
    }
    return text;
}

static struct range at(uint64_t second)
{
    return (struct range){second * SECOND_NS, (second + WINDOW_S) * SECOND_NS};
}

static void between_ranges(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct diff d;
    struct err err = {""};
    (void)state;
    write_before(s);
    write_after(s);
    store_close(s);
    struct query *q = place_query(&p);
    assert_true(diff_make(q, at(1000), q, at(2000), &d, &err));
    assert_string_equal(told_of(&d), expected);
    assert_string_equal(d.row[4].before.protocol, "http");
    assert_string_equal(d.row[4].protocol, "tls");
    diff_drop_same(&d);
    assert_int_equal(d.len, 8);
    diff_free(&d);
    assert_true(diff_make(q, at(1000), q, at(1000), &d, &err));
    diff_drop_same(&d);
    assert_int_equal(d.len, 0);
    diff_free(&d);
    assert_true(diff_make(q, at(2000), q, at(1000), &d, &err)); /* and the other way round */
    diff_drop_same(&d);
    assert_string_equal(told_of(&d), "1 came\n2 went (few)\n3 faster\n4 fails-less\n"
                                     "5 protocol encryption\n6 protocol\n7 slower GET /a\n"
                                     "7 went GET /b\n");
    diff_free(&d);
    query_close(q);
    place_remove(&p);
}

/* Names are compared: ids are others there. */
static void between_databases(void **state)
{
    struct place p = place_make(), other = place_make();
    struct store *s = place_store(&p);
    struct diff d;
    struct err err = {""};
    (void)state;
    write_before(s);
    store_close(s);
    s = place_store(&other);
    written_plain(s, 1500); /* ids begin with something else */
    write_after(s);
    store_close(s);
    struct query *before = place_query(&p), *after = place_query(&other);
    assert_true(diff_make(before, at(1000), after, at(2000), &d, &err));
    assert_string_equal(told_of(&d), expected);
    diff_free(&d);
    query_close(before);
    query_close(after);
    place_remove(&p);
    place_remove(&other);
}

/* A range ten times as long, with ten times as much, is no change; its rates are its own. */
static void scales_rates(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct diff d;
    struct err err = {""};
    (void)state;
    for (uint64_t second = 1000; second < 1055; second += WINDOW_S)
        written_plain(s, second);
    store_close(s);
    struct query *q = place_query(&p);
    assert_true(
        diff_make(q, at(1000), q, (struct range){1005 * SECOND_NS, 1055 * SECOND_NS}, &d, &err));
    assert_int_equal(d.len, 1);
    assert_int_equal(d.row[0].changes, 0);
    assert_int_equal(d.row[0].after.figures.requests, 100);
    assert_true(
        d.row[0].before.figures.rate_per_s > 1.99 && d.row[0].before.figures.rate_per_s < 2.01 &&
        d.row[0].after.figures.rate_per_s > 1.99 && d.row[0].after.figures.rate_per_s < 2.01);
    diff_free(&d);
    query_close(q);
    place_remove(&p);
}

/* Few errors more, of few requests, may be chance; so may be few slow ones; and what is slower by a
 * hair is not slower. */
static void leaves_chance_alone(void **state)
{
    static const struct {
        uint64_t requests, errors[2], ms[2];
        const char *told;
    } cases[] = {
        {20, {0, 2}, {10, 10}, "1 \n"},        {20, {0, 10}, {10, 10}, "1 fails-more\n"},
        {1000, {10, 25}, {10, 10}, "1 \n"},    {1000, {10, 40}, {10, 10}, "1 fails-more\n"},
        {100000, {10, 400}, {10, 10}, "1 \n"}, /* less than half a point */
        {29, {0, 0}, {10, 100}, "1 \n"},       {30, {0, 0}, {10, 100}, "1 slower\n"},
        {100, {0, 0}, {10, 12}, "1 \n"},       {100, {0, 0}, {10, 13}, "1 slower\n"},
        {100, {0, 0}, {1, 2}, "1 slower\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = place_make();
        struct store *s = place_store(&p);
        struct diff diff;
        struct err err = {""};
        for (int side = 0; side < 2; side++) {
            struct delta d = window_at(side ? 2000 : 1000);
            struct tallied *t = &edge(&d, "10.0.0.1", "10.0.1.1", 80, "http")->exchanges;
            uint64_t ns = cases[i].ms[side] * MS_NS;
            asked(t, OUTCOME_OK, cases[i].requests - cases[i].errors[side], ns);
            if (cases[i].errors[side])
                asked(t, OUTCOME_SERVER_ERROR, cases[i].errors[side], ns);
            written(s, &d, NULL);
        }
        store_close(s);
        struct query *q = place_query(&p);
        assert_true(diff_make(q, at(1000), q, at(2000), &diff, &err));
        if (strcmp(told_of(&diff), cases[i].told) != 0)
            fail_msg("%zu: %s", i, told_of(&diff));
        diff_free(&diff);
        query_close(q);
        place_remove(&p);
    }
}

/* Each format has all of it, and what is hostile in a name stays a name. */
static void is_written(void **state)
{
    static const struct {
        const char *format, *part;
    } cases[] = {
        {"ndjson", "{\"what\":\"edge\",\"changes\":[\"came\"],\"few\":true,\"client\":\"a\\\"b\","},
        {"ndjson", "\"before\":null,\"after\":{\"protocol\":\"http\",\"requests\":3,"},
        {"json", "\"changes\":[{\"what\":\"edge\""},
        {"csv", "edge,came,1,\"a\"\"b\",\"'=cart\",80,\"\",,,,,,,,\"http\",3,"},
        {"dot", "n1 [label=\"+ a\\\"b\", color=\"#009E73\""},
        {"dot", "n1 -> n0 [label=\"+ came\\nhttp (few)\", color=\"#009E73\""},
    };
    struct diff_row row = {
        .client = "a\"b",
        .server = "=cart",
        .port = 80,
        .protocol = "http",
        .changes = 1U << DIFF_CAME,
        .few = true,
        .after = {.there = true, .protocol = "http", .figures = {.requests = 3}}};
    const struct diff d = {.row = &row, .len = 1};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);
        assert_true(exporter_find(cases[i].format)->diff(out, &d));
        fclose(out);
        if (!strstr(text, cases[i].part))
            fail_msg("%s: %s", cases[i].format, text);
        free(text);
    }
}

/* Where Graphviz cannot be run: what changed bears its sign, its colour and its words. */
static void is_drawn(void **state)
{
    static const char *const parts[] = {
        "<title>a\"b &amp; &lt;script&gt;</title>",
        ">+ a\"b &amp; &lt;script&gt;</text>",
        ("stroke=\"#009E73\" stroke-width=\"3.0\" stroke-dasharray=\"none\"><title>a\"b &amp; "
         "&lt;script&gt; - redis, port 6379, redis</title>"),
        ">+ came</text>",
        ">redis (few)</text>",
        "stroke=\"#8C959F\" stroke-width=\"2.5\" stroke-dasharray=\"7 3\"><title>web - redis",
    };
    struct diff_row rows[] = {{.client = "a\"b & <script>",
                               .server = "redis",
                               .port = 6379,
                               .protocol = "redis",
                               .changes = 1U << DIFF_CAME,
                               .few = true,
                               .after = {.there = true, .protocol = "redis"}},
                              {.client = "web",
                               .server = "redis",
                               .port = 6379,
                               .protocol = "redis",
                               .changes = 1U << DIFF_WENT,
                               .before = {.there = true, .protocol = "redis"}}};
    const struct diff d = {.row = rows, .len = 2};
    char *text = NULL;
    size_t len = 0;
    (void)state;
    FILE *out = open_memstream(&text, &len);
    assert_true(drawing_diff(out, &d));
    fclose(out);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i]))
            fail_msg("no %s in %s", parts[i], text);
    assert_null(strstr(text, "<script>"));
    free(text);
}

/* All clients are of one subnet, so there is one edge for each protocol, and no operation. */
static void between_groups(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct diff d;
    struct err err;
    (void)state;
    write_before(s);
    write_after(s);
    store_close(s);
    struct query *q = place_query(&p);
    assert_true(diff_make_grouped(q, at(1000), q, at(2000), GROUP_SUBNET, &d, &err));
    assert_int_equal(d.len, 3);
    for (size_t i = 0; i < d.len; i++) {
        assert_string_equal(d.row[i].client, "10.0.0.0/24");
        assert_string_equal(d.row[i].server, "10.0.1.0/24");
        assert_string_equal(d.row[i].operation, "");
    }
    assert_string_equal(d.row[1].protocol, "http");
    assert_int_equal(d.row[1].before.figures.requests, 600);
    diff_free(&d);
    query_close(q);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_ranges), cmocka_unit_test(between_databases),
        cmocka_unit_test(scales_rates),   cmocka_unit_test(leaves_chance_alone),
        cmocka_unit_test(is_written),     cmocka_unit_test(is_drawn),
        cmocka_unit_test(between_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
