/* host.c - see host.h. */
#include "graph/host.h"

#include "base/bytes.h"
#include "capture/address.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length without ":8080". */
static size_t without_port(const char *host, size_t len)
{
    size_t at = len;
    while (at && is_digit(host[at - 1]))
        at--;
    return at && host[at - 1] == ':' ? at - 1 : len;
}

/* Letters, digits, "-", "_", "." and, for names that are not ASCII, all bytes past it. */
static bool may_be_in_name(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || strchr("-_.", c) || (unsigned char)c >= 0x80;
}

static bool names_nothing(const char *name)
{
    static const char *const words[] = {"localhost", "localhost.localdomain", "external"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return false;
}

bool host_is_short_for(const char *name, const char *whole)
{
    size_t len = strlen(name);
    return strncmp(name, whole, len) == 0 && whole[len] == '.';
}

bool host_to_name(const char *host, char *name, size_t size)
{
    size_t len = without_port(host, strlen(host));
    while (len && host[len - 1] == '.')
        len--;
    if (!len || len >= size)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool capital = host[i] >= 'A' && host[i] <= 'Z';
        name[i] = capital ? (char)(host[i] + 'a' - 'A') : host[i];
        if (!may_be_in_name(name[i]))
            return false; /* brackets of IPv6 addresses too */
    }
    name[len] = '\0';
    struct address ignored;
    return name[0] != '.' && !address_from_text(name, &ignored) && !names_nothing(name);
}
