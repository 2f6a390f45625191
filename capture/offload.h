/* offload.h - what a network card and its driver do to frames before anybody sees them, asked of
 * the kernel through ethtool's ioctl. Asking needs no rights. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct offload {
    bool known;              /* false: the driver does not say; all else is 0 then */
    bool gro;                /* the kernel joins the segments of a connection into larger ones */
    bool gro_hw, lro;        /* the card does */
    bool vlan_strip;         /* it takes VLAN tags off; libpcap puts them back */
    uint32_t ring, ring_max; /* frames that the card has room for, and could have; 0: not known */
};

struct offload offload_read(const char *interface);

/* Are segments joined, by whomever? */
static inline bool offload_joins(const struct offload *o)
{
    return o->gro || o->gro_hw || o->lro;
}
