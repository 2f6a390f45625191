/* address.c - see address.h. */
#include "capture/address.h"

#include <arpa/inet.h>

/* By hand, since inet_ntop() prints, and every line of a log has two of them. */
static void v4_to_text(const uint8_t byte[4], char text[INET_ADDRSTRLEN])
{
    char *at = text;
    for (int i = 0; i < 4; i++) {
        unsigned value = byte[i];
        if (value >= 100)
            *at++ = (char)('0' + value / 100);
        if (value >= 10)
            *at++ = (char)('0' + value / 10 % 10);
        *at++ = (char)('0' + value % 10);
        *at++ = '.';
    }
    at[-1] = '\0';
}

void address_to_text(const struct address *a, char *text, size_t size)
{
    text[0] = '\0';
    if (address_is_none(a))
        return;
    if (address_is_v4(a) && size >= INET_ADDRSTRLEN)
        v4_to_text(a->byte + 12, text);
    else
        inet_ntop(AF_INET6, a->byte, text, (socklen_t)size);
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
