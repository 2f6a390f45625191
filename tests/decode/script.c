/* script.c - see script.h. */
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "decode/conn_rest.h"
#include "decode/hpack_memo.h"

enum {
    WHOLE = -1,
    BYTE_BY_BYTE = -2,    /* or a position: each step is cut there */
    EVERY_CUT_MAX = 2048, /* longer steps are cut at fewer positions */
    FEWER = 997,
};

static const uint64_t MS = 1000000;

struct play {
    char text[8192];
    size_t len;
    const struct script *script;
    unsigned options;
    uint64_t now_ms;
    struct conn_shared shared;
    struct conn *conn;
    struct conn_ends ends;
    bool rests;            /* the connection is put away whenever it may be */
    uint64_t latest_ns[2]; /* when the latest bytes came */
};

static unsigned rests; /* in the latest play */
static struct decode_counters counters;
static struct hpack_memo *memo; /* of all scripts: what one has said is met again by the others */

const struct decode_counters *script_counters(void)
{
    return &counters;
}

unsigned script_rests(void)
{
    return rests;
}

static void say(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct play *play, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(play->text + play->len, sizeof play->text - play->len, format, args);
    va_end(args);
    play->len += (size_t)n;
    assert_true(play->len < sizeof play->text);
}

static void say_grpc(struct play *play, const struct exchange *x)
{
    say(play, " %s %s %d %s %u+%u", x->protocol, x->operation, (int)x->grpc_status,
        call_kind_name(x->call), (unsigned)x->request_messages, (unsigned)x->response_messages);
    if (x->last_message_ns)
        say(play, " %lu-%lu ms", (unsigned long)(x->first_message_ns / MS),
            (unsigned long)(x->last_message_ns / MS));
    if (x->deadline_ns)
        say(play, " within %lu ms", (unsigned long)(x->deadline_ns / MS));
    if (x->message[0])
        say(play, " '%s'", x->message);
    if (x->error_code >= 0)
        say(play, " error %d", (int)x->error_code);
}

static void say_fingerprint(struct play *play, const char *whose, const struct fingerprint *f)
{
    if (!fingerprint_is_none(f))
        say(play, " %s:%02x%02x", whose, f->byte[0], f->byte[1]);
}

static void say_tls(struct play *play, const struct tls_facts *t)
{
    const char *cipher = tls_cipher_name(t->cipher);
    assert_true(t->told);
    say(play, " %s", t->answered ? tls_version_name(t->version) : "offers");
    say(play, " %s", !t->answered ? tls_version_name(t->offered) : cipher ? cipher : "?");
    if (t->alpn[0])
        say(play, " alpn:%s", t->alpn);
    if (t->inside[0])
        say(play, " inside:%s", t->inside);
    if (t->alpn_offered[0])
        say(play, " offered:%s", t->alpn_offered);
    if (t->mutual != MUTUAL_HIDDEN)
        say(play, " mutual:%s", tls_mutual_name(t->mutual));
    say(play, "%s%s%s%s", t->resumed ? " resumed" : "", t->retried ? " retried" : "",
        t->ech ? " ech" : "", t->unreadable ? " unreadable" : "");
    say_fingerprint(play, "shows", &t->certificate);
    say_fingerprint(play, "client", &t->client_certificate);
}

static void tell_certificate(void *ctx, const struct certificate *c)
{
    struct play *play = ctx;
    say(play, "certificate %s", c->unreadable ? "unreadable" : c->subject);
    say_fingerprint(play, "is", &c->fingerprint);
    say_fingerprint(play, "by", &c->issued_by);
    say(play, "\n");
}

static void say_more(struct play *play, const struct exchange *x)
{
    if (play->options & SHOW_BYTES)
        say(play, " %lu+%lu bytes", (unsigned long)x->request_bytes,
            (unsigned long)x->response_bytes);
    if (play->options & SHOW_TIMES)
        say(play, " %lu-%lu %lu-%lu ms", (unsigned long)(x->request_ns / MS),
            (unsigned long)(x->request_end_ns / MS), (unsigned long)(x->response_ns / MS),
            (unsigned long)(x->response_end_ns / MS));
    const char *const ids[] = {x->trace_id, x->span_id, x->request_id, x->forwarded_for};
    for (size_t i = 0; (play->options & SHOW_IDS) && i < 4; i++)
        if (ids[i][0])
            say(play, " %s", ids[i]);
    if (play->options & SHOW_GRPC)
        say_grpc(play, x);
    if (play->options & SHOW_TLS)
        say_tls(play, &x->tls);
}

static uint16_t server_port(const struct script *script)
{
    return script->options >> 16 ? (uint16_t)(script->options >> 16) : 80;
}

static void tell(void *ctx, struct exchange *x)
{
    struct play *play = ctx;
    const struct script *script = play->script;
    const char *usual = play->options & SHOW_TLS ? "tls" : script->decoder->name;
    if (!(play->options & SHOW_GRPC) && strcmp(x->protocol, usual) != 0)
        say(play, "%s ", x->protocol);
    assert_int_equal(x->end_ns, play->now_ms * MS);
    assert_int_equal(x->client_port, 40000);
    assert_int_equal(x->server_port, server_port(script));
    say(play, "%s %s%s%s%s %s", x->method, x->host, x->path, x->status[0] ? " " : "", x->status,
        outcome_name(x->outcome));
    for (int bit = 0; bit < NOTES; bit++)
        if (x->notes >> bit & 1)
            say(play, " %s", note_name(bit));
    say_more(play, x);
    say(play, "\n");
}

static void tell_message(void *ctx, struct exchange *x, uint64_t gap_ns)
{
    struct play *play = ctx;
    if (play->options & SHOW_GAPS)
        say(play, "%s +%lu ms\n", x->path, (unsigned long)(gap_ns / MS));
}

static void tell_name(void *ctx, const struct name_answer *a)
{
    struct play *play = ctx;
    char address[ADDRESS_TEXT_MAX];
    address_to_text(&a->address, address, sizeof address);
    assert_true(a->time_ns <= play->now_ms * MS);
    if (play->options & SHOW_NAMES)
        say(play, "%s %s for %lu s\n", a->name, address,
            (unsigned long)((a->until_ns - a->time_ns) / MS / 1000));
}

/* A place where the last of `len` bytes is the last readable one. */
static uint8_t *before_the_wall(size_t len)
{
    static uint8_t *wall;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 64 * page;
    if (!wall) {
        uint8_t *map =
            mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(map != MAP_FAILED);
        assert_int_equal(mprotect(map + room, page, PROT_NONE), 0);
        wall = map + room;
    }
    assert_true(len <= room);
    return wall - len;
}

static struct moment now(const struct play *play)
{
    return (struct moment){.now_ns = play->now_ms * MS, .number = play->now_ms};
}

/* Puts the connection away if it may be, and makes it anew. */
static void rest(struct play *play)
{
    struct conn_rest left;
    char host[128];
    if (!play->rests)
        return;
    snprintf(host, sizeof host, "%s", conn_host(play->conn));
    if (!conn_rest(play->conn, play->latest_ns, &left))
        return;
    rests++;
    play->ends.notes = 0;
    play->conn = conn_wake(&play->shared, &left, &play->ends, play->latest_ns);
    assert_non_null(play->conn);
    assert_string_equal(conn_host(play->conn), host);
}

static void play_bytes(struct play *play, const struct step *step, int cut)
{
    size_t len = step->len;
    size_t stride = cut == WHOLE ? len : cut == BYTE_BY_BYTE ? 1 : (size_t)cut;
    for (size_t at = 0; at < len; at += stride) {
        if (at && cut > 0)
            stride = len - at;
        size_t piece = stride < len - at ? stride : len - at;
        uint8_t *copy = before_the_wall(piece);
        memcpy(copy, step->bytes + at, piece);
        conn_bytes(play->conn, step->dir, now(play), play->now_ms * MS, bytes_of(copy, piece));
        play->latest_ns[step->dir] = play->now_ms * MS;
        rest(play);
    }
}

static void play_datagram(struct play *play, const struct step *step)
{
    uint8_t *copy = before_the_wall(step->len);
    memcpy(copy, step->bytes, step->len);
    conn_datagram(play->conn, step->dir, now(play), bytes_of(copy, step->len), step->cut);
}

static void play_step(struct play *play, const struct step *step, int cut)
{
    bool lasts = step->kind == STEP_WAIT || step->kind == STEP_TIME_OUT;
    play->now_ms += lasts ? step->len : 1;
    switch (step->kind) {
    case STEP_BYTES:
        if (play->script->decoder->transport == OVER_TCP) {
            play_bytes(play, step, cut);
            break;
        }
        play_datagram(play, step);
        break;
    case STEP_CUT:
        play_datagram(play, step);
        break;
    case STEP_GAP:
        conn_gap(play->conn, step->dir, now(play), step->len, NOTE_GAP);
        break;
    case STEP_END:
        conn_eof(play->conn, step->dir, now(play));
        break;
    case STEP_REPEAT:
        conn_retransmitted(play->conn, step->dir);
        break;
    case STEP_WAIT:
        break;
    case STEP_TIME_OUT:
        conn_time_out(play->conn, now(play), (step->len - 1) * MS);
        break;
    case STEP_CLOSE:
        conn_close(play->conn, now(play), step->why);
        play->conn = NULL;
        break;
    }
}

static void play_all(struct play *play, const struct script *script, int cut, bool with_rests)
{
    static const struct hash_key key = {{1, 2}};
    memset(&counters, 0, sizeof counters);
    rests = 0;
    if (!memo)
        memo = hpack_memo_new(&key);
    *play = (struct play){.script = script,
                          .rests = with_rests,
                          .ends = {.client_port = 40000, .server_port = server_port(script)},
                          .options = script->options,
                          .shared = {.sink = {.exchange = tell,
                                              .answer = tell_name,
                                              .message = tell_message,
                                              .certificate = tell_certificate,
                                              .ctx = play},
                                     .counters = &counters,
                                     .memo = memo,
                                     .unread_bytes_max = 1 << 20,
                                     .open_max = 1000}};
    play->conn = conn_new(&play->shared, script->decoder, &play->ends, script->options & JOINED);
    assert_non_null(play->conn);
    for (size_t i = 0; i < script->steps_len; i++)
        play_step(play, &script->steps[i], cut);
    conn_close(play->conn, now(play), CLOSE_CAPTURE_ENDED);
    assert_int_equal(play->shared.open, 0);
    assert_int_equal(play->shared.conns, 0);
    assert_int_equal(play->shared.unread_bytes, 0);
}

void script_tells(const struct script *script, const char *expected)
{
    static struct play play;
    size_t longest = 0;
    for (size_t i = 0; i < script->steps_len; i++)
        if (script->steps[i].kind == STEP_BYTES && script->steps[i].len > longest)
            longest = script->steps[i].len;
    if (script->decoder->transport == OVER_UDP)
        longest = 0;
    int stride = longest > EVERY_CUT_MAX ? FEWER : 1;
    for (int cut = BYTE_BY_BYTE; cut <= (int)longest; cut += cut > 0 ? stride : 1) {
        for (int with_rests = 0; cut && with_rests <= !!script->decoder->at_rest; with_rests++) {
            play_all(&play, script, cut, with_rests);
            if (strcmp(play.text, expected) != 0)
                print_error("cut at %d (-1: whole, -2: byte by byte)%s\n", cut,
                            with_rests ? ", with rests" : "");
            assert_string_equal(play.text, expected);
        }
    }
}
