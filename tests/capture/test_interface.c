/* test_interface.c - interfaces of a network namespace of our own, so root only; skipped otherwise.
 */
#include "capture/interface.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/capture/own_network.h"
#include "tests/check.h"

static void test_tells_what_an_interface_is(void **state)
{
    (void)state;
    own_network_need();
    struct interface lo = interface_read("lo");
    assert_true(lo.exists && lo.up && lo.carrier && lo.loopback && !lo.promiscuous);
    assert_int_equal(lo.mtu, 65536);
    int tap = own_network_tap("tap9");
    struct interface down = interface_read("tap9");
    assert_true(down.exists && !down.up && !down.carrier && !down.loopback);
    assert_int_equal(down.mtu, 1500);
    own_network_set_up("tap9", true);
    assert_true(interface_read("tap9").up);
    static const uint8_t none[MAC_BYTES];
    assert_memory_not_equal(down.mac, none, MAC_BYTES);
    close(tap);
    assert_false(interface_read("tap9").exists);
}

/* Whoever asks for it, by whatever call. */
static void test_sees_that_it_is_promiscuous(void **state)
{
    (void)state;
    own_network_need();
    struct packet_mreq all = {.mr_ifindex = (int)if_nametoindex("lo"),
                              .mr_type = PACKET_MR_PROMISC};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all), 0);
    assert_true(interface_read("lo").promiscuous);
    close(fd);
    assert_false(interface_read("lo").promiscuous);
}

static void test_counts_from_when_it_was_opened(void **state)
{
    static const uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6};
    (void)state;
    own_network_need();
    int tap = own_network_tap("tap9");
    own_network_set_up("tap9", true);
    assert_int_equal(write(tap, frame, sizeof frame), sizeof frame);
    struct interface_meter *m = interface_meter_open("tap9");
    assert_int_equal(interface_meter_read(m).of[COUNT_FRAMES], 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(write(tap, frame, sizeof frame), sizeof frame);
    assert_int_equal(interface_meter_read(m).of[COUNT_FRAMES], 3);
    assert_int_equal(interface_meter_read(m).of[COUNT_NO_ROOM], 0);
    interface_meter_close(m);
    close(tap);
}

/* What is no interface is not looked for elsewhere in the file system. */
static void test_knows_nothing_of_what_is_not_there(void **state)
{
    static const char *const names[] = {"nosuch", "", "../../../etc",
                                        "a-name-that-is-too-long-for-one"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct interface none = {0}, read = interface_read(names[i]);
        assert_memory_equal(&read, &none, sizeof none);
        struct interface_meter *m = interface_meter_open(names[i]);
        assert_int_equal(interface_meter_read(m).of[COUNT_FRAMES], 0);
        interface_meter_close(m);
    }
    interface_meter_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_what_an_interface_is),
        cmocka_unit_test(test_sees_that_it_is_promiscuous),
        cmocka_unit_test(test_counts_from_when_it_was_opened),
        cmocka_unit_test(test_knows_nothing_of_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, own_network_enter, NULL);
}
