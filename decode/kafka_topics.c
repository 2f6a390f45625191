/* kafka_topics.c - see kafka_topics.h. */
#include "decode/kafka_topics.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    IDS_FIRST = 8, /* there is room for at first */
    ID_SHOWN = 6,  /* bytes of it */
};

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619;
    return hash ? hash : 1;
}

void kafka_topics_add(struct kafka_topics *t, const char *text)
{
    uint32_t hash = hash_of(text);
    uint32_t known = t->count < KAFKA_DISTINCT_MAX ? t->count : KAFKA_DISTINCT_MAX;
    for (uint32_t i = 0; i < known; i++)
        if (t->known[i] == hash)
            return;
    if (t->count < KAFKA_DISTINCT_MAX)
        t->known[t->count] = hash;
    t->count++;
    if (t->count == 1 || strcmp(text, t->first[0]) < 0) {
        memcpy(t->first[1], t->first[0], KAFKA_NAME_MAX);
        bytes_to_text(t->first[0], KAFKA_NAME_MAX, bytes_of_text(text));
    } else if (t->count == 2 || strcmp(text, t->first[1]) < 0) {
        bytes_to_text(t->first[1], KAFKA_NAME_MAX, bytes_of_text(text));
    }
}

void kafka_topics_text(const struct kafka_topics *t, char *text, size_t size)
{
    text[0] = '\0';
    if (t->count == 1)
        snprintf(text, size, "%s", t->first[0]);
    else if (t->count == 2)
        snprintf(text, size, "%s, %s", t->first[0], t->first[1]);
    else if (t->count)
        snprintf(text, size, "%s, %s, +%u", t->first[0], t->first[1], (unsigned)t->count - 2);
}

static uint64_t bit_of(int64_t partition)
{
    return UINT64_C(1) << ((uint64_t)partition % 64);
}

static uint32_t find(const struct kafka_session *s, const char *text)
{
    uint32_t i = 0;
    while (i < s->len && strcmp(s->topic[i].text, text) != 0)
        i++;
    return i;
}

void kafka_session_add(struct kafka_session *s, const char *text, int64_t partition)
{
    uint32_t i = find(s, text);
    if (i == KAFKA_SESSION_MAX)
        return;
    if (i == s->len) {
        s->topic[i].partitions = 0;
        bytes_to_text(s->topic[i].text, KAFKA_NAME_MAX, bytes_of_text(text));
        s->len++;
    }
    s->topic[i].partitions |= bit_of(partition);
}

void kafka_session_drop(struct kafka_session *s, const char *text, int64_t partition)
{
    uint32_t i = find(s, text);
    if (i == s->len)
        return;
    s->topic[i].partitions &= ~bit_of(partition);
    if (!s->topic[i].partitions)
        s->topic[i] = s->topic[--s->len];
}

struct kafka_ids {
    uint32_t len, room;
    uint32_t next; /* the oldest, once it is full */
    struct {
        uint8_t id[KAFKA_ID];
        char text[KAFKA_NAME_MAX];
    } of[];
};

static uint32_t find_id(const struct kafka_ids *ids, struct bytes id)
{
    uint32_t i = 0;
    while (ids && i < ids->len && memcmp(ids->of[i].id, id.at, KAFKA_ID) != 0)
        i++;
    return i;
}

static struct kafka_ids *grow(struct kafka_ids *ids)
{
    uint32_t room = ids ? ids->room * 2 : IDS_FIRST;
    struct kafka_ids *grown = realloc(ids, sizeof *ids + room * sizeof ids->of[0]);
    if (!grown)
        return ids;
    if (!ids)
        *grown = (struct kafka_ids){0};
    grown->room = room;
    return grown;
}

struct kafka_ids *kafka_ids_learn(struct kafka_ids *ids, struct bytes id, const char *text)
{
    static const uint8_t none[KAFKA_ID];
    if (id.len != KAFKA_ID || memcmp(id.at, none, KAFKA_ID) == 0)
        return ids;
    uint32_t i = find_id(ids, id);
    if (!ids || (i == ids->room && ids->room < KAFKA_IDS_MAX))
        ids = grow(ids);
    if (!ids)
        return NULL;
    if (i == ids->room) {
        i = ids->next;
        ids->next = (ids->next + 1) % ids->room;
    } else if (i == ids->len) {
        ids->len++;
    }
    memcpy(ids->of[i].id, id.at, KAFKA_ID);
    bytes_to_text(ids->of[i].text, KAFKA_NAME_MAX, bytes_of_text(text));
    return ids;
}

static void id_text(struct bytes id, char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < ID_SHOWN; i += 3) {
        uint32_t three = (uint32_t)id.at[i] << 16 | (uint32_t)id.at[i + 1] << 8 | id.at[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *text++ = letters[three >> shift & 63];
    }
    *text = '\0';
}

void kafka_ids_text(const struct kafka_ids *ids, struct bytes id, char text[KAFKA_NAME_MAX])
{
    uint32_t i = find_id(ids, id);
    char shown[ID_SHOWN / 3 * 4 + 1];
    if (ids && i < ids->len) {
        bytes_to_text(text, KAFKA_NAME_MAX, bytes_of_text(ids->of[i].text));
        return;
    }
    id_text(id, shown);
    snprintf(text, KAFKA_NAME_MAX, "{topic %s}", shown);
}
