/* scheme_lines.c - see scheme_lines.h.
 *
 * A line takes its own row where it passes a column, the free one that is nearest to where it comes
 * from; and its own lane in a channel, the leftmost in which nothing is in its way. Those that lead
 * down are taken from below, those that lead up from above, which makes few of them cross. */
#include "ui-tui/scheme_lines.h"

#include <stdlib.h>
#include <string.h>

/* Which rows of a column are taken: by boxes, or by lines that pass. */
struct rows {
    uint8_t *taken; /* owned */
    int rows, columns;
};

static uint8_t *row_taken(const struct rows *r, int column, int row)
{
    return &r->taken[(size_t)column * (size_t)r->rows + (size_t)row];
}

/* How far each bus leads: hops and how many there are in all. */
static size_t measure_buses(struct scheme *p)
{
    size_t hops = 0;
    for (size_t i = 0; i < 2 * (size_t)p->nodes; i++)
        p->bus[i] = (struct scheme_bus){-1, 0};
    for (size_t i = 0; i < p->link_len; i++) {
        struct scheme_ends e;
        if (!scheme_ends(p, &p->link[i], &e))
            continue;
        struct scheme_bus *bus = &p->bus[2 * e.left + e.back];
        int32_t len = p->box[e.right].column - p->box[e.left].column;
        len = len ? len : 1; /* within a column: out to the right, and back */
        bus->len = len > bus->len ? len : bus->len;
    }
    for (size_t i = 0; i < 2 * (size_t)p->nodes; i++) {
        p->bus[i].first = p->bus[i].len ? (int32_t)hops : -1;
        hops += (size_t)p->bus[i].len;
    }
    return hops;
}

/* The free row of a column that is nearest to `row`. */
static int pass(struct rows *r, int column, int row)
{
    for (int away = 0; away < r->rows; away++) {
        for (int side = 0; side < 2; side++) {
            int at = side ? row - away : row + away;
            if (at < 0 || at >= r->rows || *row_taken(r, column, at))
                continue;
            *row_taken(r, column, at) = 1;
            return at;
        }
    }
    return row; /* behind a box */
}

static void run_bus(struct scheme *p, struct rows *r, uint32_t node, bool back)
{
    const struct scheme_bus *bus = &p->bus[2 * node + back];
    int row = scheme_port(p, node, back);
    for (int32_t i = 0; i < bus->len; i++) {
        if (i)
            row = pass(r, p->box[node].column + i, row);
        p->hop[bus->first + i] = (struct scheme_hop){row, -1, row, row};
        if (i) {
            struct scheme_hop *before = &p->hop[bus->first + i - 1];
            before->low = row < before->low ? row : before->low;
            before->high = row > before->high ? row : before->high;
        }
        p->rows = row >= p->rows ? row + 1 : p->rows;
    }
}

static bool run_buses(struct scheme *p)
{
    struct rows r = {.rows = p->rows + 2 * SCHEME_LANES_MOST, .columns = (int)p->column_len};
    r.taken = calloc((size_t)r.rows * ((size_t)r.columns + 1), 1);
    if (!r.taken)
        return false;
    for (uint32_t i = 0; i < p->nodes; i++) {
        for (int row = 0; p->box[i].column >= 0 && row < (p->flat ? 1 : 3); row++)
            *row_taken(&r, p->box[i].column, p->box[i].top + row) = 1;
    }
    for (uint32_t i = 0; i < p->nodes; i++) {
        run_bus(p, &r, i, false);
        run_bus(p, &r, i, true);
    }
    free(r.taken);
    return true;
}

/* The last hop of each link ends at the port of its box. */
static void end_links(struct scheme *p)
{
    for (size_t i = 0; i < p->link_len; i++) {
        struct scheme_ends e;
        if (!scheme_ends(p, &p->link[i], &e))
            continue;
        int len = p->box[e.right].column - p->box[e.left].column;
        struct scheme_hop *hop = &p->hop[p->bus[2 * e.left + e.back].first + (len ? len - 1 : 0)];
        int row = scheme_port(p, e.right, e.back);
        hop->low = row < hop->low ? row : hop->low;
        hop->high = row > hop->high ? row : hop->high;
        if (!len && hop->lane == -1)
            hop->lane = 0; /* it turns round, so it needs a lane */
    }
}

/* Lanes --------------------------------------------------------------------------------------- */

struct crossing {
    int channel;
    bool up;
    int order; /* by rising order they take their lanes */
    struct scheme_hop *hop;
};

static int compare_crossings(const void *left, const void *right)
{
    const struct crossing *a = left, *b = right;
    if (a->channel != b->channel)
        return a->channel < b->channel ? -1 : 1;
    if (a->up != b->up)
        return a->up ? 1 : -1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return (a->hop > b->hop) - (a->hop < b->hop);
}

static size_t find_crossings(struct scheme *p, struct crossing *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < 2 * (size_t)p->nodes; i++) {
        for (int32_t k = 0; k < p->bus[i].len; k++) {
            struct scheme_hop *hop = &p->hop[p->bus[i].first + k];
            if (hop->low == hop->high && hop->lane < 0)
                continue;
            bool up = hop->row - hop->low > hop->high - hop->row;
            ret[len++] = (struct crossing){.channel = p->box[i / 2].column + k,
                                           .up = up,
                                           .order = up ? hop->row : -hop->row,
                                           .hop = hop};
        }
    }
    qsort(ret, len, sizeof *ret, compare_crossings);
    return len;
}

/* Takes rows low to high of a lane if they are free. */
static bool take_lane(uint8_t *taken, const struct scheme_hop *hop)
{
    for (int row = hop->low; row <= hop->high; row++) {
        if (taken[row])
            return false;
    }
    for (int row = hop->low; row <= hop->high; row++)
        taken[row] = 1;
    return true;
}

static bool take_lanes(struct scheme *p, struct crossing *crossing, size_t len)
{
    size_t rows = (size_t)p->rows;
    uint8_t *taken = malloc(rows * SCHEME_LANES_MOST + 1);
    if (!taken)
        return false;
    for (size_t i = 0; i < len; i++) {
        struct scheme_hop *hop = crossing[i].hop;
        struct scheme_column *column = &p->column[crossing[i].channel];
        if (!i || crossing[i - 1].channel != crossing[i].channel)
            memset(taken, 0, rows * SCHEME_LANES_MOST);
        int lane = 0;
        while (lane < SCHEME_LANES_MOST && !take_lane(taken + rows * (size_t)lane, hop))
            lane++;
        hop->lane = lane < SCHEME_LANES_MOST ? lane : (int)(i % SCHEME_LANES_MOST);
        column->lanes = hop->lane + 1 > column->lanes ? hop->lane + 1 : column->lanes;
    }
    free(taken);
    return true;
}

bool scheme_lines(struct scheme *p)
{
    p->bus = malloc((2 * (size_t)p->nodes + 1) * sizeof *p->bus);
    if (!p->bus)
        return false;
    p->hop_len = measure_buses(p);
    p->hop = malloc((p->hop_len + 1) * sizeof *p->hop);
    struct crossing *crossing = malloc((p->hop_len + 1) * sizeof *crossing);
    bool made = p->hop && crossing && run_buses(p);
    if (made) {
        end_links(p);
        made = take_lanes(p, crossing, find_crossings(p, crossing));
    }
    free(crossing);
    return made;
}
