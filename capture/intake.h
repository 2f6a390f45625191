/* intake.h - frames in, packets out: headers, fragments, copies, and what is counted of all that.
 *
 * One for each thread that reads. What it hands on depends on nothing but the frames, in their
 * order. Packets lie in the frames, and those that were rebuilt in a struct rebuilt. */
#pragma once

#include "base/err.h"
#include "capture/defrag.h"
#include "capture/frame.h"
#include "capture/vantage.h"

struct intake_options {
    struct hash_key key; /* secret */
    struct frame_options frame;
    uint32_t cells_max; /* as in struct defrag_options */
    bool no_dedup;      /* copies are packets like any other */
};

enum {
    INTAKE_PACKETS_MAX = 64,     /* that one frame can set free */
    REBUILT_ROOM = 2 << 20,      /* for struct rebuilt */
    REBUILT_FRAME_MAX = 1 << 20, /* that one frame can need of it */
};

struct intake;

/* `counters` is kept: all that frames say is counted there, `frames` to `duplicates` and more; not
 * what the source says (drops and the like). NULL when memory is short. Given to the caller. */
struct intake *intake_new(const struct intake_options *options, struct capture_counters *counters,
                          struct err *err);
void intake_free(struct intake *in);

/* REBUILT_ROOM bytes that cost nothing until they are used; NULL `bytes` when memory is short. */
struct rebuilt rebuilt_new(void);
void rebuilt_free(struct rebuilt *r);

/* Can one more frame be taken? If not, `len` has to be set to 0 first. */
static inline bool rebuilt_has_room(const struct rebuilt *r)
{
    return r->room - r->len >= REBUILT_FRAME_MAX;
}

/* Takes a frame. Returns how many packets there are for decode/, in `ret_packets`: that of the
 * frame is the last, before it come those that are given up waiting for; each is numbered from
 * `*number` on, which then is that of the next frame. A copy is one with `copy` set. */
size_t intake_frame(struct intake *in, const struct frame *frame, uint64_t *number,
                    struct rebuilt *out, struct packet ret_packets[INTAKE_PACKETS_MAX]);

/* The capture is over: what is still waited for is given up. To be called, with room, until it
 * returns 0. Then the next frame may be of another capture. */
size_t intake_finish(struct intake *in, uint64_t *number, struct rebuilt *out,
                     struct packet ret_packets[INTAKE_PACKETS_MAX]);

/* The same in two steps, for threads that share the work: one thread puts together the fragments
 * that came to any of them, and each takes the whole packets that are its own, among its frames. */

/* What brought a packet that was put together: its last fragment. */
struct brought {
    uint32_t frame_bytes; /* of that frame, on the wire; 0: none, the packet was given up */
    uint16_t vlan;        /* this and the next as in struct packet */
    uint8_t tunnels;
    uint32_t tunnel_id;
};

/* Takes a frame that is FRAME_FRAGMENT. As intake_frame(), but for numbers, which packets have not.
 * One that the frame completed, the last then, is neither judged nor counted, nor is the frame:
 * that is for intake_packet(). `ret` is for the last packet; the others were given up. */
size_t intake_fragment(struct intake *in, const struct frame *frame, struct rebuilt *out,
                       struct packet ret_packets[INTAKE_PACKETS_MAX], struct brought *ret);

/* Time has come to `time_ns`: as intake_frame(), without a frame. Call it until it returns 0. */
size_t intake_give_up(struct intake *in, uint64_t time_ns, struct rebuilt *out,
                      struct packet ret_packets[INTAKE_PACKETS_MAX]);

/* The second step: sets `copy` if frames that came here have brought the packet already. */
void intake_packet(struct intake *in, struct packet *p, const struct brought *by);

/* From now on one connection in 2^level is followed. Packets of the others are `unfollowed`:
 * counted as that, and not looked at for copies. */
void intake_follow(struct intake *in, unsigned level);

/* Counts the frame of such a packet. */
void count_unfollowed(struct capture_counters *c, uint32_t frame_bytes);

/* Who is told the numbers of mirrored frames, as in struct frame_options: NULL for nobody. */
void intake_set_mirror(struct intake *in, struct mirror *mirror);

/* By vantage, what there was since the last time. */
struct vantages *intake_vantages(struct intake *in);
