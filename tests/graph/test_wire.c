/* test_wire.c - graph/wire.c, wire_exchange.c and wire_field.c. */
#include "graph/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/sample.h"
#include "graph/tally.h"
#include "tests/check.h"
#include "tests/graph/make.h"

static struct writer writer;

static int end(void **state)
{
    (void)state;
    writer_free(&writer);
    return 0;
}

/* Connections and open calls on one edge of their own, and messages. */
static void add_calls(struct tally *tally)
{
    for (uint16_t i = 0; i < 3; i++) {
        struct flow_report r = {
            .protocol = "grpc",
            .began_ns = 5,
            .end_ns = 70,
            .client_port = i,
            .server_port = 200, /* past the others */
            .closed = i == 1,
            .multiplexed = true,
            .calls = 100,
            .resets = {1, 2},
            .stalls = {3, 400},
            .goaways = 1,
            .ping_rtt_ns = 1000000,
            .open_calls = 7,
            .certainty = {1000, 900, 200, 190},
        };
        struct exchange x = make_exchange("/shop.Cart/Watch");
        r.client_address = x.client_address, r.server_address = x.server_address;
        x.protocol = "grpc";
        x.server_port = 200;
        x.call = CALL_BIDI_STREAMING;
        x.stream_id = 9U + i;
        x.request_messages = 200, x.response_messages = 300;
        x.last_message_ns = x.response_ns;
        tally_flow(tally, &r);
        tally_message(tally, &x, 1000);
        tally_open_call(tally, &x, 1);
        tally_exchange(tally, &x);
    }
}

static struct fingerprint fingerprint_of(uint8_t byte)
{
    struct fingerprint f;
    memset(f.byte, byte, sizeof f.byte);
    return f;
}

static struct tls_facts make_facts(void)
{
    return (struct tls_facts){
        .told = true,
        .answered = true,
        .resumed = true,
        .ech = true,
        .mutual = MUTUAL_YES,
        .offered = TLS_1_3,
        .version = TLS_1_2,
        .cipher = 0xc02f,
        .alpn = "h2",
        .alpn_offered = "h2,http/1.1",
        .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1",
        .certificate = fingerprint_of(9),
        .client_certificate = fingerprint_of(8),
    };
}

/* Handshakes on an edge of their own, and the certificates that they showed. */
static void add_tls(struct tally *tally)
{
    for (uint8_t i = 0; i < 3; i++) {
        struct exchange x = make_exchange("");
        struct certificate c = {
            .fingerprint = fingerprint_of((uint8_t)(9 - i)),
            .issued_by = fingerprint_of(7),
            .self_signed = true,
            .cut = i == 1,
            .key_bits = 2048,
            .names_len = 70000,
            .not_before_s = 5,
            .not_after_s = 6000000000,
            .subject = "CN=caf\303\251",
            .issuer = "CN=Root",
            .names = "a.shop,b.shop",
            .serial = "0A",
            .key = "RSA",
            .signature = "sha256WithRSAEncryption",
        };
        x.protocol = "tls";
        x.server_port = 443;
        x.tls = make_facts();
        x.tls.cipher = (uint16_t)(x.tls.cipher + i);
        tally_exchange(tally, &x);
        tally_certificate(tally, &c);
    }
}

/* A window of a few rows of each kind. */
static struct delta make_delta(void)
{
    struct networks networks;
    networks_init(&networks);
    struct tally *tally = tally_new(&(struct hash_key){{3, 4}}, &networks);
    assert_non_null(tally);
    tally_keep_samples(tally);
    for (unsigned i = 0; i < 40; i++) {
        char path[32];
        snprintf(path, sizeof path, "/caf\303\251/%c", 'a' + (int)i % 6);
        struct exchange x = make_exchange(path);
        x.server_port = (uint16_t)(80 + i % 3);
        x.outcome = (enum outcome)(i % OUTCOMES);
        x.response_end_ns += i * 1000003;
        snprintf(x.host, sizeof x.host, "host-%u", i / 6 % 2);
        tally_exchange(tally, &x);
    }
    struct flow_report r = {.protocol = "tcp", .end_ns = 7, .opened = 1, .bytes = {1, 2}};
    r.server_address = make_address("2001:db8::1");
    tally_flow(tally, &r);
    add_calls(tally);
    add_tls(tally);
    struct delta d = {.start_ns = 5000000000, .end_ns = 10000000000, .edges_dropped = 3};
    d.connections_dropped = 1000, d.open_calls_dropped = 2000, d.secured_dropped = 3000;
    assert_true(tally_take(tally, &d));
    d.vantage = calloc(2, sizeof *d.vantage);
    assert_non_null(d.vantage);
    d.vantage_len = 2;
    d.vantage[0] = (struct vantage){.packets = 9, .bytes = 900, .uncertain = 1};
    d.vantage[1] = (struct vantage){1, 20, 2, 70000, 8, 800, 7, 700, 6};
    d.vantages_dropped = 5;
    d.capture.frames = 12345;
    d.decode.exchanges = 40;
    tally_free(tally);
    return d;
}

static struct bytes encoded(const struct delta *d)
{
    writer_clear(&writer);
    wire_put_delta(&writer, d);
    assert_false(writer.failed);
    return writer_view(&writer);
}

/* See add_calls(). */
static void assert_connection_came_back(const struct connection_delta *c)
{
    assert_int_equal(c->client_port, 1);
    assert_int_equal(c->began_ns, 5);
    assert_int_equal(c->last_ns, 70);
    assert_true(c->closed);
    assert_int_equal(c->reports, 1);
    assert_int_equal(c->calls, 100);
    assert_int_equal(c->resets[0], 1);
    assert_int_equal(c->resets[1], 2);
    assert_int_equal(c->stalls[0], 3);
    assert_int_equal(c->stalls[1], 400);
    assert_int_equal(c->goaways, 1);
    assert_int_equal(c->ping_rtt_ns, 1000000);
    assert_int_equal(c->open_calls, 7);
    assert_int_equal(c->certainty.fields, 1000);
    assert_int_equal(c->certainty.known, 900);
    assert_int_equal(c->certainty.late_fields, 200);
    assert_int_equal(c->certainty.late_known, 190);
}

static void assert_open_call_came_back(const struct open_call_delta *call)
{
    assert_int_equal(call->client_port, 40000);
    assert_int_equal(call->stream_id, 10);
    assert_int_equal(call->call, CALL_BIDI_STREAMING);
    assert_int_equal(call->request_ns, 1000000000);
    assert_int_equal(call->last_message_ns, 1005000000);
    assert_int_equal(call->request_messages, 200);
    assert_int_equal(call->response_messages, 300);
    assert_string_equal(call->operation, "GET /shop.Cart/Watch");
    assert_true(call->templated);
}

/* See add_tls(). */
static void assert_tls_came_back(const struct secured_delta *s, const struct certificate_delta *c)
{
    struct tls_facts facts = make_facts();
    assert_int_equal(s->version, facts.version);
    assert_int_equal(s->cipher, facts.cipher + 1);
    assert_string_equal(s->alpn, facts.alpn);
    assert_string_equal(s->alpn_offered, facts.alpn_offered);
    assert_string_equal(s->ja4, facts.ja4);
    assert_int_equal(fingerprint_compare(&s->client_certificate, &facts.client_certificate), 0);
    assert_int_equal(s->handshakes, 1);
    assert_int_equal(s->established, 1);
    assert_int_equal(s->resumed, 1);
    assert_int_equal(s->ech, 1);
    assert_int_equal(s->mutual[MUTUAL_YES], 1);
    assert_int_equal(c->shown, 1);
    assert_int_equal(c->certificate.fingerprint.byte[31], 8);
    assert_int_equal(c->certificate.issued_by.byte[0], 7);
    assert_true(c->certificate.self_signed && c->certificate.cut);
    assert_false(c->certificate.unreadable);
    assert_int_equal(c->certificate.key_bits, 2048);
    assert_int_equal(c->certificate.names_len, 70000);
    assert_int_equal(c->certificate.not_after_s, 6000000000);
    assert_string_equal(c->certificate.subject, "CN=caf\303\251");
    assert_string_equal(c->certificate.signature, "sha256WithRSAEncryption");
}

/* Encoding what was decoded gives the same bytes. */
static void assert_samples_came_back(const struct delta *back, const struct delta *d)
{
    assert_true(d->sample_len >= 40);
    assert_int_equal(back->sample_len, d->sample_len);
    for (uint32_t i = 0; i < d->sample_len; i++) {
        const struct sample_delta *is = &back->sample[i], *was = &d->sample[i];
        assert_int_equal(is->edge, was->edge);
        assert_int_equal(is->kept, was->kept);
        assert_int_equal(is->templated, was->templated);
        assert_string_equal(is->operation, was->operation);
        assert_true(bytes_equal(sample_bytes(back, is), sample_bytes(d, was)));
    }
}

static void a_delta_comes_back(void **state)
{
    (void)state;
    struct delta d = make_delta(), back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.edge_len, 9);
    for (uint32_t i = 0; i < d.edge_len; i++)
        assert_int_equal(back.edge[i].key.by_host, d.edge[i].key.by_host);
    assert_true(back.edge[1].key.by_host);
    assert_int_equal(back.operation_len, 14);
    for (uint32_t i = 0; i < d.operation_len; i++)
        assert_int_equal(back.operation[i].templated, d.operation[i].templated);
    assert_int_equal(back.name_len, 6);
    assert_int_equal(back.connection_len, 3);
    assert_connection_came_back(&back.connection[1]);
    assert_int_equal(back.open_call_len, 3);
    assert_open_call_came_back(&back.open_call[1]);
    assert_int_equal(back.connections_dropped, 1000);
    assert_int_equal(back.open_calls_dropped, 2000);
    assert_int_equal(back.vantage_len, 2);
    assert_int_equal(back.vantage[0].uncertain, 1);
    assert_int_equal(back.vantage[1].tunnel_id, 70000);
    assert_int_equal(back.vantage[1].duplicate_bytes, 700);
    assert_int_equal(back.vantages_dropped, 5);
    assert_int_equal(back.secured_dropped, 3000);
    assert_int_equal(back.secured_len, 3);
    assert_int_equal(back.certificate_len, 3);
    assert_tls_came_back(&back.secured[1], &back.certificate[1]);
    assert_samples_came_back(&back, &d);
    const struct tallied *calls = &back.edge[back.connection[0].edge].exchanges;
    assert_int_equal(calls->streams, 3);
    assert_int_equal(calls->request_messages, 600);
    assert_int_equal(calls->response_messages, 900);
    assert_int_equal(calls->message_gap.count, 3);
    assert_int_equal(calls->age.count, 3);
    assert_int_equal(back.capture.frames, 12345);
    assert_int_equal(back.decode.exchanges, 40);
    assert_int_equal(back.edges_dropped, 3);
    assert_memory_equal(back.edge[1].exchanges.outcomes, d.edge[1].exchanges.outcomes,
                        sizeof d.edge[1].exchanges.outcomes);
    struct writer again = {0};
    wire_put_delta(&again, &back);
    assert_true(bytes_equal(writer_view(&again), encoded(&d)));
    writer_free(&again);
    delta_free(&d);
    delta_free(&back);
}

static void an_empty_delta_comes_back(void **state)
{
    (void)state;
    struct delta d = {.start_ns = 5, .end_ns = 10}, back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.end_ns, 10);
    delta_free(&back);
}

static bool is_taken(struct bytes b)
{
    struct delta back;
    bool taken = wire_get_delta(b, &back);
    if (!taken)
        assert_true(!back.edge && !back.operation && !back.name && !back.edge_len &&
                    !back.connection && !back.open_call && !back.vantage);
    delta_free(&back);
    return taken;
}

static void a_cut_delta_is_refused(void **state)
{
    (void)state;
    struct delta d = make_delta();
    struct bytes whole = encoded(&d);
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *cut = malloc(len + 1); /* so that a read past the end is seen */
        assert_non_null(cut);
        memcpy(cut, whole.at, len);
        assert_false(is_taken(bytes_of(cut, len)));
        free(cut);
    }
    writer_u8(&writer, 0);
    assert_false(is_taken(writer_view(&writer))); /* nor one that is too long */
    delta_free(&d);
}

/* Whatever byte is changed, nothing breaks; most changes are seen. Each in one of three ways. */
static void a_changed_delta_does_no_harm(void **state)
{
    (void)state;
    struct delta d = make_delta();
    struct bytes whole = encoded(&d);
    uint8_t *changed = malloc(whole.len);
    assert_non_null(changed);
    memcpy(changed, whole.at, whole.len);
    for (size_t i = 0; i < whole.len; i++) {
        static const uint8_t changes[] = {0x01, 0x80, 0xff};
        uint8_t was = changed[i];
        changed[i] ^= changes[i % sizeof changes];
        (void)is_taken(bytes_of(changed, whole.len));
        changed[i] = was;
    }
    free(changed);
    delta_free(&d);
}

static void lie_of_calls(struct delta *d, int lie)
{
    switch (lie) {
    case 10: /* a connection of an edge that is not there */
        d->connection[2].edge = d->edge_len;
        break;
    case 11: /* connections out of order */
        d->connection[0].began_ns++;
        break;
    case 12: /* the same one twice */
        d->connection[1].client_port = d->connection[0].client_port;
        break;
    case 13: /* more is known than there is */
        d->connection[0].certainty.known = d->connection[0].certainty.fields + 1;
        break;
    case 14: /* likewise of late */
        d->connection[2].certainty.late_known = d->connection[2].certainty.late_fields + 1;
        break;
    case 15: /* a call of an edge that is not there */
        d->open_call[0].edge = UINT32_MAX;
        break;
    case 16: /* calls out of order */
        d->open_call[2].stream_id = 1;
        break;
    case 17: /* the same one twice */
        d->open_call[1] = d->open_call[0];
        break;
    case 18: /* a kind of call there is not */
        d->open_call[1].call = CALL_KINDS;
        break;
    case 20: /* the same vantage twice */
        d->vantage[1] = d->vantage[0];
        break;
    case 19: /* text that hides what follows */
        memcpy(d->open_call[0].operation, "a\342\200\256b", 6);
        break;
    }
}

static void lie_of_samples(struct delta *d, int lie)
{
    struct sample_delta *s = &d->sample[3];
    switch (lie) {
    case 21: /* of an edge that is not there */
        s->edge = d->edge_len;
        break;
    case 22: /* for no reason */
        s->kept = 0;
        break;
    case 23: /* for one there is not */
        s->kept = 1U << KEPTS;
        break;
    case 24: /* text that moves the cursor */
        memcpy(s->operation, "\033[2J", 5);
        break;
    case 25: /* less than an exchange */
        s->len--;
        break;
    case 26: /* more than one */
        s->len++;
        break;
    case 27: /* another version of one */
        d->sample_bytes.at[s->at]++;
        break;
    case 28: /* nothing */
        s->len = 0;
        break;
    default:
        lie_of_calls(d, lie);
    }
}

/* Each of these is a lie that a sensor taken over might tell. */
static void lies_are_refused(void **state)
{
    (void)state;
    for (int lie = 0; lie < 29; lie++) {
        struct delta d = make_delta();
        assert_true(is_taken(encoded(&d)));
        switch (lie) {
        case 0: /* rows out of order */
            d.edge[0].key.client = make_address("255.1.1.1");
            break;
        case 1: /* the same row twice */
            d.edge[1].key = d.edge[0].key;
            break;
        case 2: /* an edge that is not there */
            d.operation[d.operation_len - 1].edge = d.edge_len;
            break;
        case 3: /* text that moves the cursor */
            memcpy(d.operation[0].name, "\033[2J", 5);
            break;
        case 4: /* text that is not UTF-8 */
            memcpy(d.name[0].name, "a\377", 3);
            break;
        case 5: /* operations out of order */
            memcpy(d.operation[1].name, "A", 2);
            break;
        case 6: /* names out of order */
            d.name[0].port = 9999;
            break;
        case 7: /* a note there is not */
            d.edge[0].notes = 1ULL << NOTES;
            break;
        case 8: /* a source there is not */
            d.name[0].source = NAME_SOURCES;
            break;
        case 9: /* an end before the start */
            d.end_ns = d.start_ns - 1;
            break;
        default:
            lie_of_samples(&d, lie);
        }
        if (is_taken(encoded(&d)))
            fail_msg("lie %d was believed", lie);
        delta_free(&d);
    }
}

/* Counts of rows that the bytes cannot hold, or past the caps, ask for no memory. */
static void counts_are_checked_before_memory(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 1000, EDGES_MAX, EDGES_MAX + 1, UINT32_MAX, UINT64_MAX};
    struct delta none = {0};
    uint8_t version = encoded(&none).at[0];
    for (unsigned kind = 0; kind < 5; kind++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            writer_clear(&writer);
            writer_u8(&writer, version);
            for (unsigned zeroes = 2 + kind; zeroes; zeroes--)
                writer_varint(&writer, 0);
            writer_varint(&writer, counts[i]);
            assert_false(is_taken(writer_view(&writer)));
        }
}

/* The database holds signed numbers: greater ones are cut where they are written. */
static void great_numbers_are_cut(void **state)
{
    (void)state;
    struct delta d = {.end_ns = UINT64_MAX, .edges_dropped = UINT64_MAX}, back;
    assert_true(wire_get_delta(encoded(&d), &back));
    assert_int_equal(back.end_ns, INT64_MAX);
    assert_int_equal(back.edges_dropped, INT64_MAX);
    delta_free(&back);
}

static void exchanges_come_back_one_by_one(void **state)
{
    (void)state;
    struct exchange first = make_exchange("/caf\303\251"), second = make_exchange("/b"), back;
    first.number = 77;
    first.tenant = 5;
    first.stream_id = 9;
    first.grpc_status = -1;
    first.notes = NOTE_GAP | NOTE_UPGRADED | NOTE_COMPRESSED;
    first.fingerprint = UINT64_MAX - 5;
    first.error_code = UINT32_MAX;
    first.call = CALL_BIDI_STREAMING;
    first.first_message_ns = 1005, first.last_message_ns = 1006, first.deadline_ns = 1007;
    first.certainty = (struct certainty){4, 3, 2, 1};
    memcpy(first.message, "no such cart", 13);
    memcpy(first.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736", 33);
    memcpy(first.parent_id, "05e3ac9a4f6e3b90", 17);
    second.protocol = "redis";
    wire_put_exchange(&writer, &first);
    wire_put_exchange(&writer, &second);
    struct cursor c = cursor_over(writer_view(&writer));
    assert_true(wire_get_exchange(&c, &back));
    assert_string_equal(back.protocol, "http");
    assert_ptr_not_equal(back.protocol, first.protocol);
    const char *http = back.protocol;
    assert_int_equal(back.number, 77);
    assert_int_equal(back.grpc_status, -1);
    assert_int_equal(back.error_code, UINT32_MAX);
    assert_int_equal(back.call, CALL_BIDI_STREAMING);
    assert_true(back.fingerprint == UINT64_MAX - 5);
    assert_int_equal(back.first_message_ns, 1005);
    assert_int_equal(back.last_message_ns, 1006);
    assert_int_equal(back.deadline_ns, 1007);
    assert_memory_equal(&back.certainty, &first.certainty, sizeof back.certainty);
    assert_string_equal(back.message, "no such cart");
    assert_string_equal(back.trace_id, first.trace_id);
    assert_string_equal(back.parent_id, "05e3ac9a4f6e3b90");
    struct writer again = {0};
    wire_put_exchange(&again, &back);
    assert_true(again.len < writer.len && memcmp(again.at, writer.at, again.len) == 0);
    writer_free(&again);
    assert_true(wire_get_exchange(&c, &back));
    assert_string_equal(back.protocol, "redis");
    assert_int_equal(back.error_code, -1);
    assert_int_equal(cursor_left(&c), 0);
    c = cursor_over(writer_view(&writer));
    assert_true(wire_get_exchange(&c, &back));
    assert_ptr_equal(back.protocol, http); /* one copy of each name */
}

static void a_damaged_exchange_is_refused(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/a"), back;
    wire_put_exchange(&writer, &x);
    struct bytes whole = writer_view(&writer);
    for (size_t len = 0; len < whole.len; len++) {
        struct cursor c = cursor_over(bytes_first(whole, len));
        assert_false(wire_get_exchange(&c, &back));
    }
    for (int lie = 0; lie < 7; lie++) {
        x = make_exchange("/a");
        switch (lie) {
        case 0:
            x.outcome = OUTCOMES;
            break;
        case 1:
            x.call = CALL_KINDS;
            break;
        case 2: /* of 33 bits */
            x.error_code = (int64_t)UINT32_MAX + 1;
            break;
        case 3:
            x.certainty.known = 1;
            break;
        case 4:
            x.certainty.late_known = 1;
            break;
        case 5:
            memcpy(x.message, "\033c", 3);
            break;
        case 6:
            x.notes = 1U << NOTES;
            break;
        }
        writer_clear(&writer);
        wire_put_exchange(&writer, &x);
        struct cursor c = cursor_over(writer_view(&writer));
        if (wire_get_exchange(&c, &back))
            fail_msg("lie %d was believed", lie);
    }
}

/* What was cut or changed anywhere is refused, or is another exchange that makes sense. */
static void a_changed_exchange_does_no_harm(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/a"), back;
    x.tls.told = true;
    x.fingerprint = 5;
    wire_put_exchange(&writer, &x);
    for (size_t at = 0; at < writer.len; at++)
        for (int bit = 0; bit < 8; bit++) {
            writer.at[at] ^= (uint8_t)(1 << bit);
            struct cursor c = cursor_over(writer_view(&writer));
            if (wire_get_exchange(&c, &back)) {
                assert_true(back.call < CALL_KINDS && back.outcome < OUTCOMES);
                assert_true(back.request_ns <= INT64_MAX && back.response_bytes <= INT64_MAX);
                assert_true(strlen(back.path) < sizeof back.path && !(back.notes >> NOTES));
            }
            writer.at[at] ^= (uint8_t)(1 << bit);
        }
}

/* Nothing of the one before stays with the next that is read into the same place. */
static void what_is_absent_is_absent(void **state)
{
    (void)state;
    struct exchange all = make_exchange("/all"), none = {.protocol = "http", .grpc_status = -1};
    none.error_code = -1;
    all.number = all.tenant = all.stream_id = all.request_messages = all.response_messages = 1;
    all.first_message_ns = all.last_message_ns = all.deadline_ns = all.fingerprint = 1;
    all.error_code = 1;
    all.certainty = (struct certainty){1, 1, 1, 1};
    all.elsewhere = all.tls.told = all.tls.ech = true;
    strcpy(all.operation, "o"), strcpy(all.method, "m"), strcpy(all.status, "s");
    strcpy(all.host, "h"), strcpy(all.trace_id, "t"), strcpy(all.span_id, "s");
    strcpy(all.parent_id, "p"), strcpy(all.asked, "a"), strcpy(all.request_id, "r");
    strcpy(all.forwarded_for, "f"), strcpy(all.message, "m");
    wire_put_exchange(&writer, &all);
    wire_put_exchange(&writer, &none);
    struct cursor c = cursor_over(writer_view(&writer));
    struct exchange x;
    assert_true(wire_get_exchange(&c, &x) && x.tls.ech && x.asked[0] == 'a');
    assert_true(wire_get_exchange(&c, &x));
    assert_true(!x.number && !x.tenant && !x.stream_id && !x.request_messages);
    assert_true(!x.response_messages && !x.first_message_ns && !x.last_message_ns);
    assert_true(!x.deadline_ns && !x.fingerprint && !x.elsewhere && !x.tls.told && !x.tls.ech);
    assert_true(!x.certainty.fields && !x.certainty.late_known && x.error_code == -1);
    assert_true(x.grpc_status == -1 && !x.operation[0] && !x.method[0] && !x.status[0]);
    assert_true(!x.host[0] && !x.path[0] && !x.trace_id[0] && !x.span_id[0] && !x.parent_id[0]);
    assert_true(!x.asked[0] && !x.request_id[0] && !x.forwarded_for[0] && !x.message[0]);
}

/* As long as exchanges can be, whole: and what is passed over is what is read. */
static void the_longest_exchange_comes_back(void **state)
{
    (void)state;
    struct exchange x = make_exchange(""), back;
    char *const text[] = {x.method,     x.status,        x.host,    x.path,
                          x.operation,  x.trace_id,      x.span_id, x.parent_id,
                          x.request_id, x.forwarded_for, x.asked,   x.message};
    const size_t size[] = {sizeof x.method,        sizeof x.status,    sizeof x.host,
                           sizeof x.path,          sizeof x.operation, sizeof x.trace_id,
                           sizeof x.span_id,       sizeof x.parent_id, sizeof x.request_id,
                           sizeof x.forwarded_for, sizeof x.asked,     sizeof x.message};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        memset(text[i], 'a' + (int)i, size[i] - 1);
        text[i][size[i] - 1] = '\0';
    }
    x.number = x.request_ns = x.end_ns = INT64_MAX;
    x.tls.told = true;
    memset(x.tls.certificate.byte, 1, sizeof x.tls.certificate.byte);
    wire_put_exchange(&writer, &x);
    struct cursor c = cursor_over(writer_view(&writer)), over = c;
    assert_true(wire_get_exchange(&c, &back) && !cursor_left(&c));
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        assert_string_equal((char *)&back + (text[i] - (char *)&x), text[i]);
    assert_int_equal(back.number, INT64_MAX);
    assert_memory_equal(&back.tls.certificate, &x.tls.certificate, sizeof x.tls.certificate);
    assert_int_equal(wire_next_exchange(&over).len, writer.len);
    over = cursor_over(bytes_first(writer_view(&writer), writer.len - 1));
    assert_int_equal(wire_next_exchange(&over).len, 0);
    assert_true(over.starved);
}

/* Names of protocols are kept for good, so there is an end to them. Comes after those that bring
 * one. */
static void protocols_have_a_cap(void **state)
{
    (void)state;
    unsigned taken = 0;
    for (unsigned i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", i);
        struct exchange x = make_exchange("/a"), back;
        x.protocol = name;
        writer_clear(&writer);
        wire_put_exchange(&writer, &x);
        struct cursor c = cursor_over(writer_view(&writer));
        taken += wire_get_exchange(&c, &back);
    }
    assert_in_range(taken, 100, 128);
}

/* The seed is what is written today; where TAPGRAPH_SEEDS is set it is made anew. */
static void assert_seed(const char *name, struct bytes now)
{
    char path[256];
    uint8_t seed[65536];
    snprintf(path, sizeof path, "%s/fuzz/corpus/wire/%s", TESTS_DIR, name);
    bool anew = getenv("TAPGRAPH_SEEDS") != NULL;
    FILE *file = fopen(path, anew ? "w+" : "r");
    assert_non_null(file);
    if (anew)
        assert_int_equal(fwrite(now.at, 1, now.len, file), now.len);
    rewind(file);
    size_t len = fread(seed, 1, sizeof seed, file);
    fclose(file);
    if (len != now.len || memcmp(seed, now.at, len) != 0)
        fail_msg("%s is of an older format: run this with TAPGRAPH_SEEDS=1", path);
}

/* A fuzzer that begins with what is refused at once finds nothing. */
static void seeds_of_the_fuzzer_are_of_this_format(void **state)
{
    (void)state;
    struct delta d = make_delta(), nothing = {.start_ns = 5000000000, .end_ns = 10000000000};
    assert_seed("window", encoded(&d));
    assert_seed("empty", encoded(&nothing));
    delta_free(&d);
    struct exchange x = make_exchange("/caf\303\251");
    writer_clear(&writer);
    wire_put_exchange(&writer, &x);
    memcpy(x.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736", 33);
    x.call = CALL_BIDI_STREAMING;
    wire_put_exchange(&writer, &x);
    assert_seed("exchanges", writer_view(&writer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_delta_comes_back, end),
        cmocka_unit_test_teardown(an_empty_delta_comes_back, end),
        cmocka_unit_test_teardown(a_cut_delta_is_refused, end),
        cmocka_unit_test_teardown(a_changed_delta_does_no_harm, end),
        cmocka_unit_test_teardown(lies_are_refused, end),
        cmocka_unit_test_teardown(counts_are_checked_before_memory, end),
        cmocka_unit_test_teardown(great_numbers_are_cut, end),
        cmocka_unit_test_teardown(exchanges_come_back_one_by_one, end),
        cmocka_unit_test_teardown(a_damaged_exchange_is_refused, end),
        cmocka_unit_test_teardown(what_is_absent_is_absent, end),
        cmocka_unit_test_teardown(the_longest_exchange_comes_back, end),
        cmocka_unit_test_teardown(protocols_have_a_cap, end),
        cmocka_unit_test_teardown(a_changed_exchange_does_no_harm, end),
        cmocka_unit_test_teardown(seeds_of_the_fuzzer_are_of_this_format, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
