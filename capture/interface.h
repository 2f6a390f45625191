/* interface.h - what the kernel knows of a network interface, and what it counts there. Asking
 * needs no rights. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MAC_BYTES = 6 };

struct interface {
    bool exists; /* else all is 0 */
    bool up;
    bool carrier; /* somebody is at the other end of the cable */
    bool loopback;
    bool promiscuous; /* now, for whomever; also when that is not to be known */
    uint32_t mtu;
    uint32_t speed_mbit; /* 0: not known */
    uint8_t mac[MAC_BYTES];
};

struct interface interface_read(const char *name);

/* What the kernel counts of frames that came, since the interface exists. */
enum interface_count {
    COUNT_FRAMES,
    COUNT_NO_ROOM, /* the card had nowhere to put them: rx_missed, rx_fifo, rx_over */
    COUNT_DAMAGED, /* checksum, length or symbol errors: a cable, a plug, an optic */
    COUNT_DROPPED, /* by the driver or the kernel, for whatever reason */
    INTERFACE_COUNTS,
};

struct interface_counts {
    uint64_t of[INTERFACE_COUNTS];
};

/* Opens the counters, to be read when nothing may be opened any more. Given; NULL when memory is
 * short. One without counters counts nothing. */
struct interface_meter *interface_meter_open(const char *name);
void interface_meter_close(struct interface_meter *m);

/* What was counted since it was opened. */
struct interface_counts interface_meter_read(const struct interface_meter *m);
