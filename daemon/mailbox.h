/* mailbox.h - what the threads of a live capture hand to one of them, taken out in order of time.
 *
 * Any thread may post, each through a struct post of its own; one thread takes out. Letters are
 * copied into bundles, and a bundle changes hands at once, when it is full or post_flush() is
 * called, so that the lock is taken once in a while and not once a packet. Those of a bundle are
 * taken to be in order of time, or nearly: the earliest of the bundles' first letters comes first,
 * and of equal ones that of the first interface. */
#pragma once

#include "base/err.h"
#include "capture/intake.h"

enum letter_kind {
    LETTER_FRAME,  /* to be read and decoded */
    LETTER_PACKET, /* put together from fragments; to be decoded */
    LETTER_LEARN,  /* worker_learns(); it is decoded elsewhere. Of TCP without payload */
};

struct letter {
    uint64_t time_ns;
    uint32_t size; /* with what follows it */
    uint16_t interface;
    uint8_t kind;        /* enum letter_kind */
    uint32_t payload_at; /* of a packet, in its IP packet */
    struct brought by;   /* of a packet that was put together */
    union {
        struct frame frame;
        struct packet packet;
    };
};

enum { MAILBOX_BYTES = 64 * 1024 * 1024 }; /* for one that may be full while a thread rests */

struct mailbox;

/* Holds at most `bytes_max`. NULL when memory is short. */
struct mailbox *mailbox_new(size_t bytes_max, struct err *err);
void mailbox_free(struct mailbox *m);

/* Zeroed but for `to`, which is kept, is ready. */
struct post {
    struct mailbox *to;
    struct bundle *open; /* owned */
    uint64_t lost;       /* frames and packets for which there was no room */
};

void post_frame(struct post *post, const struct frame *frame);

/* To be taken out at `time_ns`, which is later than the packet's own if it was given up. */
void post_learn(struct post *post, uint64_t time_ns, const struct packet *packet);
void post_packet(struct post *post, uint64_t time_ns, const struct packet *packet,
                 const struct brought *by);

/* Hands over what was posted. */
void post_flush(struct post *post);
void post_free(struct post *post); /* forgets what was not handed over */

/* Takes in what was handed over. */
void mailbox_collect(struct mailbox *m);

/* Is there, of what was taken in, a letter from before `until_ns`? What is from the future counts
 * as well, since the clock of the machine was set back then; and while the mailbox is nearly full
 * all of them, since then order has to stand back. */
bool mailbox_is_due(const struct mailbox *m, uint64_t until_ns);

/* The earliest letter that was taken in, or NULL. Its bytes are good until mailbox_drop(). */
const struct letter *mailbox_first(const struct mailbox *m);
void mailbox_drop(struct mailbox *m);

/* That are waiting, taken in or not. */
size_t mailbox_bytes(const struct mailbox *m);
