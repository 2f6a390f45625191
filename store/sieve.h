/* sieve.h - BOUNDARY: --find and --hide: of the rows of an answer those that pass. */
#pragma once

#include "store/fields.h"
#include "store/filter.h"
#include "store/query.h"

/* Zeroed, it lets all pass. */
struct sieve {
    const struct fields *fields; /* what the rows are; kept */
    struct filter find, hide;
    bool finds, hides;
};

/* What is wrong with an expression. */
struct slip {
    const char *what; /* "find", "hide" */
    size_t at;        /* the byte of the expression it is about */
};

/* Either text may be NULL. On failure `err` says why, `ret_slip` where. */
bool sieve_read(struct sieve *ret, const struct fields *fields, const char *find, const char *hide,
                struct err *err, struct slip *ret_slip);

/* For one about times that count back: from when? Before the sieve is used. */
void sieve_settle(struct sieve *s, uint64_t end_ns);

bool sieve_passes(const struct sieve *s, const void *row);

/* Drops of `len` rows of this size those that do not pass; the others keep their order. Returns how
 * many are left. */
size_t sieve_rows(const struct sieve *s, void *rows, size_t len, size_t size);

/* The same of a graph. An expression that edges understand is about edges, else it is about
 * services. What is found stays, with its ends (an edge) or its edges and their other ends (a
 * service); what is hidden goes, with its edges (a service). Services that are left without any
 * edge go too, unless they had none before or were found. */
struct graph_sieve {
    struct filter find, hide;
    bool finds, hides;
    const struct fields *find_fields, *hide_fields; /* edge_fields or service_fields */
};
bool graph_sieve_read(struct graph_sieve *ret, const char *find, const char *hide, struct err *err,
                      struct slip *ret_slip);
void graph_sieve_settle(struct graph_sieve *s, uint64_t end_ns);
bool graph_sieve(const struct graph_sieve *s, struct graph *g); /* false: memory is short */
