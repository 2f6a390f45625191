/* address.c - see address.h. */
#include "capture/address.h"

#include <arpa/inet.h>

void address_to_text(const struct address *a, char *text, size_t size)
{
    text[0] = '\0';
    if (address_is_none(a))
        return;
    bool v4 = address_is_v4(a);
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? a->byte + 12 : a->byte, text, (socklen_t)size);
}

bool address_from_text(const char *text, struct address *ret_address)
{
    uint8_t raw[16];
    if (inet_pton(AF_INET, text, raw) == 1) {
        *ret_address = address_v4(raw);
        return true;
    }
    if (inet_pton(AF_INET6, text, raw) != 1)
        return false;
    *ret_address = address_v6(raw);
    return true;
}
