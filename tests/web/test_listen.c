/* Which addresses can be listened on, and what is said of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "web/listen.h"

static void listens_on_loopback(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.1:0", "localhost:0", "127.3.2.1:0"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct listening l;
        struct err err = {0};
        if (!listen_open(&l, texts[i], (struct listen_options){0}, &err))
            fail_msg("%s: %s", texts[i], err.text);
        assert_memory_equal(l.address, "http://", 7);
        assert_null(strstr(l.address, ":0/")); /* it says the port it got */
        close(l.fd);
    }
}

/* With a password, and then by whatever scheme the page is served. */
static void listens_elsewhere_when_locked(void **state)
{
    static const struct listen_options locked = {.locked = true}, both = {true, true};
    struct listening l;
    struct err err = {0};
    (void)state;
    assert_true(listen_open(&l, "0.0.0.0:0", locked, &err));
    assert_false(l.loopback);
    assert_memory_equal(l.address, "http://0.0.0.0:", 15);
    close(l.fd);
    assert_true(listen_open(&l, "127.0.0.1:0", both, &err));
    assert_true(l.loopback);
    assert_memory_equal(l.address, "https://127.0.0.1:", 18);
    close(l.fd);
}

/* The text, and a part of the sentence that refuses it. */
static void refuses_the_rest(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0.0.0.0:7117", "without a password"},
        {"192.168.1.5:7117", "without a password"},
        {"[::]:7117", "without a password"},
        {"[2001:db8::1]:80", "without a password"},
        {"7117", "ADDRESS:PORT"},
        {":7117", "ADDRESS:PORT"},
        {"127.0.0.1", "ADDRESS:PORT"},
        {"127.0.0.1:", "ADDRESS:PORT"},
        {"127.0.0.1:65536", "ADDRESS:PORT"},
        {"127.0.0.1:-1", "ADDRESS:PORT"},
        {"::1:7117", "ADDRESS:PORT"},
        {"[]:7117", "ADDRESS:PORT"},
        {"example.com:80", "IP address"},
        {"127.1:80", "IP address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct listening l;
        struct err err = {0};
        if (listen_open(&l, cases[i][0], (struct listen_options){0}, &err) ||
            !strstr(err.text, cases[i][1]))
            fail_msg("%s: \"%s\"", cases[i][0], err.text);
        assert_int_equal(l.fd, -1);
    }
}

/* Somebody else's port is named, with what to do. */
static void says_who_listens(void **state)
{
    (void)state;
    struct listening first, second;
    struct err err = {0};
    char text[32];
    assert_true(listen_open(&first, "127.0.0.1:0", (struct listen_options){0}, &err));
    snprintf(text, sizeof text, "127.0.0.1:%lu",
             strtoul(strrchr(first.address, ':') + 1, NULL, 10));
    assert_false(listen_open(&second, text, (struct listen_options){0}, &err));
    assert_non_null(strstr(err.text, "another program"));
    assert_non_null(strstr(err.text, "--listen"));
    close(first.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listens_on_loopback),
        cmocka_unit_test(listens_elsewhere_when_locked),
        cmocka_unit_test(refuses_the_rest),
        cmocka_unit_test(says_who_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
