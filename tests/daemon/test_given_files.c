/* test_given_files.c - daemon/given_files.c: files of names are read again when they change. */
#include "daemon/given_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

static char folder[64], path[96];
static struct names *names;
static struct given_files *files;
static struct daemon_options options;

static void write_at(const char *where, const char *text)
{
    FILE *file = fopen(where, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tapgraph-given-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/names", folder);
    write_at(path, "10.0.0.1 cart\n10.0.0.2 db\n");
    struct err err = {0};
    options = (struct daemon_options){.names = path};
    names = names_new(&(struct hash_key){{1, 2}});
    files = names ? given_files_open(&options, names, &err) : NULL;
    return files ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    given_files_close(files);
    names_free(names);
    unlink(path);
    return rmdir(folder);
}

static void assert_named(const char *address, const char *name)
{
    struct address a;
    assert_true(address_from_text(address, &a));
    assert_string_equal(names_of(names, &a, 80, 0).name, name);
}

static void nothing_has_changed(void **state)
{
    (void)state;
    struct err text;
    uint64_t version = names_version(names);
    assert_int_equal(given_files_check(files, &text), GIVEN_SAME);
    assert_int_equal(names_version(names), version);
    assert_named("10.0.0.1", "cart");
}

/* As kubectl and editors write files: beside the old one, then in its place. */
static void replaced(void **state)
{
    (void)state;
    char beside[128];
    struct err text;
    snprintf(beside, sizeof beside, "%s.new", path);
    write_at(beside, "10.0.0.1 shop\n10.0.0.3 db\n");
    assert_int_equal(rename(beside, path), 0);
    assert_int_equal(given_files_check(files, &text), GIVEN_READ_AGAIN);
    assert_non_null(strstr(text.text, path));
    assert_named("10.0.0.1", "shop");
    assert_named("10.0.0.2", "10.0.0.2"); /* its line is gone */
    assert_named("10.0.0.3", "db");
    assert_int_equal(given_files_check(files, &text), GIVEN_SAME);
}

static void unreadable_once(void **state)
{
    (void)state;
    struct err text;
    write_at(path, "10.0.0.1 shop\nnonsense\n");
    assert_int_equal(given_files_check(files, &text), GIVEN_UNREADABLE);
    assert_non_null(strstr(text.text, "line 2"));
    assert_named("10.0.0.1", "cart");
    assert_int_equal(given_files_check(files, &text), GIVEN_SAME); /* said once */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(given_files_check(files, &text), GIVEN_UNREADABLE);
    assert_int_equal(given_files_check(files, &text), GIVEN_SAME);
    assert_named("10.0.0.1", "cart");
    write_at(path, "10.0.0.1 shop\n");
    assert_int_equal(given_files_check(files, &text), GIVEN_READ_AGAIN);
    assert_named("10.0.0.1", "shop");
}

static void none_that_can_be_read(void **state)
{
    (void)state;
    struct err err = {0};
    struct daemon_options wrong = {.kube = path};
    assert_null(given_files_open(&wrong, names, &err));
    assert_non_null(strstr(err.text, "has no \"items\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_has_changed, begin, end),
        cmocka_unit_test_setup_teardown(replaced, begin, end),
        cmocka_unit_test_setup_teardown(unreadable_once, begin, end),
        cmocka_unit_test_setup_teardown(none_that_can_be_read, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
