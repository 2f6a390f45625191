/* given.c - see given.h.
 *
 * Rules are sorted such that those that fit an address are found by a binary search for each length
 * of prefix that there is, the longest first. */
#include "graph/given.h"

#include <stdlib.h>

#include "graph/index.h"

enum { LEAST = 64, BITS = 128 };

struct given {
    struct given_rule *rule;   /* owned */
    struct given_label *label; /* owned */
    uint32_t rule_len, rule_room, label_len, label_room;
    struct index labels;    /* by name */
    uint8_t bits[BITS + 1]; /* lengths of prefixes, the longest first */
    unsigned bits_len;
};

struct given *given_new(void)
{
    return calloc(1, sizeof(struct given));
}

void given_free(struct given *g)
{
    if (!g)
        return;
    free(g->rule);
    free(g->label);
    index_free(&g->labels);
    free(g);
}

/* FNV-1a: the names are the user's own. */
static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261;
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619;
    return hash;
}

static struct given_label *find_label(const struct given *g, const char *name)
{
    uint32_t hash = hash_name(name);
    for (uint32_t at = index_start(&g->labels, hash), row;
         (row = index_next(&g->labels, hash, &at)) != NO_ROW;)
        if (strcmp(g->label[row].name, name) == 0)
            return &g->label[row];
    return NULL;
}

/* Room for one more of `size` bytes. */
static bool make_room(void **rows, uint32_t len, uint32_t *room, size_t size)
{
    if (len < *room)
        return true;
    uint32_t more = *room ? 2 * *room : LEAST;
    void *grown = realloc(*rows, more * size);
    if (!grown)
        return false;
    *rows = grown;
    *room = more;
    return true;
}

static struct given_label *reach_label(struct given *g, const struct given_label *label)
{
    struct given_label *known = find_label(g, label->name);
    void *rows = g->label;
    if (!known) {
        bool room = make_room(&rows, g->label_len, &g->label_room, sizeof *g->label);
        g->label = rows;
        if (!room || !index_reserve(&g->labels))
            return NULL;
        index_put(&g->labels, hash_name(label->name), g->label_len);
        known = &g->label[g->label_len++];
        *known = *label;
    }
    if (label->group[0])
        strcpy(known->group, label->group);
    if (label->tags[0])
        strcpy(known->tags, label->tags);
    return known;
}

/* The address with all but its first bits zero. */
static struct address masked(const struct address *a, unsigned bits)
{
    struct address m = *a;
    for (unsigned i = 0; i < sizeof m.byte; i++) {
        unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
        if (kept < 8)
            m.byte[i] &= (uint8_t)(0xff00U >> kept);
    }
    return m;
}

bool given_add(struct given *g, const struct given_rule *rule, const struct given_label *label)
{
    if (g->rule_len == GIVEN_RULES_MAX)
        return false;
    void *rows = g->rule;
    bool room = make_room(&rows, g->rule_len, &g->rule_room, sizeof *g->rule);
    g->rule = rows;
    const struct given_label *known = room ? reach_label(g, label) : NULL;
    if (!known)
        return false;
    struct given_rule *added = &g->rule[g->rule_len];
    *added = *rule;
    added->network.address = masked(&rule->network.address, rule->network.prefix_bits);
    added->label = (uint32_t)(known - g->label);
    added->number = g->rule_len++;
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct given_rule *a = left, *b = right;
    if (a->network.prefix_bits != b->network.prefix_bits)
        return a->network.prefix_bits > b->network.prefix_bits ? -1 : 1;
    int order = address_compare(&a->network.address, &b->network.address);
    int a_ports = a->port_last - a->port_first, b_ports = b->port_last - b->port_first;
    if (!order)
        order = (a_ports > b_ports) - (a_ports < b_ports);
    return order ? order : (a->number < b->number) - (a->number > b->number);
}

void given_seal(struct given *g)
{
    g->bits_len = 0;
    if (g->rule_len)
        qsort(g->rule, g->rule_len, sizeof *g->rule, compare);
    for (uint32_t i = 0; i < g->rule_len; i++) {
        uint8_t bits = g->rule[i].network.prefix_bits;
        if (!g->bits_len || g->bits[g->bits_len - 1] != bits)
            g->bits[g->bits_len++] = bits;
    }
}

/* The first rule for this network; rule_len if there is none behind it. */
static uint32_t first_rule(const struct given *g, const struct network *network)
{
    uint32_t low = 0, high = g->rule_len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct network *m = &g->rule[middle].network;
        bool before = m->prefix_bits != network->prefix_bits
                          ? m->prefix_bits > network->prefix_bits
                          : address_compare(&m->address, &network->address) < 0;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const struct given_rule *rule, const struct network *network)
{
    return rule->network.prefix_bits == network->prefix_bits &&
           address_equal(&rule->network.address, &network->address);
}

/* Of the rules for one network, that for the port. NULL: none fits. */
static const struct given_rule *find_in(const struct given *g, const struct network *network,
                                        uint16_t port)
{
    const struct given_rule *agreed = NULL;
    bool agree = !port;
    for (uint32_t i = first_rule(g, network); i < g->rule_len && is_of(&g->rule[i], network); i++) {
        const struct given_rule *rule = &g->rule[i];
        if (port >= rule->port_first && port <= rule->port_last)
            return rule;
        agree = agree && (!agreed || agreed->label == rule->label);
        agreed = rule;
    }
    return agree ? agreed : NULL;
}

const struct given_label *given_find(const struct given *g, const struct address *a, uint16_t port)
{
    for (unsigned i = 0; g && i < g->bits_len; i++) {
        struct network network = {masked(a, g->bits[i]), g->bits[i]};
        const struct given_rule *rule = find_in(g, &network, port);
        if (rule)
            return &g->label[rule->label];
    }
    return NULL;
}

const struct given_label *given_label(const struct given *g, const char *name)
{
    return g ? find_label(g, name) : NULL;
}

size_t given_rules(const struct given *g)
{
    return g->rule_len;
}

const struct given_rule *given_rule(const struct given *g, size_t i)
{
    return &g->rule[i];
}
