/* report_text.c - for people. See report.h. */
#include <ctype.h>

#include "base/human.h"
#include "doctor/report.h"

enum { COLUMNS = 80, INDENT = 9, TABLE_INDENT = 17 };

#define PLAIN "\033[0m"

static const char *const colours[] = {[SERIOUS] = "\033[1;31m",
                                      [WARNING] = "\033[1;33m",
                                      [NOTE] = "\033[1;36m",
                                      [GRAVITIES] = "\033[1;32m"};

static const struct {
    const char *word, *meaning;
} verdicts[] = {
    [SERIOUS] = {"bad", "what is drawn from it would be wrong, or nothing at all"},
    [WARNING] = {"fair", "it can be used, but not all figures can be relied on"},
    [NOTE] = {"good", "nothing stands in the way"},
    [GRAVITIES] = {"good", "nothing stands in the way"},
};

const char *report_verdict(const struct finding *finding, size_t len)
{
    return verdicts[findings_worst(finding, len)].word;
}

/* Writes words, and goes on in column `indent` of the next line where one would pass the last. `at`
 * is the column we are in. */
static void wrap(FILE *out, const char *text, int at, int indent)
{
    bool first = true;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (!first && at + 1 + word > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, (size_t)word, out);
        at += word;
        text += word + (text[word] == ' ');
        first = false;
    }
    fputc('\n', out);
}

static void put_sources(FILE *out, const struct facts *facts)
{
    for (uint16_t i = 0; i < facts->port_len; i++)
        fprintf(out, "%s%s",
                !i                        ? ""
                : i + 1 < facts->port_len ? ", "
                                          : " and ",
                facts->port[i].name);
}

static void put_counts(FILE *out, const struct finding *finding, size_t len)
{
    static const char *const one[] = {"serious finding", "warning", "note"};
    static const char *const more[] = {"serious findings", "warnings", "notes"};
    const char *before = " (";
    for (int gravity = 0; gravity < GRAVITIES; gravity++) {
        unsigned count = 0;
        for (size_t i = 0; i < len; i++)
            count += (int)finding[i].gravity == gravity;
        if (count)
            fprintf(out, "%s%u %s", before, count, (count == 1 ? one : more)[gravity]);
        before = count ? ", " : before;
    }
    fputs(len ? ")\n" : "\n", out);
}

static void put_verdict(FILE *out, const struct facts *facts, const struct finding *finding,
                        size_t len, bool colour)
{
    enum gravity worst = findings_worst(finding, len);
    put_sources(out, facts);
    fprintf(out, ": %s%s%s", colour ? colours[worst == NOTE ? GRAVITIES : worst] : "",
            verdicts[worst].word, colour ? PLAIN : "");
    put_counts(out, finding, len);
    fprintf(out, "%c%s.\n", toupper((unsigned char)verdicts[worst].meaning[0]),
            verdicts[worst].meaning + 1);
}

static void put_finding(FILE *out, const struct facts *facts, const struct finding *f, bool colour)
{
    static const char *const labels[] = {"SERIOUS", "WARNING", "NOTE"};
    fprintf(out, "\n%s%-*s%s", colour ? colours[f->gravity] : "", INDENT, labels[f->gravity],
            colour ? PLAIN : "");
    int at = INDENT;
    if (f->port && facts->port_len > 1)
        at += fprintf(out, "%s: ", f->port);
    wrap(out, f->what, at, INDENT);
    if (f->example[0]) {
        fprintf(out, "%*s", INDENT, "");
        wrap(out, f->example, INDENT, INDENT);
    }
    if (f->remedy[0]) {
        fprintf(out, "%*s", INDENT, "   -> ");
        wrap(out, f->remedy, INDENT, INDENT);
    }
}

static void put_row(FILE *out, const char *what, const char *text)
{
    fprintf(out, "  %-*s", TABLE_INDENT - 2, what);
    wrap(out, text, TABLE_INDENT, TABLE_INDENT);
}

static void put_frames(FILE *out, const struct facts *facts)
{
    const struct capture_counters *c = &facts->capture;
    double seconds = (double)facts->looked_ns / 1e9;
    double mbit = seconds > 0 ? (double)c->bytes * 8 / 1e6 / seconds : 0;
    double read = c->frames ? (double)(c->packets + c->duplicates) / (double)c->frames : 0;
    char text[160];
    snprintf(text, sizeof text, "%llu, %s, %.*f Mbit/s; %s of them TCP and UDP",
             (unsigned long long)c->frames,
             human_rate(seconds > 0 ? (double)c->frames / seconds : 0).text, mbit < 10 ? 2 : 0,
             mbit, human_share(read).text);
    put_row(out, "frames", text);
}

static void put_connections(FILE *out, const struct facts *facts)
{
    const struct census_result *c = &facts->census;
    char text[200];
    snprintf(text, sizeof text,
             "%llu of TCP: %llu began before, %llu encrypted; both sides seen of "
             "%llu of %llu that can be judged",
             (unsigned long long)c->seen, (unsigned long long)c->began_before,
             (unsigned long long)c->encrypted,
             (unsigned long long)(c->judged - c->lacking[REQUESTS] - c->lacking[ANSWERS]),
             (unsigned long long)c->judged);
    put_row(out, "connections", text);
}

static void put_graph(FILE *out, const struct facts *facts)
{
    const struct traffic *t = &facts->traffic;
    char text[600];
    snprintf(text, sizeof text,
             "requests %llu; by address, without names: edges %llu, servers %llu",
             (unsigned long long)t->requests, (unsigned long long)t->edges,
             (unsigned long long)t->servers);
    put_row(out, "graph", text);
    uint64_t bytes = 0;
    for (size_t i = 0; i < t->protocol_len; i++)
        bytes += t->protocol[i].bytes;
    size_t len = 0;
    for (size_t i = 0; i < t->protocol_len; i++)
        len += (size_t)snprintf(
            text + len, sizeof text - len, "%s%s %s", i ? ", " : "", t->protocol[i].name,
            human_share(bytes ? (double)t->protocol[i].bytes / (double)bytes : 0).text);
    if (len)
        put_row(out, "protocols", text);
}

static void put_networks(FILE *out, const struct facts *facts)
{
    const struct census_result *c = &facts->census;
    char text[NETWORKS_SEEN_MAX * 40] = "";
    size_t len = 0;
    for (size_t i = 0; i < c->network_len; i++) {
        const struct network_seen *n = &c->network[i];
        if (n->vlan || n->tunnel_id)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", len ? ", " : "");
        if (n->vlan)
            len += (size_t)snprintf(text + len, sizeof text - len, "VLAN %u", n->vlan);
        if (n->tunnel_id)
            len += (size_t)snprintf(text + len, sizeof text - len, "%stunnel %u",
                                    n->vlan ? " in " : "", n->tunnel_id);
    }
    if (len)
        put_row(out, "networks", text);
}

static void put_port(FILE *out, const struct port *port, bool alone)
{
    const struct offload *o = &port->offload;
    char text[PORT_NAME_MAX + 160], speed[24] = "";
    if (!port->live || !port->state.exists)
        return;
    if (port->state.speed_mbit)
        snprintf(speed, sizeof speed, ", %u Mbit/s", port->state.speed_mbit);
    snprintf(text, sizeof text, "%s%sMTU %u%s, longest frame %u bytes%s%s%s",
             alone ? "" : port->name, alone ? "" : ": ", port->state.mtu, speed, port->longest,
             o->gro ? ", GRO on" : "", o->lro ? ", LRO on" : "",
             o->gro_hw ? ", GRO by the card on" : "");
    put_row(out, "interface", text);
}

static void put_table(FILE *out, const struct facts *facts)
{
    double seconds = (double)facts->looked_ns / 1e9;
    fprintf(out, "\nSeen in %.*f s\n", seconds < 1 ? 3 : 1, seconds);
    put_frames(out, facts);
    if (facts->census.seen)
        put_connections(out, facts);
    if (facts->traffic.edges)
        put_graph(out, facts);
    put_networks(out, facts);
    for (uint16_t i = 0; i < facts->port_len; i++)
        put_port(out, &facts->port[i], facts->port_len == 1);
}

static bool any_open(const struct facts *facts)
{
    for (uint16_t i = 0; i < facts->port_len; i++)
        if (!facts->port[i].refused[0])
            return true;
    return false;
}

bool report_text(FILE *out, const struct facts *facts, const struct finding *finding, size_t len,
                 bool colour)
{
    put_verdict(out, facts, finding, len, colour);
    for (size_t i = 0; i < len; i++)
        put_finding(out, facts, &finding[i], colour);
    if (any_open(facts))
        put_table(out, facts);
    return !ferror(out);
}
