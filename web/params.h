/* params.h - what a question is asked with: a range of time, a grouping, an edge or a service,
 * a format. */
#pragma once

#include "store/query.h"

enum { POINTS_DEFAULT = 240, POINTS_MAX = 2000, FORMAT_TEXT_MAX = 24 };

/* Which ends of the range were given. */
enum span { SPAN_SINCE, SPAN_FROM_TO };

struct params {
    enum span span;
    uint64_t since_ns;       /* SPAN_SINCE: counted back from the newest window; 0 = all */
    uint64_t from_ns, to_ns; /* SPAN_FROM_TO: 0 = that end of the history */
    enum grouping grouping;
    int64_t edge;    /* 0 = all edges */
    int64_t service; /* 0 = all services */
    size_t points;
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

/* RFC 3339 ("2026-11-24T15:00:00.5Z", with "+01:00" too), or ns since 1970 as a number. */
bool params_time(const char *text, uint64_t *ret_ns);
