/* health.c - how good the capture was. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/marked.h"

/* Without blanks at the end. */
static void row(const char *what, struct human count, const char *share, const char *means)
{
    if (means[0])
        printf("  %-22s %12s  %8s  %s\n", what, count.text, share, means);
    else if (share[0])
        printf("  %-22s %12s  %8s\n", what, count.text, share);
    else
        printf("  %-22s %12s\n", what, count.text);
}

static struct human human_exact(uint64_t count)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%llu", (unsigned long long)count);
    return h;
}

/* A counter and what it means. Those that are 0 are left out, but for the most important. */
static void line(const char *what, uint64_t count, uint64_t of, const char *means)
{
    struct human share = of ? human_share((double)count / (double)of) : (struct human){""};
    if (count)
        row(what, human_exact(count), share.text, means);
}

static void print_verdict(const struct health_row *h)
{
    struct diagnosis found[DIAGNOSES_MAX];
    char verdict[VERDICT_TEXT_MAX];
    enum severity severity = health_verdict(h, verdict);
    size_t len = health_diagnoses(h, found);
    printf("%s%s%s\n%s to %s, %llu windows\n", severity_symbol(severity),
           severity_symbol(severity)[0] ? " " : "", verdict, human_moment(h->range.from_ns).text,
           human_moment(h->range.to_ns).text, (unsigned long long)h->windows);
    for (size_t i = 0; i < len; i++) {
        const char *symbol = severity_symbol(found[i].severity);
        printf("\n%s %s.\n", symbol[0] ? symbol : "-", found[i].what);
        text_print(found[i].remedy);
    }
}

static void print_capture(const struct capture_counters *c)
{
    uint64_t sent = c->frames + c->kernel_drops + c->interface_drops;
    printf("\nCapture\n");
    row("frames", human_exact(c->frames), "", human_bytes((double)c->bytes).text);
    line("TCP and UDP", c->packets, c->frames, "");
    line("other IP", c->other_ip, c->frames, "");
    line("not IP", c->not_ip, c->frames, "");
    line("in a tunnel", c->tunnelled, c->frames, "looked into");
    line("copies", c->duplicates, c->frames, human_bytes((double)c->duplicate_bytes).text);
    line("copies or not", c->uncertain, c->packets, "seen again by the mirror, or sent again");
    line("fragments", c->fragments, c->frames, "");
    line("put together", c->rebuilt, 0, "packets that came in fragments");
    line("never whole", c->unfinished, 0, "likewise, but not all fragments came");
    line("fragments overlapped", c->overlapped, c->fragments, "contradicting or repeating others");
    line("headers cut", c->headers_cut, c->frames, "before the ports, by the snapshot length");
    line("malformed", c->malformed, c->frames, "headers that contradict themselves");
    line("truncated", c->truncated, c->frames, "cut by the snapshot length");
    line("joined by offloading", c->oversized, c->packets, "larger than any wire carries");
    line("dropped by the kernel", c->kernel_drops, sent, "");
    line("dropped before it", c->interface_drops, sent, "by the network card or its driver");
    line("numbered by mirror", c->mirror_seen, c->frames, "");
    line("lost by the mirror", c->mirror_lost, c->mirror_lost + c->mirror_seen,
         "by the numbers that it gives to frames");
    line("left out", c->unfollowed, c->frames, "of connections not followed: too much to read");
    if (c->sampled_ns)
        row("sampled", human_span(c->sampled_ns),
            human_share((double)c->left_out_ns / (double)c->sampled_ns).text,
            "of connections left out, counts are scaled for them");
    if (c->behind_ns)
        row("late", human_span(c->behind_ns), "", "more than a second behind the wire");
    line("interface gone", c->source_gone, 0, "times it was away or down");
}

static void print_decoding(const struct health_row *h)
{
    const struct decode_counters *d = &h->decode;
    printf("\nDecoding\n");
    row("exchanges", human_exact(d->exchanges), "", "");
    line("connections", d->flows_opened, 0, "");
    line("seen one way", h->quality.one_way, d->flows_opened, "only one side's packets");
    line("evicted connections", d->flows_evicted, d->flows_opened, "the table was full: --flows");
    line("bytes missing", h->quality.missing_bytes, h->quality.missing_bytes + h->quality.bytes,
         "acknowledged but never seen");
    line("holes", d->gaps, 0, human_bytes((double)d->gap_bytes).text);
    line("segments out of order", d->segments_held, h->capture.packets, "");
    line("segments seen again", d->retransmits, h->capture.packets, "");
    line("segments dropped", d->segments_dropped, 0, "out of order, and no room to keep them");
    line("lost its place", d->lost, 0, "a decoder met bytes that start no message");
    line("given up", d->given_up, 0, "connections no longer decoded");
    line("passed over", d->shed, 0, "parts of messages, for being too long");
    line("clocks apart", d->skewed, h->capture.packets,
         "answers stamped just before what they answer");
    line("names forgotten", d->lookups_evicted, 0, "that clients had asked the DNS for: too many");
    line("labelled", d->labelled, d->flows_opened, "connections named by nDPI, not decoded");
    line("not labelled", d->labels_evicted, 0, "connections: too many at a time to ask nDPI");
    line("not timed", d->unmeasured, d->exchanges, "their answer is stamped before their request");
    line("fields left out", d->shortened, 0, "of headers, or cut, for being too many or too long");
    line("stray answers", d->stray_answers, 0, "answers whose request was not seen");
    line("records not opened", d->undecrypted, 0, "of TLS, with the key of the key log");
    line("exchanges evicted", d->exchanges_evicted, d->exchanges, "counted as unknown");
    line("times out of order", h->quality.skewed, d->exchanges, "exchanges");
    line("edges not counted", h->edges_dropped, 0, "more edges in a window than there is room for");
    line("names not kept", h->names_dropped, 0, "likewise");
    line("connections not told", h->connections_dropped, 0, "likewise; their calls are counted");
    line("open calls not told", h->open_calls_dropped, 0, "likewise, those begun last");
    line("vantages not told", h->vantages_dropped, h->capture.packets,
         "packets seen where there is no row left");
    line("hops not followed", h->hops_dropped, 0, "more of them than there is room for");
    line("facts of TLS not kept", h->secured_dropped, 0, "more of them than there is room for");
    line("connections forgotten", h->connections_forgotten, 0, "the oldest, to keep the rest");
}

static void cell_share(struct listing *t, uint64_t part, uint64_t rest)
{
    listing_cell(t, part ? human_share((double)part / (double)(part + rest)).text : "");
}

static void cell_some(struct listing *t, uint64_t count)
{
    listing_cell(t, count ? human_count((double)count).text : "");
}

/* What could not be decoded, by protocol and reason; reasons that there are none of are left out.
 */
static bool print_protocols(const struct health_row *h, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("  PROTOCOL|>CONNECTIONS|>REQUESTS|?>ONE "
                                    "WAY|?>MISSING|?>LOST|?>GIVEN UP|?>SHED|?>SHORTENED|"
                                    "?>STRAY|?>UNOPENED|?>EVICTED|" MARKED_HEAD);
    for (uint32_t i = 0; t && i < h->protocol_len; i++) {
        const struct quality *q = &h->protocol[i].quality;
        char name[PROTOCOL_TEXT_MAX + 2];
        snprintf(name, sizeof name, "  %s", h->protocol[i].name);
        listing_cell(t, name);
        listing_cell(t, human_count((double)q->connections).text);
        listing_cell(t, human_count((double)q->requests).text);
        cell_some(t, q->one_way);
        cell_share(t, q->missing_bytes, q->bytes);
        for (int trouble = 0; trouble < TROUBLES; trouble++)
            cell_some(t, q->troubles[trouble]);
        struct marks marks = quality_marks(q);
        marked_cell(t, &marks, &all);
    }
    if (!t)
        return err_set(err, "out of memory");
    if (h->protocol_len)
        printf("\nBy protocol\n");
    bool printed = !h->protocol_len || listing_print(t, stdout);
    listing_free(t);
    marked_legend(&all);
    return printed || err_set(err, "the table could not be written whole");
}

/* Where copies come from. */
static bool print_vantages(struct query *q, struct range r, struct err *err)
{
    struct vantage_rows vantages;
    if (!query_vantages(q, r, &vantages, err))
        return false;
    if (vantages.len)
        printf("\nSeen at\n  %-9s %5s %7s %10s %12s %10s %12s %8s %12s\n", "interface", "VLAN",
               "tunnels", "tunnel id", "packets", "", "copies", "", "uncertain");
    for (size_t i = 0; i < vantages.len; i++) {
        const struct vantage *v = &vantages.row[i];
        printf("  %-9u %5u %7u %10u %12llu %10s %12llu %8s %12llu\n", v->interface, v->vlan,
               v->tunnels, v->tunnel_id, (unsigned long long)v->packets,
               human_bytes((double)v->bytes).text, (unsigned long long)v->duplicates,
               human_share((double)v->duplicates / (double)v->packets).text,
               (unsigned long long)v->uncertain);
    }
    free(vantages.row);
    return true;
}

static bool print_events(struct query *q, struct range r, struct err *err)
{
    struct event_rows events;
    if (!query_events_range(q, &r, err) || !query_events(q, r, &events, err))
        return false;
    if (events.len)
        printf("\nEvents\n");
    for (size_t i = 0; i < events.len; i++)
        printf("  %s  %-18s %s\n", human_moment(events.row[i].time_ns).text, events.row[i].kind,
               events.row[i].text);
    free(events.row);
    return true;
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct health_row row;
    if (!query_health(q, r, &row, err))
        return false;
    if (e)
        return e->health(stdout, r, &row);
    print_verdict(&row);
    print_capture(&row.capture);
    print_decoding(&row);
    return print_protocols(&row, err) && print_vantages(q, r, err) && print_events(q, r, err);
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer}, argc, argv);
}

const struct command health_command = {
    .name = "health",
    .summary = "how good the capture is: drops, holes, what could not be decoded",
    .usage = "tapgraph health [OPTION...]",
    .example = "example:\n  tapgraph health --since 1h",
    .run = run,
};
