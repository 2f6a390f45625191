/* mailbox.c - see mailbox.h.
 *
 * What was taken in is a heap of bundles, by what is first in each. */
#include "daemon/mailbox.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "daemon/clock.h"

enum { BUNDLE_BYTES = 64 * 1024, ALIGNMENT = 16 };

#define SOON_NS UINT64_C(1000000000) /* what is later than that from now is from the future */

struct bundle {
    struct bundle *next;
    uint64_t sequence; /* place among those handed over */
    uint32_t at;       /* of the first letter that is left */
    uint32_t used, room;
    uint32_t frames; /* letters that stand for one */
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

struct mailbox {
    pthread_mutex_t lock;
    struct bundle *incoming, **incoming_end; /* guarded by `lock` */
    uint64_t sequence;                       /* likewise */
    atomic_size_t bytes;                     /* of all bundles */
    size_t bytes_max;
    struct bundle **heap; /* owned */
    size_t heap_len, heap_room;
};

struct mailbox *mailbox_new(size_t bytes_max, struct err *err)
{
    struct mailbox *m = calloc(1, sizeof *m);
    if (!m) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    pthread_mutex_init(&m->lock, NULL);
    m->incoming_end = &m->incoming;
    m->bytes_max = bytes_max;
    return m;
}

void mailbox_free(struct mailbox *m)
{
    if (!m)
        return;
    for (struct bundle *b = m->incoming, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    for (size_t i = 0; i < m->heap_len; i++)
        free(m->heap[i]);
    free(m->heap);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static size_t size_of(const struct bundle *b)
{
    return sizeof *b + b->used;
}

/* --- posting --- */

void post_flush(struct post *post)
{
    struct bundle *b = post->open;
    if (!b)
        return;
    post->open = NULL;
    struct mailbox *m = post->to;
    size_t size = size_of(b);
    if (atomic_load_explicit(&m->bytes, memory_order_relaxed) + size > m->bytes_max) {
        post->lost += b->frames;
        free(b);
        return;
    }
    struct bundle *fitting = realloc(b, size);
    b = fitting ? fitting : b;
    atomic_fetch_add_explicit(&m->bytes, size, memory_order_relaxed);
    pthread_mutex_lock(&m->lock);
    b->sequence = m->sequence++;
    *m->incoming_end = b;
    m->incoming_end = &b->next;
    pthread_mutex_unlock(&m->lock);
}

void post_free(struct post *post)
{
    free(post->open);
    post->open = NULL;
}

static struct bundle *new_bundle(uint32_t least)
{
    uint32_t room = least > BUNDLE_BYTES ? least : BUNDLE_BYTES;
    struct bundle *b = malloc(sizeof *b + room);
    if (b)
        *b = (struct bundle){.room = room};
    return b;
}

/* Adds a letter and copies its bytes behind it. */
static void post(struct post *post, struct letter *letter, struct bytes bytes)
{
    size_t size = sizeof *letter + bytes.len;
    letter->size = (uint32_t)((size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (post->open && post->open->room - post->open->used < letter->size)
        post_flush(post);
    if (!post->open)
        post->open = new_bundle(letter->size);
    struct bundle *b = post->open;
    if (!b) {
        post->lost += letter->kind != LETTER_LEARN;
        return;
    }
    memcpy(b->bytes + b->used, letter, sizeof *letter);
    if (bytes.len)
        memcpy(b->bytes + b->used + sizeof *letter, bytes.at, bytes.len);
    b->used += letter->size;
    b->frames += letter->kind != LETTER_LEARN;
}

void post_frame(struct post *p, const struct frame *frame)
{
    struct letter letter = {
        .kind = LETTER_FRAME,
        .time_ns = frame->time_ns,
        .interface = frame->interface,
        .frame = *frame,
    };
    post(p, &letter, bytes_of(frame->data, frame->captured));
}

static void post_view(struct post *p, uint64_t time_ns, enum letter_kind kind,
                      const struct packet *packet, const struct brought *by)
{
    struct letter letter = {
        .kind = (uint8_t)kind,
        .time_ns = time_ns,
        .interface = packet->interface,
        .by = *by,
        .packet = *packet,
    };
    if (kind == LETTER_LEARN && packet->protocol == IPPROTO_TCP)
        letter.packet.payload = letter.packet.ip = (struct bytes){0};
    if (letter.packet.payload.len) {
        assert(packet->payload.at >= packet->ip.at);
        letter.payload_at = (uint32_t)(packet->payload.at - packet->ip.at);
    }
    post(p, &letter, letter.packet.ip);
}

void post_learn(struct post *p, uint64_t time_ns, const struct packet *packet)
{
    static const struct brought none;
    post_view(p, time_ns, LETTER_LEARN, packet, &none);
}

void post_packet(struct post *p, uint64_t time_ns, const struct packet *packet,
                 const struct brought *by)
{
    post_view(p, time_ns, LETTER_PACKET, packet, by);
}

/* --- taking out --- */

/* The first letter that is left. */
static struct letter *first_of(const struct bundle *b)
{
    return (struct letter *)(void *)((uint8_t *)b->bytes + b->at);
}

static bool is_before(const struct bundle *a, const struct bundle *b)
{
    const struct letter *left = first_of(a), *right = first_of(b);
    if (left->time_ns != right->time_ns)
        return left->time_ns < right->time_ns;
    if (left->interface != right->interface)
        return left->interface < right->interface;
    return a->sequence < b->sequence;
}

static void sift_down(struct mailbox *m, size_t at)
{
    struct bundle *moving = m->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= m->heap_len)
            break;
        child += child + 1 < m->heap_len && is_before(m->heap[child + 1], m->heap[child]);
        if (!is_before(m->heap[child], moving))
            break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = moving;
}

static void sift_up(struct mailbox *m, size_t at)
{
    struct bundle *moving = m->heap[at];
    for (; at && is_before(moving, m->heap[(at - 1) / 2]); at = (at - 1) / 2)
        m->heap[at] = m->heap[(at - 1) / 2];
    m->heap[at] = moving;
}

/* What was copied lies behind its letter now. */
static void point_to_copy(struct letter *letter)
{
    uint8_t *copy = (uint8_t *)(letter + 1);
    if (letter->kind == LETTER_FRAME) {
        letter->frame.data = copy;
        return;
    }
    letter->packet.ip.at = copy;
    letter->packet.payload.at = copy + letter->payload_at;
}

static bool make_room(struct mailbox *m)
{
    if (m->heap_len < m->heap_room)
        return true;
    size_t room = m->heap_room ? 2 * m->heap_room : 64;
    struct bundle **heap = realloc(m->heap, room * sizeof(struct bundle *));
    if (!heap)
        return false;
    m->heap = heap;
    m->heap_room = room;
    return true;
}

void mailbox_collect(struct mailbox *m)
{
    while (make_room(m)) {
        pthread_mutex_lock(&m->lock);
        struct bundle *b = m->incoming;
        if (b)
            m->incoming = b->next;
        if (!m->incoming)
            m->incoming_end = &m->incoming;
        pthread_mutex_unlock(&m->lock);
        if (!b)
            return;
        point_to_copy(first_of(b));
        m->heap[m->heap_len] = b;
        sift_up(m, m->heap_len++);
    }
}

const struct letter *mailbox_first(const struct mailbox *m)
{
    return m->heap_len ? first_of(m->heap[0]) : NULL;
}

bool mailbox_is_due(const struct mailbox *m, uint64_t until_ns)
{
    const struct letter *first = mailbox_first(m);
    return first && (first->time_ns < until_ns || mailbox_bytes(m) > m->bytes_max / 4 * 3 ||
                     first->time_ns > clock_wall_ns() + SOON_NS);
}

void mailbox_drop(struct mailbox *m)
{
    struct bundle *b = m->heap[0];
    b->at += first_of(b)->size;
    if (b->at < b->used) {
        point_to_copy(first_of(b));
    } else {
        atomic_fetch_sub_explicit(&m->bytes, size_of(b), memory_order_relaxed);
        free(b);
        m->heap[0] = m->heap[--m->heap_len];
    }
    if (m->heap_len)
        sift_down(m, 0);
}

size_t mailbox_bytes(const struct mailbox *m)
{
    return atomic_load_explicit(&m->bytes, memory_order_relaxed);
}
