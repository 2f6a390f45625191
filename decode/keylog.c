/* keylog.c - see keylog.h. */
#include "decode/keylog.h"

#include <assert.h>
#include <stdlib.h>

enum {
    LINE_MAX = 512, /* the longest label, a random and a secret are under 200 */
    ROOM_MIN = 64,
};
#define NONE UINT32_MAX

struct session {
    uint8_t random[TLS_RANDOM_BYTES];
    struct tls_secrets secrets;
    uint32_t next; /* in its bucket */
};

struct keylog {
    struct hash_key key;
    struct session *session; /* owned; the `first` is the oldest, once they are `max` */
    uint32_t *bucket;        /* owned; `room` of them, a power of two */
    uint32_t len, room, max, first;
    struct keylog_counters counters;
    uint16_t line_len;
    bool too_long; /* the line; it is passed over */
    char line[LINE_MAX];
};

static const char *const labels[SECRET_KINDS] = {
    [SECRET_MASTER] = "CLIENT_RANDOM",
    [SECRET_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    [SECRET_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    [SECRET_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
    [SECRET_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
};

struct keylog *keylog_new(const struct hash_key *key, uint32_t max)
{
    struct keylog *k = calloc(1, sizeof *k);
    assert(max);
    if (!k)
        return NULL;
    k->key = *key;
    k->max = max;
    return k;
}

static void wipe_sessions(struct session *session, uint32_t len)
{
    if (session)
        explicit_bzero(session, len * sizeof *session);
    free(session);
}

void keylog_free(struct keylog *k)
{
    if (!k)
        return;
    wipe_sessions(k->session, k->len);
    free(k->bucket);
    explicit_bzero(k, sizeof *k);
    free(k);
}

static uint32_t *bucket_of(const struct keylog *k, const uint8_t *random)
{
    return &k->bucket[hash_bytes(&k->key, random, TLS_RANDOM_BYTES) & (k->room - 1)];
}

static struct session *find(const struct keylog *k, const uint8_t *random)
{
    uint32_t at = k->room ? *bucket_of(k, random) : NONE;
    while (at != NONE && memcmp(k->session[at].random, random, TLS_RANDOM_BYTES) != 0)
        at = k->session[at].next;
    return at == NONE ? NULL : &k->session[at];
}

static void link_in(struct keylog *k, uint32_t at)
{
    uint32_t *bucket = bucket_of(k, k->session[at].random);
    k->session[at].next = *bucket;
    *bucket = at;
}

static bool grow(struct keylog *k)
{
    uint32_t room = k->room ? 2 * k->room : ROOM_MIN;
    struct session *session = calloc(room, sizeof *session);
    uint32_t *bucket = malloc(room * sizeof *bucket);
    if (!session || !bucket) {
        free(session);
        free(bucket);
        return false;
    }
    if (k->len)
        memcpy(session, k->session, k->len * sizeof *session);
    wipe_sessions(k->session, k->len);
    free(k->bucket);
    k->session = session;
    k->bucket = bucket;
    k->room = room;
    memset(bucket, 0xff, room * sizeof *bucket);
    for (uint32_t i = 0; i < k->len; i++)
        link_in(k, i);
    return true;
}

/* Takes the oldest out of the table; returns its place. */
static uint32_t evict(struct keylog *k)
{
    uint32_t oldest = k->first;
    uint32_t *link = bucket_of(k, k->session[oldest].random);
    while (*link != oldest)
        link = &k->session[*link].next;
    *link = k->session[oldest].next;
    k->first = (oldest + 1) % k->max;
    k->counters.evicted++;
    return oldest;
}

static struct session *find_or_add(struct keylog *k, const uint8_t *random)
{
    struct session *known = find(k, random);
    if (known)
        return known;
    if (k->len < k->max && k->len == k->room && !grow(k))
        return NULL;
    uint32_t at = k->len < k->max ? k->len++ : evict(k);
    explicit_bzero(&k->session[at], sizeof k->session[at]);
    memcpy(k->session[at].random, random, TLS_RANDOM_BYTES);
    link_in(k, at);
    return &k->session[at];
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns how many bytes the digits are; 0: they are none, or more than `most`. */
static size_t read_hex(struct bytes in, uint8_t *to, size_t most)
{
    if (in.len % 2 || in.len > 2 * most)
        return 0;
    for (size_t i = 0; i < in.len / 2; i++) {
        int high = digit(in.at[2 * i]), low = digit(in.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return 0;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return in.len / 2;
}

static struct bytes next_word(struct bytes *rest)
{
    while (rest->len && rest->at[0] == ' ')
        *rest = bytes_after(*rest, 1);
    size_t len = 0;
    while (len < rest->len && rest->at[len] != ' ')
        len++;
    struct bytes word = bytes_first(*rest, len);
    *rest = bytes_after(*rest, len);
    return word;
}

static bool is_secret(enum tls_secret_kind kind, size_t len)
{
    return kind == SECRET_MASTER ? len == TLS_SECRET_MAX : len == 32 || len == TLS_SECRET_MAX;
}

static void read_secret(struct keylog *k, enum tls_secret_kind kind, struct bytes rest)
{
    uint8_t random[TLS_RANDOM_BYTES], secret[TLS_SECRET_MAX];
    size_t random_len = read_hex(next_word(&rest), random, sizeof random);
    size_t len = read_hex(next_word(&rest), secret, sizeof secret);
    if (random_len != sizeof random || !is_secret(kind, len) || next_word(&rest).len) {
        k->counters.nonsense++;
        return;
    }
    struct session *session = find_or_add(k, random);
    if (session) {
        session->secrets.len[kind] = (uint8_t)len;
        memcpy(session->secrets.secret[kind], secret, len);
        k->counters.secrets++;
    }
    explicit_bzero(secret, sizeof secret);
}

static bool is_label(struct bytes word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] != '_' && !(word.at[i] >= '0' && word.at[i] <= '9') &&
            !(word.at[i] >= 'A' && word.at[i] <= 'Z'))
            return false;
    return word.len;
}

static void read_line(struct keylog *k, struct bytes line)
{
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    struct bytes label = next_word(&line);
    if (!label.len || label.at[0] == '#')
        return;
    for (int kind = 0; kind < SECRET_KINDS; kind++) {
        if (bytes_equal_text(label, labels[kind])) {
            read_secret(k, (enum tls_secret_kind)kind, line);
            return;
        }
    }
    k->counters.nonsense += !is_label(label);
}

void keylog_end(struct keylog *k)
{
    if (k->too_long)
        k->counters.nonsense++;
    else
        read_line(k, bytes_of(k->line, k->line_len));
    k->line_len = 0;
    k->too_long = false;
    explicit_bzero(k->line, sizeof k->line);
}

void keylog_read(struct keylog *k, struct bytes in)
{
    while (in.len) {
        const uint8_t *end = memchr(in.at, '\n', in.len);
        size_t len = end ? (size_t)(end - in.at) : in.len;
        if (k->line_len + len > sizeof k->line)
            k->too_long = true;
        if (!k->too_long && len)
            memcpy(k->line + k->line_len, in.at, len);
        k->line_len = k->too_long ? 0 : (uint16_t)(k->line_len + len);
        if (!end)
            return;
        keylog_end(k);
        in = bytes_after(in, len + 1);
    }
}

bool keylog_find(const struct keylog *k, const uint8_t random[TLS_RANDOM_BYTES],
                 struct tls_secrets *ret)
{
    const struct session *session = find(k, random);
    if (session)
        *ret = session->secrets;
    return session;
}

const struct keylog_counters *keylog_counters(const struct keylog *k)
{
    return &k->counters;
}
