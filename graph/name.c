/* name.c - see name.h.
 *
 * For each host (address and tenant) a list of its ports, and for each port a list of the names it
 * was called by, with how often. Counts fade by half every ten minutes in which there is new
 * evidence, so that an address given to another service takes its name; without evidence the last
 * name stays. All lists are short and capped; at a cap the name asked for least makes room, and
 * further ports and hosts are not learned.
 *
 * For ranks see enum name_source. Of names of one rank that of the port itself comes before that of
 * the whole address. A port of which nothing is known bears the name on which the address's other
 * ports agree, as its client side does. */
#include "graph/name.h"

#include <stdlib.h>

#include "capture/tenant.h"
#include "graph/host.h"
#include "graph/index.h"
#include "graph/name_dns.h"

enum {
    HOSTS_MAX = NAMES_MAX,
    PORTS_MAX = 64,                     /* of a host */
    PORTS_ALL_MAX = 2 * NAMES_MAX,      /* of all hosts */
    CANDIDATES_MAX = PLACE_NAMES_MAX,   /* of a port */
    CANDIDATES_ALL_MAX = 4 * NAMES_MAX, /* of all ports: 36 MiB */
    HALVED_EVERY_S = 600,
    ROWS_MIN = 64,
};

#define HALVED_EVERY_NS (HALVED_EVERY_S * 1000000000ULL)

struct candidate {
    char name[NAME_TEXT_MAX];
    enum name_source source;
    uint64_t count;
};

struct port {
    struct port *next; /* owned; ports rise */
    uint16_t number;   /* 0: of the whole address */
    uint64_t epoch;    /* last evidence, in units of HALVED_EVERY_NS */
    size_t candidate_len, candidate_room;
    struct candidate *candidate; /* owned; the best first, then in no order */
};

struct host {
    struct address address;
    uint32_t tenant;
    size_t port_len;
    struct port *ports; /* owned */
    struct dns_names dns;
};

struct names {
    struct hash_key key;
    uint64_t version, given_version;
    struct index hosts;
    struct host *host;
    uint32_t host_len, host_room;
    struct given *given[NAME_SOURCES]; /* owned; hold in all tenants; NULL: nothing is given */
    size_t ports_all, candidates_all;  /* room made in all hosts and ports */
    size_t dns_left;                   /* names from the DNS that there may still be */
    uint64_t now_ns;                   /* names_at() */
    bool contested;                    /* an address has had several names from the DNS */
};

struct names *names_new(const struct hash_key *key)
{
    struct names *n = calloc(1, sizeof *n);
    if (n) {
        n->key = *key;
        n->dns_left = CANDIDATES_ALL_MAX;
    }
    return n;
}

static void free_ports(struct port *port)
{
    while (port) {
        struct port *next = port->next;
        free(port->candidate);
        free(port);
        port = next;
    }
}

void names_free(struct names *n)
{
    if (!n)
        return;
    for (uint32_t i = 0; i < n->host_len; i++) {
        free_ports(n->host[i].ports);
        dns_names_free(&n->host[i].dns);
    }
    free(n->host);
    for (int i = 0; i < NAME_SOURCES; i++)
        given_free(n->given[i]);
    index_free(&n->hosts);
    free(n);
}

static uint32_t hash_address(const struct names *n, const struct address *a, uint32_t tenant)
{
    return (uint32_t)(hash_bytes(&n->key, a, sizeof *a) + tenant);
}

static struct host *find_host(const struct names *n, const struct address *a, uint32_t tenant)
{
    uint32_t hash = hash_address(n, a, tenant);
    for (uint32_t at = index_start(&n->hosts, hash), row;
         (row = index_next(&n->hosts, hash, &at)) != NO_ROW;)
        if (n->host[row].tenant == tenant && address_equal(&n->host[row].address, a))
            return &n->host[row];
    return NULL;
}

static bool make_host_room(struct names *n)
{
    if (n->host_len < n->host_room)
        return true;
    uint32_t room = n->host_room ? 2 * n->host_room : ROWS_MIN;
    struct host *grown = realloc(n->host, room * sizeof *grown);
    if (!grown)
        return false;
    n->host = grown;
    n->host_room = room;
    return true;
}

static struct host *add_host(struct names *n, const struct address *a, uint32_t tenant)
{
    if (n->host_len == HOSTS_MAX || !index_reserve(&n->hosts) || !make_host_room(n))
        return NULL;
    index_put(&n->hosts, hash_address(n, a, tenant), n->host_len);
    struct host *host = &n->host[n->host_len++];
    *host = (struct host){.address = *a, .tenant = tenant};
    return host;
}

static const struct port *find_port(const struct host *host, uint16_t number)
{
    for (const struct port *p = host->ports; p; p = p->next)
        if (p->number == number)
            return p;
    return NULL;
}

/* The port, made if it is new; NULL at the cap. */
static struct port *reach_port(struct names *n, struct host *host, uint16_t number)
{
    struct port **link = &host->ports;
    while (*link && (*link)->number < number)
        link = &(*link)->next;
    if (*link && (*link)->number == number)
        return *link;
    if (host->port_len == PORTS_MAX || n->ports_all == PORTS_ALL_MAX)
        return NULL;
    struct port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    port->number = number;
    port->next = *link;
    *link = port;
    host->port_len++;
    n->ports_all++;
    return port;
}

/* Best rank, then asked for most, then first in order. */
static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (a->source != b->source)
        return a->source < b->source;
    if (a->count != b->count)
        return a->count > b->count;
    return strcmp(a->name, b->name) < 0;
}

static void fade(struct port *port, uint64_t now_ns)
{
    uint64_t epoch = now_ns / HALVED_EVERY_NS;
    uint64_t halvings = epoch > port->epoch && port->epoch ? epoch - port->epoch : 0;
    for (size_t i = 0; i < port->candidate_len; i++)
        port->candidate[i].count = halvings < 64 ? port->candidate[i].count >> halvings : 0;
    if (epoch > port->epoch)
        port->epoch = epoch;
}

static bool grow_candidates(struct names *n, struct port *port)
{
    size_t room = port->candidate_room ? 2 * port->candidate_room : 1;
    if (room > CANDIDATES_MAX ||
        n->candidates_all + room - port->candidate_room > CANDIDATES_ALL_MAX)
        return false;
    struct candidate *grown = realloc(port->candidate, room * sizeof *grown);
    if (!grown)
        return false;
    n->candidates_all += room - port->candidate_room;
    port->candidate = grown;
    port->candidate_room = room;
    return true;
}

/* Where a new name goes: a place of its own or, at the cap, that of the worst but the best. */
static struct candidate *place_for_new(struct names *n, struct port *port)
{
    if (port->candidate_len < port->candidate_room || grow_candidates(n, port))
        return &port->candidate[port->candidate_len++];
    if (port->candidate_len < 2)
        return NULL;
    struct candidate *worst = &port->candidate[1];
    for (size_t i = 2; i < port->candidate_len; i++)
        if (is_better(worst, &port->candidate[i]))
            worst = &port->candidate[i];
    return worst;
}

static struct candidate *reach_candidate(struct names *n, struct port *port,
                                         enum name_source source, const char *name)
{
    for (size_t i = 0; i < port->candidate_len; i++)
        if (port->candidate[i].source == source && strcmp(port->candidate[i].name, name) == 0)
            return &port->candidate[i];
    struct candidate *added = place_for_new(n, port);
    if (!added)
        return NULL;
    *added = (struct candidate){.source = source};
    bytes_to_text(added->name, sizeof added->name, bytes_of_text(name));
    return added;
}

/* What a port is called, or its whole name if it is called by one that is short for it: the longest
 * of those that begin with it, if each of them is short for that. */
static const struct candidate *whole_name(const struct port *port, const struct candidate *called)
{
    const struct candidate *longest = called;
    for (size_t i = 0; i < port->candidate_len; i++)
        if (host_is_short_for(longest->name, port->candidate[i].name))
            longest = &port->candidate[i];
    for (size_t i = 0; i < port->candidate_len; i++) {
        const char *other = port->candidate[i].name;
        if (host_is_short_for(called->name, other) && strcmp(other, longest->name) != 0 &&
            !host_is_short_for(other, longest->name))
            return called;
    }
    return longest;
}

static const struct candidate *best_of_port(const struct port *port)
{
    return port && port->candidate_len ? whole_name(port, &port->candidate[0]) : NULL;
}

/* Brings the best to the front. */
static void choose_best(struct port *port)
{
    struct candidate *candidate = port->candidate, *best = &candidate[0];
    for (size_t i = 1; i < port->candidate_len; i++)
        if (is_better(&candidate[i], best))
            best = &candidate[i];
    struct candidate swapped = candidate[0];
    candidate[0] = *best;
    *best = swapped;
}

void names_at(struct names *n, uint64_t now_ns)
{
    n->now_ns = now_ns;
    n->version += n->contested; /* one of several may have expired */
}

static void learn_dns(struct names *n, struct host *host, const struct name_delta *name,
                      const char *text)
{
    struct dns_choice before = dns_names_choose(&host->dns, n->now_ns);
    char name_before[NAME_TEXT_MAX] = "";
    if (before.name)
        strcpy(name_before, before.name);
    dns_names_learn(&host->dns, name, text, &n->dns_left);
    struct dns_choice now = dns_names_choose(&host->dns, n->now_ns);
    n->contested = n->contested || host->dns.len > 1;
    if (now.ambiguous != before.ambiguous || strcmp(now.name ? now.name : "", name_before) != 0)
        n->version++;
}

void names_learn(struct names *n, const struct name_delta *name)
{
    char text[NAME_TEXT_MAX];
    if (!host_to_name(name->name, text, sizeof text))
        return;
    struct host *host = find_host(n, &name->address, name->tenant);
    if (!host)
        host = add_host(n, &name->address, name->tenant);
    if (host && name->source == NAME_DNS) {
        learn_dns(n, host, name, text);
        return;
    }
    struct port *port = host ? reach_port(n, host, name->port) : NULL;
    if (!port)
        return;
    struct candidate before = {0};
    if (port->candidate_len)
        before = *best_of_port(port);
    fade(port, name->last_ns);
    struct candidate *candidate = reach_candidate(n, port, name->source, text);
    if (!candidate)
        return;
    candidate->count += name->count < UINT32_MAX ? name->count : UINT32_MAX;
    choose_best(port);
    const struct candidate *now = best_of_port(port);
    n->version += now->source != before.source || strcmp(now->name, before.name) != 0;
}

void names_set_given(struct names *n, enum name_source source, struct given *given)
{
    given_free(n->given[source]);
    n->given[source] = given;
    n->version++;
    n->given_version++;
}

bool names_give(struct names *n, const struct address *a, enum name_source source, const char *name)
{
    struct given_rule rule = {.network = {*a, 128}, .port_last = UINT16_MAX};
    struct given_label label = {0};
    struct given **given = &n->given[source];
    const struct given_label *known = given_find(*given, a, 0);
    if (known && strcmp(known->name, name) == 0)
        return true;
    bytes_to_text(label.name, sizeof label.name, bytes_of_text(name));
    if (!*given)
        *given = given_new();
    if (!*given || !given_add(*given, &rule, &label))
        return false;
    given_seal(*given);
    n->version++;
    n->given_version++;
    return true;
}

const char *names_given(const struct names *n, enum name_source source, const struct address *a,
                        uint16_t port)
{
    const struct given_label *label = given_find(n->given[source], a, port);
    return label ? label->name : NULL;
}

const struct given_label *names_label(const struct names *n, const char *service)
{
    const struct given_label *label = NULL;
    for (int source = 0; !label && source < NAME_SOURCES; source++)
        label = given_label(n->given[source], service);
    return label;
}

/* The name that all ports of the host have, if it is one. */
static const struct candidate *agreed(const struct host *host)
{
    const struct candidate *agreed_on = NULL;
    for (const struct port *p = host->ports; p; p = p->next) {
        const struct candidate *best = best_of_port(p);
        if (!best)
            continue;
        if (agreed_on && strcmp(agreed_on->name, best->name) != 0)
            return NULL;
        if (!agreed_on || best->source < agreed_on->source)
            agreed_on = best;
    }
    return agreed_on;
}

/* The best that connections tell. */
static const struct candidate *heard(const struct host *host, uint16_t port)
{
    const struct candidate *own = port ? best_of_port(find_port(host, port)) : NULL;
    const struct candidate *whole = best_of_port(find_port(host, 0));
    if (own && (!whole || own->source <= whole->source))
        return own;
    return whole ? whole : agreed(host);
}

/* The best that the wire tells; of the DNS nothing if `by_host`. */
static struct named learned(const struct names *n, const struct host *host, uint16_t port,
                            bool by_host)
{
    struct named name = {.source = NAME_ADDRESS};
    struct dns_choice dns = {0};
    if (!by_host)
        dns = dns_names_choose(&host->dns, n->now_ns);
    const struct candidate *best = dns.name ? NULL : heard(host, port);
    name.ambiguous = dns.ambiguous && !best;
    if (dns.name)
        name.source = NAME_DNS;
    else if (best)
        name.source = best->source;
    if (dns.name || best)
        strcpy(name.name, dns.name ? dns.name : best->name);
    return name;
}

void names_address(const struct address *a, uint32_t tenant, char name[NAME_TEXT_MAX])
{
    address_to_text(a, name, NAME_TEXT_MAX);
    if (!tenant || !name[0])
        return;
    size_t len = strlen(name);
    name[len++] = '@';
    tenant_to_text(tenant, name + len, NAME_TEXT_MAX - len);
}

/* Has the user said that only host names count here? */
static bool is_by_host(const struct names *n, const struct address *a, uint16_t port)
{
    const struct given_label *label = given_find(n->given[NAME_USER], a, port);
    return label && strcmp(label->name, NAME_BY_HOST) == 0;
}

/* A name that somebody gives, from a better source than `name`, takes its place. */
static void prefer_given(const struct names *n, const struct address *a, uint16_t port,
                         struct named *name)
{
    for (int source = NAME_USER; source < (int)name->source; source++) {
        const struct given_label *label = given_find(n->given[source], a, port);
        if (!label)
            continue;
        *name = (struct named){.source = (enum name_source)source};
        strcpy(name->name, label->name);
        return;
    }
}

struct named names_of(const struct names *n, const struct address *a, uint16_t port,
                      uint32_t tenant)
{
    const struct host *host = find_host(n, a, tenant);
    const bool by_host = is_by_host(n, a, port);
    struct named name = {.source = NAME_ADDRESS};
    if (host)
        name = learned(n, host, port, by_host);
    if (!by_host)
        prefer_given(n, a, port, &name);
    if (name.source == NAME_ADDRESS)
        names_address(a, tenant, name.name);
    return name;
}

/* The name by which a client calls a port by host, whole; NULL if it was not learned. */
static const struct candidate *find_called(const struct names *n, const struct address *a,
                                           uint16_t number, uint32_t tenant, const char *called)
{
    char text[NAME_TEXT_MAX];
    const struct host *host = find_host(n, a, tenant);
    const struct port *port = host ? find_port(host, number) : NULL;
    if (!port || !host_to_name(called, text, sizeof text))
        return NULL;
    for (size_t i = 0; i < port->candidate_len; i++)
        if (port->candidate[i].source == NAME_HOST && strcmp(port->candidate[i].name, text) == 0)
            return whole_name(port, &port->candidate[i]);
    return NULL;
}

struct named names_of_server(const struct names *n, const struct address *a, uint16_t port,
                             uint32_t tenant, struct call_name called)
{
    struct named name = {.source = NAME_ADDRESS};
    if (n)
        name = names_of(n, a, port, tenant);
    else
        names_address(a, tenant, name.name);
    struct named own = {.source = called.by_host ? NAME_HOST : NAME_DNS};
    if (name.source < own.source || !called.name[0])
        return name;
    if (!called.by_host)
        return host_to_name(called.name, own.name, sizeof own.name) ? own : name;
    const struct candidate *found = n ? find_called(n, a, port, tenant, called.name) : NULL;
    if (!found)
        return name;
    memcpy(own.name, found->name, sizeof own.name);
    return own;
}

uint64_t names_given_version(const struct names *n)
{
    return n->given_version;
}

uint64_t names_version(const struct names *n)
{
    return n->version;
}
