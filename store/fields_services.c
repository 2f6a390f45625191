/* fields_services.c - what can be asked of services and their backends, relays and names. */
#include "store/fields_common.h"

#include <stdio.h>

static void source(const void *row, char *ret)
{
    const struct service_row *s = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", name_source_name(s->source));
}

static void verdict(const void *row, char *ret)
{
    const struct service_row *s = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", s->tls.verdict ? s->tls.verdict : "");
}

static void weak(const void *row, char *ret)
{
    const struct service_row *s = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", s->tls.why ? s->tls.why : "");
}

static double expires(const void *row)
{
    const struct service_row *s = row;
    return s->tls.expires_s ? (double)s->tls.expires_s * 1e9 : -1;
}

#define LIST_FIELD(row, member, name, others, what)                                                \
    {                                                                                              \
        name, others, what, FIELD_LIST, AT(row, member), field_text_there, NULL, NULL              \
    }
#define COUNT32_FIELD(row, member, name, others, what)                                             \
    NUMBER_FIELD(FIELD_COUNT, row, member, field_count32_there, name, others, what)
#define OWN_TEXT(function, name, others, what)                                                     \
    {                                                                                              \
        name, others, what, FIELD_TEXT, 0, function, NULL, NULL                                    \
    }

static const struct field services[] = {
    TEXT_FIELD(service_row, name, "service", "name server", "what it is called"),
    TEXT_FIELD(service_row, address, "address", "", "one of its addresses"),
    COUNT32_FIELD(service_row, addresses, "addresses", "", "how many it has"),
    LIST_FIELD(service_row, protocols, "protocols", "protocol", "what it serves"),
    COUNT32_FIELD(service_row, callers, "callers", "", "services that call it"),
    COUNT32_FIELD(service_row, callees, "callees", "calls", "services that it calls"),
    TEXT_FIELD(service_row, group, "group", "", "as it was given"),
    LIST_FIELD(service_row, tags, "tags", "tag", "as they were given"),
    OWN_TEXT(source, "source", "named_by", "where its name is from: user, dns, host, ..."),
    FIGURES_FIELDS(AT(service_row, served)),
    FIGURE(FIELD_BYTES, AT(service_row, served), bytes, "", "of requests and answers"),
    {"called_requests", "called.requests", "as a client", FIELD_COUNT, AT(service_row, called),
     NULL, figure_requests, NULL},
    {"called_errors", "called.errors", "as a client", FIELD_COUNT, AT(service_row, called), NULL,
     figure_errors, figure_error_share},
    {"called_rate", "called.rate_per_s", "as a client", FIELD_RATE, AT(service_row, called), NULL,
     figure_rate, NULL},
    {"called_p95", "called.latency_ms.p95", "as a client", FIELD_TIME, AT(service_row, called),
     NULL, figure_p95, NULL},
    OWN_TEXT(verdict, "verdict", "tls tls.verdict", "how it protects: weak, plaintext, fine"),
    OWN_TEXT(weak, "weak", "tls.weak", "what is weak about it"),
    {"certificate_expires", "tls.certificate_expires", "the first of its certificates",
     FIELD_MOMENT, 0, NULL, expires, NULL},
    MARKS_FIELDS(service_row),
    MOMENT_FIELD(service_row, first_seen_ns, "first_seen", "", "ever"),
    MOMENT_FIELD(service_row, last_seen_ns, "last_seen", "", "ever"),
    ID_FIELD(service_row, id, "id", "its number, as in JSON"),
};

const struct fields service_fields = {"services", services, sizeof services / sizeof *services,
                                      "errors > 1% and p95 > 200ms"};

static void backend(const void *row, char *ret)
{
    const struct backend_row *b = row;
    field_name_and_port(b->address, b->port, ret);
}

static const struct field backends[] = {
    TEXT_FIELD(backend_row, service, "service", "server", "what it answers for"),
    {"address", "backend", "also with its port, \"10.0.0.3:8080\"", FIELD_LIST, 0, backend, NULL,
     NULL},
    PORT_FIELD(backend_row, port),
    TEXT_FIELD(backend_row, protocol, "protocol", "", "http, grpc, redis, ..."),
    COUNT_FIELD(backend_row, calls, "calls", "", "that ended"),
    NUMBER_FIELD(FIELD_SHARE, backend_row, share, field_double_there, "share", "",
                 "of the service's calls"),
    COUNT_FIELD(backend_row, open_calls, "open_calls", "open", "at the end"),
    COUNT_FIELD(backend_row, connections, "connections", "conns", "open at the end"),
    FIGURES_FIELDS(AT(backend_row, figures)),
    FIGURE(FIELD_BYTES, AT(backend_row, figures), bytes, "", "of requests and answers"),
    MARKS_FIELDS(backend_row),
    ID_FIELD(backend_row, service_id, "service_id", "its service's number"),
};

const struct fields backend_fields = {"backends", backends, sizeof backends / sizeof *backends,
                                      "service = cart and share > 50%"};

static const struct field relays[] = {
    TEXT_FIELD(relay_row, client, "client", "", "who calls"),
    TEXT_FIELD(relay_row, via, "via", "", "by way of whom"),
    TEXT_FIELD(relay_row, via_address, "via_address", "", "one of its addresses"),
    TEXT_FIELD(relay_row, server, "server", "service", "who is reached"),
    PORT_FIELD(relay_row, port),
    TEXT_FIELD(relay_row, protocol, "protocol", "", "http, grpc, ..."),
    COUNT_FIELD(relay_row, requests, "requests", "", "on the way from there"),
    COUNT_FIELD(relay_row, passed_on, "passed_on", "", "with unchanged method and path"),
};

const struct fields relay_fields = {"relays", relays, sizeof relays / sizeof *relays,
                                    "via ~ proxy"};

static void name_source(const void *row, char *ret)
{
    const struct name_row *n = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", name_source_name(n->source));
}

static const struct field names[] = {
    TEXT_FIELD(name_row, address, "address", "", "what is called so"),
    PORT_FIELD(name_row, port),
    COUNT32_FIELD(name_row, tenant, "tenant", "", "VLAN or VNI that tells equal addresses apart"),
    TEXT_FIELD(name_row, name, "name", "service", "what it was said to be called"),
    OWN_TEXT(name_source, "source", "named_by", "who said so: user, dns, host, ..."),
    {"is_name", "", "is it called so?", FIELD_FLAG, AT(name_row, is_name), NULL, field_flag_there,
     NULL},
    COUNT_FIELD(name_row, count, "count", "", "how often it was said"),
    MOMENT_FIELD(name_row, first_ns, "first_seen", "", "ever"),
    MOMENT_FIELD(name_row, last_ns, "last_seen", "", "ever"),
};

const struct fields name_fields = {"names", names, sizeof names / sizeof *names, "source = dns"};
