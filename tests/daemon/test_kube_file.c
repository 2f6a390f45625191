/* test_kube_file.c - daemon/kube_file.c: names from a dump of a cluster, kube_dump.json. */
#include "daemon/kube_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

static const char dump[] = TESTS_DIR "/daemon/kube_dump.json";

static struct given *read_dump(void)
{
    struct given *given = given_new();
    struct err err = {0};
    assert_non_null(given);
    if (!kube_file_read(dump, given, &err))
        fail_msg("%s", err.text);
    given_seal(given);
    return given;
}

static void what_the_dump_names(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        uint16_t port;
        const char *name;
    } wanted[] = {
        /* a service's own addresses */
        {"10.96.0.10", 80, "cart.shop"},
        {"fd00:96::10", 80, "cart.shop"},
        {"10.96.0.11", 80, "cart.test"},
        /* those of its pods, however many services they have, in both families, and as clients */
        {"10.2.0.1", 8080, "cart.shop"},
        {"10.2.0.1", 9090, "cart.shop"},
        {"10.2.0.1", 0, "cart.shop"},
        {"10.2.0.2", 8080, "cart.shop"},
        {"fd00:2::1", 8080, "cart.shop"},
        {"10.2.0.9", 8080, "cart.test"},
        /* pods of no service bear the name of what made them */
        {"10.2.0.3", 0, "worker.shop"},
        {"10.2.0.4", 9092, "kafka.queue"},
        {"10.2.0.5", 0, "report.shop"},
        {"10.2.0.6", 0, "import-all.shop"},
        {"10.2.0.7", 0, "bare.shop"},
        /* what shares an address is its ports */
        {"203.0.113.10", 443, "front.shop"},
        {"203.0.113.10", 22, ""},
        {"198.51.100.9", 80, "front.shop"},
        {"10.1.0.1", 30443, "front.shop"},
        {"10.1.0.2", 30080, "front.shop"},
        {"10.1.0.1", 9100, "exporter.monitoring"},
        {"10.1.0.1", 0, "node-a"},
        {"10.1.0.1", 10250, "node-a"},
        {"10.1.0.2", 9100, "node-b"},
        {"203.0.113.2", 22, "node-b"},
        /* endpoints that are no pods */
        {"172.16.5.5", 5432, "legacy-db.shop"},
        {"172.16.5.5", 22, ""},
        {"172.16.5.6", 5432, ""},
    };
    struct given *given = read_dump();
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct address a;
        assert_true(address_from_text(wanted[i].address, &a));
        const struct given_label *label = given_find(given, &a, wanted[i].port);
        if (strcmp(label ? label->name : "", wanted[i].name) != 0)
            fail_msg("%s port %u: '%s', not '%s'", wanted[i].address, wanted[i].port,
                     label ? label->name : "", wanted[i].name);
    }
    assert_string_equal(given_label(given, "cart.shop")->group, "shop");
    assert_string_equal(given_label(given, "node-a")->group, "");
    given_free(given);
}

static void refuses(const char *text, const char *why)
{
    char path[] = "/tmp/tapgraph-kube-XXXXXX";
    struct given *given = given_new();
    struct err err = {0};
    int fd = mkstemp(path);
    assert_non_null(given);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    assert_false(kube_file_read(path, given, &err));
    if (!strstr(err.text, why) || !strstr(err.text, path))
        fail_msg("%s: not in %s", why, err.text);
    given_free(given);
    unlink(path);
}

static void what_is_no_dump(void **state)
{
    (void)state;
    struct err err = {0};
    refuses("", "is no JSON");
    refuses("NAME READY\ncart 1/1\n", "is no JSON: it stops making sense at byte 0");
    refuses("{\"items\": [{\"kind\": \"Pod\"}", "is no JSON");
    refuses("{\"kind\": \"Pod\"}", "has no \"items\"");
    refuses("{\"items\": {}}", "has no \"items\"");
    refuses("[1, 2]", "has no \"items\"");
    assert_false(kube_file_read("/nowhere/dump", NULL, &err));
    assert_non_null(strstr(err.text, "cannot open /nowhere/dump"));
}

/* Objects of other shapes than expected are passed over. */
static void odd_objects(void **state)
{
    (void)state;
    static const char text[] =
        "{\"items\": [1, null, {}, {\"kind\": 7}, {\"kind\": \"Pod\"}, {\"kind\": \"Node\", "
        "\"status\": []},"
        "{\"kind\": \"Service\", \"metadata\": 1, \"spec\": {\"clusterIP\": \"10.0.0.1\"}},"
        "{\"kind\": \"Service\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"clusterIPs\": [1, "
        "{}]}},"
        "{\"kind\": \"EndpointSlice\", \"endpoints\": 3, \"metadata\": {\"labels\": []}},"
        "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"ownerReferences\": [[]]},"
        " \"status\": {\"podIP\": \"10.0.0.2\", \"podIPs\": [7]}}]}";
    char path[] = "/tmp/tapgraph-kube-XXXXXX";
    struct given *given = given_new();
    struct err err = {0};
    int fd = mkstemp(path);
    assert_non_null(given);
    assert_true(fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1);
    close(fd);
    assert_true(kube_file_read(path, given, &err));
    assert_int_equal(given_rules(given), 0);
    given_free(given);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_dump_names),
        cmocka_unit_test(what_is_no_dump),
        cmocka_unit_test(odd_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
