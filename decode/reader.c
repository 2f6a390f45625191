/* reader.c - see reader.h. */
#include "decode/reader.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decode/classify.h"
#include "decode/label.h"

struct piece {
    uint64_t arrived_ns;
    uint16_t len;
    uint8_t side;
};

struct early {
    struct piece piece[EARLY_PIECES_MAX];
    unsigned pieces;
    uint16_t len[2];
    uint8_t data[2][EARLY_MAX]; /* by side */
};

static struct early *early_new(struct stream_shared *shared)
{
    if (shared->held_bytes + sizeof(struct early) > shared->held_bytes_max)
        return NULL;
    struct early *early = malloc(sizeof *early);
    if (!early)
        return NULL;
    early->pieces = 0;
    early->len[0] = early->len[1] = 0;
    shared->held_bytes += sizeof *early;
    return early;
}

static void early_free(struct early *early, struct stream_shared *shared)
{
    if (!early)
        return;
    shared->held_bytes -= sizeof *early;
    free(early);
}

/* Returns how many of the bytes there was room for. */
static size_t early_add(struct early *early, unsigned side, uint64_t arrived_ns, struct bytes in)
{
    uint16_t room = (uint16_t)(EARLY_MAX - early->len[side]);
    uint16_t len = in.len < room ? (uint16_t)in.len : room;
    struct piece *piece = &early->piece[early->pieces];
    bool same = early->pieces && piece[-1].side == side && piece[-1].arrived_ns == arrived_ns;
    if (same) {
        piece--;
    } else if (early->pieces < EARLY_PIECES_MAX) {
        *piece = (struct piece){.arrived_ns = arrived_ns, .side = (uint8_t)side};
        early->pieces++;
    } else if ((--piece)->side != side) {
        return 0;
    }
    piece->len = (uint16_t)(piece->len + len);
    memcpy(early->data[side] + early->len[side], in.at, len);
    early->len[side] = (uint16_t)(early->len[side] + len);
    return len;
}

/* After a while without a better proof, a guess must do. */
static bool is_unsided(const struct place *at)
{
    const struct flow *f = at->flow;
    if (!f->joined || f->conn || flow_handshake_seen(f) || f->tries >= UNSIDED_TRIED_MAX)
        return false;
    struct endpoint ends[2] = {flow_endpoint(&f->key, 0), flow_endpoint(&f->key, 1)};
    return !direction_is_told(at->reader->direction, ends);
}

static struct classified ask_stream(const struct place *at, struct bytes in)
{
    const struct flow *f = at->flow;
    struct bytes by_side[2] = {{0}, {0}};
    by_side[at->side] = in;
    if (f->early)
        for (unsigned side = 0; side < 2; side++)
            by_side[side] = bytes_of(f->early->data[side], f->early->len[side]);
    struct opening opening = {
        .to_server = by_side[f->client],
        .to_client = by_side[flow_server(f)],
        .midstream = f->joined,
        .unsided = is_unsided(at),
    };
    bool may_flip = !f->conn && !flow_handshake_seen(f);
    return classify(OVER_TCP, f->key.port[flow_server(f)], &opening, may_flip);
}

static struct classified ask_datagram(const struct place *at, struct bytes in, uint32_t cut)
{
    const struct flow *f = at->flow;
    struct opening opening = {.cut = cut};
    *(flow_dir(f, at->side) == TO_SERVER ? &opening.to_server : &opening.to_client) = in;
    return classify(OVER_UDP, f->key.port[flow_server(f)], &opening, !f->conn);
}

static void drop_early(const struct place *at)
{
    early_free(at->flow->early, &at->reader->stream);
    at->flow->early = NULL;
}

/* What is said of bytes that nobody wants. */
static void read_nothing(struct flow *f)
{
    f->reading = READING_NOTHING;
    f->stream[0].blind = f->stream[1].blind = true;
    if (!f->protocol || f->conn)
        f->protocol = flow_transport(f);
}

/* A connection stays, though it is told nothing more, until the flow ends. */
static void stop_reading(const struct place *at)
{
    struct flow *f = at->flow;
    drop_early(at);
    if (f->conn && conn_is_disproved(f->conn)) {
        conn_free(f->conn);
        f->conn = NULL;
        f->protocol = NULL;
    }
    if (f->conn && conn_wants_classify(f->conn))
        conn_set_decoder(f->conn, NULL);
    if (!f->conn && label_wants(at->reader->labeller, f))
        f->reading = READING_LABEL;
    else
        read_nothing(f);
}

/* Bytes that nobody claims, at least as yet. */
static void show_label(const struct place *at, uint64_t arrived_ns, struct bytes in)
{
    struct flow *f = at->flow;
    if (f->conn || !in.len || !label_wants(at->reader->labeller, f))
        return;
    const char *word = label_bytes(at->reader->labeller, f, at->side, arrived_ns, in);
    if (word)
        f->protocol = word;
}

/* Likewise those that were kept. */
static void show_label_early(const struct place *at)
{
    const struct early *early = at->flow->early;
    size_t shown[2] = {0, 0};
    for (unsigned i = 0; early && i < early->pieces; i++) {
        const struct piece *piece = &early->piece[i];
        struct place there = *at;
        there.side = piece->side;
        show_label(&there, piece->arrived_ns,
                   bytes_of(early->data[piece->side] + shown[piece->side], piece->len));
        shown[piece->side] += piece->len;
    }
}

/* By direction, when the latest byte came. */
static void latest_of(const struct flow *f, uint64_t ret_ns[2])
{
    ret_ns[TO_SERVER] = f->stream[f->client].latest_ns;
    ret_ns[TO_CLIENT] = f->stream[flow_server(f)].latest_ns;
}

static struct conn_ends ends_of(const struct flow *f)
{
    unsigned server = flow_server(f);
    struct conn_ends ends = {
        .client_address = f->key.address[f->client],
        .server_address = f->key.address[server],
        .client_port = f->key.port[f->client],
        .server_port = f->key.port[server],
        .tenant = f->key.tenant,
        .notes = flow_notes(f),
        .asked = asked_name_text(f->asked),
    };
    return ends;
}

static void name_as_of(struct reader *r, struct flow *f, uint64_t time_ns)
{
    struct asked_name *name = lookups_hold(r->lookups, f->key.tenant, &f->key.address[f->client],
                                           &f->key.address[flow_server(f)], time_ns);
    if (!name)
        return;
    lookups_release(r->lookups, f->asked);
    f->asked = name;
}

void reader_name(struct reader *r, struct flow *f)
{
    name_as_of(r, f, f->first_ns);
}

void reader_turn(struct reader *r, struct flow *f)
{
    f->client ^= 1U;
    lookups_release(r->lookups, f->asked);
    f->asked = NULL;
    reader_name(r, f);
}

/* Memory is short. */
static void give_up(const struct place *at)
{
    at->reader->conn.counters->given_up++;
    stop_reading(at);
}

static void claim(const struct place *at, const struct classified *c)
{
    struct flow *f = at->flow;
    if (!c->decoder->doubtful)
        label_end(at->reader->labeller, f);
    if (!f->conn) {
        if (c->flipped)
            reader_turn(at->reader, f);
        else
            name_as_of(at->reader, f, f->first_ns - 1); /* another worker may have told it late */
    }
    if (f->conn) {
        conn_set_decoder(f->conn, c->decoder);
    } else {
        struct conn_ends ends = ends_of(f);
        bool resync = f->joined && f->key.protocol == IPPROTO_TCP;
        f->conn = conn_new(&at->reader->conn, c->decoder, &ends, resync);
    }
    if (!f->conn) {
        give_up(at);
        return;
    }
    f->protocol = conn_protocol(f->conn);
    f->reading = READING_CONN;
}

void reader_rest(struct flow *f)
{
    uint64_t latest_ns[2];
    latest_of(f, latest_ns);
    if (f->reading != READING_CONN || !conn_rest(f->conn, latest_ns, &f->rest))
        return;
    f->conn = NULL;
    f->reading = READING_REST;
}

const char *reader_host(const struct flow *f)
{
    if (f->conn)
        return conn_host(f->conn);
    return f->rest.host ? f->rest.host : "";
}

/* The flow's connection, woken if it rests; NULL if nobody reads the bytes. */
static struct conn *conn_of(const struct place *at)
{
    struct flow *f = at->flow;
    uint64_t latest_ns[2];
    if (f->reading == READING_NOTHING)
        return NULL;
    if (f->reading != READING_REST)
        return f->conn;
    struct conn_ends ends = ends_of(f);
    latest_of(f, latest_ns);
    f->conn = conn_wake(&at->reader->conn, &f->rest, &ends, latest_ns);
    f->reading = READING_CONN;
    if (!f->conn)
        give_up(at);
    return f->conn;
}

/* The decoder may have changed with what it was just told. */
static void follow(const struct place *at)
{
    struct flow *f = at->flow;
    const struct decoder *decoder = conn_decoder(f->conn);
    if (decoder) {
        const char *protocol = conn_protocol(f->conn);
        if (protocol && !f->protocol)
            label_end(at->reader->labeller, f);
        f->protocol = protocol;
        return;
    }
    if (!conn_wants_classify(f->conn)) {
        stop_reading(at);
        return;
    }
    f->reading = READING_OPENING;
    f->joined = false;
    f->tries = 0;
}

static void replay(const struct place *at, const struct early *early)
{
    size_t told[2] = {0, 0};
    for (unsigned i = 0; i < early->pieces; i++) {
        struct piece piece = early->piece[i];
        struct place there = *at;
        there.side = piece.side;
        reader_bytes(&there, piece.arrived_ns,
                     bytes_of(early->data[piece.side] + told[piece.side], piece.len));
        told[piece.side] += piece.len;
    }
}

/* The bytes have a protocol: those kept come first, as they came. */
static void begin_conn(struct place *at, const struct classified *c)
{
    struct early *early = at->flow->early;
    at->flow->early = NULL;
    claim(at, c);
    if (early)
        replay(at, early);
    early_free(early, &at->reader->stream);
}

/* Keeps what may become clear with more. Returns how many bytes found room. */
static size_t keep_early(const struct place *at, uint64_t arrived_ns, struct bytes in)
{
    struct flow *f = at->flow;
    f->early = early_new(&at->reader->stream);
    at->reader->conn.counters->given_up += !f->early;
    return f->early ? early_add(f->early, at->side, arrived_ns, in) : 0;
}

/* Nobody claims the bytes. Of a flow joined in its middle later ones may be the start of something.
 */
static bool may_try_again(struct place *at, uint8_t tries_max)
{
    struct flow *f = at->flow;
    drop_early(at);
    f->tries++;
    if (f->joined && f->tries < tries_max)
        return true;
    stop_reading(at);
    return false;
}

static void identify(struct place *at, uint64_t arrived_ns, struct bytes in)
{
    struct flow *f = at->flow;
    bool had_early = f->early;
    size_t kept = had_early ? early_add(f->early, at->side, arrived_ns, in) : 0;
    struct classified c = ask_stream(at, in);
    if (c.guess == GUESS_YES) {
        begin_conn(at, &c);
        if (kept < in.len)
            reader_bytes(at, arrived_ns, bytes_after(in, kept));
        return;
    }
    if (c.guess == GUESS_MORE && !had_early)
        kept = keep_early(at, arrived_ns, in);
    if (c.guess == GUESS_MORE && kept == in.len)
        return;
    show_label_early(at);
    if (!had_early)
        show_label(at, arrived_ns, in);
    if (may_try_again(at, SEGMENTS_TRIED_MAX) && had_early) /* without what came before it */
        identify(at, arrived_ns, in);
}

/* They stand alone: none waits for another. */
static void identify_datagram(struct place *at, struct bytes in, uint32_t cut)
{
    struct classified c = ask_datagram(at, in, cut);
    if (c.guess == GUESS_YES) {
        claim(at, &c);
        return;
    }
    show_label(at, at->moment.now_ns, in);
    may_try_again(at, DATAGRAMS_TRIED_MAX);
}

/* A flow that only waits for its word. */
static void read_label(const struct place *at, uint64_t arrived_ns, struct bytes in)
{
    show_label(at, arrived_ns, in);
    if (!label_wants(at->reader->labeller, at->flow))
        read_nothing(at->flow);
}

void reader_datagram(struct place *at, struct bytes in, uint32_t cut)
{
    struct flow *f = at->flow;
    health_missing(&f->health, at->side, cut);
    if (f->reading == READING_LABEL)
        read_label(at, at->moment.now_ns, in);
    if (in.len && f->reading == READING_OPENING)
        identify_datagram(at, in, cut);
    if (!in.len || f->reading != READING_CONN)
        return;
    conn_datagram(f->conn, flow_dir(f, at->side), at->moment, in, cut);
    follow(at);
}

void reader_bytes(void *ctx, uint64_t arrived_ns, struct bytes in)
{
    struct place *at = ctx;
    struct flow *f = at->flow;
    if (!in.len || f->reading == READING_NOTHING)
        return;
    if (f->reading == READING_OPENING) {
        identify(at, arrived_ns, in);
        return;
    }
    if (f->reading == READING_LABEL) {
        read_label(at, arrived_ns, in);
        return;
    }
    struct conn *conn = conn_of(at);
    if (!conn)
        return;
    conn_bytes(conn, flow_dir(f, at->side), at->moment, arrived_ns, in);
    at->moment.skewed = false;
    follow(at);
}

/* What is said of what a hole touches. Of a side that is never seen nothing was lost. */
static enum note note_of_gap(const struct flow *f, unsigned side, bool cut)
{
    if (cut)
        return NOTE_TRUNCATED;
    return health_is_seen(&f->health, side) ? NOTE_GAP : NOTE_ONE_WAY;
}

void reader_gap(void *ctx, uint64_t len, bool cut)
{
    struct place *at = ctx;
    struct flow *f = at->flow;
    if (f->reading == READING_OPENING) {
        drop_early(at);
        f->joined = true;
    }
    struct conn *conn = conn_of(at);
    if (!conn)
        return;
    enum note note = note_of_gap(f, at->side, cut);
    conn_gap(conn, flow_dir(f, at->side), at->moment, len, note);
    if (f->reading == READING_CONN)
        follow(at);
}

void reader_missing(void *ctx, uint64_t len)
{
    struct place *at = ctx;
    health_missing(&at->flow->health, at->side, len);
}

void reader_end(void *ctx)
{
    struct place *at = ctx;
    struct flow *f = at->flow;
    struct conn *conn = conn_of(at);
    if (!conn)
        return;
    conn_eof(conn, flow_dir(f, at->side), at->moment);
    if (f->reading == READING_CONN)
        follow(at);
}

static void reader_skewed(void *ctx)
{
    struct place *at = ctx;
    at->moment.skewed = true;
}

struct stream_out reader_out(struct place *at)
{
    return (struct stream_out){.shared = &at->reader->stream,
                               .bytes = reader_bytes,
                               .gap = reader_gap,
                               .missing = reader_missing,
                               .end = reader_end,
                               .ctx = at,
                               .skewed = reader_skewed,
                               .other = &at->flow->stream[at->side ^ 1U]};
}

void reader_both(struct reader *r, struct flow *f, struct moment m, struct both *ret)
{
    for (unsigned side = 0; side < 2; side++) {
        ret->at[side] = (struct place){.reader = r, .flow = f, .side = side, .moment = m};
        ret->out[side] = reader_out(&ret->at[side]);
    }
}

void reader_retransmitted(const struct place *at)
{
    if (at->flow->reading == READING_CONN)
        conn_retransmitted(at->flow->conn, flow_dir(at->flow, at->side));
}

void reader_guess(struct reader *r, struct flow *f, struct moment m)
{
    if (f->reading != READING_OPENING || !f->early)
        return;
    struct place at = {.reader = r, .flow = f, .side = f->client, .moment = m};
    f->tries = UNSIDED_TRIED_MAX;
    struct classified c = ask_stream(&at, (struct bytes){0});
    if (c.guess == GUESS_YES)
        begin_conn(&at, &c);
}

void reader_finish(struct reader *r, struct flow *f, struct moment m, enum conn_close why)
{
    if (!f->conn) {
        struct place at = {.reader = r, .flow = f, .moment = m};
        show_label_early(&at);
        label_end(r->labeller, f);
    }
    if (f->reading == READING_LABEL)
        read_nothing(f);
    conn_finish(f->conn, m, why);
    if (!f->protocol && f->conn && conn_decoder(f->conn))
        f->protocol = conn_decoder(f->conn)->name;
    f->reading = READING_NOTHING;
}

void reader_close(struct reader *r, struct flow *f)
{
    early_free(f->early, &r->stream);
    f->early = NULL;
    label_end(r->labeller, f);
    conn_free(f->conn);
    f->conn = NULL;
    conn_rest_drop(&r->conn, &f->rest);
    f->reading = READING_NOTHING;
}
