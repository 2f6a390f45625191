/* test_offload.c - what the kernel says of an interface of our own, so root only; skipped
 * otherwise.
 */
#include "capture/offload.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/capture/own_network.h"
#include "tests/check.h"

static void set_gro(const char *interface, bool on)
{
    struct ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = on};
    struct ifreq request = {.ifr_data = (void *)&value};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    assert_int_equal(ioctl(fd, SIOCETHTOOL, &request), 0);
    close(fd);
}

static void test_tells_whether_segments_are_joined(void **state)
{
    (void)state;
    own_network_need();
    set_gro("lo", true);
    struct offload o = offload_read("lo");
    assert_true(o.known && o.gro && !o.lro && !o.gro_hw);
    assert_true(offload_joins(&o));
    set_gro("lo", false);
    o = offload_read("lo");
    assert_true(o.known && !o.gro);
    assert_false(offload_joins(&o));
    assert_int_equal(o.ring, 0);
}

static void test_knows_nothing_of_what_is_not_there(void **state)
{
    (void)state;
    assert_false(offload_read("nosuch").known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_whether_segments_are_joined),
        cmocka_unit_test(test_knows_nothing_of_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, own_network_enter, NULL);
}
