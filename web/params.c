/* params.c - text from the query part of a URL to numbers within limits. */
#include "web/params.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SECOND_NS = 1000000000U;
static const uint64_t SINCE_DEFAULT_NS = 15 * 60 * 1000000000ULL;
static const uint64_t SINCE_MAX_S = 366ULL * 100 * 24 * 3600;

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
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    if (strcmp(text, "all") == 0) {
        *ret_ns = 0;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long count = strtoull(text, &end, 10);
    if (errno || !count || !*end || end[1])
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (*end != units[i].unit)
            continue;
        *ret_ns = count * units[i].seconds * SECOND_NS;
        return count <= SINCE_MAX_S / units[i].seconds;
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
    return !text || err_set(err, "group is \"%.60s\", but has to be service, host or subnet", text);
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

static bool read_points(struct params *p, const char *text, struct err *err)
{
    uint64_t number = POINTS_DEFAULT;
    if (text && (!read_number(text, POINTS_MAX, &number) || !number))
        return err_set(err, "points is \"%.60s\", but has to be from 1 to %d", text, POINTS_MAX);
    p->points = (size_t)number;
    return true;
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
    *ret = (struct params){0};
    if (!read_when(ret, lookup, request, err) ||
        !read_grouping(ret, lookup(request, "group"), err) ||
        !read_id(&ret->edge, "edge", lookup(request, "edge"), err) ||
        !read_id(&ret->service, "service", lookup(request, "service"), err) ||
        !read_points(ret, lookup(request, "points"), err))
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
    ret->download = lookup(request, "download") != NULL;
    return true;
}
