/* test_diagnosis.c - what spoiled a capture, and the verdict in a line. */
#include <string.h>

#include "store/query.h"
#include "tests/check.h"

/* Good: 10,000 frames in a minute, 900 requests on 100 connections. */
static struct health_row good(void)
{
    return (struct health_row){
        .range = {0, 60000000000},
        .windows = 12,
        .capture = {.frames = 10000, .packets = 9000, .bytes = 5000000},
        .decode = {.exchanges = 900, .flows_opened = 100},
        .quality = {.bytes = 4000000, .requests = 900, .connections = 100},
    };
}

static struct diagnosis only(const struct health_row *h)
{
    struct diagnosis found[DIAGNOSES_MAX];
    assert_int_equal(health_diagnoses(h, found), 1);
    return found[0];
}

/* Sets the field of `h` at an offset. */
struct cause {
    size_t at;
    uint64_t count;
};
#define CAPTURE(field) offsetof(struct health_row, capture.field)
#define DECODE(field) offsetof(struct health_row, decode.field)
#define QUALITY(field) offsetof(struct health_row, quality.field)

static void set(struct health_row *h, const struct cause *c)
{
    memcpy((char *)h + c->at, &c->count, sizeof c->count);
}

static const char lower[] = "figures are lower bounds", fine[] = "figures are as they should be",
                  incomplete[] = "figures are incomplete", inexact[] = "some figures are not exact",
                  unread[] = "not everything could be read";

/* One thing is wrong: how bad that is, what is said of it, and what it does to figures. */
static const struct {
    struct cause cause;
    enum severity severity;
    const char *what, *effect;
} alone[] = {
    {{CAPTURE(kernel_drops), 50},
     SEVERITY_WARN,
     "0.5 % of packets (50) were dropped by the kernel",
     lower},
    {{CAPTURE(kernel_drops), 5000},
     SEVERITY_BAD,
     "33 % of packets (5000) were dropped by the kernel",
     lower},
    {{CAPTURE(interface_drops), 101},
     SEVERITY_WARN,
     "1.0 % of packets (101) were dropped by the interface",
     lower},
    {{CAPTURE(mirror_lost), 3},
     SEVERITY_BAD,
     "100 % of mirrored packets (3) never arrived, by the mirror's own numbers",
     lower},
    {{CAPTURE(sampled_ns), 3000000000},
     SEVERITY_WARN,
     "For 3 s, 0 % of connections were left out whole, and counts scaled up for them",
     "counts are estimates"},
    {{CAPTURE(source_gone), 2},
     SEVERITY_WARN,
     "The interface went away or down: 2 times",
     incomplete},
    {{CAPTURE(behind_ns), 3000000000},
     SEVERITY_WARN,
     "The collector was more than a second behind the wire for 3 s",
     inexact},
    {{CAPTURE(behind_ns), 30000000000},
     SEVERITY_BAD,
     "The collector was more than a second behind the wire for 30 s",
     inexact},
    {{QUALITY(one_way), 9},
     SEVERITY_WARN,
     "Of 9.0 % of connections (9) only one side's packets reach the tap",
     incomplete},
    {{QUALITY(one_way), 10},
     SEVERITY_BAD,
     "Of 10 % of connections (10) only one side's packets reach the tap",
     incomplete},
    {{QUALITY(missing_bytes), 100},
     SEVERITY_NOTE,
     "<0.1 % of bytes (100 B) were acknowledged but never seen",
     incomplete},
    {{QUALITY(missing_bytes), 4000},
     SEVERITY_WARN,
     "<0.1 % of bytes (4.0 kB) were acknowledged but never seen",
     incomplete},
    {{QUALITY(missing_bytes), 41000},
     SEVERITY_BAD,
     "1.0 % of bytes (41 kB) were acknowledged but never seen",
     incomplete},
    {{QUALITY(skewed), 9},
     SEVERITY_WARN,
     "The times of 1.0 % of requests (9) contradict their order",
     inexact},
    {{CAPTURE(headers_cut), 1},
     SEVERITY_WARN,
     "<0.1 % of packets (1) were cut before their ports, and not read",
     lower},
    {{CAPTURE(truncated), 89}, SEVERITY_NOTE, "1.0 % of packets (89) were cut short", unread},
    {{CAPTURE(truncated), 9000}, SEVERITY_WARN, "100 % of packets (9000) were cut short", unread},
    {{CAPTURE(unfinished), 1},
     SEVERITY_WARN,
     "100 % of packets that came in fragments (1) were never whole",
     incomplete},
    {{CAPTURE(overlapped), 1},
     SEVERITY_WARN,
     "Fragments that contradict or repeat others: 1",
     inexact},
    {{CAPTURE(malformed), 1},
     SEVERITY_NOTE,
     "<0.1 % of frames (1) have headers that contradict themselves",
     unread},
    {{CAPTURE(uncertain), 9},
     SEVERITY_WARN,
     "Of 0.1 % of packets (9) it is not sure whether they are copies or were sent again",
     inexact},
    {{CAPTURE(oversized), 90},
     SEVERITY_WARN,
     "1.0 % of packets (90) were joined by offloading before they were captured",
     inexact},
    {{CAPTURE(duplicates), 9000},
     SEVERITY_NOTE,
     "50 % of packets (9000) were copies, and removed",
     fine},
    {{DECODE(lost), 5}, SEVERITY_NOTE, "Places that could not be decoded: 5", unread},
    {{DECODE(given_up), 10}, SEVERITY_WARN, "Places that could not be decoded: 10", unread},
    {{DECODE(stray_answers), 100}, SEVERITY_BAD, "Places that could not be decoded: 100", unread},
    {{DECODE(shed), 1}, SEVERITY_NOTE, "Parts of messages that were too long to read: 1", unread},
    {{DECODE(shortened), 10},
     SEVERITY_WARN,
     "Parts of messages that were too long to read: 10",
     unread},
    {{DECODE(flows_evicted), 1}, SEVERITY_BAD, "Connections given up for newer ones: 1", lower},
    {{DECODE(exchanges_evicted), 5},
     SEVERITY_WARN,
     "Requests given up: 5, segments: 0",
     incomplete},
    {{DECODE(segments_dropped), 5}, SEVERITY_WARN, "Requests given up: 0, segments: 5", incomplete},
    {{offsetof(struct health_row, edges_dropped), 7},
     SEVERITY_WARN,
     "Reports of edges not kept: 7, names: 0",
     lower},
    {{offsetof(struct health_row, open_calls_dropped), 7},
     SEVERITY_WARN,
     "Reports of connections not kept: 0, of open calls: 7",
     fine},
};

static void each_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        struct health_row h = good();
        set(&h, &alone[i].cause);
        struct diagnosis d = only(&h);
        assert_string_equal(d.what, alone[i].what);
        assert_string_equal(d.effect, alone[i].effect);
        assert_true(d.remedy[0]);
        if (d.severity != alone[i].severity)
            fail_msg("%s: %s", d.what, severity_name(d.severity));
    }
}

static void is_verdict(const struct health_row *h, enum severity severity, const char *expected)
{
    char text[VERDICT_TEXT_MAX];
    assert_int_equal(health_verdict(h, text), severity);
    assert_string_equal(text, expected);
}

/* One line: how it is, and why if it is not good. */
static void verdicts(void **state)
{
    struct health_row h = good();
    (void)state;
    is_verdict(&h, SEVERITY_NONE, "good: nothing was lost that the collector knows of");
    h.capture.duplicates = 9000; /* good to know, and no more */
    is_verdict(&h, SEVERITY_NOTE, "good: nothing was lost that the collector knows of");
    h.quality.one_way = 1;
    is_verdict(&h, SEVERITY_WARN,
               "figures are incomplete: of 1.0 % of connections (1) only one side's packets reach "
               "the tap");
    h.capture.kernel_drops = 214;
    is_verdict(&h, SEVERITY_BAD,
               "figures are lower bounds: 2.1 % of packets (214) were dropped by the kernel");
    h = (struct health_row){.windows = 12};
    is_verdict(&h, SEVERITY_BAD, "nothing was captured: no packet arrived in this range of time");
}

/* The worst comes first, whatever kind it is. */
static void in_order(void **state)
{
    struct diagnosis found[DIAGNOSES_MAX];
    struct health_row h = good();
    (void)state;
    h.capture.duplicates = 1;
    h.capture.kernel_drops = 1;
    h.quality.missing_bytes = 4000000;
    assert_int_equal(health_diagnoses(&h, found), 3);
    assert_non_null(strstr(found[0].what, "acknowledged but never seen"));
    assert_non_null(strstr(found[1].what, "dropped by the kernel"));
    assert_non_null(strstr(found[2].what, "were copies"));
}

/* It names the protocol that most of it is in. */
static void names_the_protocol(void **state)
{
    struct health_row h = good();
    (void)state;
    h.decode.lost = 5;
    h.decode.stray_answers = 5;
    strcpy(h.protocol[0].name, "http");
    h.protocol[0].quality.troubles[TROUBLE_LOST] = 3;
    strcpy(h.protocol[1].name, "redis");
    h.protocol[1].quality.troubles[TROUBLE_LOST] = 2;
    h.protocol[1].quality.troubles[TROUBLE_STRAY_ANSWERS] = 5;
    h.protocol_len = 2;
    assert_string_equal(only(&h).what, "Places that could not be decoded: 10, 7 of them in redis");
    h.protocol[1].quality.troubles[TROUBLE_LOST] = 5;
    assert_string_equal(only(&h).what, "Places that could not be decoded: 10, all in redis");
}

/* In a quiet capture one or two are a great share, and no more than a note all the same. */
static void few_are_a_note(void **state)
{
    struct health_row h = good();
    (void)state;
    h.decode.exchanges = 1;
    h.decode.stray_answers = 2;
    assert_int_equal(only(&h).severity, SEVERITY_NOTE);
    h.decode.lost = 1;
    assert_int_equal(only(&h).severity, SEVERITY_BAD);
    h.decode.lost = h.decode.stray_answers = 0;
    h.decode.given_up = 1;
    assert_int_equal(only(&h).severity, SEVERITY_BAD);
}

/* All at once still fit, whatever the numbers. */
static void all_at_once(void **state)
{
    struct diagnosis found[DIAGNOSES_MAX];
    struct health_row h;
    char text[VERDICT_TEXT_MAX];
    (void)state;
    memset(&h, 0x3f, sizeof h);
    h.protocol_len = 0;
    size_t len = health_diagnoses(&h, found);
    assert_in_range(len, 15, DIAGNOSES_MAX - 1);
    for (size_t i = 0; i < len; i++) {
        assert_in_range(strlen(found[i].what), 10, sizeof found[i].what - 2);
        assert_true(found[i].share > 0 && found[i].share <= 1);
    }
    assert_int_equal(health_verdict(&h, text), SEVERITY_BAD);
    assert_true(strlen(text) < VERDICT_TEXT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_alone),     cmocka_unit_test(verdicts),
        cmocka_unit_test(in_order),       cmocka_unit_test(names_the_protocol),
        cmocka_unit_test(few_are_a_note), cmocka_unit_test(all_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
