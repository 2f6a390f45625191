/* quality.h - which figures are spoiled, and by what. Pure functions over sums, the same for page,
 * terminal and export. docs/quality.md tells people the thresholds. */
#pragma once

#include "graph/delta.h"

/* What spoils figures, the worst kinds first. */
enum mark {
    MARK_ONE_WAY,   /* only one side's packets reach the tap */
    MARK_MISSING,   /* bytes were acknowledged but never seen */
    MARK_DROPS,     /* frames were lost before anybody looked at them */
    MARK_SAMPLED,   /* connections were left out, and counts scaled */
    MARK_UNDECODED, /* bytes or messages were passed over that could not be understood */
    MARK_SKEW,      /* times contradict the order of things */
    MARK_TRUNCATED, /* the snapshot length cut packets */
    MARK_SHED,      /* parts of messages were too long to read */
    MARK_COPIES,    /* copies of packets were removed */
    MARK_MIDSTREAM, /* connections began before the capture */
    MARKS,
};

/* How much it spoils. */
enum severity {
    SEVERITY_NONE,
    SEVERITY_NOTE, /* good to know; figures are as they should be */
    SEVERITY_WARN, /* figures are a little off, or lower bounds */
    SEVERITY_BAD,  /* figures are not to be trusted */
    SEVERITIES,
};

const char *mark_name(enum mark mark);         /* "one-way", "missing", ...; static */
char mark_letter(enum mark mark);              /* 'O', 'M', ... */
const char *mark_meaning(enum mark mark);      /* a few words for a legend; static */
const char *severity_name(enum severity s);    /* "none", "note", "warn", "bad"; static */
const char *severity_symbol(enum severity s);  /* "", "", "~", "!"; static */
const char *severity_meaning(enum severity s); /* likewise for "~" and "!"; static */

/* What is known of an edge, of several, or of a part of one, in a range. Zero is a valid state. */
struct quality {
    uint64_t packets, duplicates, truncated; /* packets */
    uint64_t bytes, missing_bytes;
    uint64_t connections, one_way; /* connections: those that began or were first seen */
    uint64_t requests, skewed;
    uint64_t troubles[TROUBLES];  /* by enum trouble */
    bool midstream, some_one_way; /* as the notes say */
    /* Of the capture as a whole, in that range: */
    uint64_t frames, dropped, mirror_seen, mirror_lost;
    uint64_t captured, uncertain;     /* packets; of them, copies or sent again */
    uint64_t sampled_ns, left_out_ns; /* how long connections were left out; times their share */
};

void quality_add(struct quality *q, const struct edge_delta *e);
void quality_join(struct quality *q, const struct quality *other); /* what is known of edges */
void quality_set_capture(struct quality *q, const struct capture_counters *c);

/* The verdict: enum severity, by enum mark. */
struct marks {
    uint8_t of[MARKS];
};

struct marks quality_marks(const struct quality *q);

/* Are they so few that they say nothing of the rest, however great a share of a quiet edge's
 * requests they are? A connection that was given up says nothing any more, and is never little. */
bool troubles_are_few(const uint64_t troubles[TROUBLES]);

/* The worst of them; SEVERITY_NONE: there is no mark. */
enum severity marks_worst(const struct marks *m);

/* By mark, the worse of both. */
void marks_add(struct marks *into, const struct marks *from);

/* "!MO": a symbol for the worst, and letters, the worst first; "" without marks. All of it ASCII.
 */
enum { MARKS_TEXT_MAX = MARKS + 2 };
void marks_text(const struct marks *m, char ret[MARKS_TEXT_MAX]);

/* A sentence that says what happened, how much of it, and what it does to figures. */
enum { REASON_TEXT_MAX = 320 };
void quality_reason(const struct quality *q, enum mark mark, char ret[REASON_TEXT_MAX]);
