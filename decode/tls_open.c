/* tls_open.c - see tls_open.h. */
#include "decode/tls_open.h"

#include <stdlib.h>

#include "decode/tls_seal.h"

#define ASK_AGAIN_NS UINT64_C(10000000) /* 10 ms */
#define WAIT_MAX_NS UINT64_C(10000000000)

enum {
    WINDOW_MAX = 128,   /* numbers tried after a hole */
    FAILURES_MAX = 8,   /* records in a row that do not open: then none will */
    STRANGERS_MAX = 64, /* likewise, at the beginning, of those under keys that nobody has */
    RECORD_LEAST = TLS_RECORD_HEADER + 17,
};

/* Of one direction. */
struct opener {
    struct tls_seal seal;
    uint8_t secret[TLS_SECRET_MAX]; /* behind `seal`; of TLS 1.3 */
    bool is_data;                   /* else `seal` is of the handshake; of TLS 1.3 */
    bool found;                     /* a record has opened */
    bool padded;                    /* records are longer than what they hold needs */
    bool hole;                      /* there is one before the next, */
    bool waited;                    /* which has not come for a while, */
    bool told;                      /* and the one inside knows */
    uint32_t failures;
    uint64_t number, place; /* expected of the next */
};

struct tls_open {
    struct tls_suite suite;
    bool asked, is_open, over;
    uint64_t asked_ns, since_ns; /* when for the latest time; when first */
    struct tls_secrets secrets;
    struct opener opener[2];
};

/* A sealed record; it is held in this form, with its bytes behind it. */
struct sealed {
    struct bytes record;
    uint64_t place, first_ns, latest_ns;
    enum dir dir;
    bool is_fed;
};

static void forget_keys(struct tls_open *o)
{
    for (int dir = 0; dir < 2; dir++)
        tls_seal_free(&o->opener[dir].seal);
    explicit_bzero(&o->secrets, sizeof o->secrets);
    for (int dir = 0; dir < 2; dir++)
        explicit_bzero(o->opener[dir].secret, TLS_SECRET_MAX);
}

void tls_open_free(struct tls_open *o)
{
    if (!o)
        return;
    forget_keys(o);
    free(o);
}

bool tls_open_wants(const struct tls_open *o, const struct tls_handshake *h, const struct conn *c)
{
    struct tls_suite suite;
    if (o)
        return !o->over;
    return conn_keys(c) && h->answered && h->has_random[0] && h->has_random[1] &&
           tls_suite_of(h->version, h->cipher, &suite);
}

/* Nothing of the connection will open any more. */
static void give_up(struct tls_open *o, struct conn *c)
{
    bool was_open = o->is_open;
    o->over = true;
    o->is_open = false;
    forget_keys(o);
    conn_release(c, NULL, NULL);
    for (int dir = 0; was_open && dir < 2; dir++)
        conn_inner_gap(c, (enum dir)dir, GAP_UNKNOWN);
}

static bool use_traffic(struct opener *o, const struct tls_suite *suite, const uint8_t *secret,
                        bool is_data)
{
    struct tls_key key;
    memcpy(o->secret, secret, tls_suite_secret_len(suite));
    o->is_data = is_data;
    bool used = tls_key_of_traffic(suite, o->secret, &key) && tls_seal_set(&o->seal, suite, &key);
    explicit_bzero(&key, sizeof key);
    return used;
}

static bool is_whole(const struct tls_open *o)
{
    const uint8_t *len = o->secrets.len;
    size_t wanted = tls_suite_secret_len(&o->suite);
    if (!o->suite.is_13)
        return len[SECRET_MASTER];
    return len[SECRET_CLIENT_TRAFFIC] == wanted && len[SECRET_SERVER_TRAFFIC] == wanted;
}

static bool start_12(struct tls_open *o, struct tls_handshake *h)
{
    struct tls_key key[2];
    bool fine = tls_keys_of_master(&o->suite, o->secrets.secret[SECRET_MASTER],
                                   h->random[TO_SERVER], h->random[TO_CLIENT], key);
    for (int dir = 0; fine && dir < 2; dir++) {
        fine = tls_seal_set(&o->opener[dir].seal, &o->suite, &key[dir]);
        o->opener[dir].is_data = true;
    }
    explicit_bzero(key, sizeof key);
    return fine;
}

static bool start_13(struct tls_open *o)
{
    bool fine = true;
    for (int dir = 0; fine && dir < 2; dir++) {
        int kind = SECRET_CLIENT_HANDSHAKE + dir;
        bool is_data = o->secrets.len[kind] != tls_suite_secret_len(&o->suite);
        kind = is_data ? SECRET_CLIENT_TRAFFIC + dir : kind;
        fine = use_traffic(&o->opener[dir], &o->suite, o->secrets.secret[kind], is_data);
    }
    return fine;
}

/* Makes `next` of the key that may follow. */
static bool next_key(const struct tls_open *o, enum dir dir, struct opener *next)
{
    const struct opener *now = &o->opener[dir];
    uint8_t secret[TLS_SECRET_MAX];
    *next = (struct opener){0};
    if (!o->suite.is_13 || (now->is_data && !now->found))
        return false;
    if (!now->is_data)
        return use_traffic(next, &o->suite, o->secrets.secret[SECRET_CLIENT_TRAFFIC + (int)dir],
                           true);
    return tls_next_traffic(&o->suite, now->secret, secret) &&
           use_traffic(next, &o->suite, secret, true);
}

/* The record that is tried, and what comes of it. */
struct attempt {
    const struct sealed *sealed;
    uint8_t *plain;
    int len;          /* -1: it has not opened */
    uint64_t number;  /* under which it has, */
    bool is_next;     /* with the next key */
    bool is_doubtful; /* records may be missing before it */
};

static bool try_number(struct attempt *a, struct tls_seal *seal, uint64_t number)
{
    struct bytes content = bytes_after(a->sealed->record, TLS_RECORD_HEADER);
    a->number = number;
    a->len = tls_seal_open(seal, number, a->sealed->record.at, content, a->plain);
    return a->len >= 0;
}

static bool try_window(struct attempt *a, struct tls_seal *seal, uint64_t from, uint64_t window)
{
    for (uint64_t i = 1; i <= window; i++)
        if (try_number(a, seal, from + i))
            return true;
    return false;
}

/* How many records can have been missed. */
static uint64_t window_of(const struct opener *o, const struct attempt *a)
{
    uint64_t bytes = a->sealed->place - o->place;
    if (!a->is_doubtful)
        return 0;
    return o->found && bytes < WINDOW_MAX * RECORD_LEAST ? bytes / RECORD_LEAST + 1 : WINDOW_MAX;
}

static bool try_all(const struct tls_open *o, struct opener *now, struct opener *next,
                    struct attempt *a)
{
    uint64_t window = window_of(now, a);
    if (try_number(a, &now->seal, now->number))
        return true;
    bool has_next = next_key(o, a->sealed->dir, next);
    if (has_next && try_number(a, &next->seal, 0)) {
        a->is_next = true;
        return true;
    }
    if (try_window(a, &now->seal, now->number, window))
        return true;
    a->is_next = has_next && try_window(a, &next->seal, 0, window);
    return a->is_next;
}

/* How many bytes of what the direction carries were in the records that were missed before this
 * one. */
static uint64_t missed_bytes(const struct opener *o, const struct attempt *a)
{
    uint64_t records = a->is_next ? a->number : a->number - o->number;
    if (!a->is_doubtful || (!records && (!a->is_next || !o->is_data)))
        return 0;
    if (a->is_next || !o->found || o->padded)
        return GAP_UNKNOWN;
    uint64_t bytes = a->sealed->place - o->place;
    uint64_t around = records * (TLS_RECORD_HEADER + tls_suite_overhead(&o->seal.suite));
    return bytes > around ? bytes - around : 0;
}

/* Removes the padding of TLS 1.3 and the type behind it, which is returned. */
static uint8_t take_type(struct opener *o, struct bytes *plain)
{
    size_t before = plain->len;
    while (plain->len && !plain->at[plain->len - 1])
        plain->len--;
    o->padded = o->padded || plain->len != before;
    return plain->len ? plain->at[--plain->len] : 0;
}

/* What came at one time is told at one time; the last of it with the end of the record, before
 * which nobody could open it. */
static void tell(struct conn *c, const struct sealed *s, size_t front, struct bytes plain)
{
    while (plain.len) {
        uint64_t ns = front ? s->latest_ns : s->first_ns;
        size_t run = s->is_fed ? conn_fed_run(c, front, &ns) : front ? SIZE_MAX : 1;
        bool is_last = run >= plain.len;
        struct bytes part = bytes_first(plain, run);
        conn_inner_bytes(c, s->dir, is_last ? s->latest_ns : ns, part);
        plain = bytes_after(plain, part.len);
        front += part.len;
    }
}

static void hand_on(struct opener *o, struct tls_handshake *h, struct conn *c,
                    const struct sealed *s, struct bytes plain)
{
    const struct tls_suite *suite = &o->seal.suite;
    size_t sent = suite->is_13 ? 0 : tls_suite_overhead(suite) - suite->tag_len;
    uint8_t type = suite->is_13 ? take_type(o, &plain) : s->record.at[0];
    if (type == TLS_APPLICATION_DATA)
        tell(c, s, s->is_fed ? TLS_RECORD_HEADER + sent : 0, plain);
    else if (type == TLS_HANDSHAKE && !o->is_data)
        tls_handshake_opened(h, c, s->dir, plain);
}

/* Under a key that nobody has: that of early data, or of a handshake whose secrets are not told. */
static bool may_be_strange(const struct opener *o, struct tls_handshake *h, enum dir dir)
{
    return h->is_13 && !o->found && (o->is_data || (dir == TO_SERVER && h->early_data));
}

/* The record that was expected cannot be opened, but it is known how long it is. */
static void skip(struct opener *o, struct conn *c, enum dir dir, size_t len)
{
    size_t around = TLS_RECORD_HEADER + tls_suite_overhead(&o->seal.suite);
    o->number++;
    o->place += len;
    conn_inner_gap(c, dir, o->padded ? GAP_UNKNOWN : len > around ? len - around : 0);
}

static void fail(struct tls_open *o, struct tls_handshake *h, struct conn *c,
                 const struct sealed *s)
{
    struct opener *now = &o->opener[s->dir];
    bool strange = may_be_strange(now, h, s->dir);
    now->failures++;
    if (!strange)
        conn_undecrypted(c);
    if (now->found && now->place == s->place)
        skip(now, c, s->dir, s->record.len);
    else
        now->hole = now->hole || now->found;
    if (now->failures >= (strange ? STRANGERS_MAX : FAILURES_MAX))
        give_up(o, c);
}

static void open_record(struct tls_open *o, struct tls_handshake *h, struct conn *c,
                        const struct sealed *s)
{
    struct opener *now = &o->opener[s->dir], next = {0};
    struct attempt a = {
        .sealed = s,
        .plain = conn_opened(c),
        .is_doubtful = now->found ? s->place != now->place || now->failures : now->hole,
    };
    if (!try_all(o, now, &next, &a)) {
        tls_seal_free(&next.seal);
        fail(o, h, c, s);
        return;
    }
    uint64_t missed = missed_bytes(now, &a);
    if (!now->told)
        conn_inner_gap(c, s->dir, missed);
    struct tls_seal unused = a.is_next ? now->seal : next.seal;
    if (a.is_next) {
        next.padded = now->padded;
        *now = next;
    }
    tls_seal_free(&unused);
    now->found = true;
    now->failures = 0;
    now->hole = now->waited = now->told = false;
    now->number = a.number + 1;
    now->place = s->place + s->record.len;
    if (missed && !now->is_data)
        tls_messages_lose(&h->messages[s->dir]);
    hand_on(now, h, c, s, bytes_of(a.plain, (size_t)a.len));
}

/* In front of a record that is held. */
struct label {
    uint64_t place, first_ns, latest_ns;
    uint32_t len;
    enum dir dir;
};

static bool hold(struct conn *c, const struct sealed *s)
{
    struct label label = {s->place, s->first_ns, s->latest_ns, (uint32_t)s->record.len, s->dir};
    return conn_hold(c, bytes_of(&label, sizeof label)) && conn_hold(c, s->record);
}

struct waiting {
    struct tls_open *o;
    struct tls_handshake *h;
};

static size_t open_held(void *ctx, struct conn *c, struct bytes in)
{
    struct waiting *w = ctx;
    struct label label;
    memcpy(&label, in.at, sizeof label);
    struct sealed s = {
        .record = bytes_of(in.at + sizeof label, label.len),
        .place = label.place,
        .first_ns = label.first_ns,
        .latest_ns = label.latest_ns,
        .dir = label.dir,
    };
    open_record(w->o, w->h, c, &s);
    return w->o->over ? 0 : sizeof label + label.len;
}

/* True: there are keys. */
static bool ask(struct tls_open *o, struct tls_handshake *h, struct conn *c, bool now)
{
    const struct key_source *keys = conn_keys(c);
    uint64_t clock_ns = conn_clock_ns(c);
    if (o->asked && !now && clock_ns - o->asked_ns < ASK_AGAIN_NS)
        return false;
    o->since_ns = o->asked ? o->since_ns : clock_ns;
    o->asked = true;
    o->asked_ns = clock_ns;
    if (!keys->find(keys->ctx, h->random[TO_SERVER], &o->secrets) || !is_whole(o)) {
        if (keys->complete || clock_ns - o->since_ns > WAIT_MAX_NS)
            give_up(o, c);
        return false;
    }
    o->is_open = o->suite.is_13 ? start_13(o) : start_12(o, h);
    if (!o->is_open)
        give_up(o, c);
    conn_release(c, open_held, &(struct waiting){o, h});
    conn_inner_caught_up(c);
    return o->is_open;
}

static struct tls_open *begin(struct tls_handshake *h)
{
    struct tls_open *o = calloc(1, sizeof *o);
    if (o)
        tls_suite_of(h->version, h->cipher, &o->suite);
    return o;
}

void tls_open_record(struct tls_open **at, struct tls_handshake *h, struct conn *c, enum dir dir,
                     struct bytes record)
{
    struct tls_open *o = *at = *at ? *at : begin(h);
    struct sealed s = {.record = record, .place = conn_place(c), .dir = dir, .is_fed = true};
    if (!o)
        return;
    s.first_ns = conn_now_ns(c);
    for (size_t seen = 0, run = 0; seen<record.len; seen = run> record.len ? run : seen + run) {
        uint64_t ns;
        run = conn_fed_run(c, seen, &ns);
        s.latest_ns = ns > s.latest_ns ? ns : s.latest_ns;
    }
    if (!o->is_open && !ask(o, h, c, false)) {
        if (!o->over && !hold(c, &s))
            give_up(o, c);
        return;
    }
    open_record(o, h, c, &s);
}

void tls_open_hole(struct tls_open **at, struct tls_handshake *h, enum dir dir)
{
    struct tls_open *o = *at = *at ? *at : begin(h);
    if (o)
        o->opener[dir].hole = true;
}

void tls_open_part(struct tls_open *o, struct conn *c, enum dir dir, uint64_t place, size_t len)
{
    if (o && o->is_open && o->opener[dir].found && o->opener[dir].place == place)
        skip(&o->opener[dir], c, dir, len);
}

/* What is missing is not to be learned from a record that comes behind it. */
static void tell_of_hole(struct opener *o, struct conn *c, enum dir dir, bool last)
{
    if (!o->hole || o->told || !o->found || conn_total(c, dir) == o->place)
        return;
    if (last || o->waited) {
        conn_inner_gap(c, dir, GAP_UNKNOWN);
        o->told = true;
    }
    o->waited = true;
}

void tls_open_poll(struct tls_open *o, struct tls_handshake *h, struct conn *c, bool last)
{
    if (!o || o->over)
        return;
    if (!o->is_open && !ask(o, h, c, true))
        return;
    for (int dir = 0; dir < 2; dir++)
        tell_of_hole(&o->opener[dir], c, (enum dir)dir, last);
}
