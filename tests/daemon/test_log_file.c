/* test_log_file.c - daemon/log_file.c: every line is in the file, in order, and what could not be
 * written is told. */
#include "daemon/log_file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "store/export/exporter.h"
#include "tests/check.h"

enum { LINES = 5000, LINE = 200 }; /* a megabyte: more than is kept in memory */

static char path[64];

static int begin(void **state)
{
    (void)state;
    strcpy(path, "/tmp/tapgraph-log-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_lines(struct log_file *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        char *line = log_file_line(f);
        memset(line, '.', LOG_LINE_MAX); /* there is room for the longest */
        snprintf(line, LINE, "%-*d", LINE - 1, i);
        line[LINE - 1] = '\n';
        log_file_wrote(f, LINE);
    }
}

static void assert_lines(int len)
{
    char line[LINE + 1];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int i = 0; i < len; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(atoi(line), i);
        assert_int_equal(strlen(line), LINE);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

static struct log_file *opened(bool goes_on)
{
    struct err err;
    struct log_file *f = log_file_open(path, goes_on, &err);
    if (!f)
        fail_msg("%s", err.text);
    return f;
}

static void all_lines_are_there(void **state)
{
    (void)state;
    struct log_file *f = opened(false);
    write_lines(f, 0, 10);
    assert_lines(0);
    log_file_flush(f);
    assert_lines(10);
    write_lines(f, 10, LINES);
    assert_true(log_file_close(f));
    assert_lines(LINES);
}

static void it_goes_on_or_begins_anew(void **state)
{
    (void)state;
    struct log_file *f = opened(false);
    write_lines(f, 0, 3);
    assert_true(log_file_close(f));
    f = opened(true);
    write_lines(f, 3, 5);
    assert_true(log_file_close(f));
    assert_lines(5);
    f = opened(false);
    write_lines(f, 0, 1);
    assert_true(log_file_close(f));
    assert_lines(1);
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    struct err err;
    struct log_file *f = log_file_open("/dev/full", true, &err);
    assert_non_null(f);
    write_lines(f, 0, LINES); /* goes on, though nothing comes of it */
    assert_false(log_file_close(f));
    assert_null(log_file_open("/nowhere/log", false, &err));
    assert_non_null(strstr(err.text, "/nowhere/log"));
}

static void limit_file(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk is full amid the third line, twice, and then there is room: what comes then is there,
 * and the line that had begun is whole. */
static void lines_stay_whole_on_a_full_disk(void **state)
{
    (void)state;
    struct log_file *f = opened(false);
    signal(SIGXFSZ, SIG_IGN);
    limit_file(2 * LINE + LINE / 2);
    write_lines(f, 0, 10);
    log_file_flush(f);
    write_lines(f, 10, 20);
    log_file_flush(f);
    limit_file(RLIM_INFINITY);
    write_lines(f, 3, 5);
    assert_false(log_file_close(f)); /* some are missing */
    assert_lines(5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_lines_are_there, begin, end),
        cmocka_unit_test_setup_teardown(it_goes_on_or_begins_anew, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, begin, end),
        cmocka_unit_test_setup_teardown(lines_stay_whole_on_a_full_disk, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
