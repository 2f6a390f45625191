/* test_name_dns.c - specifies graph/name_dns.c: which of the names that were asked for an address
 * has. */
#include "graph/name_dns.h"

#include <stdio.h>

#include "tests/check.h"

/* Answers in the order of time: "name from-to until", in seconds. What is chosen at `now`: a name,
 * "several" or "none". */
struct row {
    const char *what, *answers;
    uint64_t now;
    const char *chosen;
};

static const struct row rows[] = {
    {"nothing asked", "", 10, "none"},
    {"one name", "cart 1-5 400", 10, "cart"},
    {"it has expired, and is better than none", "cart 1-5 400", 1000, "cart"},
    {"the address moves: the new name from its first answer on", "cart 1-5 400\ndb 6-6 400", 7,
     "db"},
    {"and on", "cart 1-5 400\ndb 6-6 400\ndb 20-30 700", 31, "db"},
    {"both are asked for: only who asks can tell", "cart 1-5 400\ndb 6-6 400\ncart 8-8 408", 9,
     "several"},
    {"in one window, too", "cart 1-8 400\ndb 6-7 400", 9, "several"},
    {"until one is asked for no more", "cart 1-5 365\ndb 6-6 366\ncart 8-8 368\ndb 20-360 720", 369,
     "db"},
    {"an old name comes back when it has expired", "cart 1-1 360\ndb 2-2 362\ncart 400-400 800",
     401, "cart"},
    {"at the same time: the first in order", "db 5-5 400\ncart 5-5 400", 6, "cart"},
};

static void learn_all(struct dns_names *d, const char *answers, size_t *left)
{
    for (; *answers; answers += strcspn(answers, "\n") + (strchr(answers, '\n') != NULL)) {
        char name[64];
        unsigned long first, last, until;
        assert_int_equal(sscanf(answers, "%63s %lu-%lu %lu", name, &first, &last, &until), 4);
        struct name_delta evidence = {.first_ns = first, .last_ns = last, .until_ns = until};
        dns_names_learn(d, &evidence, name, left);
    }
}

static const char *chosen(const struct dns_names *d, uint64_t now)
{
    struct dns_choice choice = dns_names_choose(d, now);
    assert_false(choice.name && choice.ambiguous);
    if (choice.name)
        return choice.name;
    return choice.ambiguous ? "several" : "none";
}

static void choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dns_names d = {0};
        size_t left = 100;
        learn_all(&d, rows[i].answers, &left);
        if (strcmp(chosen(&d, rows[i].now), rows[i].chosen) != 0)
            print_error("%s\n", rows[i].what);
        assert_string_equal(chosen(&d, rows[i].now), rows[i].chosen);
        dns_names_free(&d);
    }
}

/* An address has sixteen names at most, and all together have a cap. */
static void caps(void **state)
{
    (void)state;
    struct dns_names d = {0};
    size_t left = 100;
    char answer[64];
    for (unsigned i = 0; i < 40; i++) {
        snprintf(answer, sizeof answer, "name%u %u-%u %u", i, i + 1, i + 1, i + 500);
        learn_all(&d, answer, &left);
        assert_true(d.len <= DNS_NAMES_PER_ADDRESS_MAX);
    }
    assert_int_equal(d.len, DNS_NAMES_PER_ADDRESS_MAX);
    assert_int_equal(left, 100 - DNS_NAMES_PER_ADDRESS_MAX);
    assert_string_equal(chosen(&d, 41), "name39");
    dns_names_free(&d);

    left = 1;
    learn_all(&d, "cart 1-1 400\ndb 2-2 400", &left);
    assert_string_equal(chosen(&d, 3), "db"); /* in the place of the other */
    assert_int_equal(d.len, 1);
    dns_names_free(&d);
    left = 0;
    learn_all(&d, "cart 1-1 400", &left);
    assert_string_equal(chosen(&d, 3), "none");
    dns_names_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices),
        cmocka_unit_test(caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
