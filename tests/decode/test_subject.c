/* test_subject.c - decode/subject.h: names of topics and queues, and what is left of them. */
#include "decode/subject.h"

#include "tests/check.h"

static const struct {
    const char *name, *text;
} rows[] = {
    {"", ""},
    {"orders", "orders"},
    {"orders.created", "orders.created"},
    {"orders/", "orders/"},
    {"/", "/"},
    {"a//b", "a//b"},
    /* one of many */
    {"orders.42.created", "orders.*.created"},
    {"orders-7", "orders-*"},
    {"user:123456", "user:*"},
    {"orders.6f1b3b1e-0c1f-4b63-9f43-2a1d3c4b5a69.done", "orders.*.done"},
    {"6F1B3B1E-0C1F-4B63-9F43-2A1D3C4B5A69", "*"},
    {"6f1b3b1e-0c1f-4b63-9f43-2a1d3c4b5a69x", "*-0c1f-4b*-9f*-*"},
    {"cache/deadbeef01/x", "cache/*/x"},
    {"cache/0x1f/x", "cache/*/x"},
    {"cache/facade/deadbeef", "cache/facade/deadbeef"},
    {"cache/abcdefabcdefabcd", "cache/*"},
    {"reply.dR7nhYWqTTzqicG1BcZrM6", "reply.*"},
    {"x.01ARZ3NDEKTSV4RRFFQ69G5FAV", "x.*"},
    {"a1b2c3", "*"},
    {"mail/jo@example.org/new", "mail/*.org/new"},
    {"a.tokentokentokentokentokentokentokentokentokentoken", "a.*"},
    {"bin.\1\2", "bin.*"},
    /* words that stay */
    {"eventHubConsumer", "eventHubConsumer"},
    {"billing.v12.k8s", "billing.v12.k8s"},
    {"billing.v1234", "billing.v*"},
    {"b2b/s3", "b2b/s3"},
    {"sensor17/temperature", "sensor*/temperature"},
    {"plant/+/line/#", "plant/+/line/#"},
    {"stock.*.>", "stock.*.>"},
    {"gr\303\266\303\237e/1", "gr\303\266\303\237e/*"},
    /* of three or more in a row one is left */
    {"log/2026/11/30/web", "log/*/web"},
    {"log/2026/11", "log/*/*"},
    {"host.10.0.0.17", "host.*"},
    {"$JS.ACK.ORDERS.worker.1.5.5.1700000000000000000.0", "$JS.ACK.ORDERS.worker.*"},
    /* made up by brokers and clients */
    {"_INBOX.abc.def", "_INBOX.*"},
    {"_INBOX.", "_INBOX."},
    {"amq.gen-JzTY20BRgKO-HjmUJj0wLg", "amq.gen-*"},
    {"amq.rabbitmq.reply-to.g1h2AA5yZXBseUA=.xyz", "amq.rabbitmq.reply-to.*"},
    {"amq.topic", "amq.topic"},
    {"1.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "*.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o...."},
};

static void names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[SUBJECT_MAX];
        assert_true(subject_template(text, bytes_of_text(rows[i].name)));
        assert_string_equal(text, rows[i].text);
    }
}

/* Whatever the length, and wherever the bytes end. */
static void lengths(void **state)
{
    (void)state;
    char name[4 * SUBJECT_MAX], text[SUBJECT_MAX];
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 20 == 19 ? '/' : 'a' + (char)(i % 7);
    for (size_t len = 0; len <= sizeof name; len++) {
        char *exact = malloc(len + 1);
        memcpy(exact, name, len);
        bool whole = subject_template(text, bytes_of(exact, len));
        assert_int_equal(whole, len < SUBJECT_MAX);
        assert_int_equal(strlen(text), len < SUBJECT_MAX ? len : SUBJECT_MAX - 1);
        free(exact);
    }
}

static void operations(void **state)
{
    (void)state;
    struct exchange x = {0};
    subject_note(&x, "publish", bytes_of_text("orders/42\n"));
    assert_string_equal(x.method, "publish");
    assert_string_equal(x.operation, "publish orders/*");
    assert_int_equal(x.notes, 0);
    subject_note(&x, "get", bytes_of_text(""));
    assert_string_equal(x.operation, "get");
    subject_note(&x, "get", bytes_of_text("a\342\200\256b"));
    assert_string_equal(x.operation, "get a\\xe2\\x80\\xaeb");
    char longest[SUBJECT_MAX + 1];
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = i % 8 == 7 ? '.' : 'w';
    subject_note(&x, "deliver", bytes_of(longest, sizeof longest));
    assert_int_equal(x.notes, NOTE_TRUNCATED);
    assert_int_equal(strlen(x.operation), strlen("deliver ") + SUBJECT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(lengths),
        cmocka_unit_test(operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
