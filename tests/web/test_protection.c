/* Who may see the page: files of secrets, and what a client sends. */
#include "web/protection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Reads a file of secrets with this content and mode. */
static bool read_back(const char *content, mode_t mode, struct protection *ret, struct err *err)
{
    char path[] = "/tmp/tapgraph-protection-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    bool good = protection_read(ret, &(struct protection_files){.secrets = path}, err);
    unlink(path);
    return good;
}

static const char secrets[] = "# who may see it\n"
                              "ops:correct horse: battery\n"
                              "\n"
                              "0123456789abcdef\r\n";

static void what_is_sent_is_compared(void **state)
{
    static const struct {
        const char *sent;
        bool allowed;
    } cases[] = {
        {"Basic b3BzOmNvcnJlY3QgaG9yc2U6IGJhdHRlcnk=", true}, /* ops:correct horse: battery */
        {"basic b3BzOmNvcnJlY3QgaG9yc2U6IGJhdHRlcnk", true},
        {"Bearer 0123456789abcdef", true},
        {"Basic YW55b25lOjAxMjM0NTY3ODlhYmNkZWY=", true}, /* anyone:0123456789abcdef */
        {"Basic OjAxMjM0NTY3ODlhYmNkZWY=", true},         /* :0123456789abcdef */
        {NULL, false},
        {"", false},
        {"Basic", false},
        {"Basic ", false},
        {"Bearer ", false},
        {"Bearer 0123456789abcde", false},
        {"Bearer 0123456789abcdef0", false},
        {"Bearer 0123456789ABCDEF", false},
        {"Basic b3Bz", false},                                 /* ops */
        {"Basic b3BzOmNvcnJlY3QgaG9yc2U=", false},             /* ops:correct horse */
        {"Basic b3BzOmNvcnJlY3QgaG9yc2U6IGJhdHRlcnkA", false}, /* a zero byte behind it */
        {"Basic cm9vdDpjb3JyZWN0IGhvcnNlOiBiYXR0ZXJ5", false}, /* root:correct horse: battery */
        {"Basic ====", false},
        {"Basic b3Bz=OmN", false},
        {"Basic \xff\xff", false},
        {"Digest 0123456789abcdef", false},
    };
    struct protection p;
    struct err err;
    (void)state;
    if (!read_back(secrets, 0600, &p, &err))
        fail_msg("%s", err.text);
    assert_int_equal(p.len, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (protection_allows(&p, cases[i].sent) != cases[i].allowed)
            fail_msg("case %zu: %s", i, cases[i].sent);
    protection_free(&p);
}

static void long_ones_are_none(void **state)
{
    char sent[4096] = "Bearer ";
    struct protection p;
    struct err err;
    (void)state;
    assert_true(read_back(secrets, 0600, &p, &err));
    memset(sent + 7, 'A', sizeof sent - 8);
    assert_false(protection_allows(&p, sent));
    memcpy(sent, "Basic A", 7);
    assert_false(protection_allows(&p, sent));
    protection_free(&p);
}

static void without_secrets_everyone_may(void **state)
{
    struct protection p;
    struct err err;
    (void)state;
    assert_true(protection_allows(NULL, NULL));
    assert_true(protection_read(&p, &(struct protection_files){0}, &err));
    assert_true(protection_allows(&p, NULL));
    protection_free(&p);
}

static void files_that_are_refused(void **state)
{
    static const struct {
        const char *content;
        mode_t mode;
        const char *says;
    } cases[] = {
        {"0123456789abcdef\n", 0640, "chmod 600"},
        {"0123456789abcdef\n", 0604, "others can read"},
        {"# nothing\n\n", 0600, "has no password"},
        {"short\n", 0600, "line 1"},
        {"0123456789abcdef\nops:short\n", 0600, "line 2"},
    };
    struct protection p;
    struct err err;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_back(cases[i].content, cases[i].mode, &p, &err))
            fail_msg("case %zu is accepted", i);
        if (!strstr(err.text, cases[i].says))
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(p.len, 0);
    }
    assert_false(protection_read(&p, &(struct protection_files){.secrets = "/nonesuch"}, &err));
    assert_false(protection_read(&p, &(struct protection_files){.key = "k"}, &err));
    assert_non_null(strstr(err.text, "go together"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_compared),
        cmocka_unit_test(long_ones_are_none),
        cmocka_unit_test(without_secrets_everyone_may),
        cmocka_unit_test(files_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
