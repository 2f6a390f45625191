/* ldap.c - LDAP (RFC 4511) over TCP, message by message (decode/ldap_message.h).
 *
 * Answers repeat the number of their request. An answer to a search is many messages: entries and
 * references are counted and pass by unseen, up to the one that says that it is done. With StartTLS
 * the connection goes on as TLS; what a SASL mechanism has sealed passes by untold. */
#include "decode/decoder.h"
#include "decode/ldap_message.h"

#include <stdio.h>

struct ldap {
    bool may_seal; /* a bind was asked for after which messages may be sealed */
};

enum { SEALED_HEAD = 4 }; /* the length of what is sealed (RFC 4422, 3.7) */

/* Beside an exchange. */
struct asked {
    enum ldap_op op;
    bool starts_tls;
};

static struct asked *asked_of(struct exchange *x)
{
    return exchange_state(x);
}

static void end_unanswered(struct conn *c, struct exchange *x, uint32_t id)
{
    x->outcome = OUTCOME_OK;
    conn_end(c, TO_SERVER, id);
    conn_expect_no_answer(c, id);
}

static int64_t feed_request(struct conn *c, const struct ldap_message *m)
{
    struct ldap *l = conn_state(c);
    char text[LDAP_OPERATION_MAX];
    if (!m->is_whole)
        return DECODE_MORE;
    if (!ldap_operation(m, text))
        return DECODE_LOST;
    conn_name(c, "ldap");
    conn_abort(c, m->id, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    if (m->op == LDAP_ABANDON)
        conn_abort(c, ldap_abandoned(m), OUTCOME_CANCELLED);
    struct exchange *x = conn_begin(c, TO_SERVER, m->id);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(ldap_method(m->op)));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(text));
    *asked_of(x) = (struct asked){.op = m->op, .starts_tls = ldap_is_starttls(m)};
    x->call = ldap_waits(m) ? CALL_SERVER_STREAMING : CALL_NONE;
    l->may_seal = l->may_seal || ldap_may_seal(m);
    if (m->op == LDAP_ABANDON || m->op == LDAP_UNBIND)
        end_unanswered(c, x, m->id);
    else
        conn_end(c, TO_SERVER, m->id);
    return (int64_t)m->length;
}

static enum outcome outcome_of(int32_t code)
{
    enum {
        OPERATIONS_ERROR = 1,
        TIME_LIMIT = 3,
        COMPARE_FALSE = 5,
        COMPARE_TRUE = 6,
        REFERRAL = 10,
        IN_PROGRESS = 14,
        BUSY = 51,
        UNAVAILABLE = 52,
        LOOP = 54,
        OTHER = 80,
        CANCELED = 118,
    };
    switch (code) {
    case 0:
    case COMPARE_FALSE:
    case COMPARE_TRUE:
    case REFERRAL:
    case IN_PROGRESS:
        return OUTCOME_OK;
    case TIME_LIMIT:
        return OUTCOME_TIMEOUT;
    case OPERATIONS_ERROR:
    case BUSY:
    case UNAVAILABLE:
    case LOOP:
    case OTHER:
        return OUTCOME_SERVER_ERROR;
    case CANCELED:
        return OUTCOME_CANCELLED;
    default:
        return OUTCOME_CLIENT_ERROR;
    }
}

static void note_result(struct exchange *x, int32_t code)
{
    char number[16];
    const char *name = ldap_result_name(code);
    if (!name) {
        snprintf(number, sizeof number, "%d", (int)code);
        name = number;
    }
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(name));
    x->outcome = outcome_of(code);
}

/* The exchange of the answer that this is part of. One whose request was not seen is open until its
 * answer is done, and counted once. */
static struct exchange *answered(struct conn *c, const struct ldap_message *m)
{
    if (!conn_peek(c, m->id))
        conn_adopt(c, m->id);
    const struct exchange *x = conn_peek(c, m->id);
    return x && x->response_ns ? conn_find(c, TO_CLIENT, m->id) : conn_begin(c, TO_CLIENT, m->id);
}

static int64_t feed_answer(struct conn *c, const struct ldap_message *m)
{
    bool is_part = m->op == LDAP_ENTRY || m->op == LDAP_REFERENCE || m->op == LDAP_INTERMEDIATE;
    int32_t code = is_part ? 0 : ldap_result(m);
    if (code < 0)
        return m->is_whole ? DECODE_LOST : DECODE_MORE;
    conn_name(c, "ldap");
    if (!m->id) /* a notice of disconnection: it answers nothing */
        return (int64_t)m->length;
    struct exchange *x = answered(c, m);
    x->response_messages += m->op == LDAP_ENTRY || m->op == LDAP_REFERENCE;
    if (is_part)
        return (int64_t)m->length;
    note_result(x, code);
    conn_end(c, TO_CLIENT, m->id);
    if (asked_of(x)->starts_tls && !code) {
        x->notes |= NOTE_UPGRADED;
        conn_become(c, decoder_named("tls"));
    }
    return (int64_t)m->length;
}

/* A security layer has been put on: what is in it is not known. */
static int64_t feed_sealed(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint32_t len = cursor_be32(&c);
    if (c.starved)
        return DECODE_MORE;
    return len && len < 1 << 24 ? SEALED_HEAD + (int64_t)len : DECODE_LOST;
}

static int64_t ldap_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct ldap *l = conn_state(c);
    struct ldap_message m;
    if (l->may_seal && !in.at[0])
        return feed_sealed(in);
    enum ldap_status status = ldap_read(in, &m);
    if (status != LDAP_READ)
        return status == LDAP_MORE ? DECODE_MORE : DECODE_LOST;
    if (ldap_is_request(m.op) != (dir == TO_SERVER))
        return DECODE_LOST;
    return dir == TO_SERVER ? feed_request(c, &m) : feed_answer(c, &m);
}

/* What is open stays open; only messages whose head is seen are believed. */
static int64_t ldap_gap(struct conn *c, enum dir dir, uint64_t len)
{
    (void)c, (void)dir, (void)len;
    return DECODE_LOST;
}

/* Of a side: what its first bytes say. YES needs more than a head of a few bytes. */
static enum guess guess_side(struct bytes in, enum dir dir)
{
    char text[LDAP_OPERATION_MAX];
    struct ldap_message m;
    enum ldap_status status = ldap_read(in, &m);
    if (status != LDAP_READ)
        return status == LDAP_MORE ? GUESS_MORE : GUESS_NO;
    if (ldap_is_request(m.op) != (dir == TO_SERVER))
        return GUESS_NO;
    if (!m.is_whole)
        return GUESS_MORE;
    if (dir == TO_CLIENT)
        return m.op == LDAP_ENTRY || ldap_result(&m) >= 0 ? GUESS_YES : GUESS_MORE;
    if (!ldap_operation(&m, text))
        return GUESS_NO;
    return m.op == LDAP_BIND || m.op == LDAP_SEARCH || m.op == LDAP_EXTENDED ? GUESS_YES
                                                                             : GUESS_MORE;
}

/* Requests that show little need an answer beside them. */
static enum guess ldap_probe(const struct opening *o)
{
    enum guess asked = guess_side(o->to_server, TO_SERVER);
    enum guess answers = guess_side(o->to_client, TO_CLIENT);
    if (asked == GUESS_NO || (answers == GUESS_NO && !o->midstream))
        return GUESS_NO;
    if (!o->to_server.len)
        return o->midstream && answers != GUESS_NO ? GUESS_MORE : GUESS_NO;
    if (asked == GUESS_YES)
        return GUESS_YES;
    return answers == GUESS_NO ? GUESS_NO : answers;
}

const struct decoder ldap_decoder = {
    .name = "ldap",
    .ports = {389, 3268},
    .state_size = sizeof(struct ldap),
    .multiplexed = true,
    .doubtful = true,
    .probe = ldap_probe,
    .feed = ldap_feed,
    .gap = ldap_gap,
};
