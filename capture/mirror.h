/* mirror.h - how many frames a mirror sent that never arrived, by the numbers it gives them.
 *
 * Each mirror session of each switch counts its frames. A number that has not come when 64 later
 * ones have is lost; one that comes late, or twice, is not. Numbers wrap. Whoever begins anew, at a
 * number far behind or ahead of the last, is believed at the second frame of the new row, so that
 * a stray or a forged one does nothing; what a jump ahead skips is lost, unless the session is one
 * of those that jump back and forth, for which nothing follows from jumps. The table is of a fixed
 * size: a new session takes the place of the one that was silent longest. */
#pragma once

#include "capture/address.h"

enum {
    MIRROR_SESSIONS_MAX = 64,
    MIRROR_STRAY = 4096,       /* as far ahead as this is no jump */
    MIRROR_JUMP_MAX = 1 << 20, /* who is farther ahead has begun anew */
};

struct mirror_session {
    struct address source;
    uint32_t id;
    uint32_t highest; /* number */
    uint64_t arrived; /* bit n: the number highest - n */
    uint32_t stray;   /* the last number, if it was out of the row and not believed yet */
    bool has_stray;
    bool jumps_back;
    uint64_t last_seen; /* value of mirror.seen */
};

/* All zero to begin with. */
struct mirror {
    uint64_t seen; /* frames with a number */
    uint64_t lost;
    struct mirror_session session[MIRROR_SESSIONS_MAX];
    size_t session_len;
};

/* A frame has come: of which session, and with which number. */
void mirror_note(struct mirror *m, const struct address *source, uint32_t session, uint32_t number);

/* The capture is over: what has not come by now is lost. */
void mirror_settle(struct mirror *m);
