/* offload.c - see offload.h.
 *
 * Features are known by name only: their numbers change with the kernel. The names come as one list
 * (ETHTOOL_GSTRINGS), and what is on as bits in the order of that list (ETHTOOL_GFEATURES). */
#include "capture/offload.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FEATURES_MAX = 1024 };

static bool ask(int fd, const char *interface, void *question)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
    request.ifr_data = question;
    return ioctl(fd, SIOCETHTOOL, &request) == 0;
}

/* Room for a question and `bytes` of answer behind it; NULL when memory is short. */
static void *question(uint32_t command, size_t head, size_t bytes)
{
    uint32_t *q = calloc(1, head + bytes);
    if (q)
        *q = command;
    return q;
}

/* How many features the kernel knows, or 0 if it does not say. */
static uint32_t count_features(int fd, const char *interface)
{
    struct ethtool_sset_info *sets = question(ETHTOOL_GSSET_INFO, sizeof *sets, sizeof(uint32_t));
    uint32_t count = 0;
    if (sets) {
        sets->sset_mask = 1ULL << ETH_SS_FEATURES;
        if (ask(fd, interface, sets) && sets->sset_mask)
            count = sets->data[0];
    }
    free(sets);
    return count > FEATURES_MAX ? 0 : count;
}

static void set(struct offload *o, const char *name)
{
    const struct {
        const char *name;
        bool *into;
    } table[] = {
        {"rx-gro", &o->gro},
        {"rx-gro-hw", &o->gro_hw},
        {"rx-lro", &o->lro},
        {"rx-vlan-hw-parse", &o->vlan_strip},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(name, table[i].name, ETH_GSTRING_LEN) == 0)
            *table[i].into = true;
}

static void read_features(int fd, const char *interface, struct offload *o)
{
    uint32_t count = count_features(fd, interface), words = (count + 31) / 32;
    struct ethtool_gstrings *names =
        question(ETHTOOL_GSTRINGS, sizeof *names, (size_t)count * ETH_GSTRING_LEN);
    struct ethtool_gfeatures *features =
        question(ETHTOOL_GFEATURES, sizeof *features, words * sizeof features->features[0]);
    if (count && names && features) {
        names->string_set = ETH_SS_FEATURES;
        names->len = count;
        features->size = words;
        o->known = ask(fd, interface, names) && ask(fd, interface, features);
    }
    for (uint32_t i = 0; o->known && i < count; i++)
        if (features->features[i / 32].active & 1U << i % 32)
            set(o, (const char *)names->data + (size_t)i * ETH_GSTRING_LEN);
    free(names);
    free(features);
}

struct offload offload_read(const char *interface)
{
    struct offload o = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return o;
    read_features(fd, interface, &o);
    struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};
    if (ask(fd, interface, &ring)) {
        o.ring = ring.rx_pending;
        o.ring_max = ring.rx_max_pending;
    }
    close(fd);
    return o;
}
