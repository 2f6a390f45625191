/* statements.c - see statements.h. Their texts are kept packed, each in one allocation. */
#include "decode/statements.h"

#include <stdlib.h>

#include "base/hash.h"

struct statement {
    uint64_t fingerprint;
    uint16_t operation, path; /* where in `text` they begin, behind the method */
    bool cut;                 /* one of them was too long */
    char text[];
};

struct slot {
    uint64_t id, used; /* by `clock` */
    struct statement *statement;
};

struct statements {
    struct slot *slot; /* the first `len`, in no order */
    uint32_t len, room;
    uint64_t clock;
};

enum { FIRST_ROOM = 8 };

static struct slot *find(struct statements *s, uint64_t id)
{
    for (uint32_t i = 0; s && i < s->len; i++)
        if (s->slot[i].id == id)
            return &s->slot[i];
    return NULL;
}

static struct statement *pack(const struct exchange *x)
{
    size_t method = strlen(x->method) + 1, operation = strlen(x->operation) + 1;
    size_t path = strlen(x->path) + 1;
    struct statement *made = malloc(sizeof *made + method + operation + path);
    if (!made)
        return NULL;
    made->fingerprint = x->fingerprint;
    made->operation = (uint16_t)method;
    made->path = (uint16_t)(method + operation);
    made->cut = x->notes & NOTE_TRUNCATED;
    memcpy(made->text, x->method, method);
    memcpy(made->text + made->operation, x->operation, operation);
    memcpy(made->text + made->path, x->path, path);
    return made;
}

static struct slot *least_used(struct statements *s)
{
    struct slot *least = s->slot;
    for (uint32_t i = 1; i < s->len; i++)
        if (s->slot[i].used < least->used)
            least = &s->slot[i];
    return least;
}

/* A slot without a statement; NULL: there is no memory. */
static struct slot *add_slot(struct statements *s)
{
    if (s->len == STATEMENTS_MAX) {
        struct slot *least = least_used(s);
        free(least->statement);
        return least;
    }
    if (s->len == s->room) {
        uint32_t room = s->room ? 2 * s->room : FIRST_ROOM;
        struct slot *grown = realloc(s->slot, room * sizeof *grown);
        if (!grown)
            return NULL;
        s->slot = grown;
        s->room = room;
    }
    return &s->slot[s->len++];
}

void statements_put(struct statements **s, uint64_t id, const struct exchange *x)
{
    statements_drop(*s, id);
    if (!*s)
        *s = calloc(1, sizeof **s);
    struct statement *made = *s ? pack(x) : NULL;
    struct slot *slot = made ? add_slot(*s) : NULL;
    if (slot)
        *slot = (struct slot){.id = id, .used = ++(*s)->clock, .statement = made};
    else
        free(made);
}

bool statements_get(struct statements *s, uint64_t id, struct exchange *x)
{
    struct slot *slot = find(s, id);
    if (!slot)
        return false;
    const struct statement *found = slot->statement;
    slot->used = ++s->clock;
    bytes_to_text(x->method, sizeof x->method, bytes_of_text(found->text));
    bytes_to_text(x->operation, sizeof x->operation, bytes_of_text(found->text + found->operation));
    bytes_to_text(x->path, sizeof x->path, bytes_of_text(found->text + found->path));
    x->fingerprint = found->fingerprint;
    if (found->cut)
        x->notes |= NOTE_TRUNCATED;
    return true;
}

void statements_drop(struct statements *s, uint64_t id)
{
    struct slot *slot = find(s, id);
    if (!slot)
        return;
    free(slot->statement);
    *slot = s->slot[--s->len];
}

void statements_free(struct statements **s)
{
    for (uint32_t i = 0; *s && i < (*s)->len; i++)
        free((*s)->slot[i].statement);
    if (*s)
        free((*s)->slot);
    free(*s);
    *s = NULL;
}

uint64_t statements_id(struct bytes name)
{
    static const struct hash_key key = {{0}}; /* who makes names collide confuses only himself */
    return hash_bytes(&key, name.at, name.len);
}
