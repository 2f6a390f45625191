/* rows_host.c - the names by which clients call a server, by host; see rows.h.
 *
 * For each place, which is an address and port, it is counted how many there are. */
#include <stdlib.h>

#include "graph/rows.h"

enum { ROOM_MIN = 64 };

struct place_names {
    struct address address;
    uint32_t tenant, names;
    uint16_t port;
};

void rows_clear_places(struct rows *r)
{
    index_clear(&r->places);
    r->place_len = 0;
}

void rows_free_places(struct rows *r)
{
    index_free(&r->places);
    free(r->place);
}

static bool make_room(struct rows *r)
{
    if (r->place_len < r->place_room)
        return index_reserve(&r->places);
    uint32_t room = r->place_room ? 2 * r->place_room : ROOM_MIN;
    struct place_names *place = realloc(r->place, room * sizeof *place);
    if (!place)
        return false;
    r->place = place;
    r->place_room = room;
    return index_reserve(&r->places);
}

/* Made if it is new. There are no more of them than names. NULL when memory is short. */
static struct place_names *reach_place(struct rows *r, const struct edge_key *key)
{
    uint64_t of_address = hash_bytes(&r->key, &key->server, sizeof key->server);
    uint32_t hash = (uint32_t)(of_address + key->port), row;
    for (uint32_t at = index_start(&r->places, hash);
         (row = index_next(&r->places, hash, &at)) != NO_ROW;) {
        struct place_names *place = &r->place[row];
        if (place->port == key->port && place->tenant == key->tenant &&
            address_equal(&place->address, &key->server))
            return place;
    }
    if (!make_room(r))
        return NULL;
    index_put(&r->places, hash, r->place_len);
    struct place_names *place = &r->place[r->place_len++];
    *place = (struct place_names){.address = key->server, .port = key->port, .tenant = key->tenant};
    return place;
}

uint32_t rows_host(struct rows *r, const struct edge_key *key, const char *name)
{
    struct name_delta wanted = {
        .address = key->server, .port = key->port, .tenant = key->tenant, .source = NAME_HOST};
    bytes_to_text(wanted.name, sizeof wanted.name, bytes_of_text(name));
    uint32_t row = rows_find_name(r, &wanted);
    if (row != NO_ROW || r->open.name_len == NAMES_MAX)
        return row;
    struct place_names *place = reach_place(r, key);
    if (!place || place->names > PLACE_NAMES_AT_WORK_MAX)
        return NO_ROW;
    row = rows_name(r, &wanted);
    place->names += row != NO_ROW;
    return row;
}
