/* conn_exchange.c - what a decoder may ask of its connection; see decoder.h. */
#include "decode/conn_state.h"

void *conn_state(struct conn *c)
{
    return c->state;
}

static struct exchange *charge(struct conn *c, enum dir dir, struct open *open)
{
    c->pairing.charged[dir] = open;
    return open ? &open->x : NULL;
}

struct exchange *conn_find(struct conn *c, enum dir dir, uint64_t key)
{
    struct pairing *p = &c->pairing;
    return charge(c, dir, dir == TO_SERVER ? pairing_asking(p, key) : pairing_answering(p, key));
}

static bool is_answering(const struct conn *c)
{
    const struct half *h = &c->half[TO_CLIENT];
    return h->passing || (h->unread && !h->resync);
}

static struct exchange *scratch(struct conn *c)
{
    c->shared->scratch = (struct exchange_room){0};
    return &c->shared->scratch.x;
}

struct exchange *conn_begin(struct conn *c, enum dir dir, uint64_t key)
{
    struct open *open;
    if (dir == TO_CLIENT)
        open = pairing_answer(&c->pairing, c->moment, key, c->front_ns);
    else
        open = pairing_ask(&c->pairing, c->moment, key, c->front_ns, is_answering(c));
    if (!charge(c, dir, open))
        return scratch(c);
    if (dir == TO_SERVER)
        open->x.protocol = c->decoder->name;
    return &open->x;
}

void conn_end(struct conn *c, enum dir dir, uint64_t key)
{
    if (dir == TO_SERVER)
        c->pairing.ending[dir] = pairing_asking(&c->pairing, key);
    else
        pairing_answer_ends(&c->pairing, key);
}

void conn_end_with_close(struct conn *c, enum dir dir)
{
    c->half[dir].ends_with_close = true;
}

void conn_become(struct conn *c, const struct decoder *next)
{
    if (next && !c->spoken && strcmp(next->name, "tls") == 0)
        c->spoken = c->name ? c->name : c->decoder->name;
    c->becoming = true;
    c->next = next;
}

void conn_speaks(struct conn *c, const char *protocol)
{
    c->spoken = protocol;
}

const char *conn_spoken(const struct conn *c)
{
    return c->spoken;
}

uint64_t conn_now_ns(const struct conn *c)
{
    return c->front_ns;
}

uint64_t conn_clock_ns(const struct conn *c)
{
    return c->moment.now_ns;
}

bool conn_is_lost(const struct conn *c, enum dir dir)
{
    return c->half[dir].resync;
}

const struct key_source *conn_keys(const struct conn *c)
{
    return c->is_inner ? NULL : c->shared->keys;
}

struct hpack_memo *conn_memo(struct conn *c)
{
    return c->shared->memo;
}

void conn_undecrypted(struct conn *c)
{
    pairing_trouble(&c->pairing, TROUBLE_UNDECRYPTED, 1);
}

uint64_t conn_place(const struct conn *c)
{
    return c->fed.place;
}

uint64_t conn_total(const struct conn *c, enum dir dir)
{
    return c->half[dir].total;
}

size_t conn_fed_run(const struct conn *c, size_t at, uint64_t *ret_ns)
{
    if (c->fed.unread)
        return unread_run(c->fed.unread, c->fed.at + at, ret_ns);
    *ret_ns = c->fed.arrived_ns;
    return SIZE_MAX;
}

uint8_t *conn_opened(struct conn *c)
{
    return c->shared->opened;
}

uint32_t conn_cut(const struct conn *c)
{
    return c->fed.cut;
}

const struct address *conn_server(const struct conn *c, uint16_t *ret_port)
{
    *ret_port = c->ends.server_port;
    return &c->ends.server_address;
}

void conn_name(struct conn *c, const char *protocol)
{
    if (!c->name)
        c->name = protocol;
}

bool conn_is_named(const struct conn *c, const char *protocol)
{
    return c->name && strcmp(c->name, protocol) == 0;
}

void conn_shed(struct conn *c)
{
    pairing_trouble(&c->pairing, TROUBLE_SHED, 1);
}

void conn_shortened(struct conn *c, uint32_t fields)
{
    pairing_trouble(&c->pairing, TROUBLE_SHORTENED, fields);
}

void *exchange_state(struct exchange *x)
{
    return ((struct exchange_room *)(void *)x)->state;
}

struct exchange *conn_peek(struct conn *c, uint64_t key)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    return open ? &open->x : NULL;
}

struct exchange *conn_next(struct conn *c, const struct exchange *x)
{
    struct open *open = x ? ((const struct open *)(const void *)x)->next : c->pairing.first;
    return open ? &open->x : NULL;
}

/* One that no request of the client began. */
static struct open *add(struct conn *c, uint64_t key, bool unseen)
{
    struct open *open = pairing_add(&c->pairing, c->moment, key, unseen);
    if (open)
        open->x.protocol = c->decoder->name;
    return open;
}

struct exchange *conn_promise(struct conn *c, uint64_t key)
{
    struct open *open = add(c, key, false);
    if (!open)
        return scratch(c);
    open->x.request_ns = open->x.request_end_ns = c->front_ns;
    open->request_ended = true;
    return &open->x;
}

struct exchange *conn_adopt(struct conn *c, uint64_t key)
{
    struct open *open = add(c, key, true);
    return open ? &open->x : scratch(c);
}

void conn_expect_no_answer(struct conn *c, uint64_t key)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    if (open)
        open->answered = true;
}

void conn_abort(struct conn *c, uint64_t key, enum outcome outcome)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    if (open)
        pairing_abort(&c->pairing, c->moment, open, outcome);
}

void conn_answer_was_whole(struct conn *c, uint64_t key)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    if (!open || open->answered)
        return;
    open->answered = true;
    if (open->x.response_ns)
        open->x.response_end_ns = c->half[TO_CLIENT].passed_ns;
}

void conn_withdraw(struct conn *c, uint64_t key)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    if (open)
        pairing_withdraw(&c->pairing, open);
}

void conn_message(struct conn *c, struct exchange *x, uint64_t gap_ns)
{
    const struct sink *sink = &c->shared->sink;
    if (sink->message)
        sink->message(sink->ctx, x, gap_ns);
}

void conn_expect(struct conn *c, const struct exchange *x)
{
    pairing_expect(&c->pairing, x);
}

bool conn_knows_certificate(struct conn *c, const struct fingerprint *f,
                            const struct fingerprint *issued_by)
{
    const struct sink *sink = &c->shared->sink;
    return !sink->certificate ||
           (sink->knows_certificate && sink->knows_certificate(sink->ctx, f, issued_by));
}

void conn_tell_certificate(struct conn *c, const struct certificate *certificate)
{
    const struct sink *sink = &c->shared->sink;
    sink->certificate(sink->ctx, certificate);
}

void conn_carry(struct conn *c, uint64_t key)
{
    struct open *open = pairing_keyed(&c->pairing, key);
    if (!open)
        open = pairing_answering(&c->pairing, KEY_IN_ORDER);
    if (!open)
        return;
    open->carried = true;
    if (open->key != key)
        pairing_rekey(&c->pairing, open, key);
}

void conn_learned(struct conn *c, struct name_answer *a)
{
    const struct sink *sink = &c->shared->sink;
    a->tenant = c->ends.tenant;
    if (sink->answer)
        sink->answer(sink->ctx, a);
}
