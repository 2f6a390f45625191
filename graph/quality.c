/* quality.c - see quality.h. */
#include "graph/quality.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"

static const struct {
    const char *name, *meaning;
    char letter;
} marks[MARKS] = {
    [MARK_ONE_WAY] = {"one-way", "only one side's packets seen", 'O'},
    [MARK_MISSING] = {"missing", "bytes missing", 'M'},
    [MARK_DROPS] = {"drops", "packets dropped, all figures are lower bounds", 'D'},
    [MARK_SAMPLED] = {"sampled", "some connections left out, counts scaled", 'E'},
    [MARK_UNDECODED] = {"undecoded", "not all could be decoded", 'U'},
    [MARK_SKEW] = {"skew", "times out of order", 'K'},
    [MARK_TRUNCATED] = {"truncated", "packets cut short", 'T'},
    [MARK_SHED] = {"shed", "parts too long to read", 'S'},
    [MARK_COPIES] = {"copies", "copies of packets removed", 'C'},
    [MARK_MIDSTREAM] = {"midstream", "began before the capture", 'B'},
};

static const struct {
    const char *name, *symbol, *meaning;
} severities[SEVERITIES] = {
    [SEVERITY_NONE] = {"none", "", ""},
    [SEVERITY_NOTE] = {"note", "", ""},
    [SEVERITY_WARN] = {"warn", "~", "a little off"},
    [SEVERITY_BAD] = {"bad", "!", "not to be trusted"},
};

const char *mark_name(enum mark mark)
{
    assert(mark < MARKS);
    return marks[mark].name;
}

char mark_letter(enum mark mark)
{
    assert(mark < MARKS);
    return marks[mark].letter;
}

const char *mark_meaning(enum mark mark)
{
    assert(mark < MARKS);
    return marks[mark].meaning;
}

const char *severity_name(enum severity s)
{
    assert(s < SEVERITIES);
    return severities[s].name;
}

const char *severity_symbol(enum severity s)
{
    assert(s < SEVERITIES);
    return severities[s].symbol;
}

const char *severity_meaning(enum severity s)
{
    assert(s < SEVERITIES);
    return severities[s].meaning;
}

void quality_add(struct quality *q, const struct edge_delta *e)
{
    for (int dir = 0; dir < 2; dir++) {
        q->packets += e->packets[dir];
        q->duplicates += e->duplicates[dir];
        q->truncated += e->truncated[dir];
        q->bytes += e->bytes[dir];
        q->missing_bytes += e->missing_bytes[dir];
    }
    q->connections += e->opened;
    q->one_way += e->one_way;
    for (int o = 0; o < OUTCOMES; o++)
        q->requests += e->exchanges.outcomes[o];
    q->skewed += e->skewed;
    for (int t = 0; t < TROUBLES; t++)
        q->troubles[t] += e->troubles[t];
    q->midstream = q->midstream || e->notes & NOTE_MIDSTREAM;
    q->some_one_way = q->some_one_way || e->notes & NOTE_ONE_WAY;
}

void quality_join(struct quality *q, const struct quality *other)
{
    q->packets += other->packets;
    q->duplicates += other->duplicates;
    q->truncated += other->truncated;
    q->bytes += other->bytes;
    q->missing_bytes += other->missing_bytes;
    q->connections += other->connections;
    q->one_way += other->one_way;
    q->requests += other->requests;
    q->skewed += other->skewed;
    for (int t = 0; t < TROUBLES; t++)
        q->troubles[t] += other->troubles[t];
    q->midstream = q->midstream || other->midstream;
    q->some_one_way = q->some_one_way || other->some_one_way;
}

void quality_set_capture(struct quality *q, const struct capture_counters *c)
{
    q->frames = c->frames;
    q->dropped = c->kernel_drops + c->interface_drops;
    q->mirror_seen = c->mirror_seen;
    q->mirror_lost = c->mirror_lost;
    q->captured = c->packets;
    q->uncertain = c->uncertain;
    q->sampled_ns = c->sampled_ns;
    q->left_out_ns = c->left_out_ns;
}

/* 0 to 1; 0 of nothing. */
static double share(uint64_t part, uint64_t rest)
{
    return part ? (double)part / ((double)part + (double)rest) : 0;
}

/* A part of nothing is no mark; else from these shares on it is more than a note. */
static enum severity by_share(double is, double warn, double bad)
{
    if (is <= 0)
        return SEVERITY_NONE;
    return is >= bad ? SEVERITY_BAD : is >= warn ? SEVERITY_WARN : SEVERITY_NOTE;
}

#define NEVER 2.0 /* no share is that great */

static double share_one_way(const struct quality *q)
{
    uint64_t others = q->connections > q->one_way ? q->connections - q->one_way : 0;
    return share(q->one_way, others);
}

static double share_dropped(const struct quality *q)
{
    double here = share(q->dropped, q->frames), before = share(q->mirror_lost, q->mirror_seen);
    return here > before ? here : before;
}

static uint64_t count_undecoded(const struct quality *q)
{
    const uint64_t *t = q->troubles;
    return t[TROUBLE_LOST] + t[TROUBLE_GIVEN_UP] + t[TROUBLE_STRAY_ANSWERS] +
           t[TROUBLE_UNDECRYPTED] + t[TROUBLE_EXCHANGES_EVICTED];
}

static uint64_t count_shed(const struct quality *q)
{
    return q->troubles[TROUBLE_SHED] + q->troubles[TROUBLE_SHORTENED];
}

bool troubles_are_few(const uint64_t t[TROUBLES])
{
    enum { MANY = 3 };
    return !t[TROUBLE_GIVEN_UP] &&
           t[TROUBLE_LOST] + t[TROUBLE_STRAY_ANSWERS] + t[TROUBLE_EXCHANGES_EVICTED] < MANY;
}

/* Is all there is an answer or less of each connection, as where they were joined late? Where
 * requests were lost instead, bytes are missing or one side is. */
static bool is_late_start(const struct quality *q)
{
    uint64_t strays = q->troubles[TROUBLE_STRAY_ANSWERS];
    return q->midstream && strays <= q->connections && strays == count_undecoded(q);
}

static enum severity severity_of_undecoded(const struct quality *q)
{
    enum severity s = by_share(share(count_undecoded(q), q->requests), 0.01, 0.1);
    bool harmless = troubles_are_few(q->troubles) || is_late_start(q);
    return harmless && s > SEVERITY_NOTE ? SEVERITY_NOTE : s;
}

static enum severity severity_of_one_way(const struct quality *q)
{
    enum severity s = by_share(share_one_way(q), 0, 0.1);
    return s == SEVERITY_NONE && q->some_one_way ? SEVERITY_WARN : s;
}

static enum severity severity_of_copies(const struct quality *q)
{
    uint64_t told = q->captured > q->uncertain ? q->captured - q->uncertain : 0;
    enum severity doubt = by_share(share(q->uncertain, told), 0.001, NEVER);
    enum severity s = by_share(share(q->duplicates, q->packets), NEVER, NEVER);
    return s == SEVERITY_NONE || doubt < s ? s : doubt;
}

struct marks quality_marks(const struct quality *q)
{
    uint64_t told = q->requests > q->skewed ? q->requests - q->skewed : 0;
    uint64_t whole = q->packets > q->truncated ? q->packets - q->truncated : 0;
    struct marks m = {0};
    m.of[MARK_ONE_WAY] = (uint8_t)severity_of_one_way(q);
    m.of[MARK_MISSING] = (uint8_t)by_share(share(q->missing_bytes, q->bytes), 0.0001, 0.01);
    m.of[MARK_DROPS] = (uint8_t)by_share(share_dropped(q), 0.00001, 0.01);
    m.of[MARK_SAMPLED] = q->sampled_ns ? SEVERITY_WARN : SEVERITY_NONE;
    m.of[MARK_UNDECODED] = (uint8_t)severity_of_undecoded(q);
    m.of[MARK_SKEW] = (uint8_t)by_share(share(q->skewed, told), 0.01, 0.1);
    m.of[MARK_TRUNCATED] = (uint8_t)by_share(share(q->truncated, whole), 0.01, NEVER);
    m.of[MARK_SHED] = (uint8_t)by_share(share(count_shed(q), q->requests), 0.01, NEVER);
    m.of[MARK_COPIES] = (uint8_t)severity_of_copies(q);
    m.of[MARK_MIDSTREAM] = q->midstream ? SEVERITY_NOTE : SEVERITY_NONE;
    return m;
}

enum severity marks_worst(const struct marks *m)
{
    uint8_t worst = SEVERITY_NONE;
    for (int i = 0; i < MARKS; i++)
        if (m->of[i] > worst)
            worst = m->of[i];
    return (enum severity)worst;
}

void marks_add(struct marks *into, const struct marks *from)
{
    for (int i = 0; i < MARKS; i++)
        if (from->of[i] > into->of[i])
            into->of[i] = from->of[i];
}

void marks_text(const struct marks *m, char ret[MARKS_TEXT_MAX])
{
    char *to = stpcpy(ret, severity_symbol(marks_worst(m)));
    for (int s = SEVERITIES - 1; s > SEVERITY_NONE; s--)
        for (int i = 0; i < MARKS; i++)
            if (m->of[i] == s)
                *to++ = marks[i].letter;
    *to = '\0';
}

static struct human number(uint64_t count)
{
    return human_count((double)count);
}

static void say_one_way(const struct quality *q, char *ret)
{
    static const char so[] = "what is answered there, and how fast, is not known";
    uint64_t all = q->connections > q->one_way ? q->connections : q->one_way;
    if (q->one_way)
        snprintf(ret, REASON_TEXT_MAX,
                 "connections of which only one side's packets reach the tap: %s of %s; %s",
                 number(q->one_way).text, number(all).text, so);
    else
        snprintf(ret, REASON_TEXT_MAX,
                 "only one side's packets of some connections reach the tap; %s", so);
}

static void say_drops(const struct quality *q, char *ret)
{
    const char *by = !q->mirror_lost ? "before they were read"
                     : q->dropped    ? "by the mirror, and before they were read"
                                     : "by the mirror";
    snprintf(ret, REASON_TEXT_MAX, "packets lost %s: %s (%s of all); every figure is a lower bound",
             by, number(q->dropped + q->mirror_lost).text, human_share(share_dropped(q)).text);
}

static void say_sampled(const struct quality *q, char *ret)
{
    double share_left_out = q->sampled_ns ? (double)q->left_out_ns / (double)q->sampled_ns : 0;
    snprintf(ret, REASON_TEXT_MAX,
             "for %s there was too much to read, and %s of connections were left out; counts are "
             "scaled up for them, and estimates",
             human_span(q->sampled_ns).text, human_share(share_left_out).text);
}

/* "places lost: 3, answers without a request: 2; ..." */
static void say_undecoded(const struct quality *q, char *ret)
{
    static const char *const words[TROUBLES] = {
        [TROUBLE_LOST] = "places lost",
        [TROUBLE_GIVEN_UP] = "connections given up",
        [TROUBLE_STRAY_ANSWERS] = "answers without a request",
        [TROUBLE_UNDECRYPTED] = "records of TLS that did not open with their key",
        [TROUBLE_EXCHANGES_EVICTED] = "requests pushed out of a full table",
    };
    size_t used = 0;
    for (int t = 0; t < TROUBLES; t++)
        if (words[t] && q->troubles[t])
            used += (size_t)snprintf(ret + used, REASON_TEXT_MAX - used, "%s%s: %s",
                                     used ? ", " : "", words[t], number(q->troubles[t]).text);
    snprintf(ret + used, REASON_TEXT_MAX - used,
             "; what lies in between is unknown, or not counted");
}

static void say_copies(const struct quality *q, char *ret)
{
    int used =
        snprintf(ret, REASON_TEXT_MAX, "copies of packets removed: %s (%s)",
                 number(q->duplicates).text, human_share(share(q->duplicates, q->packets)).text);
    if (severity_of_copies(q) > SEVERITY_NOTE)
        snprintf(ret + used, REASON_TEXT_MAX - (size_t)used,
                 "; packets of the capture that may be copies, or sent again: %s",
                 number(q->uncertain).text);
}

/* "what: 4 (2.0 %); so". */
static void say_part(char *ret, const char *what, uint64_t part, uint64_t of, const char *so)
{
    snprintf(ret, REASON_TEXT_MAX, "%s: %s (%s); %s", what, number(part).text,
             human_share(of ? (double)part / (double)of : 1).text, so);
}

static void say_missing(const struct quality *q, char *ret)
{
    snprintf(ret, REASON_TEXT_MAX,
             "%s (%s) acknowledged but never seen; requests in them are unknown, or not counted",
             human_bytes((double)q->missing_bytes).text,
             human_share(share(q->missing_bytes, q->bytes)).text);
}

void quality_reason(const struct quality *q, enum mark mark, char ret[REASON_TEXT_MAX])
{
    ret[0] = '\0';
    switch (mark) {
    case MARK_ONE_WAY:
        say_one_way(q, ret);
        break;
    case MARK_MISSING:
        say_missing(q, ret);
        break;
    case MARK_DROPS:
        say_drops(q, ret);
        break;
    case MARK_SAMPLED:
        say_sampled(q, ret);
        break;
    case MARK_UNDECODED:
        say_undecoded(q, ret);
        break;
    case MARK_SKEW:
        say_part(ret, "requests whose times contradict their order", q->skewed, q->requests,
                 "latencies are not exact, clocks of several taps may differ");
        break;
    case MARK_TRUNCATED:
        say_part(ret, "packets cut by the snapshot length", q->truncated, q->packets,
                 "heads of messages may be missing");
        break;
    case MARK_SHED:
        snprintf(ret, REASON_TEXT_MAX,
                 "parts of messages too long to read: %s; texts and operations may be incomplete",
                 number(count_shed(q)).text);
        break;
    case MARK_COPIES:
        say_copies(q, ret);
        break;
    case MARK_MIDSTREAM:
        strcpy(ret, "some connections began before the capture; their handshake and first requests "
                    "were not seen");
        break;
    case MARKS:
        break;
    }
}
