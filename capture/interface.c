/* interface.c - see interface.h. */
#include "capture/interface.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *file;
    enum interface_count count;
} counters[] = {
    {"rx_packets", COUNT_FRAMES},      {"rx_missed_errors", COUNT_NO_ROOM},
    {"rx_fifo_errors", COUNT_NO_ROOM}, {"rx_over_errors", COUNT_NO_ROOM},
    {"rx_crc_errors", COUNT_DAMAGED},  {"rx_frame_errors", COUNT_DAMAGED},
    {"rx_dropped", COUNT_DROPPED},
};

enum { COUNTERS = sizeof counters / sizeof *counters };

struct interface_meter {
    int fd[COUNTERS]; /* in /sys; -1 if there is none */
    struct interface_counts at_open;
};

static int open_attribute(const char *interface, const char *attribute)
{
    char path[128];
    if (strchr(interface, '/'))
        return -1;
    snprintf(path, sizeof path, "/sys/class/net/%s/%s", interface, attribute);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* The number in a file of /sys; 0 if there is none, or it is negative ("not known"). */
static uint64_t read_number(int fd)
{
    char text[32];
    ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (len <= 0 || text[0] == '-')
        return 0;
    text[len] = '\0';
    return strtoull(text, NULL, 0);
}

static uint64_t read_attribute(const char *interface, const char *attribute)
{
    int fd = open_attribute(interface, attribute);
    uint64_t number = read_number(fd);
    if (fd >= 0)
        close(fd);
    return number;
}

struct interface interface_read(const char *name)
{
    struct interface i = {0};
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return i;
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        i.exists = true;
        i.up = request.ifr_flags & IFF_UP;
        i.carrier = request.ifr_flags & IFF_RUNNING;
        i.loopback = request.ifr_flags & IFF_LOOPBACK;
        /* The ioctl shows only what `ip link set promisc` set; /sys, if it is there, what is. */
        uint64_t flags = read_attribute(name, "flags");
        i.promiscuous = !flags || flags & IFF_PROMISC;
        i.speed_mbit = (uint32_t)read_attribute(name, "speed");
    }
    if (i.exists && ioctl(fd, SIOCGIFMTU, &request) == 0)
        i.mtu = (uint32_t)request.ifr_mtu;
    if (i.exists && ioctl(fd, SIOCGIFHWADDR, &request) == 0)
        memcpy(i.mac, request.ifr_hwaddr.sa_data, MAC_BYTES);
    close(fd);
    return i;
}

static struct interface_counts read_counts(const struct interface_meter *m)
{
    struct interface_counts counts = {0};
    for (int i = 0; i < COUNTERS; i++)
        counts.of[counters[i].count] += read_number(m->fd[i]);
    return counts;
}

struct interface_meter *interface_meter_open(const char *name)
{
    struct interface_meter *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    for (int i = 0; i < COUNTERS; i++) {
        char file[64];
        snprintf(file, sizeof file, "statistics/%s", counters[i].file);
        m->fd[i] = open_attribute(name, file);
    }
    m->at_open = read_counts(m);
    return m;
}

void interface_meter_close(struct interface_meter *m)
{
    for (int i = 0; m && i < COUNTERS; i++)
        if (m->fd[i] >= 0)
            close(m->fd[i]);
    free(m);
}

struct interface_counts interface_meter_read(const struct interface_meter *m)
{
    struct interface_counts counts = read_counts(m);
    for (int i = 0; i < INTERFACE_COUNTS; i++) {
        uint64_t before = m->at_open.of[i];
        counts.of[i] = counts.of[i] > before ? counts.of[i] - before : 0;
    }
    return counts;
}
