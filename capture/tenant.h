/* tenant.h - BOUNDARY: numbers that tell networks apart whose addresses overlap.
 *
 * Four bits of kind, then 28 of id: VLAN 5 is 0x00000005, the VXLAN network 5 is 0x10000005. What
 * lies nearest to the packet decides: a tunnel's id, else its VLAN. A VLAN tag inside a tunnel is
 * mixed in, as id ^ vlan << 16; so is what a GRE key has above 28 bits, as id ^ key >> 28. A mirror
 * session carries what a switch saw of all its VLANs, so it counts only where no VLAN is known. Ids
 * that differ between the two directions of a conversation (MPLS labels, the endpoints of GTP) tell
 * nothing apart. 0 is no tenant. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum tenant_kind {
    TENANT_VLAN,
    TENANT_VNI, /* VXLAN, VXLAN-GPE, GENEVE, NVGRE */
    TENANT_GRE, /* key */
    TENANT_ERSPAN,
};

enum { TENANT_TEXT_MAX = 24, TENANT_ID_BITS = 28 };

static inline uint32_t tenant_of(enum tenant_kind kind, uint32_t id)
{
    id ^= id >> TENANT_ID_BITS;
    return (uint32_t)kind << TENANT_ID_BITS | (id & ((1U << TENANT_ID_BITS) - 1));
}

static inline uint32_t tenant_with_vlan(uint32_t tunnel, uint16_t vlan)
{
    if (tunnel >> TENANT_ID_BITS == TENANT_VLAN ||
        (tunnel >> TENANT_ID_BITS == TENANT_ERSPAN && vlan))
        return vlan;
    return tunnel ^ (uint32_t)vlan << 16;
}

/* The reverse: what was there before the VLAN. */
static inline uint32_t tenant_without_vlan(uint32_t tenant, uint16_t vlan)
{
    return tenant >> TENANT_ID_BITS == TENANT_VLAN ? 0 : tenant_with_vlan(tenant, vlan);
}

/* "vlan5", "vni5"; "" for none. `size` is at least TENANT_TEXT_MAX. */
void tenant_to_text(uint32_t tenant, char *text, size_t size);
