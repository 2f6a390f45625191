/* health.c - how good the capture was. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"

static void line(const char *what, uint64_t count, uint64_t of, const char *means)
{
    if (of)
        printf("  %-22s %12llu  %8s  %s\n", what, (unsigned long long)count,
               human_share((double)count / (double)of).text, means);
    else
        printf("  %-22s %12llu  %8s  %s\n", what, (unsigned long long)count, "", means);
}

static void print(struct range r, const struct health_row *h)
{
    const struct capture_counters *c = &h->capture;
    const struct decode_counters *d = &h->decode;
    uint64_t sent = c->frames + c->kernel_drops + c->interface_drops;
    printf("%s to %s, %llu windows\n\nCapture\n", human_moment(r.from_ns).text,
           human_moment(r.to_ns).text, (unsigned long long)h->windows);
    line("frames", c->frames, 0, human_bytes((double)c->bytes).text);
    line("TCP and UDP", c->packets, c->frames, "");
    line("other IP", c->other_ip, c->frames, "");
    line("not IP", c->not_ip, c->frames, "");
    line("fragments", c->fragments, c->frames, "not put together: their flows have holes");
    line("headers cut", c->headers_cut, c->frames,
         "the snapshot length cut the headers themselves: raise --snap");
    line("malformed", c->malformed, c->frames, "headers that contradict themselves");
    line("truncated", c->truncated, c->frames, "cut by the snapshot length: raise --snap");
    line("dropped by the kernel", c->kernel_drops, sent, "we were too slow: raise --ring");
    line("dropped before it", c->interface_drops, sent, "by the network card or its driver");
    printf("\nDecoding\n");
    line("exchanges", d->exchanges, 0, "");
    line("connections", d->flows_opened, 0, "");
    line("evicted connections", d->flows_evicted, d->flows_opened, "the table was full: --flows");
    line("segments out of order", d->segments_held, c->packets, "");
    line("segments seen again", d->retransmits, c->packets, "");
    line("holes", d->gaps, 0, human_bytes((double)d->gap_bytes).text);
    line("lost its place", d->lost, 0, "a decoder met bytes that start no message");
    line("given up", d->given_up, 0, "connections no longer decoded");
    line("passed over", d->shed, 0, "parts of messages, for being too long");
    line("stray answers", d->stray_answers, 0, "answers whose request was not seen");
    line("exchanges evicted", d->exchanges_evicted, d->exchanges, "counted as unknown");
    line("edges not counted", h->edges_dropped, 0, "more edges in a window than there is room for");
    line("connections not told", h->connections_dropped, 0, "likewise; their calls are counted");
    line("open calls not told", h->open_calls_dropped, 0, "likewise, those begun last");
    line("facts of TLS not kept", h->secured_dropped, 0, "more of them than there is room for");
    line("connections forgotten", h->connections_forgotten, 0, "the oldest, to keep the rest");
}

static bool print_events(struct query *q, struct range r, struct err *err)
{
    struct event_rows events;
    if (!query_events(q, (struct range){r.from_ns, UINT64_MAX}, &events, err))
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
    print(r, &row);
    return print_events(q, r, err);
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
