/* tls_hello.c - see tls_hello.h. */
#include "decode/tls_hello.h"

#include "decode/tls_facts.h"

enum extension {
    EXT_SERVER_NAME = 0,
    EXT_SIGNATURE_ALGORITHMS = 13,
    EXT_ALPN = 16,
    EXT_PRE_SHARED_KEY = 41,
    EXT_EARLY_DATA = 42,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_ECH = 0xfe0d,
};

enum {
    RANDOM_BYTES = 32,
    SESSION_ID_MAX = 32,
    HOST_NAME = 0, /* the only kind of server name there is (RFC 6066, 3) */
    SSL2_CLIENT_HELLO = 1,
    SSL2_FIXED_BYTES = 11, /* header and fixed fields */
    SSL2_CIPHER_BYTES = 3,
};

static struct bytes take_8(struct cursor *c)
{
    return cursor_take(c, cursor_u8(c));
}

static struct bytes take_16(struct cursor *c)
{
    return cursor_take(c, cursor_be16(c));
}

static bool is_version(uint16_t version)
{
    return version >> 8 == 3;
}

/* The greatest that is a version at all; a draft of TLS 1.3 counts as just below it. */
static uint16_t greater_version(uint16_t a, uint16_t b)
{
    if (!tls_version_name(b)[0])
        return a;
    if (tls_version_is_13(a) != tls_version_is_13(b))
        return tls_version_is_13(a) ? a : b;
    bool is_final = a == TLS_1_3 || b == TLS_1_3;
    return is_final ? TLS_1_3 : a > b ? a : b;
}

static uint16_t read_versions(struct bytes content, uint16_t otherwise)
{
    struct cursor c = cursor_over(content);
    struct cursor list = cursor_over(take_8(&c));
    uint16_t most = 0;
    while (cursor_left(&list) >= 2)
        most = greater_version(most, cursor_be16(&list));
    return most ? most : otherwise;
}

static struct bytes read_server_name(struct bytes content)
{
    struct cursor c = cursor_over(content);
    struct cursor list = cursor_over(take_16(&c));
    while (cursor_left(&list)) {
        uint8_t kind = cursor_u8(&list);
        struct bytes name = take_16(&list);
        if (kind == HOST_NAME && !list.starved)
            return name;
    }
    return (struct bytes){0};
}

static struct bytes read_list_16(struct bytes content)
{
    struct cursor c = cursor_over(content);
    return take_16(&c);
}

static bool next_extension(struct cursor *c, uint16_t *ret_type, struct bytes *ret_content)
{
    if (!cursor_left(c))
        return false;
    *ret_type = cursor_be16(c);
    *ret_content = take_16(c);
    return !c->starved;
}

static void read_client_extension(uint16_t type, struct bytes content, struct tls_client_hello *h)
{
    switch (type) {
    case EXT_SERVER_NAME:
        h->has_server_name = true;
        h->server_name = read_server_name(content);
        break;
    case EXT_SIGNATURE_ALGORITHMS:
        h->signatures = read_list_16(content);
        break;
    case EXT_ALPN:
        h->alpn = read_list_16(content);
        break;
    case EXT_EARLY_DATA:
        h->has_early_data = true;
        break;
    case EXT_SUPPORTED_VERSIONS:
        h->version_most = read_versions(content, h->version);
        break;
    case EXT_ECH:
        h->has_ech = true;
        break;
    default:
        break;
    }
}

bool tls_read_client_hello(struct bytes body, struct tls_client_hello *ret)
{
    struct cursor c = cursor_over(body);
    *ret = (struct tls_client_hello){.version = cursor_be16(&c)};
    ret->version_most = ret->version;
    ret->random = cursor_take(&c, RANDOM_BYTES);
    ret->session_id = take_8(&c);
    ret->ciphers = take_16(&c);
    struct bytes compressions = take_8(&c);
    if (cursor_left(&c)) /* before TLS 1.2 there may be none */
        ret->extensions = take_16(&c);
    if (c.starved || cursor_left(&c) || !is_version(ret->version) ||
        ret->session_id.len > SESSION_ID_MAX || !ret->ciphers.len || ret->ciphers.len % 2 ||
        !compressions.len)
        return false;
    struct cursor list = cursor_over(ret->extensions);
    struct bytes content;
    for (uint16_t type; next_extension(&list, &type, &content);)
        read_client_extension(type, content, ret);
    return !list.starved;
}

size_t tls_ssl2_hello_len(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint16_t header = cursor_be16(&c);
    uint8_t type = cursor_u8(&c);
    uint16_t version = cursor_be16(&c);
    size_t len = header & 0x7fff;
    bool is_hello = header & 0x8000 && type == SSL2_CLIENT_HELLO &&
                    (version == SSL_2 || (is_version(version) && tls_version_name(version)[0]));
    if (c.starved || !is_hello || len + 2 < SSL2_FIXED_BYTES || len > TLS_SSL2_HELLO_MAX)
        return 0;
    return len + 2;
}

bool tls_read_ssl2_hello(struct bytes record, struct tls_client_hello *ret)
{
    struct cursor c = cursor_over(record);
    cursor_skip(&c, 3);
    *ret = (struct tls_client_hello){.version = cursor_be16(&c), .is_ssl2 = true};
    ret->version_most = ret->version;
    uint16_t ciphers = cursor_be16(&c), session = cursor_be16(&c), challenge = cursor_be16(&c);
    ret->ciphers = cursor_take(&c, ciphers);
    ret->session_id = cursor_take(&c, session);
    cursor_skip(&c, challenge);
    return !c.starved && !cursor_left(&c) && ciphers && ciphers % SSL2_CIPHER_BYTES == 0 &&
           session <= SESSION_ID_MAX;
}

/* SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3). */
static const uint8_t retry_random[RANDOM_BYTES] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static void read_server_extension(uint16_t type, struct bytes content, struct tls_server_hello *h)
{
    struct cursor c = cursor_over(content);
    if (type == EXT_SUPPORTED_VERSIONS) {
        uint16_t version = cursor_be16(&c);
        if (tls_version_name(version)[0])
            h->version = version;
    } else if (type == EXT_PRE_SHARED_KEY) {
        h->has_psk = true;
    } else if (type == EXT_ALPN) {
        struct cursor list = cursor_over(take_16(&c));
        tls_next_alpn(&list, &h->alpn);
    }
}

/* A draft of TLS 1.3 has no session id before the cipher. */
bool tls_read_server_hello(struct bytes body, struct tls_server_hello *ret)
{
    struct cursor c = cursor_over(body);
    *ret = (struct tls_server_hello){.version = cursor_be16(&c)};
    ret->random = cursor_take(&c, RANDOM_BYTES);
    bool is_old_draft = tls_version_is_13(ret->version);
    if (!is_old_draft)
        ret->session_id = take_8(&c);
    ret->cipher = cursor_be16(&c);
    if (!is_old_draft)
        cursor_skip(&c, 1); /* compression */
    struct bytes extensions = {0};
    if (cursor_left(&c))
        extensions = take_16(&c);
    if (c.starved || cursor_left(&c) || !tls_version_name(ret->version)[0] ||
        ret->session_id.len > SESSION_ID_MAX)
        return false;
    ret->is_retry = bytes_equal(ret->random, bytes_of(retry_random, sizeof retry_random));
    struct cursor list = cursor_over(extensions);
    struct bytes content;
    for (uint16_t type; next_extension(&list, &type, &content);)
        read_server_extension(type, content, ret);
    return !list.starved;
}

bool tls_next_alpn(struct cursor *list, struct bytes *ret)
{
    if (!cursor_left(list))
        return false;
    *ret = take_8(list);
    return !list->starved && ret->len;
}

struct bytes tls_chosen_alpn(struct bytes body)
{
    struct tls_server_hello found = {0};
    struct cursor c = cursor_over(body);
    struct cursor list = cursor_over(take_16(&c));
    struct bytes content;
    for (uint16_t type; next_extension(&list, &type, &content);)
        if (type == EXT_ALPN)
            read_server_extension(type, content, &found);
    return found.alpn;
}

/* TLS 1.3 has a context before the list, and extensions behind each certificate. */
struct cursor tls_certificates(struct bytes body, bool is_13)
{
    struct cursor c = cursor_over(body);
    if (is_13)
        take_8(&c);
    uint32_t len = cursor_be24(&c);
    struct bytes rest = cursor_rest(&c);
    return cursor_over(bytes_first(rest, len));
}

bool tls_next_certificate(struct cursor *list, bool is_13, struct bytes *ret)
{
    if (!cursor_left(list))
        return false;
    *ret = cursor_take(list, cursor_be24(list));
    if (list->starved || !ret->len)
        return false;
    if (is_13)
        take_16(list);
    return true;
}
