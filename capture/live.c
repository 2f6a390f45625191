/* live.c - see live.h.
 *
 * Linux only. What libpcap would look up by opening files or sockets is asked through descriptors
 * that are open from the start, since a process that reads packets may open nothing later. */
#include "capture/live.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/fanout.h"
#include "capture/libpcap.h"

enum {
    SNAP_BYTES = 262144,
    RING_BYTES = 64 * 1024 * 1024,
    RING_LEAST_BYTES = 4 * 1024 * 1024, /* of one reader */
    BLOCK_TIMEOUT_MS = 100, /* how long the kernel keeps a block of the ring that is not full */
    LOSSES = 2,             /* counters of the interface that tell of loss */
    NANOSECONDS = 1000 * 1000 * 1000,
};

struct live {
    pcap_t *pcap;
    char *interface; /* owned */
    int index;       /* of the interface; 0 for "any" */
    int link_type;
    uint16_t number;
    uint64_t since_ns;                      /* frames from before this are not ours */
    uint64_t kernel_drops, interface_drops; /* totals since opening */
    int loss_fd[LOSSES];                    /* in /sys; -1 if there is none */
    uint64_t loss_at_open;
    live_handler *handler; /* of the call of live_read() that is going on */
    void *ctx;
};

static bool is_any(const char *interface)
{
    return strcmp(interface, "any") == 0;
}

/* libpcap also lists Bluetooth, USB, D-Bus and the like: no IP comes from there. */
static bool is_network(const pcap_if_t *i)
{
    return is_any(i->name) || if_nametoindex(i->name) != 0;
}

/* The names of the interfaces there are, for a person who mistyped one. */
static void list_names(char *text, size_t size)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    size_t used = 0;
    text[0] = '\0';
    if (pcap_findalldevs(&all, why) != 0)
        return;
    for (const pcap_if_t *i = all; i && used < size; i = i->next)
        if (is_network(i))
            used += (size_t)snprintf(text + used, size - used, " %s", i->name);
    pcap_freealldevs(all);
}

static bool explain_activation(const struct live_options *o, pcap_t *pcap, int status,
                               struct err *err)
{
    char names[256];
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return err_set(err,
                       "%s: not permitted to capture; allow it once with `sudo setcap "
                       "cap_net_raw+ep $(command -v tapgraph)`, or run as root",
                       o->interface);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        list_names(names, sizeof names);
        return err_set(err, "%s: no such interface; there are:%s", o->interface, names);
    case PCAP_ERROR_IFACE_NOT_UP:
        return err_set(err, "%s: is down; bring it up with `sudo ip link set %s up`", o->interface,
                       o->interface);
    default:
        return err_set(err, "%s: cannot be captured: %s: %s", o->interface,
                       pcap_statustostr(status), pcap_geterr(pcap));
    }
}

/* No immediate mode: with it libpcap falls back to TPACKET_V2, at six times the cost. */
static bool configure(pcap_t *pcap, const struct live_options *o, struct err *err)
{
    uint32_t snap_bytes = o->snap_bytes ? o->snap_bytes : SNAP_BYTES;
    uint32_t ring_bytes = o->ring_bytes ? o->ring_bytes : RING_BYTES;
    if (snap_bytes > SNAP_BYTES)
        return err_set(err, "%s: a snapshot length of %u bytes; %d is the most", o->interface,
                       snap_bytes, SNAP_BYTES);
    if (ring_bytes > INT_MAX)
        return err_set(err, "%s: a ring of %u bytes; %d is the most", o->interface, ring_bytes,
                       INT_MAX);
    pcap_set_snaplen(pcap, (int)snap_bytes);
    pcap_set_promisc(pcap, !o->not_promiscuous && !is_any(o->interface));
    pcap_set_timeout(pcap, BLOCK_TIMEOUT_MS);
    pcap_set_buffer_size(pcap, (int)ring_bytes);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    return true;
}

static bool set_filter(struct live *l, const char *filter, struct err *err)
{
    struct bpf_program program;
    if (!filter)
        return true;
    if (!libpcap_compile(l->pcap, l->interface, filter, &program, err))
        return false;
    int status = pcap_setfilter(l->pcap, &program);
    pcap_freecode(&program);
    return status == 0 ||
           err_set(err, "%s: the filter cannot be set: %s", l->interface, pcap_geterr(l->pcap));
}

/* The index that the kernel gives the interface's name now, or 0 if there is none of that name. */
static int find_index(const struct live *l)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, l->interface, sizeof request.ifr_name - 1);
    return ioctl(pcap_fileno(l->pcap), SIOCGIFINDEX, &request) == 0 ? request.ifr_ifindex : 0;
}

/* The frames that the interface lost before the kernel saw them, since it exists. */
static uint64_t read_losses(const struct live *l)
{
    uint64_t losses = 0;
    for (int i = 0; i < LOSSES; i++) {
        char text[32];
        ssize_t len = l->loss_fd[i] < 0 ? -1 : pread(l->loss_fd[i], text, sizeof text - 1, 0);
        if (len > 0) {
            text[len] = '\0';
            losses += strtoull(text, NULL, 10);
        }
    }
    return losses;
}

static void open_losses(struct live *l)
{
    static const char *const names[LOSSES] = {"rx_missed_errors", "rx_fifo_errors"};
    for (int i = 0; i < LOSSES; i++) {
        char path[128];
        snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", l->interface, names[i]);
        l->loss_fd[i] = open(path, O_RDONLY | O_CLOEXEC);
    }
    l->loss_at_open = read_losses(l);
}

static void forget_losses(struct live *l)
{
    for (int i = 0; i < LOSSES; i++) {
        if (l->loss_fd[i] >= 0)
            close(l->loss_fd[i]);
        l->loss_fd[i] = -1;
    }
}

static bool activate(struct live *l, const struct live_options *o, struct err *err)
{
    int status = pcap_activate(l->pcap);
    if (status < 0)
        return explain_activation(o, l->pcap, status, err);
    if (status > 0)
        log_line(LOG_LEVEL_WARNING, "%s: %s: %s", o->interface, pcap_statustostr(status),
                 pcap_geterr(l->pcap));
    l->link_type = pcap_datalink(l->pcap);
    l->index = is_any(o->interface) ? 0 : find_index(l);
    return libpcap_check_link_type(o->interface, l->link_type, err);
}

static bool open_interface(struct live *l, const struct live_options *o, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    l->pcap = pcap_create(o->interface, why);
    if (!l->pcap)
        return err_set(err, "%s: cannot be captured: %s", o->interface, why);
    if (!configure(l->pcap, o, err) || !activate(l, o, err))
        return false;
    if (pcap_setnonblock(l->pcap, 1, why) != 0)
        return err_set(err, "%s: cannot be captured: %s", o->interface, why);
    open_losses(l);
    return set_filter(l, o->filter, err);
}

struct live *live_open(const struct live_options *options, struct err *err)
{
    struct live *l = calloc(1, sizeof *l);
    if (l)
        l->interface = strdup(options->interface);
    if (!l || !l->interface) {
        err_set(err, "%s: out of memory", options->interface);
        free(l);
        return NULL;
    }
    l->number = options->number;
    l->loss_fd[0] = l->loss_fd[1] = -1;
    if (open_interface(l, options, err))
        return l;
    live_close(l);
    return NULL;
}

void live_close(struct live *l)
{
    if (!l)
        return;
    forget_losses(l);
    if (l->pcap)
        pcap_close(l->pcap);
    free(l->interface);
    free(l);
}

/* A ring for each reader, which together are no larger than that of one. */
static uint32_t share_ring(uint32_t ring_bytes, unsigned readers)
{
    uint32_t all = ring_bytes ? ring_bytes : RING_BYTES;
    if (readers == 1 || all > INT_MAX) /* live_open() says what is wrong with it */
        return all;
    return all / readers > RING_LEAST_BYTES ? all / readers : RING_LEAST_BYTES;
}

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

/* Until now each reader has received every frame. */
static bool share(struct live **l, unsigned readers, const struct hash_key *key, struct err *err)
{
    int fd[READERS_MAX] = {0};
    for (unsigned i = 0; i < readers; i++)
        fd[i] = pcap_fileno(l[i]->pcap);
    if (!fanout_join(fd, readers, key, l[0]->interface, err))
        return false;
    uint64_t now_ns = wall_ns();
    for (unsigned i = 0; i < readers; i++)
        l[i]->since_ns = now_ns;
    return true;
}

bool live_open_shared(const struct live_options *options, const struct hash_key *key,
                      unsigned readers, struct live **ret, struct err *err)
{
    struct live_options each = *options;
    unsigned opened = 0;
    assert(readers && readers <= READERS_MAX);
    each.ring_bytes = share_ring(options->ring_bytes, readers);
    for (; opened < readers && (ret[opened] = live_open(&each, err)); opened++)
        if (opened)
            forget_losses(ret[opened]);
    if (opened == readers && (readers == 1 || share(ret, readers, key, err)))
        return true;
    while (opened)
        live_close(ret[--opened]);
    return false;
}

int live_fd(const struct live *l)
{
    return pcap_get_selectable_fd(l->pcap);
}

const char *live_interface(const struct live *l)
{
    return l->interface;
}

static void take(u_char *ctx, const struct pcap_pkthdr *header, const u_char *data)
{
    struct live *l = (struct live *)(void *)ctx;
    struct frame frame = {
        .time_ns = (uint64_t)header->ts.tv_sec * NANOSECONDS + (uint64_t)header->ts.tv_usec,
        .captured = header->caplen,
        .length = header->len > header->caplen ? header->len : header->caplen,
        .data = data,
        .link_type = l->link_type,
        .interface = l->number,
    };
    if (frame.time_ns < l->since_ns)
        return;
    l->handler(l->ctx, &frame);
}

enum live_status live_read(struct live *l, int max, live_handler *handler, void *ctx,
                           struct err *err)
{
    l->handler = handler;
    l->ctx = ctx;
    int count = pcap_dispatch(l->pcap, max, take, (u_char *)(void *)l);
    if (count > 0)
        return LIVE_READ;
    if (count == 0)
        return LIVE_SILENT;
    err_set(err, "%s: cannot be read: %s", l->interface, pcap_geterr(l->pcap));
    if (!l->index || find_index(l) == l->index)
        return LIVE_FAILED;
    err_set(err, "%s: the interface was deleted", l->interface);
    return LIVE_GONE;
}

enum live_state live_state(const struct live *l)
{
    struct ifreq request = {0};
    if (!l->index)
        return LIVE_STATE_UP;
    if (find_index(l) != l->index)
        return LIVE_STATE_DELETED;
    strncpy(request.ifr_name, l->interface, sizeof request.ifr_name - 1);
    bool told = ioctl(pcap_fileno(l->pcap), SIOCGIFFLAGS, &request) == 0;
    bool up = (request.ifr_flags & IFF_UP) && (request.ifr_flags & IFF_RUNNING);
    return !told || up ? LIVE_STATE_UP : LIVE_STATE_DOWN;
}

/* The kernel's counter starts anew each time it is read, so it cannot wrap unseen. pcap_stats()
 * reads the same one, but opens files for the interface's. */
void live_count_drops(struct live *l, struct capture_counters *counters)
{
    struct tpacket_stats_v3 since_last = {0};
    socklen_t len = sizeof since_last;
    if (getsockopt(pcap_fileno(l->pcap), SOL_PACKET, PACKET_STATISTICS, &since_last, &len) == 0)
        l->kernel_drops += since_last.tp_drops;
    uint64_t losses = read_losses(l);
    counters->kernel_drops = l->kernel_drops;
    if (losses > l->loss_at_open + l->interface_drops) /* once deleted, it has none to tell of */
        l->interface_drops = losses - l->loss_at_open;
    counters->interface_drops = l->interface_drops;
}

bool live_list(struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) != 0)
        return err_set(err, "the interfaces cannot be listed: %s", why);
    for (const pcap_if_t *i = all; i; i = i->next) {
        const char *state = i->flags & PCAP_IF_LOOPBACK ? "loopback"
                            : i->flags & PCAP_IF_UP     ? "up"
                                                        : "down";
        if (is_network(i))
            printf("%-16s %s\n", i->name, i->description ? i->description : state);
    }
    pcap_freealldevs(all);
    return true;
}
