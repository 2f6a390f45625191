/* tls_make.c - see tls_make.h. */
#include "tls_make.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"

enum { ARENA = (4 << 20), RANDOM = 32, SESSION = 32 };

static uint8_t arena[ARENA];
static size_t used;

void tls_make_anew(void)
{
    used = 0;
}

static uint8_t *take(size_t len)
{
    assert_true(len <= ARENA - used);
    used += len;
    return arena + used - len;
}

static struct bytes number(size_t value, size_t len)
{
    uint8_t *at = take(len);
    for (size_t i = len; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
    return bytes_of(at, len);
}

struct bytes tls_join(const struct bytes *parts)
{
    size_t len = 0, at = 0;
    for (const struct bytes *p = parts; p->at; p++)
        len += p->len;
    uint8_t *all = take(len);
    for (const struct bytes *p = parts; p->at; p++) {
        if (p->len)
            memcpy(all + at, p->at, p->len);
        at += p->len;
    }
    return bytes_of(all, len);
}

/* With its length before it. */
static struct bytes sized(size_t length_bytes, struct bytes content)
{
    return JOIN(number(content.len, length_bytes), content);
}

static struct bytes nothing(void)
{
    return bytes_of(arena, 0);
}

struct bytes tls_record(uint8_t type, struct bytes content)
{
    return JOIN(number(type, 1), number(0x0303, 2), sized(2, content));
}

struct bytes tls_message(uint8_t type, struct bytes body)
{
    return JOIN(number(type, 1), sized(3, body));
}

struct bytes tls_noise(size_t len)
{
    uint8_t *at = take(len);
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(0xa5 ^ i * 7);
    return bytes_of(at, len);
}

static uint8_t digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

struct bytes tls_hex(const char *digits)
{
    uint8_t *at = take(strlen(digits) / 2);
    size_t len = 0;
    for (; *digits; digits++)
        if (*digits != ' ') {
            at[len++] = (uint8_t)(digit(digits[0]) << 4 | digit(digits[1]));
            digits++;
        }
    return bytes_of(at, len);
}

static struct bytes session(uint8_t first)
{
    if (!first)
        return sized(1, nothing());
    uint8_t *at = take(SESSION);
    memset(at, 7, SESSION);
    at[0] = first;
    return sized(1, bytes_of(at, SESSION));
}

static struct bytes extension(uint16_t type, struct bytes content)
{
    return JOIN(number(type, 2), sized(2, content));
}

static struct bytes numbers(const uint16_t *values, size_t max)
{
    struct bytes all = nothing();
    for (size_t i = 0; i < max && values[i]; i++)
        all = JOIN(all, number(values[i], 2));
    return all;
}

static struct bytes names(const char *const *list, size_t max)
{
    struct bytes all = nothing();
    for (size_t i = 0; i < max && list[i]; i++)
        all = JOIN(all, sized(1, bytes_of_text(list[i])));
    return all;
}

static struct bytes client_extensions(const struct made_hello *h)
{
    struct bytes all = nothing();
    if (h->name)
        all =
            JOIN(all, extension(0, sized(2, JOIN(number(0, 1), sized(2, bytes_of_text(h->name))))));
    if (h->alpn[0])
        all = JOIN(all, extension(16, sized(2, names(h->alpn, 3))));
    if (h->versions[0])
        all = JOIN(all, extension(43, sized(1, numbers(h->versions, 3))));
    if (h->early_data)
        all = JOIN(all, extension(42, nothing()));
    if (h->ech)
        all = JOIN(all, extension(0xfe0d, tls_noise(20)));
    if (h->padding)
        all = JOIN(all, extension(21, tls_noise(h->padding)));
    return all;
}

struct bytes tls_client_hello(const struct made_hello *h)
{
    static const uint16_t ciphers[] = {0x1301, 0xc02f};
    struct bytes listed = h->ciphers[0] ? numbers(h->ciphers, 4) : numbers(ciphers, 2);
    struct bytes extensions = client_extensions(h);
    struct bytes body = JOIN(number(h->version ? h->version : 0x0303, 2), tls_noise(RANDOM),
                             session(h->session), sized(2, listed), number(0x0100, 2));
    return tls_message(1, extensions.len ? JOIN(body, sized(2, extensions)) : body);
}

struct bytes tls_server_hello(const struct made_answer *h)
{
    static const char retry[] = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
    uint16_t version = h->version ? h->version : 0x0303;
    bool is_13 = version >= 0x0304;
    uint16_t cipher = h->cipher ? h->cipher : is_13 ? 0x1301 : 0xc02f;
    struct bytes extensions = nothing();
    if (is_13)
        extensions = JOIN(extensions, extension(43, number(version, 2)));
    if (h->alpn)
        extensions = JOIN(extensions, extension(16, sized(2, names(&h->alpn, 1))));
    if (h->psk)
        extensions = JOIN(extensions, extension(41, number(0, 2)));
    struct bytes body =
        JOIN(number(is_13 ? 0x0303 : version, 2), h->retry ? tls_hex(retry) : tls_noise(RANDOM),
             session(h->session), number(cipher, 2), number(0, 1));
    return tls_message(2, extensions.len ? JOIN(body, sized(2, extensions)) : body);
}

struct bytes tls_der(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/decode/certificates/%s.der", TESTS_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *at = take(4096);
    size_t len = fread(at, 1, 4096, file);
    fclose(file);
    return bytes_of(at, len);
}

struct bytes tls_chain(const char *const *list)
{
    struct bytes all = nothing();
    for (; *list; list++)
        all = JOIN(all, sized(3, tls_der(*list)));
    return tls_message(11, sized(3, all));
}

struct step tls_says(struct bytes b)
{
    return (struct step){STEP_BYTES, TO_SERVER, (const char *)b.at, b.len, 0, 0};
}

struct step tls_hears(struct bytes b)
{
    return (struct step){STEP_BYTES, TO_CLIENT, (const char *)b.at, b.len, 0, 0};
}
