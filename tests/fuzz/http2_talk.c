/* http2_talk.c - see http2_talk.h. */
#include "http2_talk.h"

#include "decode/http2_frame.h"

enum { BYTES_MAX = 256 * 1024 };

static const char upgrade[] =
    "GET /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n";
static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                               "Upgrade: h2c\r\n\r\n";

static struct talk_event *add(struct talk *t, enum talk_what what, enum dir dir)
{
    struct talk_event *e = &t->event[t->events++];
    *e = (struct talk_event){.what = what, .dir = dir, .at = t->bytes.len};
    return e;
}

/* What has been written since `e` was added is what is said. */
static void said(struct talk *t, struct talk_event *e)
{
    e->len = t->bytes.len - e->at;
    if (!t->lose_len[e->dir])
        return;
    e->lost_at = t->lose_at[e->dir] % (e->len + 1);
    e->lost_len = e->len - e->lost_at;
    if (e->lost_len > t->lose_len[e->dir])
        e->lost_len = t->lose_len[e->dir];
    t->lose_len[e->dir] = 0;
}

static void put_be(struct writer *w, uint64_t value, unsigned octets)
{
    while (octets--)
        writer_u8(w, (uint8_t)(value >> 8 * octets));
}

static void put_head(struct talk *t, const struct http2_frame *f)
{
    put_be(&t->bytes, f->len, 3);
    writer_u8(&t->bytes, f->type);
    writer_u8(&t->bytes, f->flags);
    put_be(&t->bytes, f->stream, 4);
}

static void put_frame(struct talk *t, struct http2_frame f, struct bytes payload)
{
    f.len = (uint32_t)payload.len;
    put_head(t, &f);
    writer_bytes(&t->bytes, payload.at, payload.len);
}

/* Fields of a stream, or of none, which may break the rules. A message is told once: what of two
 * counts cannot be known where one of them is a reference to before the join. */
static void put_fields(struct talk *t, enum dir dir, struct cursor *in, struct talk_stream *of)
{
    unsigned first = of ? FIELD_FREE : 0;
    for (unsigned count = cursor_u8(in) % 16; count; count--) {
        unsigned name = cursor_u8(in);
        uint8_t number = cursor_u8(in);
        unsigned how = cursor_u8(in);
        enum field_name field = first + name % (FIELD_NAMES - first);
        bool again = of && of->messaged && field == FIELD_GRPC_MESSAGE;
        if (of && field == FIELD_GRPC_MESSAGE)
            of->messaged = true;
        if (!of && how & 0x80)
            writer_u8(&t->block, (uint8_t)name);
        else if (!again)
            fields_put(&t->fields[dir], &t->block, field, number, how);
    }
}

static void put_resize(struct talk *t, enum dir dir, unsigned options, struct cursor *in)
{
    static const uint32_t sizes[] = {0, 64, 128, 256, 1024, 4096, 16384, 65536};
    if (options & OPTION_RESIZE)
        fields_resize(&t->fields[dir], &t->block, sizes[cursor_u8(in) % 8]);
}

/* A block with everything around it. */
static void put_block(struct talk *t, struct http2_frame f, unsigned options, uint32_t promised)
{
    struct bytes block = writer_view(&t->block);
    unsigned pieces = (options & OPTION_PIECES) / 8;
    size_t piece = block.len / (pieces + 1);
    writer_clear(&t->text);
    f.flags |= pieces ? 0 : HTTP2_END_HEADERS;
    if (options & OPTION_PADDED) {
        f.flags |= HTTP2_PADDED;
        writer_u8(&t->text, 3);
    }
    if (options & OPTION_PRIORITY && f.type == HTTP2_HEADERS) {
        f.flags |= HTTP2_HAS_PRIORITY;
        put_be(&t->text, 0, 4);
        writer_u8(&t->text, 16);
    }
    if (f.type == HTTP2_PUSH_PROMISE)
        put_be(&t->text, promised, 4);
    writer_bytes(&t->text, block.at, pieces ? piece : block.len);
    if (options & OPTION_PADDED)
        put_be(&t->text, 0, 3);
    put_frame(t, f, writer_view(&t->text));
    f.type = HTTP2_CONTINUATION;
    while (pieces--) {
        block = bytes_after(block, piece);
        f.flags = pieces ? 0 : HTTP2_END_HEADERS;
        put_frame(t, f, pieces ? bytes_first(block, piece) : block);
    }
}

/* What a request begins with. CONNECT has neither scheme nor path (RFC 9113, 8.5). */
static void put_asking(struct talk *t, enum dir dir, unsigned options, struct cursor *in)
{
    static const enum field_name orders[2][3] = {{FIELD_SCHEME, FIELD_PATH, FIELD_AUTHORITY},
                                                 {FIELD_AUTHORITY, FIELD_SCHEME, FIELD_PATH}};
    struct fields *f = &t->fields[dir];
    uint8_t method = cursor_u8(in) % METHODS, path = cursor_u8(in), host = cursor_u8(in);
    unsigned how = cursor_u8(in);
    if (options & OPTION_GRPC)
        method = 1;
    fields_put(f, &t->block, FIELD_METHOD, method, how);
    for (int i = 0; i < 3; i++) {
        enum field_name name = orders[how >> 7][i];
        uint8_t number = name == FIELD_PATH ? path : name == FIELD_AUTHORITY ? host : 0;
        if (method != METHOD_CONNECT || name == FIELD_AUTHORITY)
            fields_put(f, &t->block, name, number, how >> 4 & 3);
    }
    if (options & (OPTION_GRPC | OPTION_JSON))
        fields_put(f, &t->block, FIELD_CONTENT_TYPE, options & OPTION_GRPC ? path % 2 : TYPE_JSON,
                   how >> 2 & 3);
}

static struct talk_stream *begin_stream(struct talk *t, uint32_t id, unsigned options)
{
    struct talk_stream *s = &t->stream[t->streams++];
    *s = (struct talk_stream){.id = id, .open = {true, true}, .grpc = options & OPTION_GRPC};
    return s;
}

/* One on which this side may still send; NULL: there is none. */
static struct talk_stream *choose(struct talk *t, enum dir dir, struct cursor *in)
{
    size_t skip = cursor_u8(in);
    struct talk_stream *found = NULL;
    for (size_t i = 0; i < 2 * t->streams; i++) {
        struct talk_stream *s = &t->stream[i % t->streams];
        if (!s->open[dir])
            continue;
        found = s;
        if (!skip--)
            break;
    }
    return found;
}

/* A call of gRPC has a message, so that its request does not end with its head. */
static void add_request(struct talk *t, struct cursor *in)
{
    unsigned options = cursor_u8(in);
    if (t->streams == TALK_STREAMS)
        return;
    struct talk_stream *s = begin_stream(t, t->client_next, options);
    struct talk_event *e = add(t, TALK_SAY, TO_SERVER);
    bool ends = options & OPTION_END && !s->grpc;
    t->client_next += 2;
    e->begins = s->id;
    s->open[TO_SERVER] = !ends;
    put_resize(t, TO_SERVER, options, in);
    put_asking(t, TO_SERVER, options, in);
    put_fields(t, TO_SERVER, in, s);
    put_block(t, (struct http2_frame){0, s->id, HTTP2_HEADERS, ends}, options, 0);
    said(t, e);
}

static void put_answer_head(struct talk *t, const struct talk_stream *s, unsigned options,
                            struct cursor *in)
{
    struct fields *f = &t->fields[TO_CLIENT];
    uint8_t status = cursor_u8(in), how = cursor_u8(in);
    bool interim = options & OPTION_INTERIM && !(options & OPTION_END);
    status = interim ? STATUS_INTERIM + status % 2 : s->grpc ? 0 : status % STATUS_INTERIM;
    fields_put(f, &t->block, FIELD_STATUS, status, how);
    if (!interim)
        fields_put(f, &t->block, FIELD_CONTENT_TYPE, s->grpc ? TYPE_GRPC : TYPE_JSON, how >> 2);
}

static void add_answer(struct talk *t, struct cursor *in)
{
    struct talk_stream *s = choose(t, TO_CLIENT, in);
    unsigned options = cursor_u8(in);
    if (!s)
        return;
    struct talk_event *e = add(t, TALK_SAY, TO_CLIENT);
    bool ends = options & OPTION_END || s->answered;
    put_resize(t, TO_CLIENT, options, in);
    if (!s->answered)
        put_answer_head(t, s, options, in);
    if (s->grpc && ends)
        fields_put(&t->fields[TO_CLIENT], &t->block, FIELD_GRPC_STATUS, cursor_u8(in) % 10,
                   options >> 6);
    put_fields(t, TO_CLIENT, in, s);
    put_block(t, (struct http2_frame){0, s->id, HTTP2_HEADERS, ends}, options, 0);
    s->answered = ends || !(options & OPTION_INTERIM);
    s->open[TO_CLIENT] = !ends;
    said(t, e);
}

/* Messages of gRPC, or text, which begins with no byte that a message may begin with. */
static void put_content(struct talk *t, const struct talk_stream *s, unsigned len, unsigned options)
{
    writer_clear(&t->text);
    if (options & OPTION_PADDED)
        writer_u8(&t->text, 2);
    for (unsigned i = 0; s->grpc && i <= len % 4; i++) {
        writer_u8(&t->text, options >> 3 & 1);
        put_be(&t->text, len, 4);
        for (unsigned octets = len; octets; octets--)
            writer_u8(&t->text, 'm');
    }
    for (unsigned octets = s->grpc ? 0 : len; octets; octets--)
        writer_u8(&t->text, 't');
    if (options & OPTION_PADDED)
        put_be(&t->text, 0, 2);
}

static void add_data(struct talk *t, enum dir dir, struct cursor *in)
{
    struct talk_stream *s = choose(t, dir, in);
    unsigned options = cursor_u8(in), len = cursor_u8(in);
    if (!s || (dir == TO_CLIENT && !s->answered))
        return;
    struct talk_event *e = add(t, TALK_SAY, dir);
    bool ends = options & OPTION_END && !(s->grpc && dir == TO_CLIENT);
    struct http2_frame f = {0, s->id, HTTP2_DATA, ends};
    if (options & OPTION_PADDED)
        f.flags |= HTTP2_PADDED;
    put_content(t, s, len, options);
    put_frame(t, f, writer_view(&t->text));
    s->open[dir] = !ends;
    said(t, e);
}

static void add_trailers(struct talk *t, struct cursor *in)
{
    struct talk_stream *s = choose(t, TO_SERVER, in);
    unsigned options = cursor_u8(in);
    if (!s)
        return;
    struct talk_event *e = add(t, TALK_SAY, TO_SERVER);
    put_resize(t, TO_SERVER, options, in);
    put_fields(t, TO_SERVER, in, s);
    put_block(t, (struct http2_frame){0, s->id, HTTP2_HEADERS, HTTP2_END_STREAM}, options, 0);
    s->open[TO_SERVER] = false;
    said(t, e);
}

/* What is promised is asked for on a stream that the client has begun. */
static void add_promise(struct talk *t, struct cursor *in)
{
    struct talk_stream *s = choose(t, TO_CLIENT, in);
    unsigned options = cursor_u8(in) & ~(unsigned)OPTION_GRPC;
    if (!s || s->id % 2 == 0 || t->streams == TALK_STREAMS)
        return;
    struct talk_event *e = add(t, TALK_SAY, TO_CLIENT);
    struct talk_stream *promised = begin_stream(t, t->server_next, options);
    t->server_next += 2;
    promised->open[TO_SERVER] = false;
    put_resize(t, TO_CLIENT, options, in);
    put_asking(t, TO_CLIENT, options, in);
    put_fields(t, TO_CLIENT, in, promised);
    put_block(t, (struct http2_frame){0, s->id, HTTP2_PUSH_PROMISE, 0}, options, promised->id);
    said(t, e);
}

static void put_settings(struct talk *t, unsigned number)
{
    static const uint32_t values[] = {0, 1, 100, 4096, 65535, 65536, 16384, INT32_MAX};
    unsigned ack = number >> 7;
    writer_clear(&t->text);
    for (unsigned i = 0; !ack && i < (number >> 5 & 3); i++) {
        put_be(&t->text, i ? 4 : number & 7, 2);
        put_be(&t->text, values[(number >> 2 & 7) ^ i], 4);
    }
    put_frame(t, (struct http2_frame){0, 0, HTTP2_SETTINGS, (uint8_t)ack}, writer_view(&t->text));
}

static void add_control(struct talk *t, enum dir dir, struct cursor *in)
{
    unsigned type = cursor_u8(in), number = cursor_u8(in);
    uint32_t stream = t->client_next - 2 * (number % 8);
    struct talk_event *e = add(t, TALK_SAY, dir);
    writer_clear(&t->text);
    switch (type % 5) {
    case 0:
        put_settings(t, number);
        break;
    case 1: /* the same number is the answer to it */
        put_be(&t->text, number % 4, 8);
        put_frame(t, (struct http2_frame){0, 0, HTTP2_PING, number >= 128}, writer_view(&t->text));
        break;
    case 2:
        put_be(&t->text, 1U << number % 31, 4);
        stream = number & 32 && stream < t->client_next ? stream : 0;
        put_frame(t, (struct http2_frame){0, stream, HTTP2_WINDOW_UPDATE, 0},
                  writer_view(&t->text));
        break;
    case 3:
        put_be(&t->text, INT32_MAX, 4);
        put_be(&t->text, number, 4);
        put_frame(t, (struct http2_frame){0, 0, HTTP2_GOAWAY, 0}, writer_view(&t->text));
        break;
    default:
        put_be(&t->text, number, 5);
        put_frame(t, (struct http2_frame){0, 1 + number % 64, HTTP2_PRIORITY, 0},
                  writer_view(&t->text));
    }
    said(t, e);
}

static void add_reset(struct talk *t, enum dir dir, struct cursor *in)
{
    struct talk_stream *s = choose(t, dir, in);
    uint32_t code = cursor_u8(in);
    if (!s)
        return;
    struct talk_event *e = add(t, TALK_SAY, dir);
    writer_clear(&t->text);
    put_be(&t->text, code, 4);
    put_frame(t, (struct http2_frame){0, s->id, HTTP2_RST_STREAM, 0}, writer_view(&t->text));
    s->open[TO_SERVER] = s->open[TO_CLIENT] = false;
    said(t, e);
}

static void add_frame(struct talk *t, enum dir dir, struct cursor *in)
{
    struct talk_event *e = add(t, TALK_SAY, dir);
    struct http2_frame f = {.type = cursor_u8(in) % 12, .flags = cursor_u8(in)};
    uint32_t stream = cursor_u8(in), lie = cursor_u8(in);
    struct bytes payload = cursor_rest(in);
    f.stream = stream == 255 ? INT32_MAX : stream;
    f.len = (uint32_t)payload.len;
    if (lie & 0x80)
        f.len = (lie & 0x7f) << (lie & 16 ? 17 : 9);
    else if (lie & 0x40)
        f.len += lie & 0x3f;
    else if (f.len >= lie)
        f.len -= lie;
    put_head(t, &f);
    writer_bytes(&t->bytes, payload.at, payload.len);
    said(t, e);
}

static void add_block(struct talk *t, enum dir dir, struct cursor *in)
{
    struct talk_event *e = add(t, TALK_SAY, dir);
    uint32_t stream = cursor_u8(in);
    unsigned options = cursor_u8(in);
    struct http2_frame f = {0, stream, HTTP2_HEADERS, options & OPTION_END};
    if (options & OPTION_JSON)
        f.type = HTTP2_PUSH_PROMISE;
    put_resize(t, dir, options, in);
    put_fields(t, dir, in, NULL);
    put_block(t, f, options, stream + 1);
    said(t, e);
}

static void add_raw(struct talk *t, enum dir dir, struct cursor *in)
{
    struct talk_event *e = add(t, TALK_SAY, dir);
    unsigned times = cursor_u8(in);
    struct bytes bytes = cursor_rest(in);
    for (times = times < 192 ? 1 : times - 190; times; times--)
        writer_bytes(&t->bytes, bytes.at, bytes.len);
    said(t, e);
}

static void add_lawless(struct talk *t, enum record record, enum dir dir, struct cursor *in)
{
    switch (record) {
    case RECORD_FRAME:
        add_frame(t, dir, in);
        break;
    case RECORD_BLOCK:
        add_block(t, dir, in);
        break;
    case RECORD_RAW:
        add_raw(t, dir, in);
        break;
    case RECORD_LOSE:
        t->lose_at[dir] = cursor_u8(in);
        t->lose_len[dir] = cursor_u8(in);
        break;
    case RECORD_GAP: {
        size_t len = cursor_u8(in);
        add(t, TALK_LOSE, dir)->len = len << cursor_u8(in) % 16;
        break;
    }
    case RECORD_END:
        add(t, TALK_END, dir);
        break;
    default:
        add(t, TALK_TIME_OUT, dir)->len = cursor_u8(in);
    }
}

static void add_record(struct talk *t, enum record record, enum dir dir, struct cursor *in)
{
    writer_clear(&t->block);
    switch (record) {
    case RECORD_REQUEST:
        add_request(t, in);
        break;
    case RECORD_ANSWER:
        add_answer(t, in);
        break;
    case RECORD_DATA:
        add_data(t, dir, in);
        break;
    case RECORD_TRAILERS:
        add_trailers(t, in);
        break;
    case RECORD_PROMISE:
        add_promise(t, in);
        break;
    case RECORD_CONTROL:
        add_control(t, dir, in);
        break;
    case RECORD_RESET:
        add_reset(t, dir, in);
        break;
    case RECORD_LOOK:
        add(t, TALK_LOOK, dir);
        break;
    case RECORD_REPEAT:
        add(t, TALK_REPEAT, dir);
        break;
    default:
        add_lawless(t, record, dir, in);
    }
}

static void add_text(struct talk *t, enum dir dir, struct bytes text)
{
    struct talk_event *e = add(t, TALK_SAY, dir);
    writer_bytes(&t->bytes, text.at, text.len);
    said(t, e);
}

static void reset(struct talk *t)
{
    writer_clear(&t->bytes);
    t->events = t->streams = 0;
    t->client_next = 1;
    t->server_next = 2;
    for (int dir = 0; dir < 2; dir++) {
        fields_init(&t->fields[dir]);
        t->lose_at[dir] = t->lose_len[dir] = 0;
    }
}

void talk_make(struct talk *t, unsigned start, struct cursor in)
{
    bool legal = start & START_LEGAL;
    reset(t);
    if (start & START_UPGRADED) {
        add_text(t, TO_SERVER, bytes_of_text(upgrade));
        add_text(t, TO_CLIENT, bytes_of_text(upgraded));
        begin_stream(t, t->client_next, 0)->open[TO_SERVER] = false;
        t->client_next += 2;
    }
    if (!(start & START_BARE))
        add_text(t, TO_SERVER, http2_preface());
    while (cursor_left(&in) && t->events < EVENTS_MAX && t->bytes.len < BYTES_MAX) {
        unsigned what = cursor_u8(&in);
        enum record record = what % RECORD_TO_CLIENT % RECORDS;
        size_t before = t->events, len = cursor_u8(&in), left = cursor_left(&in);
        struct cursor args = cursor_over(cursor_take(&in, len < left ? len : left));
        if (legal && record >= RECORDS_LEGAL)
            continue;
        add_record(t, record, what & RECORD_TO_CLIENT ? TO_CLIENT : TO_SERVER, &args);
        if (t->events > before)
            t->event[before].together = what & RECORD_TOGETHER;
    }
}

void talk_free(struct talk *t)
{
    writer_free(&t->bytes);
    writer_free(&t->block);
    writer_free(&t->text);
}
