/* test_templates_file.c - daemon/templates_file.c: what a user may write to name paths. */
#include "daemon/templates_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

static char path[64];
static struct patterns patterns;

static int begin(void **state)
{
    (void)state;
    patterns = (struct patterns){0};
    strcpy(path, "/tmp/tapgraph-templates-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 || close(fd) < 0 ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void patterns_stand_on_lines(void **state)
{
    struct err err = {0};
    (void)state;
    write_file("# the shop\n\n  /shop/{product}/reviews  # what people say\r\n/files/**");
    if (!templates_file_read(path, &patterns, &err))
        fail_msg("%s", err.text);
    assert_int_equal(patterns.len, 2);
    assert_string_equal(patterns.text[0], "/shop/{product}/reviews");
    assert_string_equal(patterns.text[1], "/files/**");
}

static void refuses(const char *text, const char *why)
{
    struct err err = {0};
    char expected[256];
    write_file(text);
    assert_false(templates_file_read(path, &patterns, &err));
    snprintf(expected, sizeof expected, "--templates: %s, line 2: %s", path, why);
    assert_string_equal(err.text, expected);
}

static void nonsense_is_named(void **state)
{
    struct err err = {0};
    char line[2000] = "/a\n/";
    (void)state;
    refuses("/a\nshop/x\n", "'shop/x' is no pattern of paths: a pattern begins with '/'");
    refuses("/a\n/a /b\n", "there is one pattern a line, without blanks");
    memset(line + 4, 'x', sizeof line - 5);
    refuses(line, "the line is too long");
    assert_false(templates_file_read("/nowhere/x", &patterns, &err));
    assert_string_equal(err.text, "--templates: cannot read /nowhere/x: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(patterns_stand_on_lines, begin, end),
        cmocka_unit_test_setup_teardown(nonsense_is_named, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
