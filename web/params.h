/* params.h - what a question is asked with: a range of time, which rows, a grouping, an edge or a
 * service, a format. */
#pragma once

#include "store/query.h"
#include "store/when.h"

enum { POINTS_DEFAULT = 240, POINTS_MAX = 2000, ROWS_DEFAULT = 32, FORMAT_TEXT_MAX = 24 };

struct params {
    struct when when;
    const char *find, *hide;              /* which rows; NULL: all; of the request */
    const char *sort;                     /* "-p95"; NULL: as they come; of the request */
    const char *before_text, *after_text; /* of the request; NULL: not given */
    struct when before, after;            /* what is compared */
    enum grouping grouping;
    int64_t edge;           /* 0 = all edges */
    int64_t service;        /* 0 = all services */
    struct subject subject; /* of figures over time: the edge, or the service and its side */
    size_t points, rows;
    char format[FORMAT_TEXT_MAX];
    struct request_criteria requests; /* texts are borrowed from the request */
    bool download;                    /* to be saved rather than shown */
};

/* The value of a parameter, or NULL. */
typedef const char *params_lookup(const void *request, const char *name);

/* Reads and checks them all. Defaults: since=15m, group=service, format=json. On failure returns
 * false; `err` names the parameter, its value and what it may be. */
bool params_read(struct params *ret, params_lookup *lookup, const void *request, struct err *err);

/* "250ms", "90s", "15m", "1h", "7d" to ns; "all" to 0. */
bool params_duration(const char *text, uint64_t *ret_ns);
