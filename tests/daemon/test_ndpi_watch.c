/* test_ndpi_watch.c - specifies daemon/ndpi_watch.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/ndpi_watch.h"

/* Starts a process that goes into nDPI, comes back as told, and dies of the signal, or ends with
 * status 1. Returns how it ended. */
static int die(const struct daemon_options *options, bool comes_back, int how)
{
    const struct label_watch *watch = &options->engine.watch;
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        watch->enter(watch->ctx);
        if (comes_back)
            watch->leave(watch->ctx);
        if (how)
            kill(getpid(), how);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* Who died in nDPI, and not because he was asked to, was crashed by it; and is so once. */
static void who_died_inside(void **state)
{
    (void)state;
    struct daemon_options options = {.engine.labels = true};
    struct ndpi_watch *w = ndpi_watch_open(&options);
    assert_non_null(w);
    int status = die(&options, false, SIGABRT);
    assert_true(ndpi_watch_crashed(w, status));
    assert_false(ndpi_watch_crashed(w, status));
    assert_true(ndpi_watch_crashed(w, die(&options, false, 0)));
    assert_false(ndpi_watch_crashed(w, die(&options, true, SIGABRT)));
    assert_false(ndpi_watch_crashed(w, die(&options, false, SIGKILL)));
    assert_false(ndpi_watch_crashed(w, die(&options, false, SIGTERM)));
    assert_false(ndpi_watch_crashed(w, die(&options, true, SIGABRT)));
    ndpi_watch_close(w);
}

/* Where nDPI is not asked there is nothing to watch. */
static void not_asked(void **state)
{
    (void)state;
    struct daemon_options options = {0};
    assert_null(ndpi_watch_open(&options));
    assert_null(options.engine.watch.enter);
    assert_false(ndpi_watch_crashed(NULL, SIGABRT));
    ndpi_watch_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_died_inside),
        cmocka_unit_test(not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
