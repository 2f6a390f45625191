/* finding.c - see finding.h. */
#include "ui-tui/finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/human.h"

struct findings {
    struct finding *at;
    size_t len;
};

__attribute__((format(printf, 4, 5))) static void add(struct findings *f, enum health health,
                                                      const char *remedy, const char *format, ...)
{
    struct finding *new = &f->at[f->len++];
    va_list args;
    va_start(args, format);
    vsnprintf(new->what, sizeof new->what, format, args);
    va_end(args);
    new->health = health;
    new->remedy = remedy;
}

/* Losses before anything was decoded: they hit every figure alike. 1 % of them is bad. */
static enum health by_share(uint64_t lost, uint64_t all)
{
    return lost * 100 > all ? HEALTH_BAD : HEALTH_WARN;
}

static struct human share_of(uint64_t part, uint64_t all)
{
    return human_share(all ? (double)part / (double)all : 0);
}

static void find_drops(struct findings *f, const struct capture_counters *c)
{
    uint64_t sent = c->frames + c->kernel_drops + c->interface_drops;
    if (c->kernel_drops)
        add(f, by_share(c->kernel_drops, sent),
            "It was too slow: a larger ring, a narrower filter or more cores help.",
            "%s packets (%s) were dropped by the kernel", human_count((double)c->kernel_drops).text,
            share_of(c->kernel_drops, sent).text);
    if (c->interface_drops)
        add(f, by_share(c->interface_drops, sent),
            "The mirror sends more than the card takes: mirror fewer ports, or enlarge its rings.",
            "%s packets (%s) were dropped by the interface",
            human_count((double)c->interface_drops).text, share_of(c->interface_drops, sent).text);
}

static void find_damage(struct findings *f, const struct health_row *h)
{
    const struct capture_counters *c = &h->capture;
    if (c->truncated)
        add(f, HEALTH_WARN, "Heads of messages may be cut: capture with a larger snapshot length.",
            "%s packets (%s) were cut short", human_count((double)c->truncated).text,
            share_of(c->truncated, c->packets).text);
    if (h->decode.gap_bytes)
        add(f, by_share(h->decode.gap_bytes, c->bytes),
            "The mirror lost them, or shows one direction only. What they spoil is \"unknown\".",
            "%s are missing in %s places of connections",
            human_bytes((double)h->decode.gap_bytes).text,
            human_count((double)h->decode.gaps).text);
}

static void find_full_tables(struct findings *f, const struct health_row *h)
{
    const struct decode_counters *d = &h->decode;
    if (d->flows_evicted)
        add(f, HEALTH_WARN, "More connections at once than the table holds: narrow the filter.",
            "%s connections were given up for newer ones",
            human_count((double)d->flows_evicted).text);
    if (d->exchanges_evicted || d->segments_dropped)
        add(f, HEALTH_WARN, "A table was full. What was given up counts as \"unknown\".",
            "%s requests and %s segments were given up",
            human_count((double)d->exchanges_evicted).text,
            human_count((double)d->segments_dropped).text);
    if (h->edges_dropped || h->names_dropped)
        add(f, HEALTH_WARN, "One window holds only so many: name the internal networks.",
            "%s reports of edges and %s names were not kept",
            human_count((double)h->edges_dropped).text, human_count((double)h->names_dropped).text);
    if (h->connections_dropped || h->open_calls_dropped)
        add(f, HEALTH_WARN, "One window holds only so many: Connections and Streams lack some.",
            "%s reports of connections and %s of open calls were not kept",
            human_count((double)h->connections_dropped).text,
            human_count((double)h->open_calls_dropped).text);
}

size_t findings_of(const struct health_row *h, struct finding ret[FINDINGS_MAX])
{
    struct findings f = {.at = ret};
    if (!h->capture.frames)
        add(&f, HEALTH_BAD, "Is the mirror port on? Is this its interface? Does a filter hide all?",
            "No packet arrived in this range of time");
    find_drops(&f, &h->capture);
    find_damage(&f, h);
    find_full_tables(&f, h);
    return f.len;
}
