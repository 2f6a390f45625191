/* conn_report.c - what is told of a connection, and what may be asked of it; see conn.h. */
#include "decode/conn_state.h"

uint32_t conn_count_open(const struct conn *c)
{
    uint32_t count = 0;
    for (const struct open *open = c->pairing.first; open; open = open->next)
        count += !open->told && !open->answered;
    return count;
}

const struct decoder *conn_decoder(const struct conn *c)
{
    return c->decoder;
}

const char *conn_protocol(const struct conn *c)
{
    const char *inner = conn_inner(c) ? conn_protocol(conn_inner(c)) : NULL;
    if (inner)
        return inner;
    if (c->pairing.on_trial)
        return NULL;
    if (!c->name && c->decoder && !c->decoder->multiplexed)
        return c->decoder->name;
    return c->name;
}

bool conn_is_multiplexed(const struct conn *c)
{
    return c && ((c->decoder && c->decoder->multiplexed) || conn_is_multiplexed(conn_inner(c)));
}

void conn_open_calls(struct conn *c)
{
    if (!c || c->pairing.on_trial)
        return;
    const struct sink *sink = &c->shared->sink;
    if (conn_inner(c)) {
        conn_open_calls(conn_inner(c));
        return;
    }
    for (struct open *open = c->pairing.first; sink->open_call && open; open = open->next)
        if (!open->told && !open->answered)
            sink->open_call(sink->ctx, &open->x);
}

void conn_report_troubles(struct conn *c, struct flow_report *r)
{
    memset(r->troubles, 0, sizeof r->troubles);
    for (; c; c = conn_inner(c)) {
        for (size_t i = 0; i < TROUBLES; i++)
            r->troubles[i] += c->pairing.troubles[i];
        memset(c->pairing.troubles, 0, sizeof c->pairing.troubles);
    }
}

const char *conn_host(struct conn *c)
{
    if (!c)
        return "";
    const char *own = pairing_host(&c->pairing);
    return own[0] || !conn_inner(c) ? own : pairing_host(&conn_inner(c)->pairing);
}

bool conn_has_begun(const struct conn *c)
{
    return c->pairing.first || c->pairing.ended;
}

void conn_report(struct conn *c, struct flow_report *r)
{
    conn_report_troubles(c, r);
    if (!conn_is_multiplexed(c))
        return;
    if (conn_inner(c))
        c = conn_inner(c);
    r->multiplexed = true;
    r->calls = c->pairing.ended;
    c->pairing.ended = 0;
    r->open_calls = conn_count_open(c) + c->left_open;
    if (c->decoder->report)
        c->decoder->report(c, r);
}

bool conn_is_disproved(const struct conn *c)
{
    return c->disproved;
}

bool conn_wants_classify(const struct conn *c)
{
    return c->wants_classify;
}

size_t conn_memory(const struct conn *c)
{
    size_t state = c->decoder ? c->decoder->state_size : 0;
    size_t inner = conn_inner(c) ? conn_memory(conn_inner(c)) : 0;
    return sizeof *c + state + unread_memory(c->half[0].unread) + unread_memory(c->half[1].unread) +
           pairing_memory(&c->pairing) + inner;
}
