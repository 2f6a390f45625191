/* elasticsearch.c - see elasticsearch.h. The actions are those of their REST APIs that programs
 * use; of others nothing is known, and they are requests of HTTP like any. */
#include "decode/elasticsearch.h"

#include <stdio.h>

#include "decode/subject.h"

enum { INDEX_MAX = 255 }; /* bytes of a name: a limit of theirs */

enum place {
    BEHIND_INDEX = 1,
    AT_FRONT = 2,
    ANYWHERE = BEHIND_INDEX | AT_FRONT,
    WITH_PART = 4, /* the word that follows belongs to its name: "cluster health" */
    BY_METHOD = 8, /* of one document */
};

static const struct action {
    const char *path, *name;
    unsigned place; /* enum place */
} actions[] = {
    {"_search", "search", ANYWHERE},
    {"_msearch", "msearch", ANYWHERE},
    {"_async_search", "async_search", ANYWHERE},
    {"_knn_search", "knn_search", BEHIND_INDEX},
    {"_count", "count", ANYWHERE},
    {"_bulk", "bulk", ANYWHERE},
    {"_mget", "mget", ANYWHERE},
    {"_doc", "", BEHIND_INDEX | BY_METHOD},
    {"_source", "get", BEHIND_INDEX},
    {"_create", "create", BEHIND_INDEX},
    {"_update", "update", BEHIND_INDEX},
    {"_update_by_query", "update_by_query", BEHIND_INDEX},
    {"_delete_by_query", "delete_by_query", BEHIND_INDEX},
    {"_explain", "explain", BEHIND_INDEX},
    {"_termvectors", "termvectors", BEHIND_INDEX},
    {"_pit", "pit", ANYWHERE},
    {"_field_caps", "field_caps", ANYWHERE},
    {"_analyze", "analyze", ANYWHERE},
    {"_refresh", "refresh", ANYWHERE},
    {"_flush", "flush", ANYWHERE},
    {"_forcemerge", "forcemerge", ANYWHERE},
    {"_rollover", "rollover", BEHIND_INDEX},
    {"_mapping", "mapping", ANYWHERE},
    {"_mappings", "mapping", ANYWHERE},
    {"_settings", "settings", ANYWHERE},
    {"_alias", "alias", ANYWHERE},
    {"_aliases", "aliases", AT_FRONT},
    {"_reindex", "reindex", AT_FRONT},
    {"_index_template", "index_template", AT_FRONT},
    {"_ingest", "ingest", AT_FRONT | WITH_PART},
    {"_cluster", "cluster", AT_FRONT | WITH_PART},
    {"_cat", "cat", AT_FRONT | WITH_PART},
    {"_nodes", "nodes", AT_FRONT},
    {"_tasks", "tasks", AT_FRONT},
    {"_sql", "sql", AT_FRONT},
};

/* The part of a path up to the next separator; takes it off, with the separator. */
static struct bytes take_part(struct bytes *path, uint8_t separator)
{
    size_t len = 0;
    while (len < path->len && path->at[len] != separator)
        len++;
    struct bytes part = bytes_first(*path, len);
    *path = bytes_after(*path, len + 1);
    return part;
}

/* Their names have no capital letters, and begin with none of these; several may be named, with
 * commas between them. */
static bool is_index(struct bytes part)
{
    for (size_t i = 0; i < part.len; i++)
        if ((part.at[i] >= 'A' && part.at[i] <= 'Z') || part.at[i] <= ' ')
            return false;
    return part.len && part.len <= INDEX_MAX && !strchr("_-+", part.at[0]);
}

static const struct action *find(struct bytes part, enum place place)
{
    if (!part.len || part.at[0] != '_')
        return NULL;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (actions[i].place & place && bytes_equal_text(part, actions[i].path))
            return &actions[i];
    return NULL;
}

static const char *name_by_method(const char *method)
{
    static const char *const names[][2] = {
        {"GET", "get"},   {"HEAD", "exists"},   {"POST", "index"},
        {"PUT", "index"}, {"DELETE", "delete"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(method, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

static bool is_word(struct bytes part)
{
    for (size_t i = 0; i < part.len; i++)
        if ((part.at[i] < 'a' || part.at[i] > 'z') && part.at[i] != '_')
            return false;
    return part.len;
}

/* Each of a list, as far as there is room. */
static void name_indices(char *text, size_t size, struct bytes list)
{
    size_t used = 0;
    while (list.len && used + 1 < size) {
        if (used)
            text[used++] = ',';
        subject_text(text + used, size - used, take_part(&list, ','));
        used += strlen(text + used);
    }
}

void elasticsearch_note(struct exchange *x)
{
    if (x->path[0] != '/' || !strstr(x->path, "/_")) /* no action is without */
        return;
    struct bytes path = bytes_after(bytes_of_text(x->path), 1);
    struct bytes index = {0}, part = take_part(&path, '/');
    const struct action *action = find(part, AT_FRONT);
    if (!action && is_index(part)) {
        index = part;
        action = find(take_part(&path, '/'), BEHIND_INDEX);
    }
    const char *name = action && action->place & BY_METHOD ? name_by_method(x->method)
                       : action                            ? action->name
                                                           : NULL;
    if (!name)
        return;
    char object[SUBJECT_MAX] = "";
    struct bytes next = take_part(&path, '/');
    if (action->place & WITH_PART && is_word(next))
        bytes_to_text(object, sizeof object, next);
    else
        name_indices(object, sizeof object, index);
    snprintf(x->operation, sizeof x->operation, object[0] ? "%s %s" : "%s", name, object);
}
