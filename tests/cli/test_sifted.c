/* test_sifted.c - --find, --hide, --from, --to and --at, as commands take them. */
#include "cli/sifted.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/cli/shop.h"

extern const struct command edges_command, backends_command, connections_command, streams_command,
    graph_command, health_command, services_command;

static char path[] = "/tmp/tapgraph-cli-sifted-XXXXXX";

static int make(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    unlink(path);
    shop_write(path, false);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    return unlink(path);
}

static void finds(void **state)
{
    static const struct {
        const struct command *command;
        const char *option;
        int lines; /* of the table, without its head */
    } cases[] = {
        {&backends_command, NULL, 3},
        {&backends_command, "--find=calls > 0", 2},
        {&backends_command, "--find=share > 50% and address = \"10.0.0.11:50051\"", 1},
        {&backends_command, "--hide=calls = 0", 2},
        {&connections_command, "--find=open > 0", 1},
        {&connections_command, "--find=client = \"10.0.0.1:40002\" or client_port = 40003", 2},
        {&streams_command, "--find=kind = server", 1},
        {&streams_command, "--find=age in (1min, 2min)", 1},
        {&edges_command, "--find=protocol = grpc and requests >= 1.2k", 1},
        {&edges_command, "--at=now", 1},
        {&edges_command, "--at=2023-11-14T22:13:21Z", 1},
        {&edges_command, "--from=22:13", 1},
        {&edges_command, "--to=now", 1},
        {&services_command, "--find=callers > 0", 1},
    };
    static struct answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int lines = -1;
        shop_ask(cases[i].command, path, cases[i].option, &answer);
        for (const char *at = answer.out; (at = strchr(at, '\n')); at++)
            lines++;
        if (answer.status || answer.err[0] || lines != cases[i].lines)
            fail_msg("%s %s: %d\n%s%s", cases[i].command->name, cases[i].option, answer.status,
                     answer.out, answer.err);
    }
}

static void draws(void **state)
{
    static struct answer answer;
    (void)state;
    shop_ask(&graph_command, path, "--find=service = cart", &answer);
    assert_int_equal(answer.status, 0);
    assert_non_null(strstr(answer.out, "->"));
    shop_ask(&graph_command, path, "--hide=p95 < 1s", &answer);
    assert_int_equal(answer.status, 0);
    assert_null(strstr(answer.out, "->"));
}

/* What is wrong is said with a caret below the place, in columns: "ü" is one, "日" is two. */
static void points(void **state)
{
    static const struct {
        const struct command *command;
        const char *option, *says;
    } cases[] = {
        {&edges_command, "--find=protocl = grpc",
         "tapgraph edges: --find: no field \"protocl\"; did you mean protocol? "},
        {&edges_command, "--find=cart and p95 > fast",
         ": p95 is a number; \"fast\" is none\n"
         "  cart and p95 > fast\n"
         "                 ^\n"
         "See 'tapgraph edges --help' and docs/filter.md.\n"},
        {&backends_command, "--hide=\"gr\u00fc\u65e5\" or shar = 1",
         "\n  \"gr\u00fc\u65e5\" or shar = 1\n"
         "             ^\n"},
        {&graph_command, "--find=\x1b[31m = 1", "\n  ?[31m = 1\n  ^\n"},
        {&edges_command, "--find=a and (b or",
         "what should stand here?\n  a and (b or\n           ^"},
    };
    static struct answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shop_ask(cases[i].command, path, cases[i].option, &answer);
        assert_int_equal(answer.status, EXIT_USAGE);
        assert_string_equal(answer.out, "");
        if (!strstr(answer.err, cases[i].says))
            fail_msg("%s:\n%s", cases[i].option, answer.err);
    }
}

/* A long expression is shown where it is wrong. */
static void points_far_in(void **state)
{
    static struct answer answer;
    char option[1200] = "--find=";
    (void)state;
    for (int i = 0; i < 20; i++)
        strcat(option, "client != somebody-or-other and ");
    strcat(option, "prt = 80");
    shop_ask(&edges_command, path, option, &answer);
    assert_int_equal(answer.status, EXIT_USAGE);
    const char *line = strstr(answer.err, "prt = 80\n"), *caret = strstr(answer.err, "^\n");
    assert_true(line && caret);
    const char *begins = line, *caret_begins = caret;
    while (begins[-1] != '\n')
        begins--;
    while (caret_begins[-1] != '\n')
        caret_begins--;
    assert_int_equal(line - begins, caret - caret_begins);
}

static void says_why_there_is_nothing(void **state)
{
    static struct answer answer;
    (void)state;
    shop_ask(&backends_command, path, "--find=nobody", &answer);
    assert_int_equal(answer.status, 0);
    assert_string_equal(answer.out, "");
    assert_string_equal(answer.err, "None of 3 rows passes --find and --hide.\n");
    shop_ask(&edges_command, path, "--at=2030-01-01", &answer);
    assert_int_equal(answer.status, EXIT_USAGE);
    assert_non_null(strstr(answer.err, "the database covers 2023-11-14 22:13:20 to 2023-11-14 22"));
    shop_ask(&health_command, path, "--find=cart", &answer);
    assert_int_equal(answer.status, EXIT_USAGE);
    assert_non_null(strstr(answer.err, "there is no option --find"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(draws),
        cmocka_unit_test(points),
        cmocka_unit_test(points_far_in),
        cmocka_unit_test(says_why_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
