/* fastcgi.c - FastCGI (https://fastcgi-archives.github.io/FastCGI_Specification.html): what a web
 * server asks of an application, as HTTP would have it (decode/fastcgi_params.h).
 *
 * Records carry streams; each is fed as a whole, so that it passes by unseen, but for those with
 * parameters, or with the head of an answer, which are fed with as much as there is of them.
 * Requests have numbers, though few servers have more than one at a time on a connection. */
#include <assert.h>

#include "decode/decoder.h"
#include "decode/fastcgi_params.h"

enum type {
    BEGIN_REQUEST = 1,
    ABORT_REQUEST,
    END_REQUEST,
    PARAMS,
    STDIN,
    STDOUT,
    STDERR,
    DATA,
    GET_VALUES,
    GET_VALUES_RESULT,
    UNKNOWN_TYPE,
};

enum role { RESPONDER = 1, AUTHORIZER, FILTER };

enum { VERSION = 1, HEADER = 8, BODY = 8 }; /* of records that begin and end requests */

struct record {
    enum type type;
    uint16_t id;
    uint16_t len;
    uint8_t padding;
};

struct fastcgi {
    struct {
        uint16_t left; /* bytes of a record that are still to be fed */
        uint8_t padding;
        uint16_t id;
    } side[2];
};

/* Beside an exchange. */
struct call {
    uint8_t role;
    bool aborted;
    bool holed[2]; /* a part of what is read was lost */
    struct fastcgi_head head;
    struct fastcgi_params params;
};

static_assert(sizeof(struct call) <= EXCHANGE_STATE_MAX, "it has room");

static struct call *call_of(struct exchange *x)
{
    return exchange_state(x);
}

static bool is_of(enum type type, enum dir dir)
{
    bool to_client = type == END_REQUEST || type == STDOUT || type == STDERR ||
                     type == GET_VALUES_RESULT || type == UNKNOWN_TYPE;
    return type >= BEGIN_REQUEST && type <= UNKNOWN_TYPE && to_client == (dir == TO_CLIENT);
}

static bool is_management(enum type type)
{
    return type >= GET_VALUES;
}

/* A header, as far as there is one. False: it is none. */
static bool read_record(struct bytes in, enum dir dir, struct record *ret_record)
{
    struct cursor c = cursor_over(in);
    uint8_t version = cursor_u8(&c);
    if (!c.starved && version != VERSION)
        return false;
    ret_record->type = (enum type)cursor_u8(&c);
    if (!c.starved && !is_of(ret_record->type, dir))
        return false;
    ret_record->id = cursor_be16(&c);
    if (!c.starved && !ret_record->id != is_management(ret_record->type))
        return false;
    ret_record->len = cursor_be16(&c);
    ret_record->padding = cursor_u8(&c);
    if (!c.starved && ret_record->len != BODY &&
        (ret_record->type == BEGIN_REQUEST || ret_record->type == END_REQUEST))
        return false;
    return !cursor_u8(&c);
}

/* What begins a request, as far as it is here. */
static bool is_begin(struct bytes body)
{
    struct cursor c = cursor_over(bytes_first(body, BODY));
    uint16_t role = cursor_be16(&c);
    if (!c.starved && (role < RESPONDER || role > FILTER))
        return false;
    if (cursor_u8(&c) > 1)
        return false;
    for (int i = 0; i < 5; i++)
        if (cursor_u8(&c))
            return false;
    return true;
}

static int64_t length_of(const struct record *r)
{
    return HEADER + (int64_t)r->len + r->padding;
}

/* The content of the record is fed from here on, after its header. */
static int64_t feed_on(struct conn *c, enum dir dir, const struct record *r)
{
    struct fastcgi *f = conn_state(c);
    f->side[dir].left = r->len;
    f->side[dir].padding = r->padding;
    f->side[dir].id = r->id;
    return HEADER;
}

static int64_t begin(struct conn *c, const struct record *r, struct bytes body)
{
    if (!is_begin(body))
        return DECODE_LOST;
    if (body.len < BODY)
        return DECODE_MORE;
    conn_name(c, "fastcgi");
    conn_abort(c, r->id, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    struct exchange *x = conn_begin(c, TO_SERVER, r->id);
    call_of(x)->role = body.at[1];
    return length_of(r);
}

static int64_t get_values(struct conn *c, const struct record *r)
{
    conn_name(c, "fastcgi");
    conn_abort(c, r->id, OUTCOME_UNKNOWN);
    struct exchange *x = conn_begin(c, TO_SERVER, r->id);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("GET_VALUES"));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text("GET_VALUES"));
    conn_end(c, TO_SERVER, r->id);
    return length_of(r);
}

/* Which stream is the last of a request depends on the role. */
static bool ends_request(const struct record *r, const struct call *call)
{
    static const enum type last[] = {[RESPONDER] = STDIN, [AUTHORIZER] = PARAMS, [FILTER] = DATA};
    return r->type == ABORT_REQUEST || (!r->len && r->type == last[call->role]);
}

static int64_t feed_request(struct conn *c, const struct record *r, struct bytes body)
{
    if (r->type == BEGIN_REQUEST)
        return begin(c, r, body);
    if (r->type == GET_VALUES)
        return get_values(c, r);
    struct exchange *x = conn_find(c, TO_SERVER, r->id);
    if (!x && conn_is_lost(c, TO_SERVER) && !conn_peek(c, r->id))
        return DECODE_LOST;
    if (!x)
        return length_of(r);
    struct call *call = call_of(x);
    call->aborted = call->aborted || r->type == ABORT_REQUEST;
    if (ends_request(r, call))
        conn_end(c, TO_SERVER, r->id);
    return r->type == PARAMS && r->len && !call->holed[TO_SERVER] ? feed_on(c, TO_SERVER, r)
                                                                  : length_of(r);
}

/* The exchange that the answer is part of; one whose request was not seen is counted once. */
static struct exchange *answered(struct conn *c, uint16_t id)
{
    if (!conn_peek(c, id))
        conn_adopt(c, id);
    const struct exchange *x = conn_peek(c, id);
    return x && x->response_ns ? conn_find(c, TO_CLIENT, id) : conn_begin(c, TO_CLIENT, id);
}

/* The application has nothing more to say. */
static void note_end(struct exchange *x, uint8_t status)
{
    static const char *const names[] = {"", "CANT_MPX_CONN", "OVERLOADED", "UNKNOWN_ROLE"};
    enum { UNKNOWN_ROLE = 3 };
    const struct call *call = call_of(x);
    if (status) {
        exchange_text(x, x->status, sizeof x->status, bytes_of_text(names[status]));
        x->outcome = status == UNKNOWN_ROLE ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
    } else if (call->aborted) {
        x->outcome = OUTCOME_CANCELLED;
    } else if (!x->status[0]) { /* not even a head */
        x->outcome = call->holed[TO_CLIENT] ? OUTCOME_UNKNOWN : OUTCOME_SERVER_ERROR;
    }
}

static int64_t end(struct conn *c, const struct record *r, struct bytes body)
{
    enum { STATUS = 4, STATUS_MAX = 3 };
    if (body.len < BODY)
        return DECODE_MORE;
    if (body.at[STATUS] > STATUS_MAX || body.at[5] || body.at[6] || body.at[7])
        return DECODE_LOST;
    note_end(answered(c, r->id), body.at[STATUS]);
    conn_end(c, TO_CLIENT, r->id);
    return length_of(r);
}

static int64_t manage(struct conn *c, const struct record *r)
{
    struct exchange *x = conn_begin(c, TO_CLIENT, r->id);
    bool known = r->type == GET_VALUES_RESULT;
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(known ? "OK" : "UNKNOWN_TYPE"));
    x->outcome = known ? OUTCOME_OK : OUTCOME_CLIENT_ERROR;
    conn_end(c, TO_CLIENT, r->id);
    return length_of(r);
}

static int64_t feed_answer(struct conn *c, const struct record *r, struct bytes body)
{
    bool seen = r->type == END_REQUEST || conn_peek(c, r->id);
    if (conn_is_lost(c, TO_CLIENT) && !seen)
        return DECODE_LOST;
    conn_name(c, "fastcgi");
    if (is_management(r->type))
        return manage(c, r);
    if (r->type == END_REQUEST)
        return end(c, r, body);
    const struct call *call = call_of(answered(c, r->id));
    bool wanted = r->type == STDOUT && r->len && !call->head.done && !call->holed[TO_CLIENT];
    return wanted ? feed_on(c, TO_CLIENT, r) : length_of(r);
}

/* A part of the record, whose header was fed before. */
static int64_t feed_content(struct conn *c, enum dir dir, struct bytes in)
{
    struct fastcgi *f = conn_state(c);
    struct exchange *x = conn_find(c, dir, f->side[dir].id);
    uint16_t left = f->side[dir].left;
    size_t len = in.len < left ? in.len : left;
    if (x && dir == TO_SERVER)
        fastcgi_read_params(&call_of(x)->params, x, bytes_first(in, len));
    if (x && dir == TO_CLIENT)
        fastcgi_read_head(&call_of(x)->head, x, bytes_first(in, len));
    if (!x || (dir == TO_CLIENT && call_of(x)->head.done))
        len = left; /* the rest is a body, which passes by */
    f->side[dir].left = (uint16_t)(left - len);
    return (int64_t)len + (len == left ? f->side[dir].padding : 0);
}

static int64_t fastcgi_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct fastcgi *f = conn_state(c);
    struct record r;
    if (f->side[dir].left)
        return feed_content(c, dir, in);
    if (!read_record(in, dir, &r))
        return DECODE_LOST;
    if (in.len < HEADER)
        return DECODE_MORE;
    struct bytes body = bytes_after(in, HEADER);
    return dir == TO_SERVER ? feed_request(c, &r, body) : feed_answer(c, &r, body);
}

/* Inside a record its end is known; what else is in the streams that are read is not. */
static int64_t fastcgi_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct fastcgi *f = conn_state(c);
    int64_t rest = f->side[dir].left;
    if (!rest || !len)
        return DECODE_LOST;
    rest += f->side[dir].padding;
    struct exchange *x = conn_find(c, dir, f->side[dir].id);
    if (x)
        call_of(x)->holed[dir] = true;
    if (x && dir == TO_SERVER)
        fastcgi_lose_params(&call_of(x)->params, x);
    f->side[dir].left = 0;
    return rest;
}

static enum guess fastcgi_probe(const struct opening *o)
{
    struct record asked, answer;
    bool answers = read_record(o->to_client, TO_CLIENT, &answer);
    if ((!answers && !o->midstream) || !read_record(o->to_server, TO_SERVER, &asked))
        return GUESS_NO;
    if (!o->to_server.len)
        return o->midstream && answers ? GUESS_MORE : GUESS_NO;
    if (o->to_server.len < HEADER)
        return GUESS_MORE;
    if (asked.type == GET_VALUES && o->to_client.len >= HEADER)
        return answers && answer.type == GET_VALUES_RESULT ? GUESS_YES : GUESS_NO;
    if (asked.type != BEGIN_REQUEST)
        return asked.type == GET_VALUES ? GUESS_MORE : GUESS_NO;
    struct bytes body = bytes_after(o->to_server, HEADER);
    if (!is_begin(body))
        return GUESS_NO;
    return body.len < BODY ? GUESS_MORE : GUESS_YES;
}

const struct decoder fastcgi_decoder = {
    .name = "fastcgi",
    .ports = {9000},
    .state_size = sizeof(struct fastcgi),
    .multiplexed = true,
    .doubtful = true,
    .probe = fastcgi_probe,
    .feed = fastcgi_feed,
    .gap = fastcgi_gap,
};
