/* test_keylog_file.c - specifies daemon/keylog_file.c: a file that grows, is cut, and is replaced.
 */
#include "daemon/keylog_file.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/check.h"

static const struct hash_key key = {{1, 2}};
static char path[64];

static int choose(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/test_keylog_file.%ld", (long)getpid());
    unlink(path);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

/* The master secret of the session whose random is this byte repeated. */
static void write_secret(const char *mode, uint8_t session)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    fputs("CLIENT_RANDOM ", file);
    for (int i = 0; i < TLS_RANDOM_BYTES; i++)
        fprintf(file, "%02x", session);
    fputs(" ", file);
    for (int i = 0; i < TLS_SECRET_MAX; i++)
        fprintf(file, "%02x", session);
    fputs("\n", file);
    fclose(file);
}

static bool knows(const struct key_source *s, uint8_t session)
{
    uint8_t random[TLS_RANDOM_BYTES];
    struct tls_secrets secrets;
    memset(random, session, sizeof random);
    return s->find(s->ctx, random, &secrets) && secrets.secret[SECRET_MASTER][47] == session;
}

static void followed(void **state)
{
    (void)state;
    struct keylog_file *f;
    struct err err = {0};
    assert_true(keylog_file_open(path, true, &f, &err)); /* it is not there yet */
    const struct key_source *s = keylog_file_load(f, &key, false);
    assert_false(s->complete);
    assert_false(knows(s, 1));
    write_secret("w", 1);
    usleep(150000); /* a new file is not looked for all the time */
    assert_true(knows(s, 1));
    write_secret("a", 2);
    assert_true(knows(s, 2) && knows(s, 1));
    write_secret("w", 3); /* shorter than what was read */
    assert_true(knows(s, 3) && knows(s, 1));
    unlink(path);
    write_secret("w", 4);
    usleep(150000);
    assert_true(knows(s, 4) && knows(s, 1));
    keylog_file_close(f);
}

static void read_once(void **state)
{
    (void)state;
    struct keylog_file *f;
    struct err err = {0};
    assert_false(keylog_file_open(path, false, &f, &err));
    assert_non_null(strstr(err.text, path));
    assert_null(f);
    assert_false(keylog_file_open("/no/such/folder/keys", true, &f, &err));
    write_secret("w", 1);
    assert_true(keylog_file_open(path, false, &f, &err));
    const struct key_source *s = keylog_file_load(f, &key, true);
    write_secret("a", 2);
    assert_true(s->complete && knows(s, 1));
    assert_false(knows(s, 2));
    keylog_file_close(f);
    assert_true(keylog_file_open(NULL, false, &f, &err));
    assert_null(keylog_file_load(f, &key, true));
    keylog_file_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(followed, choose, clean),
        cmocka_unit_test_setup_teardown(read_once, choose, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
