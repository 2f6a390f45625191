/* tls_ja4.c - see tls_ja4.h. */
#include "decode/tls_ja4.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/tls_digest.h"

enum {
    LIST_MAX = 512, /* of ciphers, extensions, algorithms; no client comes near */
    COUNT_MAX = 99, /* as it is written */
    DIGEST_TEXT = 12,
    VALUE_TEXT = 5, /* "1301," */
    EXT_SERVER_NAME = 0,
    EXT_ALPN = 16,
};

struct list {
    uint16_t value[LIST_MAX];
    size_t len;
};

static bool list_add(struct list *l, uint16_t value)
{
    if (tls_is_grease(value))
        return true;
    if (l->len == LIST_MAX)
        return false;
    l->value[l->len++] = value;
    return true;
}

static bool add_pairs(struct list *l, struct bytes pairs)
{
    struct cursor c = cursor_over(pairs);
    while (cursor_left(&c) >= 2)
        if (!list_add(l, cursor_be16(&c)))
            return false;
    return true;
}

/* Of SSL 2's form those that TLS has too. */
static bool add_triples(struct list *l, struct bytes triples)
{
    struct cursor c = cursor_over(triples);
    while (cursor_left(&c) >= 3) {
        uint32_t value = cursor_be24(&c);
        if (value <= UINT16_MAX && !list_add(l, (uint16_t)value))
            return false;
    }
    return true;
}

static bool add_extensions(struct list *l, struct bytes extensions)
{
    struct cursor c = cursor_over(extensions);
    while (cursor_left(&c)) {
        uint16_t type = cursor_be16(&c);
        cursor_skip(&c, cursor_be16(&c));
        if (!c.starved && !list_add(l, type))
            return false;
    }
    return true;
}

static int compare(const void *left, const void *right)
{
    uint16_t a = *(const uint16_t *)left, b = *(const uint16_t *)right;
    return (a > b) - (a < b);
}

static void sort(struct list *l)
{
    if (l->len)
        qsort(l->value, l->len, sizeof *l->value, compare);
}

static void without_names(struct list *l)
{
    size_t len = 0;
    for (size_t i = 0; i < l->len; i++)
        if (l->value[i] != EXT_SERVER_NAME && l->value[i] != EXT_ALPN)
            l->value[len++] = l->value[i];
    l->len = len;
}

/* "0005,000a": returns how long it is. */
static size_t write_list(const struct list *l, char *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < l->len; i++) {
        if (i)
            text[at++] = ',';
        for (int shift = 12; shift >= 0; shift -= 4)
            text[at++] = digits[l->value[i] >> shift & 15];
    }
    return at;
}

/* Its first 12 digits. */
static void write_digest(const char *of, size_t len, char text[DIGEST_TEXT + 1])
{
    char whole[FINGERPRINT_TEXT_MAX];
    struct fingerprint f = tls_sha256(bytes_of(of, len));
    fingerprint_to_text(&f, whole);
    bytes_to_text(text, DIGEST_TEXT + 1, bytes_of_text(len ? whole : "000000000000"));
}

static const char *version_text(uint16_t version)
{
    switch (version) {
    case TLS_1_3:
        return "13";
    case TLS_1_2:
        return "12";
    case TLS_1_1:
        return "11";
    case TLS_1_0:
        return "10";
    case SSL_3:
        return "s3";
    case SSL_2:
        return "s2";
    default:
        return "00";
    }
}

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last letter of the first protocol that is offered, or of its bytes in hex. */
static void write_alpn(struct bytes alpn, char text[3])
{
    static const char digits[] = "0123456789abcdef";
    struct cursor list = cursor_over(alpn);
    struct bytes first;
    memcpy(text, "00", 3);
    if (!tls_next_alpn(&list, &first))
        return;
    uint8_t a = first.at[0], z = first.at[first.len - 1];
    bool plain = is_alphanumeric(a) && is_alphanumeric(z);
    text[0] = plain ? (char)a : digits[a >> 4];
    text[1] = plain ? (char)z : digits[z & 15];
}

static unsigned capped(size_t count)
{
    return count < COUNT_MAX ? (unsigned)count : COUNT_MAX;
}

void tls_ja4(const struct tls_client_hello *h, char transport, char text[JA4_TEXT_MAX])
{
    struct list ciphers, extensions, signatures;
    char lists[2 * LIST_MAX * VALUE_TEXT + 1], alpn[3];
    char of_ciphers[DIGEST_TEXT + 1], of_extensions[DIGEST_TEXT + 1];
    ciphers.len = extensions.len = signatures.len = 0;
    text[0] = '\0';
    if (!(h->is_ssl2 ? add_triples : add_pairs)(&ciphers, h->ciphers) ||
        !add_extensions(&extensions, h->extensions) || !add_pairs(&signatures, h->signatures))
        return;
    unsigned count = capped(extensions.len);
    sort(&ciphers);
    without_names(&extensions);
    sort(&extensions);
    write_alpn(h->alpn, alpn);
    write_digest(lists, write_list(&ciphers, lists), of_ciphers);
    size_t len = write_list(&extensions, lists);
    if (signatures.len) {
        lists[len++] = '_';
        len += write_list(&signatures, lists + len);
    }
    write_digest(lists, len, of_extensions);
    snprintf(text, JA4_TEXT_MAX, "%c%s%c%02u%02u%s_%s_%s", transport, version_text(h->version_most),
             h->has_server_name ? 'd' : 'i', capped(ciphers.len), count, alpn, of_ciphers,
             of_extensions);
}
