/* mirror.c - see mirror.h. */
#include "capture/mirror.h"

enum { WINDOW = 64 }; /* bits of `arrived` */

static unsigned missing_of(uint64_t arrived)
{
    return (unsigned)__builtin_popcountll(~arrived);
}

/* A row that begins here: nothing before it is missed. */
static void begin(struct mirror_session *s, uint32_t number)
{
    s->highest = number;
    s->arrived = UINT64_MAX;
    s->has_stray = false;
}

/* `ahead` numbers later, of which only the last has come. Those that leave the window are judged.
 */
static void advance(struct mirror *m, struct mirror_session *s, uint32_t ahead)
{
    if (ahead >= WINDOW) {
        m->lost += missing_of(s->arrived) + (ahead - WINDOW);
        s->arrived = 1;
    } else {
        uint64_t leaving = ~(UINT64_MAX >> ahead);
        m->lost += missing_of(s->arrived | ~leaving);
        s->arrived = s->arrived << ahead | 1;
    }
    s->highest += ahead;
}

static void settle(struct mirror *m, struct mirror_session *s)
{
    m->lost += missing_of(s->arrived);
    s->arrived = UINT64_MAX;
}

/* The second frame of a new row. */
static void jump(struct mirror *m, struct mirror_session *s, uint32_t number)
{
    uint32_t first = s->stray, ahead = first - s->highest;
    settle(m, s);
    if (ahead >= UINT32_MAX / 2 && first >= MIRROR_STRAY)
        s->jumps_back = true; /* not to its beginning, as one that was restarted does */
    else if (ahead <= MIRROR_JUMP_MAX && !s->jumps_back)
        m->lost += ahead - 1;
    begin(s, first);
    advance(m, s, number - first);
}

static void note(struct mirror *m, struct mirror_session *s, uint32_t number)
{
    uint32_t ahead = number - s->highest, behind = s->highest - number;
    if (ahead - 1 < MIRROR_STRAY) {
        s->has_stray = false;
        advance(m, s, ahead);
    } else if (behind < WINDOW) {
        s->has_stray = false;
        s->arrived |= UINT64_C(1) << behind;
    } else if (s->has_stray && number - s->stray - 1 < WINDOW) {
        jump(m, s, number);
    } else {
        s->has_stray = true;
        s->stray = number;
    }
}

static struct mirror_session *find(struct mirror *m, const struct address *source, uint32_t id)
{
    for (size_t i = 0; i < m->session_len; i++)
        if (m->session[i].id == id && address_equal(&m->session[i].source, source))
            return &m->session[i];
    return NULL;
}

static struct mirror_session *make(struct mirror *m, const struct address *source, uint32_t id)
{
    struct mirror_session *s = &m->session[0];
    if (m->session_len < MIRROR_SESSIONS_MAX) {
        s = &m->session[m->session_len++];
    } else {
        for (size_t i = 1; i < m->session_len; i++)
            if (m->session[i].last_seen < s->last_seen)
                s = &m->session[i];
        settle(m, s);
    }
    *s = (struct mirror_session){.source = *source, .id = id};
    return s;
}

void mirror_note(struct mirror *m, const struct address *source, uint32_t session, uint32_t number)
{
    struct mirror_session *s = find(m, source, session);
    m->seen++;
    if (s) {
        note(m, s, number);
    } else {
        s = make(m, source, session);
        begin(s, number);
    }
    s->last_seen = m->seen;
}

void mirror_settle(struct mirror *m)
{
    for (size_t i = 0; i < m->session_len; i++)
        settle(m, &m->session[i]);
}
