/* amqp_channel.c - see amqp_channel.h. */
#include "decode/amqp_channel.h"

#include <stdlib.h>

enum { ROOM_MIN = 8, CONSUMERS_MIN = 4 };

/* Where the channel is, or would be. There is always a free place. */
static struct amqp_channel *place_of(struct amqp_channel *table, uint32_t room, uint16_t number)
{
    uint32_t at = number * UINT32_C(0x9e3779b9) >> 16 & (room - 1);
    while (table[at].used && table[at].number != number)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static bool grow(struct amqp_channels *all)
{
    uint32_t room = all->room ? 2 * all->room : ROOM_MIN;
    struct amqp_channel *table = calloc(room, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; i < all->room; i++)
        if (all->table[i].used)
            *place_of(table, room, all->table[i].number) = all->table[i];
    free(all->table);
    all->table = table;
    all->room = room;
    return true;
}

struct amqp_channel *amqp_channel(struct amqp_channels *all, uint16_t number)
{
    struct amqp_channel *channel = all->room ? place_of(all->table, all->room, number) : NULL;
    if (channel && channel->used)
        return channel;
    if (all->len == AMQP_CHANNELS_MAX || (2 * (all->len + 1) > all->room && !grow(all)))
        return NULL;
    channel = place_of(all->table, all->room, number);
    *channel = (struct amqp_channel){.number = number, .used = true, .next = 1};
    all->len++;
    return channel;
}

void amqp_channel_reset(struct amqp_channel *channel)
{
    *channel = (struct amqp_channel){
        .number = channel->number,
        .used = true,
        .next = channel->next, /* so that no key comes twice */
        .asked = channel->asked,
        .answered = channel->asked,
    };
}

static uint64_t id_of(uint16_t channel, struct bytes tag)
{
    uint64_t id = UINT64_C(0xcbf29ce484222325) ^ channel;
    for (size_t i = 0; i < tag.len; i++)
        id = (id ^ tag.at[i]) * UINT64_C(0x100000001b3);
    return id;
}

static struct amqp_consumer *find(const struct amqp_channels *all, uint64_t id)
{
    for (uint32_t i = 0; i < all->consumers_len; i++)
        if (all->consumers[i].id == id)
            return &all->consumers[i];
    return NULL;
}

/* A place for one more: a new one, or that of the one that was put first. */
static struct amqp_consumer *make(struct amqp_channels *all)
{
    uint32_t len = all->consumers_len;
    if (len == AMQP_CONSUMERS_MAX)
        return &all->consumers[all->consumers_next++ % AMQP_CONSUMERS_MAX];
    if (!(len & (len - 1)) && (!len || len >= CONSUMERS_MIN)) {
        uint32_t room = len ? 2 * len : CONSUMERS_MIN;
        struct amqp_consumer *more = realloc(all->consumers, room * sizeof *more);
        if (!more)
            return NULL;
        all->consumers = more;
    }
    return &all->consumers[all->consumers_len++];
}

void amqp_consumer_put(struct amqp_channels *all, uint16_t channel, struct bytes tag,
                       const char *queue)
{
    uint64_t id = id_of(channel, tag);
    struct amqp_consumer *consumer = find(all, id);
    if (!consumer)
        consumer = make(all);
    if (!consumer)
        return;
    consumer->id = id;
    bytes_to_text(consumer->queue, sizeof consumer->queue, bytes_of_text(queue));
}

const char *amqp_consumer_queue(const struct amqp_channels *all, uint16_t channel, struct bytes tag)
{
    const struct amqp_consumer *consumer = find(all, id_of(channel, tag));
    return consumer ? consumer->queue : "";
}

void amqp_channels_free(struct amqp_channels *all)
{
    free(all->table);
    free(all->consumers);
    *all = (struct amqp_channels){0};
}
