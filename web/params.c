/* params.c - text from the query part of a URL to numbers within limits. */
#include "web/params.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_NS UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)
static const uint64_t SINCE_DEFAULT_NS = 15 * 60 * SECOND_NS;
static const uint64_t SINCE_MAX_NS = 366ULL * 100 * 24 * 3600 * SECOND_NS;

/* All of `text` is a number of at most `max`. */
static bool read_number(const char *text, uint64_t max, uint64_t *ret)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    *ret = strtoull(text, &end, 10);
    return !errno && !*end && *ret <= max;
}

bool params_duration(const char *text, uint64_t *ret_ns)
{
    static const struct {
        char unit[3];
        uint64_t ns;
    } units[] = {{"ms", MS_NS},
                 {"s", SECOND_NS},
                 {"m", 60 * SECOND_NS},
                 {"h", 3600 * SECOND_NS},
                 {"d", 86400 * SECOND_NS}};
    if (strcmp(text, "all") == 0) {
        *ret_ns = 0;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long count = strtoull(text, &end, 10);
    if (errno || !count)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        *ret_ns = count * units[i].ns;
        return count <= SINCE_MAX_NS / units[i].ns;
    }
    return false;
}

/* A range from or to a moment wins over `since`, which the page always sends. */
static bool read_when(struct params *p, params_lookup *lookup, const void *request, struct err *err)
{
    const char *since = lookup(request, "since");
    const struct when_words words = {lookup(request, "from"), lookup(request, "to"),
                                     lookup(request, "at"), ""};
    p->when.since_ns = SINCE_DEFAULT_NS;
    if (since && !params_duration(since, &p->when.since_ns))
        return err_set(err, "since is \"%.60s\", but has to be like 30s, 15m, 6h, 7d or all",
                       since);
    p->when.has_since = since && !words.from && !words.to;
    return when_read(&p->when, &words, err);
}

static bool read_grouping(struct params *p, const char *text, struct err *err)
{
    for (int g = 0; text && g < GROUPINGS; g++) {
        p->grouping = (enum grouping)g;
        if (strcmp(grouping_name(p->grouping), text) == 0)
            return true;
    }
    p->grouping = GROUP_SERVICE;
    return !text ||
           err_set(err, "group is \"%.60s\", but has to be service, group, host or subnet", text);
}

/* An id of what is called `name`; 0 if it is not given. */
static bool read_id(int64_t *ret, const char *name, const char *text, struct err *err)
{
    uint64_t number = 0;
    if (text && (!read_number(text, INT64_MAX, &number) || !number))
        return err_set(err, "%s is \"%.60s\", but has to be the id of one", name, text);
    *ret = (int64_t)number;
    return true;
}

static bool read_size(size_t *ret, const char *name, const char *text, int most, struct err *err)
{
    uint64_t number = 0;
    if (text && (!read_number(text, (uint64_t)most, &number) || !number))
        return err_set(err, "%s is \"%.60s\", but has to be from 1 to %d", name, text, most);
    if (text)
        *ret = (size_t)number;
    return true;
}

/* What figures over time are of. */
static bool read_subject(struct params *p, params_lookup *lookup, const void *request,
                         struct err *err)
{
    const char *side = lookup(request, "side");
    p->subject = (struct subject){.edge_id = p->edge,
                                  .service_id = p->service,
                                  .as_client = side && strcmp(side, "client") == 0,
                                  .operation = lookup(request, "operation_is")};
    return !side || p->subject.as_client || strcmp(side, "server") == 0 ||
           err_set(err, "side is \"%.60s\", but has to be server or client", side);
}

static bool read_outcome(struct params *p, const char *text, struct err *err)
{
    if (!text)
        return true;
    if (strcmp(text, "error") == 0)
        p->requests.outcomes = 1U << OUTCOME_CLIENT_ERROR | 1U << OUTCOME_SERVER_ERROR |
                               1U << OUTCOME_TIMEOUT | 1U << OUTCOME_RESET;
    for (int i = 0; i < OUTCOMES; i++)
        if (strcmp(text, outcome_name((enum outcome)i)) == 0)
            p->requests.outcomes = 1U << i;
    return p->requests.outcomes ||
           err_set(err,
                   "outcome is \"%.60s\", but has to be error, ok, client_error, server_error, "
                   "timeout, reset, cancelled, unanswered or unknown",
                   text);
}

static bool read_order(struct params *p, const char *text, struct err *err)
{
    static const char *const orders[] = {"newest", "slowest", "oldest"};
    for (int i = 0; text && i < 3; i++)
        if (strcmp(text, orders[i]) == 0) {
            p->requests.order = (enum request_order)i;
            return true;
        }
    return !text ||
           err_set(err, "order is \"%.60s\", but has to be newest, slowest or oldest", text);
}

static bool read_limit(struct params *p, const char *text, struct err *err)
{
    uint64_t number = 0;
    if (text && (!read_number(text, REQUESTS_LIMIT_MAX, &number) || !number))
        return err_set(err, "limit is \"%.60s\", but has to be from 1 to %d", text,
                       REQUESTS_LIMIT_MAX);
    p->requests.limit = (uint32_t)number;
    return true;
}

/* What narrows a question for requests, or traces. */
static bool read_requests(struct params *p, params_lookup *lookup, const void *request,
                          struct err *err)
{
    struct request_criteria *c = &p->requests;
    const char *least = lookup(request, "min");
    c->client = lookup(request, "client");
    c->server = lookup(request, "server");
    c->protocol = lookup(request, "protocol");
    c->operation = lookup(request, "operation");
    c->operation_is = p->subject.operation;
    c->trace_id = lookup(request, "trace");
    c->service_id = p->service;
    c->edge_id = p->edge;
    if (least && !params_duration(least, &c->least_ns))
        return err_set(err, "min is \"%.60s\", but has to be like 250ms, 2s or 1m", least);
    return read_outcome(p, lookup(request, "outcome"), err) &&
           read_order(p, lookup(request, "order"), err) &&
           read_limit(p, lookup(request, "limit"), err) &&
           read_id(&c->after_id, "after_id", lookup(request, "after_id"), err);
}

static bool read_compared(const char *name, const char *text, struct when *ret, struct err *err)
{
    struct err why;
    if (!text || when_read_range(text, ret, &why))
        return true;
    return err_set(err, "%s: %s", name, why.text);
}

bool params_read(struct params *ret, params_lookup *lookup, const void *request, struct err *err)
{
    *ret = (struct params){.points = POINTS_DEFAULT, .rows = ROWS_DEFAULT};
    if (!read_when(ret, lookup, request, err) ||
        !read_grouping(ret, lookup(request, "group"), err) ||
        !read_id(&ret->edge, "edge", lookup(request, "edge"), err) ||
        !read_id(&ret->service, "service", lookup(request, "service"), err) ||
        !read_size(&ret->points, "points", lookup(request, "points"), POINTS_MAX, err) ||
        !read_size(&ret->rows, "rows", lookup(request, "rows"), HEATMAP_ROWS_MAX, err) ||
        !read_subject(ret, lookup, request, err) || !read_requests(ret, lookup, request, err))
        return false;
    ret->before_text = lookup(request, "before");
    ret->after_text = lookup(request, "after");
    if (!read_compared("before", ret->before_text, &ret->before, err) ||
        !read_compared("after", ret->after_text, &ret->after, err))
        return false;
    const char *format = lookup(request, "format");
    snprintf(ret->format, sizeof ret->format, "%s", format ? format : "json");
    ret->find = lookup(request, "find");
    ret->hide = lookup(request, "hide");
    ret->sort = lookup(request, "sort");
    ret->download = lookup(request, "download") != NULL;
    return true;
}
