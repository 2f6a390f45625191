/* live.c - see live.h. */
#include "capture/live.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/libpcap.h"

enum {
    SNAP_BYTES = 262144,
    RING_BYTES = 64 * 1024 * 1024,
    BLOCK_TIMEOUT_MS = 100, /* how long the kernel keeps a block of the ring that is not full */
    NANOSECONDS = 1000 * 1000 * 1000,
};

struct live {
    pcap_t *pcap;
    char *interface; /* owned */
    int link_type;
    uint16_t number;
    uint32_t seen_drops, seen_interface_drops; /* libpcap's counters when they were last read */
    uint64_t drops, interface_drops;
    live_handler *handler; /* of the call of live_read() that is going on */
    void *ctx;
};

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
        if (if_nametoindex(i->name))
            used += (size_t)snprintf(text + used, size - used, " %s", i->name);
    pcap_freealldevs(all);
}

static bool tell(const struct live_options *o, pcap_t *pcap, int status, struct err *err)
{
    char names[256];
    if (status == PCAP_ERROR_PERM_DENIED)
        return err_set(err,
                       "cannot capture on %s: not permitted; run it as root, or once: "
                       "sudo setcap cap_net_raw+ep $(command -v tapgraph)",
                       o->interface);
    if (status == PCAP_ERROR_NO_SUCH_DEVICE) {
        list_names(names, sizeof names);
        return err_set(err, "there is no interface '%s'; there are:%s any", o->interface, names);
    }
    return err_set(err, "cannot capture on %s: %s: %s", o->interface, pcap_statustostr(status),
                   pcap_geterr(pcap));
}

static bool configure(pcap_t *pcap, const struct live_options *o)
{
    bool any = strcmp(o->interface, "any") == 0;
    return pcap_set_snaplen(pcap, (int)(o->snap_bytes ? o->snap_bytes : SNAP_BYTES)) == 0 &&
           pcap_set_promisc(pcap, !o->not_promiscuous && !any) == 0 &&
           pcap_set_timeout(pcap, BLOCK_TIMEOUT_MS) == 0 &&
           pcap_set_buffer_size(pcap, (int)(o->ring_bytes ? o->ring_bytes : RING_BYTES)) == 0;
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

static bool open_pcap(struct live *l, const struct live_options *o, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    l->pcap = pcap_create(o->interface, why);
    if (!l->pcap)
        return err_set(err, "cannot capture on %s: %s", o->interface, why);
    if (!configure(l->pcap, o))
        return err_set(err, "%s: libpcap refuses the snapshot length or the ring's size",
                       o->interface);
    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO); /* else microseconds */
    int status = pcap_activate(l->pcap);
    if (status < 0)
        return tell(o, l->pcap, status, err);
    l->link_type = pcap_datalink(l->pcap);
    if (!libpcap_check_link_type(o->interface, l->link_type, err))
        return false;
    if (pcap_setnonblock(l->pcap, 1, why) != 0)
        return err_set(err, "cannot capture on %s: %s", o->interface, why);
    return set_filter(l, o->filter, err);
}

struct live *live_open(const struct live_options *options, struct err *err)
{
    struct live *l = calloc(1, sizeof *l);
    if (l)
        l->interface = strdup(options->interface);
    if (!l || !l->interface) {
        err_set(err, "%s: out of memory", options->interface);
        live_close(l);
        return NULL;
    }
    l->number = options->number;
    if (open_pcap(l, options, err))
        return l;
    live_close(l);
    return NULL;
}

void live_close(struct live *l)
{
    if (!l)
        return;
    if (l->pcap)
        pcap_close(l->pcap);
    free(l->interface);
    free(l);
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
    uint64_t scale = pcap_get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    struct frame frame = {
        .time_ns = (uint64_t)header->ts.tv_sec * NANOSECONDS + (uint64_t)header->ts.tv_usec * scale,
        .captured = header->caplen,
        .length = header->len > header->caplen ? header->len : header->caplen,
        .data = data,
        .link_type = l->link_type,
        .interface = l->number,
    };
    l->handler(l->ctx, &frame);
}

/* libpcap has no status for it, only words (1.10: "The interface disappeared"), so look for it. */
static bool is_gone(const struct live *l)
{
    return strcmp(l->interface, "any") != 0 && !if_nametoindex(l->interface);
}

enum live_status live_read(struct live *l, int max, live_handler *handler, void *ctx,
                           struct err *err)
{
    l->handler = handler;
    l->ctx = ctx;
    int count = pcap_dispatch(l->pcap, max, take, (u_char *)(void *)l);
    if (count > 0)
        return LIVE_READ;
    if (count == 0 || count == PCAP_ERROR_BREAK)
        return LIVE_SILENT;
    err_set(err, "%s: %s", l->interface, pcap_geterr(l->pcap));
    bool disappeared = strstr(pcap_geterr(l->pcap), "disappeared") != NULL;
    return disappeared || is_gone(l) ? LIVE_GONE : LIVE_FAILED;
}

void live_count_drops(struct live *l, struct capture_counters *counters)
{
    struct pcap_stat now;
    if (pcap_stats(l->pcap, &now) == 0) {
        l->drops += now.ps_drop - l->seen_drops; /* modulo 2^32 */
        l->interface_drops += now.ps_ifdrop - l->seen_interface_drops;
        l->seen_drops = now.ps_drop;
        l->seen_interface_drops = now.ps_ifdrop;
    }
    counters->kernel_drops = l->drops;
    counters->interface_drops = l->interface_drops;
}

bool live_list(struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) != 0)
        return err_set(err, "the interfaces cannot be listed: %s", why);
    for (const pcap_if_t *i = all; i; i = i->next)
        printf("%-16s %s\n", i->name, i->description ? i->description : "");
    pcap_freealldevs(all);
    return true;
}
