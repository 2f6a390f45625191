/* change.h - figures against those of the same span of time before: how much more, how much
 * slower, how much more often failing; and the columns that tell.
 *
 * The functions of the columns take a pointer to a struct change. */
#pragma once

#include "store/query.h"
#include "ui-tui/column.h"

/* Below 0: not known, or not compared. */
struct change {
    double more;    /* requests now / then; INFINITY: there were none then */
    double slower;  /* p95 likewise; never INFINITY */
    double failing; /* share of errors now less then, 0 to 1; below 0 also when it got better */
    bool better;    /* fewer errors, by a percent or more */
};

extern const struct change change_unknown;

struct change change_of(const struct figures *now, const struct figures *then);

/* For filters and sorting. */
double change_more(const void *change);
double change_slower(const void *change);
double change_failing(const void *change);
/* "↑1.5×", "new", "+3.2 %". Blank where nothing changed that matters. */
void change_more_text(const void *change, char *ret);
void change_slower_text(const void *change, char *ret);
void change_failing_text(const void *change, char *ret);
/* Coloured only where it matters. */
enum ink change_more_ink(const void *change);
enum ink change_slower_ink(const void *change);
enum ink change_failing_ink(const void *change);

/* The three columns of a row type with a member `change`. `leave`: when they go. */
#define CHANGE_MORE(type, leave)                                                                   \
    {                                                                                              \
        .name = "more", .kind = COLUMN_COUNT, .width = 6, .leaves = leave, .sparse = true,         \
        .at = offsetof(type, change), .text = change_more_text, .number = change_more,             \
        .ink = change_more_ink                                                                     \
    }
#define CHANGE_FAILING(type, leave)                                                                \
    {                                                                                              \
        .name = "failing", .kind = COLUMN_SHARE, .width = 7, .leaves = leave, .sparse = true,      \
        .at = offsetof(type, change), .text = change_failing_text, .number = change_failing,       \
        .ink = change_failing_ink                                                                  \
    }
#define CHANGE_SLOWER(type, leave)                                                                 \
    {                                                                                              \
        .name = "slower", .kind = COLUMN_COUNT, .width = 6, .leaves = leave, .sparse = true,       \
        .at = offsetof(type, change), .text = change_slower_text, .number = change_slower,         \
        .ink = change_slower_ink                                                                   \
    }

/* Figures of the time before, by id. */
struct past {
    uint64_t id;
    struct figures figures;
};
struct past_rows {
    struct past *past; /* owned */
    size_t len;
};

/* Room for `len`, to be filled, and then sorted. false: memory is short; then it is empty. */
bool past_make(struct past_rows *p, size_t len);
void past_sort(struct past_rows *p);
void past_free(struct past_rows *p);
/* change_unknown if nothing is known of the id. */
struct change past_compare(const struct past_rows *p, uint64_t id, const struct figures *now);
