/* diagnosis.c - what spoiled a capture, how much of it, and what helps: see query.h. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "store/query.h"

/* What is wrong with figures; the front of a verdict. */
static const char lower_bounds[] = "figures are lower bounds";
static const char estimated[] = "counts are estimates";
static const char incomplete[] = "figures are incomplete";
static const char inexact[] = "some figures are not exact";
static const char unread[] = "not everything could be read";
static const char fine[] = "figures are as they should be";

/* A share that is more than a note, or bad. */
struct limits {
    double warn, bad;
};
static const struct limits one_percent = {0, 0.01}, never_bad = {0.01, 2}, any = {0, 2},
                           never = {2, 2};

struct list {
    struct diagnosis *at;
    size_t len;
};

/* One of them, whose sentence is still to be written; NULL if there is nothing to say. */
static struct diagnosis *add(struct list *l, double share, struct limits limits)
{
    if (share <= 0 || l->len == DIAGNOSES_MAX)
        return NULL;
    struct diagnosis *d = &l->at[l->len++];
    *d = (struct diagnosis){.share = share > 1 ? 1 : share};
    d->severity = share >= limits.bad    ? SEVERITY_BAD
                  : share >= limits.warn ? SEVERITY_WARN
                                         : SEVERITY_NOTE;
    return d;
}

__attribute__((format(printf, 4, 5))) static void say(struct diagnosis *d, const char *effect,
                                                      const char *remedy, const char *format, ...)
{
    va_list args;
    if (!d)
        return;
    va_start(args, format);
    vsnprintf(d->what, sizeof d->what, format, args);
    va_end(args);
    d->effect = effect;
    d->remedy = remedy;
}

static double share(uint64_t part, uint64_t all)
{
    return part && all ? (double)part / (double)all : part ? 1 : 0;
}

static struct human number(uint64_t count)
{
    return human_count((double)count);
}

static struct human percent(uint64_t part, uint64_t all)
{
    return human_share(share(part, all));
}

static void find_drops(struct list *l, const struct capture_counters *c)
{
    uint64_t sent = c->frames + c->kernel_drops + c->interface_drops;
    uint64_t mirrored = c->mirror_seen + c->mirror_lost;
    say(add(l, share(c->kernel_drops, sent), one_percent), lower_bounds,
        "The collector was too slow: a larger --ring, a narrower filter (-f) or more cores help.",
        "%s of packets (%s) were dropped by the kernel", percent(c->kernel_drops, sent).text,
        number(c->kernel_drops).text);
    say(add(l, share(c->interface_drops, sent), one_percent), lower_bounds,
        "The mirror sends more than the card takes: mirror fewer ports, or enlarge its rings "
        "(ethtool -G).",
        "%s of packets (%s) were dropped by the interface", percent(c->interface_drops, sent).text,
        number(c->interface_drops).text);
    say(add(l, share(c->mirror_lost, mirrored), one_percent), lower_bounds,
        "The switch drops what it mirrors, or the way from it does: mirror fewer ports, or give "
        "the mirror a faster link.",
        "%s of mirrored packets (%s) never arrived, by the mirror's own numbers",
        percent(c->mirror_lost, mirrored).text, number(c->mirror_lost).text);
}

static void find_sampling(struct list *l, const struct capture_counters *c)
{
    say(add(l, c->sampled_ns ? 1 : 0, any), estimated,
        "There was more to read than the collector could: a narrower filter (-f) or more cores "
        "help. Latencies are as measured, on what was followed.",
        "For %s, %s of connections were left out whole, and counts scaled up for them",
        human_span(c->sampled_ns).text, percent(c->left_out_ns, c->sampled_ns).text);
}

static void find_source(struct list *l, const struct capture_counters *c, struct range r)
{
    uint64_t length_ns = r.to_ns > r.from_ns ? r.to_ns - r.from_ns : 0;
    say(add(l, c->source_gone ? 1 : 0, any), incomplete,
        "What passed meanwhile was not seen; the events tell when it was.",
        "The interface went away or down: %s times", number(c->source_gone).text);
    say(add(l, share(c->behind_ns, length_ns), (struct limits){0, 0.1}), inexact,
        "It will drop packets next: a narrower filter (-f) or more cores help.",
        "The collector was more than a second behind the wire for %s",
        human_span(c->behind_ns).text);
}

static void find_missing(struct list *l, const struct quality *q)
{
    uint64_t all = q->bytes + q->missing_bytes;
    uint64_t connections = q->connections > q->one_way ? q->connections : q->one_way;
    say(add(l, share(q->one_way, connections), (struct limits){0, 0.1}), incomplete,
        "Mirror both directions of each port; `tapgraph edges` marks whose other half is missing "
        "with O.",
        "Of %s of connections (%s) only one side's packets reach the tap",
        percent(q->one_way, connections).text, number(q->one_way).text);
    say(add(l, share(q->missing_bytes, all), (struct limits){0.0001, 0.01}), incomplete,
        "The mirror lost them, or they take another way; what they spoil is \"unknown\". `tapgraph "
        "edges` marks where with M.",
        "%s of bytes (%s) were acknowledged but never seen", percent(q->missing_bytes, all).text,
        human_bytes((double)q->missing_bytes).text);
    say(add(l, share(q->skewed, q->requests), (struct limits){0.01, 0.1}), inexact,
        "Do several interfaces or mirrors bring the two directions, each with its own clock? Use "
        "one for both.",
        "The times of %s of requests (%s) contradict their order",
        percent(q->skewed, q->requests).text, number(q->skewed).text);
}

static void find_cut(struct list *l, const struct capture_counters *c)
{
    say(add(l, share(c->headers_cut, c->frames), (struct limits){0, 0.01}), lower_bounds,
        "Raise the snapshot length: --snap.",
        "%s of packets (%s) were cut before their ports, and not read",
        percent(c->headers_cut, c->frames).text, number(c->headers_cut).text);
    say(add(l, share(c->truncated, c->packets), never_bad), unread,
        "Heads of messages may be cut: capture with a larger snapshot length (--snap).",
        "%s of packets (%s) were cut short", percent(c->truncated, c->packets).text,
        number(c->truncated).text);
    say(add(l, share(c->unfinished, c->unfinished + c->rebuilt), any), incomplete,
        "Fragments take other ways or were lost: connections that need them have holes.",
        "%s of packets that came in fragments (%s) were never whole",
        percent(c->unfinished, c->unfinished + c->rebuilt).text, number(c->unfinished).text);
    say(add(l, share(c->overlapped, c->fragments), never_bad), inexact,
        "Copies of fragments do no harm; fragments that contradict each other are an attack, or a "
        "broken sender.",
        "Fragments that contradict or repeat others: %s", number(c->overlapped).text);
    say(add(l, share(c->malformed, c->frames), never_bad), unread,
        "Is something else than a mirror of a network sent here, such as an unknown tunnel?",
        "%s of frames (%s) have headers that contradict themselves",
        percent(c->malformed, c->frames).text, number(c->malformed).text);
}

static void find_doubles(struct list *l, const struct capture_counters *c)
{
    uint64_t all = c->packets + c->duplicates;
    say(add(l, share(c->uncertain, c->packets), (struct limits){0.001, 2}), inexact,
        "Packets and retransmissions may be told too many. Mirror each packet once: one direction "
        "of each port.",
        "Of %s of packets (%s) it is not sure whether they are copies or were sent again",
        percent(c->uncertain, c->packets).text, number(c->uncertain).text);
    say(add(l, share(c->oversized, c->packets), never_bad), inexact,
        "Packets and retransmissions are told too few: switch it off with ethtool -K IFACE gro off "
        "lro off.",
        "%s of packets (%s) were joined by offloading before they were captured",
        percent(c->oversized, c->packets).text, number(c->oversized).text);
    say(add(l, share(c->duplicates, all), never), fine,
        "They cost time only. Mirroring each packet once, such as one direction of each port, "
        "saves it.",
        "%s of packets (%s) were copies, and removed", percent(c->duplicates, all).text,
        number(c->duplicates).text);
}

static uint64_t undecoded_of(const uint64_t *troubles)
{
    return troubles[TROUBLE_LOST] + troubles[TROUBLE_GIVEN_UP] + troubles[TROUBLE_STRAY_ANSWERS] +
           troubles[TROUBLE_UNDECRYPTED];
}

/* With the protocol that it is worst of. */
static void find_undecoded(struct list *l, const struct health_row *h)
{
    uint64_t sum = undecoded_of(h->decode.troubles), worst = 0;
    const char *name = "";
    char where[PROTOCOL_TEXT_MAX + 64] = "";
    for (uint32_t i = 0; i < h->protocol_len; i++)
        if (undecoded_of(h->protocol[i].quality.troubles) > worst) {
            worst = undecoded_of(h->protocol[i].quality.troubles);
            name = h->protocol[i].name;
        }
    if (worst == sum)
        snprintf(where, sizeof where, ", all in %s", name);
    else if (worst)
        snprintf(where, sizeof where, ", %s of them in %s", number(worst).text, name);
    struct limits limits =
        troubles_are_few(h->decode.troubles) ? never : (struct limits){0.01, 0.1};
    say(add(l, share(sum, sum + h->decode.exchanges), limits), unread,
        "Bytes that are missing do that, and connections that began before the capture. If neither "
        "is the case, it is not the protocol that it looks like.",
        "Places that could not be decoded: %s%s", number(sum).text, sum ? where : "");
    uint64_t shed = h->decode.shed + h->decode.shortened;
    say(add(l, share(shed, shed + h->decode.exchanges), never_bad), unread,
        "Texts and operations of these messages may be incomplete; they are counted all the same.",
        "Parts of messages that were too long to read: %s", number(shed).text);
}

static void find_full_tables(struct list *l, const struct health_row *h)
{
    const struct decode_counters *d = &h->decode;
    uint64_t given_up = d->exchanges_evicted + d->segments_dropped;
    uint64_t reports = h->edges_dropped + h->names_dropped;
    uint64_t lines = h->connections_dropped + h->open_calls_dropped;
    say(add(l, share(d->flows_evicted, d->flows_opened), one_percent), lower_bounds,
        "More connections at once than the table holds: raise --flows, or narrow the filter.",
        "Connections given up for newer ones: %s", number(d->flows_evicted).text);
    say(add(l, given_up ? share(given_up, given_up + d->exchanges) : 0, one_percent), incomplete,
        "A table was full. What was given up counts as \"unknown\".",
        "Requests given up: %s, segments: %s", number(d->exchanges_evicted).text,
        number(d->segments_dropped).text);
    say(add(l, reports ? 1 : 0, any), lower_bounds,
        "One window holds only so many: name the internal networks (--internal).",
        "Reports of edges not kept: %s, names: %s", number(h->edges_dropped).text,
        number(h->names_dropped).text);
    say(add(l, lines ? 1 : 0, any), fine,
        "One window holds only so many: Connections and Streams lack some.",
        "Reports of connections not kept: %s, of open calls: %s",
        number(h->connections_dropped).text, number(h->open_calls_dropped).text);
}

/* The worst first; those equally bad as they were found, which is by what they spoil. */
static void sort(struct list *l)
{
    for (size_t i = 1; i < l->len; i++) {
        struct diagnosis d = l->at[i];
        size_t at = i;
        for (; at > 0 && l->at[at - 1].severity < d.severity; at--)
            l->at[at] = l->at[at - 1];
        l->at[at] = d;
    }
}

size_t health_diagnoses(const struct health_row *h, struct diagnosis ret[DIAGNOSES_MAX])
{
    struct list l = {.at = ret};
    if (!h->capture.frames && !h->capture.kernel_drops && !h->quality.requests)
        say(add(&l, 1, (struct limits){0, 0}), "nothing was captured",
            "Is the mirror port on? Is this its interface? Does a filter hide all?",
            "No packet arrived in this range of time");
    find_drops(&l, &h->capture);
    find_sampling(&l, &h->capture);
    find_source(&l, &h->capture, h->range);
    find_missing(&l, &h->quality);
    find_cut(&l, &h->capture);
    find_undecoded(&l, h);
    find_full_tables(&l, h);
    find_doubles(&l, &h->capture);
    sort(&l);
    return l.len;
}

/* "2.1 % of packets" in the middle of a sentence: "Of 3 ..." becomes "of 3 ...". */
static void add_lowered(char *text, size_t size, const char *what)
{
    size_t len = strlen(text);
    snprintf(text + len, size - len, "%s", what);
    bool is_word = what[0] >= 'A' && what[0] <= 'Z' && len < size - 1;
    if (is_word)
        text[len] = (char)(what[0] - 'A' + 'a');
}

enum severity health_verdict(const struct health_row *h, char ret[VERDICT_TEXT_MAX])
{
    struct diagnosis found[DIAGNOSES_MAX];
    size_t len = health_diagnoses(h, found);
    if (!len || found[0].severity < SEVERITY_WARN) {
        strcpy(ret, "good: nothing was lost that the collector knows of");
        return len ? SEVERITY_NOTE : SEVERITY_NONE;
    }
    snprintf(ret, VERDICT_TEXT_MAX, "%s: ", found[0].effect);
    add_lowered(ret, VERDICT_TEXT_MAX, found[0].what);
    return found[0].severity;
}
