/* test_arguments.c - command lines against a table. */
#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

struct given {
    bool loop, quiet;
    const char *db;
    struct texts interfaces, operands;
    uint32_t workers, snap;
    uint64_t since;
    struct words fruit;
};

static const char *const fruits[] = {"apple", "pear", "fig", NULL};

/* Reads a command line written with spaces; returns the error, or "". */
static const char *reads(const char *line, struct given *g)
{
    static struct err err;
    static char copy[256];
    char *argv[32] = {(char *)"test"}, *rest = NULL;
    int argc = 1;
    *g = (struct given){.fruit.known = fruits};
    err.text[0] = '\0';
    const struct argument table[] = {
        {'i', "interface", "IFACE", "", ARGUMENT_TEXTS, &g->interfaces},
        {0, "loop", NULL, "", ARGUMENT_FLAG, &g->loop},
        {'q', "quiet", NULL, "", ARGUMENT_FLAG, &g->quiet},
        {'d', "db", "FILE", "", ARGUMENT_TEXT, &g->db},
        {0, "workers", "N", "", ARGUMENT_COUNT, &g->workers},
        {'s', "snap", "BYTES", "", ARGUMENT_SIZE, &g->snap},
        {0, "since", "TIME", "", ARGUMENT_DURATION, &g->since},
        {0, "no-fruit", "[KIND,...]", "", ARGUMENT_WORDS, &g->fruit},
        {0},
    };
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    bool help = false;
    bool good = arguments_read(argc, argv, table, &g->operands, &help, &err);
    assert_true(good == !err.text[0]);
    return err.text;
}

static void test_forms(void **state)
{
    struct given g;
    (void)state;
    assert_string_equal(reads("-i eth0 -ieth1 --interface eth2 --interface=eth3", &g), "");
    assert_int_equal(g.interfaces.len, 4);
    assert_string_equal(g.interfaces.text[3], "eth3");
    assert_string_equal(reads("a.pcap --loop -qd x.db - -- --loop", &g), "");
    assert_true(g.loop && g.quiet);
    assert_string_equal(g.db, "x.db");
    assert_int_equal(g.operands.len, 3);
    assert_string_equal(g.operands.text[1], "-");
    assert_string_equal(g.operands.text[2], "--loop");
}

/* Alone they are all of the words; what is none of them is not taken for the value. */
static void test_words(void **state)
{
    static const struct {
        const char *line;
        uint32_t chosen;
        uint16_t operands;
    } cases[] = {
        {"--no-fruit", 7, 0},
        {"--no-fruit a.pcap", 7, 1},
        {"--no-fruit fig", 4, 0},
        {"--no-fruit apple,fig a.pcap", 5, 1},
        {"--no-fruit=pear", 2, 0},
        {"--no-fruit pear --no-fruit apple", 3, 0},
        {"--no-fruit apple,x", 7, 1},
        {"--no-fruit --loop", 7, 0},
        {"--no-fruit=apple pear", 1, 1},
    };
    struct given g;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(reads(cases[i].line, &g), "");
        if (g.fruit.chosen != cases[i].chosen || g.operands.len != cases[i].operands)
            fail_msg("%s: %x, %u operands", cases[i].line, g.fruit.chosen, g.operands.len);
    }
    assert_string_equal(reads("--no-fruit=apple,x", &g),
                        "--no-fruit takes some of apple,pear,fig, not 'apple,x'");
    assert_string_equal(reads("--no-fruit=", &g),
                        "--no-fruit takes some of apple,pear,fig, not ''");
}

static void test_numbers(void **state)
{
    struct given g;
    (void)state;
    assert_string_equal(reads("--workers 4 -s 64K --since 15m", &g), "");
    assert_int_equal(g.workers, 4);
    assert_int_equal(g.snap, 65536);
    assert_true(g.since == 900ULL * 1000000000);
    assert_string_equal(reads("--since 1.5h", &g), "");
    assert_true(g.since == 5400ULL * 1000000000);
    assert_string_equal(reads("--since all", &g), "");
    assert_true(g.since == 0);
}

/* What is wrong is said in a sentence that names the option. */
static void test_errors(void **state)
{
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"--wrokers 4", "there is no option --wrokers; did you mean --workers?"},
        {"--frobnicate", "there is no option --frobnicate"},
        {"-x", "there is no option -x"},
        {"--db", "--db needs a value: FILE"},
        {"--loop=yes", "--loop takes no value"},
        {"--workers many", "--workers takes a whole number, not 'many'"},
        {"--workers -1", "--workers takes a whole number, not '-1'"},
        {"--since soon", "--since takes a time such as 90s, 15m, 2h, 1d or all, not 'soon'"},
        {"--since 5y", "--since takes a time such as 90s, 15m, 2h, 1d or all, not '5y'"},
        {"--since nan", "--since takes a time such as 90s, 15m, 2h, 1d or all, not 'nan'"},
        {"--snap 9G", "--snap takes a number of bytes such as 65535 or 64M, not '9G'"},
    };
    struct given g;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(reads(cases[i].line, &g), cases[i].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
