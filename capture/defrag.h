/* defrag.h - IP packets put together from fragments (RFC 791, RFC 815; RFC 8200, 4.5, RFC 5722).
 *
 * Where fragments overlap, the bytes that came first stay. Where they contradict each other an IPv6
 * packet is given up, as its receiver does; an IPv4 packet is rebuilt from what came first.
 * An IPv6 packet keeps its fragment header, as that of an atomic fragment (RFC 6946).
 *
 * A packet is waited for DEFRAG_WAIT_NS. But once its beginning is there, which has the ports, and
 * no further fragment has come for DEFRAG_SILENT_NS, it is given up: fragments travel close
 * together, and whoever waits for the answer in it should not wait for half a minute. What there is
 * of its beginning is then handed on as a packet of which the rest was cut off; what comes of it
 * later is ignored. Likewise when there is no room. A fragment that a snapshot cut short is no
 * reason to wait: the packet is complete, and cut.
 *
 * Memory is fixed: about 18 MiB by default, untouched until it is needed. */
#pragma once

#include "base/hash.h"
#include "capture/counters.h"
#include "capture/packet.h"

#define DEFRAG_WAIT_NS UINT64_C(30000000000) /* 30 s, RFC 1122, 3.3.2 and Linux */
#define DEFRAG_SILENT_NS UINT64_C(100000000) /* 100 ms */

enum {
    DEFRAG_CELL = 2048,       /* bytes of fragments are kept in cells */
    DEFRAG_CELLS_MAX = 8192,  /* 16 MiB; there may be half as many packets */
    DEFRAG_PIECES_MAX = 1024, /* of one packet */
    DEFRAG_CELLS_FREE = 36,   /* made free before a fragment is taken: the longest needs 34 */
    DEFRAG_IP_MAX = 65575,    /* bytes of a rebuilt packet: IPv6 */
};

/* Memory for rebuilt packets, which stay there until `len` is set to 0. */
struct rebuilt {
    uint8_t *bytes; /* owned by whoever made it */
    size_t len, room;
};

struct defrag_options {
    struct hash_key key;
    uint32_t cells_max; /* at least 2 * DEFRAG_CELLS_FREE; 0: DEFRAG_CELLS_MAX */
    bool by_vantage; /* fragments that were seen in another VLAN or tunnel, or at another interface,
                        belong to another packet */
};

struct defrag;

/* `counters` is kept: rebuilt, unfinished and overlapped are counted there. NULL when memory is
 * short. Given to the caller. */
struct defrag *defrag_new(const struct defrag_options *options, struct capture_counters *counters);
void defrag_free(struct defrag *d);

enum defrag_fate {
    DEFRAG_TAKEN,     /* or ignored, since the packet was given up */
    DEFRAG_WHOLE,     /* with this one the packet is complete */
    DEFRAG_MALFORMED, /* its offset or length can be in no packet */
};

/* What was put together: for frame_parse_rebuilt(). */
struct defragged {
    struct packet fragment; /* the last to arrive; of what was given up, the first of the packet */
    struct bytes ip;        /* lies in a struct rebuilt */
    uint32_t wire_bytes;    /* of all frames that went into it */
};

/* Gives up packets for whom time, or the room for one more fragment, has run out. Returns true for
 * the next one of which there is a beginning to be handed on; false when there is none left. */
bool defrag_give_up(struct defrag *d, uint64_t now_ns, struct rebuilt *out, struct defragged *ret);

/* Likewise for all packets, since the capture is over. */
bool defrag_finish(struct defrag *d, struct rebuilt *out, struct defragged *ret);

/* Takes a fragment, as frame_parse() returned it with FRAME_FRAGMENT, after defrag_give_up() has
 * returned false. */
enum defrag_fate defrag_take(struct defrag *d, const struct packet *fragment, struct rebuilt *out,
                             struct defragged *ret);

/* Is nothing waited for? Then defrag_give_up() need not be called. */
bool defrag_is_idle(const struct defrag *d);
