/* tenant.c - see tenant.h. */
#include "capture/tenant.h"

#include <stdio.h>

void tenant_to_text(uint32_t tenant, char *text, size_t size)
{
    static const char *const kinds[] = {
        [TENANT_VLAN] = "vlan",
        [TENANT_VNI] = "vni",
        [TENANT_GRE] = "gre",
        [TENANT_ERSPAN] = "erspan",
    };
    uint32_t kind = tenant >> TENANT_ID_BITS, id = tenant & ((1U << TENANT_ID_BITS) - 1);
    text[0] = '\0';
    if (tenant)
        snprintf(text, size, "%s%u", kind < sizeof kinds / sizeof *kinds ? kinds[kind] : "tenant",
                 id);
}
