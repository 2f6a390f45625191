/* test_place.c - the database that ./quickstart made is found beside the program. */
#include "cli/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

static char folder[] = "/tmp/tapgraph-place-XXXXXX", program[128];

/* A path in the folder. Static. */
static const char *within(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_file(const char *name, time_t modified)
{
    const struct timespec times[2] = {{.tv_sec = modified}, {.tv_sec = modified}};
    int fd = open(within(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && futimens(fd, times) == 0);
    close(fd);
}

static int make_tree(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(program, sizeof program, "%s", within("release/tapgraph"));
    return mkdir(within("quickstart"), 0700);
}

static int remove_tree(void **state)
{
    static const char *const names[] = {"quickstart/demo.db", "quickstart/demo.db-wal",
                                        "quickstart/file.db", "quickstart", "."};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(i < 4 ? within(names[i]) : folder);
    return access(folder, F_OK) == 0;
}

static void test_the_newest(void **state)
{
    char found[128] = "";
    (void)state;
    assert_false(place_of_quickstart(program, found, sizeof found));
    make_file("quickstart/demo.db", 2000);
    make_file("quickstart/file.db", 1000);
    make_file("quickstart/demo.db-wal", 3000);
    assert_true(place_of_quickstart(program, found, sizeof found));
    assert_string_equal(found, within("quickstart/demo.db"));
    make_file("quickstart/file.db", 4000);
    assert_true(place_of_quickstart(program, found, sizeof found));
    assert_string_equal(found, within("quickstart/file.db"));
}

/* A path that does not fit is none, and a program without folders has none. */
static void test_no_room(void **state)
{
    char found[24];
    (void)state;
    assert_false(place_of_quickstart(program, found, sizeof found));
    assert_false(place_of_quickstart("tapgraph", found, sizeof found));
    assert_false(place_of_quickstart("/tapgraph", found, sizeof found));
}

/* Who names a database, in whichever way, hears of no other. */
static void test_named(void **state)
{
    struct err err = {""};
    (void)state;
    assert_true(place_check("/nowhere/shop.db", &err));
    setenv("TAPGRAPH_DB", "/nowhere/tapgraph.db", 1);
    assert_true(place_check(place_of_db(), &err));
    unsetenv("TAPGRAPH_DB");
    assert_string_equal(err.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_named),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
