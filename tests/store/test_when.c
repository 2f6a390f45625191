/* test_when.c - since, from, to and at: which range they are, and what is said of others. */
#include "store/when.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

struct fixture {
    struct place place;
    struct query *q;
};

/* Windows at 1000, 1005 and, after a pause, 1100 s. */
static int open_windows(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    setenv("TZ", "UTC", 1);
    tzset();
    f->place = place_make();
    struct store *s = place_store(&f->place);
    written_plain(s, 1000);
    written_plain(s, 1005);
    written_plain(s, 1100);
    store_close(s);
    f->q = place_query(&f->place);
    *state = f;
    return 0;
}

static int close_windows(void **state)
{
    struct fixture *f = *state;
    query_close(f->q);
    place_remove(&f->place);
    free(f);
    return 0;
}

struct asked_when {
    uint64_t since_s; /* 0: not said */
    const char *from, *to, *at;
};

/* What is wrong, if anything, goes to `err`. */
static bool range_of(struct query *q, const struct asked_when *a, struct range *ret,
                     struct err *err)
{
    struct when w = {.since_ns = a->since_s * SECOND_NS, .has_since = a->since_s != 0};
    bool misasked = false;
    *err = (struct err){""};
    if (!when_read(&w, &(struct when_words){a->from, a->to, a->at, "--"}, err))
        return false;
    bool good = when_resolve(&w, q, ret, &misasked, err);
    assert_true(good || misasked);
    return good;
}

static void finds_ranges(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct asked_when asked;
        uint64_t from_s, to_s;
    } cases[] = {
        {{0, NULL, NULL, NULL}, 1000, 1105},
        {{60, NULL, NULL, NULL}, 1045, 1105},
        {{0, "1003", "1100", NULL}, 1003, 1100},
        {{0, "1003", NULL, NULL}, 1003, 1105},
        {{0, NULL, "1005", NULL}, 1000, 1005},
        {{0, "1970-01-01", "2100-01-01", NULL}, 1000, 1105}, /* cut to what there is */
        {{0, "-10s", "now", NULL}, 1095, 1105},
        {{0, "00:16:40", "00:16:45", NULL}, 1000, 1005},
        {{0, NULL, NULL, "1007"}, 1005, 1010},
        {{0, NULL, NULL, "1005"}, 1005, 1010},
        {{0, NULL, NULL, "1004.999999999"}, 1000, 1005},
        {{0, NULL, NULL, "now"}, 1100, 1105},
        {{7, NULL, NULL, "1007"}, 1003, 1010},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct range r = {0};
        struct err err;
        if (!range_of(f->q, &cases[i].asked, &r, &err))
            fail_msg("%zu: %s", i, err.text);
        if (r.from_ns != cases[i].from_s * SECOND_NS || r.to_ns != cases[i].to_s * SECOND_NS)
            fail_msg("%zu: %llu to %llu", i, (unsigned long long)r.from_ns,
                     (unsigned long long)r.to_ns);
    }
}

#define COVERS ": the database covers 1970-01-01 00:16:40 to 1970-01-01 00:18:25"

static void says_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct asked_when asked;
        const char *error;
    } cases[] = {
        {{0, "noon", NULL, NULL}, "--from: \"noon\" is no time; write 2026-"},
        {{0, NULL, "1e9", NULL}, "--to: \"1e9\" is no time; write 2026-"},
        {{0, NULL, NULL, ""}, "--at: \"\" is no time; write 2026-"},
        {{0, NULL, "1005", "1007"}, "--at is one moment: it excludes --from and --to"},
        {{9, NULL, "1005", NULL}, "--since counts back from the end, or from --at: it excludes"},
        {{0, "1005", "1005", NULL}, "--from has to be before --to"},
        {{0, "-1s", "-5s", NULL}, "the range ends before it begins: 1970-01-01 00:18:24 to "},
        {{0, "1105", NULL, NULL}, "nothing is known of that range" COVERS},
        {{0, NULL, "1000", NULL}, "nothing is known of that range" COVERS},
        {{0, NULL, NULL, "999"}, "nothing is known of that moment" COVERS},
        {{0, NULL, NULL, "2027-01-15"}, "nothing is known of that moment" COVERS},
        {{0, NULL, NULL, "1050"}, "nothing was captured at that moment" COVERS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct range r;
        struct err err;
        if (range_of(f->q, &cases[i].asked, &r, &err) ||
            strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%zu: \"%s\"", i, err.text);
    }
}

/* A database without a window. */
static void knows_nothing(void **state)
{
    struct fixture *f = *state;
    struct place empty = place_make();
    struct range r;
    struct err err;
    (void)f;
    store_close(place_store(&empty));
    struct query *q = place_query(&empty);
    assert_true(range_of(q, &(struct asked_when){0, NULL, NULL, NULL}, &r, &err));
    assert_false(range_of(q, &(struct asked_when){0, "1000", NULL, NULL}, &r, &err));
    assert_non_null(strstr(err.text, "there is nothing in the database yet"));
    assert_false(range_of(q, &(struct asked_when){0, NULL, NULL, "now"}, &r, &err));
    query_close(q);
    place_remove(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_ranges),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(knows_nothing),
    };
    return cmocka_run_group_tests(tests, open_windows, close_windows);
}
