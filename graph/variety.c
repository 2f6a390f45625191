/* variety.c - see variety.h. */
#include "graph/variety.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

enum { LEVELS = 100, LEVELS_BELOW_FIRST = 40, NODES_MIN = 64 };

enum kind {
    WORD,
    KEPT, /* {id}, ..., nothing */
    ANY,  /* {*} */
    METHOD,
};

struct node {
    char *text; /* owned; NULL of the root and of ANY */
    size_t len;
    enum kind kind;
    uint32_t first, next; /* child, sibling */
    uint32_t words;       /* children that are words: 0 if `any` is there */
    uint32_t any;         /* child, or NONE */
};

struct variety {
    struct node *node;                    /* the root first */
    uint32_t node_len, node_room, unused; /* `unused`: a list by `next` */
    uint32_t len, places;
    unsigned level; /* 0 but in variety_settle() */
};

struct segment {
    const char *text;
    size_t len;
    enum kind kind;
};

struct variety *variety_new(void)
{
    struct variety *v = calloc(1, sizeof *v);
    if (v && !(v->node = malloc(NODES_MIN * sizeof *v->node))) {
        free(v);
        return NULL;
    }
    if (v) {
        v->node_room = NODES_MIN;
        v->node_len = 1;
        v->unused = NONE;
        v->node[0] = (struct node){.kind = KEPT, .first = NONE, .next = NONE, .any = NONE};
    }
    return v;
}

void variety_free(struct variety *v)
{
    if (!v)
        return;
    for (uint32_t i = 0; i < v->node_len; i++)
        free(v->node[i].text);
    free(v->node);
    free(v);
}

uint32_t variety_len(const struct variety *v)
{
    return v->len;
}

uint32_t variety_places(const struct variety *v)
{
    return v->places;
}

/* Where the path of a name begins; NULL if it has none. */
static const char *path_of(const char *name)
{
    const char *space = name[0] == '/' ? NULL : strstr(name, " /");
    return space ? space + 1 : name[0] == '/' ? name : NULL;
}

/* The segment behind the slash at `path`. */
static struct segment segment_at(const char *path)
{
    struct segment s = {.text = path + 1, .len = strcspn(path + 1, "/")};
    bool braces = s.len >= 2 && s.text[0] == '{' && s.text[s.len - 1] == '}';
    if (s.len == strlen(VARIETY_ANY) && memcmp(s.text, VARIETY_ANY, s.len) == 0)
        s.kind = ANY;
    else if (!s.len || braces || (s.len == 3 && memcmp(s.text, "...", 3) == 0))
        s.kind = KEPT;
    return s;
}

static bool is_segment(const struct node *n, const struct segment *s)
{
    return n->kind == s->kind && n->len == s->len &&
           (!s->len || memcmp(n->text, s->text, s->len) == 0);
}

/* The child that a segment leads to, or NONE. */
static uint32_t find_child(const struct variety *v, uint32_t at, const struct segment *s)
{
    const struct node *n = &v->node[at];
    if (s->kind == ANY || (s->kind == WORD && n->any != NONE))
        return n->any;
    for (uint32_t child = n->first; child != NONE; child = v->node[child].next)
        if (is_segment(&v->node[child], s))
            return child;
    return NONE;
}

static void link_child(struct variety *v, uint32_t at, uint32_t child)
{
    struct node *n = &v->node[at];
    v->node[child].next = n->first;
    n->first = child;
    n->words += v->node[child].kind == WORD;
    if (v->node[child].kind == ANY)
        n->any = child;
}

static bool make_room(struct variety *v)
{
    if (v->unused != NONE || v->node_len < v->node_room)
        return true;
    struct node *node = realloc(v->node, 2 * (size_t)v->node_room * sizeof *node);
    if (!node)
        return false;
    v->node = node;
    v->node_room *= 2;
    return true;
}

static uint32_t add_child(struct variety *v, uint32_t at, const struct segment *s)
{
    char *text = s->kind == ANY ? NULL : strndup(s->text, s->len);
    if ((!text && s->kind != ANY) || !make_room(v)) {
        free(text);
        return NONE;
    }
    uint32_t child = v->unused != NONE ? v->unused : v->node_len++;
    if (child == v->unused)
        v->unused = v->node[child].next;
    size_t len = s->kind == ANY ? 0 : s->len;
    v->node[child] =
        (struct node){.text = text, .len = len, .kind = s->kind, .first = NONE, .any = NONE};
    link_child(v, at, child);
    v->len += s->kind == METHOD;
    return child;
}

/* Its children must be elsewhere by now. */
static void drop_node(struct variety *v, uint32_t at)
{
    v->len -= v->node[at].kind == METHOD;
    free(v->node[at].text);
    v->node[at] = (struct node){.next = v->unused};
    v->unused = at;
}

/* How many words there may be under a node of this depth. */
static uint32_t words_max(const struct variety *v, unsigned depth)
{
    unsigned beyond = v->level > LEVELS_BELOW_FIRST ? v->level - LEVELS_BELOW_FIRST : 0;
    uint32_t most = depth ? VARIETY_WORDS_MAX : VARIETY_FIRST_MAX;
    for (unsigned i = v->level * depth + beyond; i && most > 1; i--)
        most = most * 9 / 10;
    return most;
}

static void take_together(struct variety *v, uint32_t at, unsigned depth);

/* Gives the children of `from` to `into`, of depth `depth`, and drops `from`. */
static void absorb(struct variety *v, uint32_t into, uint32_t from, unsigned depth)
{
    uint32_t child = v->node[from].first, next;
    for (; child != NONE; child = next) {
        struct node *n = &v->node[child];
        struct segment s = {n->text, n->len, n->kind};
        next = n->next;
        uint32_t found = find_child(v, into, &s);
        if (found != NONE)
            absorb(v, found, child, depth + 1);
        else
            link_child(v, into, child);
    }
    drop_node(v, from);
    if (v->node[into].any != NONE ? v->node[into].words > 0
                                  : v->node[into].words > words_max(v, depth))
        take_together(v, into, depth);
}

/* All words under a node, of depth `depth`, become one. */
static void take_together(struct variety *v, uint32_t at, unsigned depth)
{
    struct node *n = &v->node[at];
    uint32_t child = n->first, next;
    n->first = NONE;
    n->words = 0;
    v->places++;
    uint32_t words = NONE; /* a list */
    for (; child != NONE; child = next) {
        next = v->node[child].next;
        if (v->node[child].kind != WORD) {
            link_child(v, at, child);
            continue;
        }
        v->node[child].next = words;
        words = child;
    }
    for (child = words; child != NONE; child = next) {
        next = v->node[child].next;
        if (n->any != NONE) {
            absorb(v, n->any, child, depth + 1);
            continue;
        }
        free(v->node[child].text);
        v->node[child].text = NULL;
        v->node[child].len = 0;
        v->node[child].kind = ANY;
        link_child(v, at, child);
    }
}

/* The child that a segment leads to, made if it is new; NONE when memory is short. */
static uint32_t step(struct variety *v, uint32_t at, const struct segment *s, unsigned depth)
{
    uint32_t child = find_child(v, at, s);
    if (child != NONE)
        return child;
    child = add_child(v, at, s);
    if (child == NONE)
        return NONE;
    const struct node *n = &v->node[at];
    if (n->any != NONE ? n->words > 0 : n->words > words_max(v, depth))
        take_together(v, at, depth);
    return s->kind == WORD && v->node[at].any != NONE ? v->node[at].any : child;
}

bool variety_add(struct variety *v, const char *name)
{
    const char *path = path_of(name);
    if (!path)
        return true;
    struct segment method = {name, (size_t)(path - name), METHOD};
    uint32_t at = 0;
    for (unsigned depth = 0; *path && at != NONE; depth++) {
        struct segment s = segment_at(path);
        at = step(v, at, &s, depth);
        path += 1 + s.len;
    }
    if (at == NONE)
        return false;
    return find_child(v, at, &method) != NONE || add_child(v, at, &method) != NONE;
}

static void sweep(struct variety *v, uint32_t at, unsigned depth)
{
    if (v->node[at].words > words_max(v, depth))
        take_together(v, at, depth);
    for (uint32_t child = v->node[at].first; child != NONE; child = v->node[child].next)
        sweep(v, child, depth + 1);
}

void variety_settle(struct variety *v, uint32_t len_max)
{
    while (v->len > len_max && ++v->level < LEVELS)
        sweep(v, 0, 0);
    v->level = 0;
}

/* Appends as much as there is room for. */
static void put(char *text, size_t size, size_t *len, const char *more, size_t more_len)
{
    size_t room = size - 1 - *len, take = more_len < room ? more_len : room;
    memcpy(text + *len, more, take);
    *len += take;
    text[*len] = '\0';
}

void variety_name(const struct variety *v, const char *name, char *text, size_t size)
{
    const char *path = path_of(name);
    size_t len = 0;
    uint32_t at = 0;
    if (!size)
        return;
    put(text, size, &len, name, path ? (size_t)(path - name) : strlen(name));
    while (path && *path) {
        struct segment s = segment_at(path);
        bool any = at != NONE && s.kind == WORD && v->node[at].any != NONE;
        put(text, size, &len, "/", 1);
        put(text, size, &len, any ? VARIETY_ANY : s.text, any ? strlen(VARIETY_ANY) : s.len);
        at = at == NONE ? NONE : find_child(v, at, &s);
        path += 1 + s.len;
    }
}
