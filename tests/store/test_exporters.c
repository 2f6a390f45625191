/* test_exporters.c - names from the wire stay names in every format. */
#include <string.h>

#include "store/export/drawing.h"
#include "store/export/pixels.h"
#include "tests/check.h"
#include "tests/store/hostile.h"

/* A real parser of the format gets the very names back, in order. */
static void reads_back(const char *exporter, enum question question, const char *program,
                       const char *command)
{
    struct hostile h;
    hostile_fill(&h);
    char *text = hostile_export(&h, exporter, question);
    char *names = piped(text, program, command), *expected = hostile_lines();
    assert_string_equal(names, expected);
    free(text);
    free(names);
    free(expected);
}

#define PYTHON "python3 -X utf8 -I -S -c "
#define JSON(list, name)                                                                           \
    PYTHON "'import json, sys\nfor x in json.load(sys.stdin)[\"" list "\"]: print(x[\"" name "\"]" \
           ")'"
#define NDJSON(name)                                                                               \
    PYTHON "'import json, sys\nfor x in sys.stdin: print(json.loads(x)[\"" name "\"])'"
/* The apostrophe before what a spreadsheet would compute is taken off again. */
#define CSV(name)                                                                                  \
    PYTHON "'import csv, sys\n"                                                                    \
           "for x in csv.DictReader(open(0, newline=\"\")):\n"                                     \
           "  assert None not in x and None not in x.values()\n"                                   \
           "  t = x[\"" name "\"]\n"                                                               \
           "  assert t[0] not in \"=+-@\"\n"                                                       \
           "  print(t[1:] if t[0] == chr(39) else t)'"

static void json(void **state)
{
    (void)state;
    reads_back("json", ASK_GRAPH, "python3", JSON("nodes", "name"));
    reads_back("json", ASK_EDGES, "python3", JSON("edges", "client"));
    reads_back("json", ASK_SERVICES, "python3", JSON("services", "name"));
    reads_back("json", ASK_OPERATIONS, "python3", JSON("operations", "operation"));
    reads_back("json", ASK_BACKENDS, "python3", JSON("backends", "service"));
    reads_back("json", ASK_CONNECTIONS, "python3", JSON("connections", "client"));
    reads_back("json", ASK_OPEN_CALLS, "python3", JSON("open_calls", "operation"));
    reads_back("json", ASK_INSIGHTS, "python3", JSON("insights", "title"));
}

static void ndjson(void **state)
{
    (void)state;
    reads_back("ndjson", ASK_EDGES, "python3", NDJSON("client"));
    reads_back("ndjson", ASK_SERVICES, "python3", NDJSON("name"));
    reads_back("ndjson", ASK_OPERATIONS, "python3", NDJSON("operation"));
    reads_back("ndjson", ASK_BACKENDS, "python3", NDJSON("service"));
    reads_back("ndjson", ASK_CONNECTIONS, "python3", NDJSON("client"));
    reads_back("ndjson", ASK_OPEN_CALLS, "python3", NDJSON("operation"));
    reads_back("ndjson", ASK_INSIGHTS, "python3", NDJSON("subject"));
}

static void csv(void **state)
{
    (void)state;
    reads_back("csv", ASK_EDGES, "python3", CSV("client"));
    reads_back("csv", ASK_SERVICES, "python3", CSV("service"));
    reads_back("csv", ASK_OPERATIONS, "python3", CSV("operation"));
    reads_back("csv", ASK_BACKENDS, "python3", CSV("service"));
    reads_back("csv", ASK_CONNECTIONS, "python3", CSV("client"));
    reads_back("csv", ASK_OPEN_CALLS, "python3", CSV("operation"));
    reads_back("csv", ASK_INSIGHTS, "python3", CSV("title"));
}

/* Streams are told of where there are any, and only there: most protocols know none. */
static void messages_where_there_are_any(void **state)
{
    struct hostile h;
    (void)state;
    hostile_fill(&h);
    h.edge[0].figures.streams = 2;
    h.edge[0].figures.age = (struct percentiles){.count = 2, .p50_ns = 5000000};
    h.edge[1].figures.response_messages = 7;
    char *text = hostile_export(&h, "ndjson", ASK_EDGES);
    char *told =
        piped(text, "python3",
              PYTHON "'import json, sys\n"
                     "for x in list(map(json.loads, sys.stdin))[:3]: print(x.get(\"streams\")"
                     ", x.get(\"response_messages\"), x.get(\"age_ms\", {}).get(\"p50\"))'");
    assert_string_equal(told, "2 0 5\n0 7 None\nNone None None\n");
    free(text);
    free(told);
}

/* What is not known is null, and what is, is a number. */
static void null_is_not_known(void **state)
{
    struct hostile h;
    (void)state;
    hostile_fill(&h);
    h.open_call[0] = (struct open_call_row){.seen_ns = 5000000000, .began_ns = 2000000000};
    h.connection[1] = (struct connection_row){.ping_rtt_ns = 2000000, .closed = true};
    char *calls = hostile_export(&h, "ndjson", ASK_OPEN_CALLS);
    char *connections = hostile_export(&h, "ndjson", ASK_CONNECTIONS);
    assert_non_null(strstr(calls, "\"operation\":null,\"kind\":null"));
    assert_non_null(strstr(calls, "\"age_ms\":3000"));
    assert_non_null(strstr(calls, "\"kind\":\"bidi-streaming\",\"began\":null"));
    assert_non_null(strstr(connections,
                           "\"ping_rtt_ms\":null,\"certainty\":{\"fields\":4,\"known\":"
                           "0.75,\"late_fields\":2,\"late_known\":0.5}"));
    assert_non_null(strstr(connections, "\"ping_rtt_ms\":2,\"certainty\":{\"fields\":0,\"known\":"
                                        "null,\"late_fields\":0,\"late_known\":null}"));
    free(calls);
    free(connections);
}

/* The labels of the nodes in a picture made by Graphviz. */
#define SVG_NODES                                                                                  \
    PYTHON "'import sys, xml.etree.ElementTree as E\n"                                             \
           "s = \"{http://www.w3.org/2000/svg}\"\n"                                                \
           "for g in E.parse(sys.stdin.buffer).iter(s + \"g\"):\n"                                 \
           "  if g.get(\"class\") == \"node\": print(g.find(\".//\" + s + \"text\").text)'"

static void dot(void **state)
{
    (void)state;
    reads_back("dot", ASK_GRAPH, "dot", "dot -Tsvg | " SVG_NODES);
}

static void svg(void **state)
{
    struct hostile h;
    (void)state;
    hostile_fill(&h);
    free(piped("", "dot", "true"));
    reads_back("svg", ASK_GRAPH, "python3", SVG_NODES);
}

/* Where Graphviz cannot be run: the same names, whole in the titles, and an arrow for each edge. */
static void svg_of_our_own(void **state)
{
    static const char read[] =
        PYTHON "'import sys, xml.etree.ElementTree as E\n"
               "s = \"{http://www.w3.org/2000/svg}\"\n"
               "groups = list(E.parse(sys.stdin.buffer).iter(s + \"g\"))\n"
               "edges = [g for g in groups if g.get(\"class\") != \"node\"]\n"
               "assert len(edges) == 12 and all(len(g.findall(s + \"path\")) == 2 for g in edges)\n"
               "for g in groups:\n"
               "  if g.get(\"class\") == \"node\": print(g.find(s + \"title\").text)'";
    struct hostile h;
    char *text = NULL, *names = hostile_lines();
    size_t len = 0;
    (void)state;
    hostile_fill(&h);
    for (size_t i = 0; i < HOSTILE_NAMES; i++)
        h.service[i].x = (double)(i % 4) - 1;
    FILE *out = open_memstream(&text, &len);
    struct canvas_svg canvas;
    canvas_svg_init(&canvas, out);
    assert_true(drawing_graph(&canvas.canvas, &h.graph));
    fclose(out);
    char *back = piped(text, "python3", read);
    assert_string_equal(back, names);
    free(back);
    free(names);
    free(text);
}

/* Pixels of hostile names; and of a graph that is too large the words why not. */
static void png(void **state)
{
    struct hostile h;
    struct err err = {0};
    const struct exporter *e = exporter_find("png");
    (void)state;
    if (!pixels_load())
        skip();
    hostile_fill(&h);
    assert_true(e->graph_fits(&h.graph, &err));
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_true(e->graph(out, &h.graph));
    fclose(out);
    assert_true(len > 1000);
    assert_memory_equal(text, "\x89PNG\r\n\x1a\n", 8);
    free(text);
    h.service[1].x = 40;
    h.service[2].y = 900; /* 14 thousand by 56 thousand */
    assert_false(e->graph_fits(&h.graph, &err));
    assert_non_null(strstr(err.text, "16 million pixels"));
    out = fopen("/dev/null", "w");
    assert_false(e->graph(out, &h.graph));
    fclose(out);
}

/* As many pixels as there may be, and no more, however long a side is. */
static void pixels_of_a_picture(void **state)
{
    struct err err = {0};
    (void)state;
    if (!pixels_load())
        skip();
    assert_true(canvas_png_fits(10, 10, &err));
    assert_true(canvas_png_fits(7900, 8000, &err));
    assert_false(canvas_png_fits(8100, 8000, &err));
    assert_true(canvas_png_fits(63000, 100, &err));
    assert_false(canvas_png_fits(65000, 100, &err));
}

/* Mermaid has no parser here: each name is what its lines say, with every sign that could end it
 * written as a number. */
static void mermaid(void **state)
{
    struct hostile h;
    (void)state;
    hostile_fill(&h);
    char *text = hostile_export(&h, "mermaid", ASK_GRAPH);
    static const char *const lines[] = {
        "  n2[\"plain\"]\n",
        "  n3[\"#34;quoted#34;\"]\n",
        "  n4[\"back#92;slash#92;\"]\n",
        "  n5[\"#60;/script#62;#60;b#62;#38;\"]\n",
        "  n6[\"a#59;b,c#124;d#35;e\"]\n",
        "  n11[\"caf\xc3\xa9 \xe6\x9c\x8d\"]\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr(text, lines[i]))
            fail_msg("no line %s in:\n%s", lines[i], text);
    free(text);
}

static void found_by_name(void **state)
{
    (void)state;
    for (const struct exporter *const *e = exporters; *e; e++)
        assert_ptr_equal(exporter_find((*e)->name), *e);
    assert_null(exporter_find("nonesuch"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json),
        cmocka_unit_test(ndjson),
        cmocka_unit_test(csv),
        cmocka_unit_test(dot),
        cmocka_unit_test(svg),
        cmocka_unit_test(svg_of_our_own),
        cmocka_unit_test(png),
        cmocka_unit_test(pixels_of_a_picture),
        cmocka_unit_test(mermaid),
        cmocka_unit_test(found_by_name),
        cmocka_unit_test(messages_where_there_are_any),
        cmocka_unit_test(null_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
