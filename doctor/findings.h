/* findings.h - what is wrong with a mirror, and what to do about it: a pure function of what was
 * measured. */
#pragma once

#include "doctor/facts.h"

enum gravity {
    SERIOUS, /* the graph would be wrong, or empty */
    WARNING, /* some of its figures would be */
    NOTE,    /* worth knowing */
    GRAVITIES,
};

/* Of all together, and of one port. */
enum { FINDINGS_OF_ALL = 32, FINDINGS_OF_PORT = 16 };
enum { FINDINGS_MAX = FINDINGS_OF_ALL + FINDINGS_OF_PORT * SOURCES_MAX };

/* Texts for people, in ASCII but for names. */
struct finding {
    enum gravity gravity;
    const char *id;    /* "one-way", for programs; static */
    const char *port;  /* the interface or file it is about; NULL: all. Borrowed from the facts */
    double share;      /* of what is counted in `what`, 0 to 1; less than 0: none */
    char what[400];    /* what is wrong, with its figure; a sentence */
    char example[400]; /* where it shows; "": nowhere in particular */
    char remedy[500];  /* what to do; "": nothing */
};

/* "serious", "warning", "note"; static. */
const char *gravity_name(enum gravity gravity);

/* Writes the findings, the most serious first, to `ret`, which has room for FINDINGS_MAX. Returns
 * how many. `ret` borrows from `facts`. */
size_t findings_make(const struct facts *facts, struct finding *ret);

/* The worst of them; GRAVITIES if there are none. */
enum gravity findings_worst(const struct finding *finding, size_t len);
