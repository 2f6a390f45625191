/* report_json.c - for programs. See report.h.
 *
 * Text is canonical already (base/text.h), so only quotes and backslashes need an escape. */
#include <inttypes.h>

#include "doctor/report.h"
#include "doctor/wrapping.h"

/* Between the members of what is open. */
struct json {
    FILE *out;
    bool begun; /* the innermost has a member already */
};

static void separate(struct json *j)
{
    if (j->begun)
        fputc(',', j->out);
    j->begun = true;
}

static void put_quoted(struct json *j, const char *text)
{
    fputc('"', j->out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', j->out);
        fputc(*text, j->out);
    }
    fputc('"', j->out);
}

static void put_key(struct json *j, const char *key)
{
    separate(j);
    put_quoted(j, key);
    fputc(':', j->out);
}

static void open_as(struct json *j, char bracket)
{
    fputc(bracket, j->out);
    j->begun = false;
}

static void open_key(struct json *j, const char *key, char bracket)
{
    put_key(j, key);
    open_as(j, bracket);
}

static void open_element(struct json *j)
{
    separate(j);
    open_as(j, '{');
}

static void close_as(struct json *j, char bracket)
{
    fputc(bracket, j->out);
    j->begun = true;
}

static void put_text(struct json *j, const char *key, const char *text)
{
    put_key(j, key);
    put_quoted(j, text);
}

static void put_count(struct json *j, const char *key, uint64_t count)
{
    put_key(j, key);
    fprintf(j->out, "%" PRIu64, count);
}

static void put_number(struct json *j, const char *key, double number)
{
    put_key(j, key);
    fprintf(j->out, "%.6g", number);
}

static void put_flag(struct json *j, const char *key, bool flag)
{
    put_key(j, key);
    fputs(flag ? "true" : "false", j->out);
}

static void put_findings(struct json *j, const struct finding *finding, size_t len)
{
    open_key(j, "findings", '[');
    for (size_t i = 0; i < len; i++) {
        const struct finding *f = &finding[i];
        open_element(j);
        put_text(j, "id", f->id);
        put_text(j, "severity", gravity_name(f->gravity));
        if (f->port)
            put_text(j, "source", f->port);
        if (f->share >= 0)
            put_number(j, "share", f->share);
        put_text(j, "what", f->what);
        if (f->example[0])
            put_text(j, "example", f->example);
        if (f->remedy[0])
            put_text(j, "remedy", f->remedy);
        close_as(j, '}');
    }
    close_as(j, ']');
}

static void put_interface(struct json *j, const struct port *port)
{
    put_flag(j, "up", port->state.up);
    put_flag(j, "carrier", port->state.carrier);
    put_flag(j, "promiscuous", port->state.promiscuous);
    put_count(j, "mtu", port->state.mtu);
    put_count(j, "speed_mbit", port->state.speed_mbit);
    if (port->offload.known) {
        put_flag(j, "gro", port->offload.gro);
        put_flag(j, "gro_hw", port->offload.gro_hw);
        put_flag(j, "lro", port->offload.lro);
        put_flag(j, "vlan_strip", port->offload.vlan_strip);
    }
    put_count(j, "kernel_drops", port->kernel_drops);
    put_count(j, "card_frames", port->counts.of[COUNT_FRAMES]);
    put_count(j, "card_no_room", port->counts.of[COUNT_NO_ROOM]);
    put_count(j, "card_damaged", port->counts.of[COUNT_DAMAGED]);
    put_count(j, "card_dropped", port->counts.of[COUNT_DROPPED]);
}

static void put_sources(struct json *j, const struct facts *facts)
{
    open_key(j, "sources", '[');
    for (uint16_t i = 0; i < facts->port_len; i++) {
        const struct port *port = &facts->port[i];
        open_element(j);
        put_text(j, "name", port->name);
        put_count(j, "frames", port->frames);
        put_count(j, "bytes", port->bytes);
        put_count(j, "to_many", port->to_many);
        put_count(j, "own", port->own);
        put_count(j, "between_others", port->foreign);
        put_count(j, "longest", port->longest);
        put_count(j, "joined", port->joined);
        put_count(j, "time_steps", port->steps);
        if (port->live && port->state.exists)
            put_interface(j, port);
        close_as(j, '}');
    }
    close_as(j, ']');
}

static void put_capture(struct json *j, const struct facts *facts)
{
    const struct capture_counters *c = &facts->capture;
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"frames", c->frames},
        {"bytes", c->bytes},
        {"packets", c->packets},
        {"not_ip", c->not_ip},
        {"other_ip", c->other_ip},
        {"fragments", c->fragments},
        {"rebuilt", c->rebuilt},
        {"unfinished", c->unfinished},
        {"headers_cut", c->headers_cut},
        {"malformed", c->malformed},
        {"duplicates", c->duplicates},
        {"uncertain", c->uncertain},
        {"tunnelled", c->tunnelled},
        {"oversized", c->oversized},
        {"mirror_lost", c->mirror_lost},
        {"mirror_seen", c->mirror_seen},
        {"cut_by_snapshot", facts->cuts.by_snapshot},
        {"cut_on_the_way", facts->cuts.on_the_way},
        {"cut_to_bytes", facts->cuts.length},
        {"tunnel_fragments", facts->tunnel_fragments},
    };
    open_key(j, "capture", '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        put_count(j, counts[i].name, counts[i].count);
    close_as(j, '}');
}

static void put_connections(struct json *j, const struct census_result *c)
{
    open_key(j, "connections", '{');
    put_count(j, "seen", c->seen);
    put_count(j, "began_before", c->began_before);
    put_count(j, "encrypted", c->encrypted);
    put_count(j, "judged", c->judged);
    put_count(j, "lacking_requests", c->lacking[REQUESTS]);
    put_count(j, "lacking_answers", c->lacking[ANSWERS]);
    put_count(j, "split_vlans", c->split);
    put_count(j, "payload_bytes", c->payload_bytes);
    put_count(j, "missing_bytes", c->missing_bytes);
    put_count(j, "missing_of", c->missing_of);
    open_key(j, "networks", '[');
    for (size_t i = 0; i < c->network_len; i++) {
        const struct network_seen *n = &c->network[i];
        open_element(j);
        put_count(j, "vlan", n->vlan);
        put_count(j, "tunnel_id", n->tunnel_id);
        put_count(j, "judged", n->judged);
        put_count(j, "lacking_requests", n->lacking[REQUESTS]);
        put_count(j, "lacking_answers", n->lacking[ANSWERS]);
        close_as(j, '}');
    }
    close_as(j, ']');
    close_as(j, '}');
}

static void put_copies(struct json *j, const struct copies_result *c)
{
    static const char *const names[] = {[COPY_INTERFACE] = "interface", [COPY_TUNNEL] = "tunnel",
                                        [COPY_ROUTED] = "routed",       [COPY_TAG] = "tag",
                                        [COPY_VLAN] = "vlan",           [COPY_LINK] = "link",
                                        [COPY_SAME] = "same",           [COPY_UNKNOWN] = "unknown"};
    open_key(j, "copies", '{');
    for (int i = 0; i < COPY_PATTERNS; i++)
        put_count(j, names[i], c->by_pattern[i]);
    close_as(j, '}');
}

static void put_tunnels(struct json *j, const struct facts *facts)
{
    open_key(j, "tunnels", '[');
    for (size_t i = 0; i < facts->tunnel_len; i++) {
        open_element(j);
        put_text(j, "kind", facts->tunnel[i].kind);
        put_count(j, "id", facts->tunnel[i].id);
        put_count(j, "packets", facts->tunnel[i].packets);
        close_as(j, '}');
    }
    close_as(j, ']');
    open_key(j, "not_looked_into", '[');
    for (size_t i = 0; i < facts->unread_len; i++) {
        const struct unread *u = &facts->unread[i];
        const char *name = wrapping_unread_name(u);
        open_element(j);
        put_count(j, u->what == UNREAD_IP ? "ip_protocol" : "ethertype", u->number);
        if (name)
            put_text(j, "name", name);
        put_count(j, "frames", u->frames);
        close_as(j, '}');
    }
    close_as(j, ']');
}

static void put_traffic(struct json *j, const struct facts *facts)
{
    const struct traffic *t = &facts->traffic;
    open_key(j, "traffic", '{');
    put_count(j, "edges", t->edges);
    put_count(j, "servers", t->servers);
    put_count(j, "requests", t->requests);
    open_key(j, "protocols", '[');
    for (size_t i = 0; i < t->protocol_len; i++) {
        open_element(j);
        put_text(j, "name", t->protocol[i].name);
        put_count(j, "edges", t->protocol[i].edges);
        put_count(j, "requests", t->protocol[i].requests);
        put_count(j, "bytes", t->protocol[i].bytes);
        close_as(j, '}');
    }
    close_as(j, ']');
    close_as(j, '}');
}

bool report_json(FILE *out, const struct facts *facts, const struct finding *finding, size_t len)
{
    struct json j = {.out = out};
    open_as(&j, '{');
    put_text(&j, "verdict", report_verdict(finding, len));
    put_number(&j, "seconds", (double)facts->looked_ns / 1e9);
    put_findings(&j, finding, len);
    put_sources(&j, facts);
    put_capture(&j, facts);
    put_connections(&j, &facts->census);
    put_copies(&j, &facts->copies);
    put_tunnels(&j, facts);
    put_traffic(&j, facts);
    close_as(&j, '}');
    fputc('\n', out);
    return !ferror(out);
}
