/* human.c - see human.h. */
#include "base/human.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct unit {
    const char *name;
    double size; /* in the smallest unit */
};

/* In the largest unit of which there is at least one, as it will be rounded. */
static struct human in_units(double value, const struct unit *unit, int units)
{
    struct human h;
    int i = 0;
    while (i + 1 < units && value >= unit[i + 1].size * 0.9995)
        i++;
    double scaled = value / unit[i].size;
    int decimals = scaled < 9.95 && (i > 0 || scaled < 1) && scaled > 0 ? 1 : 0;
    snprintf(h.text, sizeof h.text, "%.*f%s", decimals, scaled, unit[i].name);
    return h;
}

struct human human_count(double count)
{
    static const struct unit units[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}};
    struct human h;
    if (count >= 9999.5)
        return in_units(count, units, 5);
    snprintf(h.text, sizeof h.text, "%.0f", count);
    return h;
}

struct human human_rate(double per_s)
{
    static const struct unit units[] = {{"/s", 1}, {"k/s", 1e3}, {"M/s", 1e6}, {"G/s", 1e9}};
    struct human h;
    if (per_s >= 99.95)
        return in_units(per_s, units, 4);
    if (per_s > 0 && per_s < 0.01)
        return (struct human){"<.01/s"};
    int decimals = per_s <= 0 ? 0 : per_s < 0.995 ? 2 : 1;
    snprintf(h.text, sizeof h.text, "%.*f/s", decimals, per_s);
    return h;
}

struct human human_share(double share)
{
    struct human h;
    double percent = share * 100;
    if (percent > 0 && percent < 0.1)
        return (struct human){"<0.1 %"};
    int decimals = percent > 0 && percent < 9.95 ? 1 : 0;
    if (share < 1 && percent > 99) /* nearly all is not all */
        percent = percent > 99.9 ? 99.9 : percent, decimals = 1;
    snprintf(h.text, sizeof h.text, "%.*f %%", decimals, percent);
    return h;
}

struct human human_time(uint64_t ns)
{
    static const struct unit units[] = {
        {" µs", 1e3}, {" ms", 1e6}, {" s", 1e9}, {" min", 60e9}, {" h", 3600e9}};
    if (!ns)
        return (struct human){"-"};
    return in_units((double)ns, units, 5);
}

struct human human_bytes(double bytes)
{
    static const struct unit units[] = {
        {" B", 1}, {" kB", 1e3}, {" MB", 1e6}, {" GB", 1e9}, {" TB", 1e12}};
    return in_units(bytes, units, 5);
}

struct human human_span(uint64_t ns)
{
    static const struct {
        const char *name;
        uint64_t seconds;
    } units[] = {{"y", 31557600}, {"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    struct human h;
    uint64_t seconds = ns / 1000000000;
    int i = 0;
    while (i < 4 && seconds < 2 * units[i].seconds && seconds != units[i].seconds)
        i++;
    snprintf(h.text, sizeof h.text, "%llu %s", (unsigned long long)(seconds / units[i].seconds),
             units[i].name);
    return h;
}

static struct human in_local_time(uint64_t time_ns, struct human (*write)(const struct tm *t))
{
    struct tm t;
    time_t seconds = (time_t)(time_ns / 1000000000);
    return localtime_r(&seconds, &t) ? write(&t) : (struct human){"?"};
}

static struct human write_clock(const struct tm *t)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%02d:%02d:%02d", t->tm_hour, t->tm_min, t->tm_sec);
    return h;
}

static struct human write_date(const struct tm *t)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%04d-%02d-%02d", t->tm_year + 1900, t->tm_mon + 1, t->tm_mday);
    return h;
}

struct human human_clock(uint64_t time_ns)
{
    return in_local_time(time_ns, write_clock);
}

struct human human_date(uint64_t time_ns)
{
    return in_local_time(time_ns, write_date);
}

struct human human_moment(uint64_t time_ns)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%.15s %.15s", human_date(time_ns).text,
             human_clock(time_ns).text);
    return h;
}

static struct human with_ms(struct human whole, uint64_t time_ns)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%.26s.%03u", whole.text, (unsigned)(time_ns / 1000000 % 1000));
    return h;
}

struct human human_clock_ms(uint64_t time_ns)
{
    return with_ms(human_clock(time_ns), time_ns);
}

struct human human_moment_ms(uint64_t time_ns)
{
    return with_ms(human_moment(time_ns), time_ns);
}
