/* moment.c - see moment.h. */
#include "store/moment.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const uint64_t SECOND_NS = 1000000000U;

enum { DAY_S = 86400, SECONDS_DIGITS_MAX = 11 };

static const char HOW[] = "write 2026-03-01T10:30:00Z, \"2026-03-01 10:30\", 10:30, -2h, now, or "
                          "seconds since 1970";

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `digits` of them, at most `max`; moves *at behind them. */
static bool read_part(const char **at, int digits, int max, int *ret)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (!digit(**at))
            return false;
        value = 10 * value + (**at - '0');
    }
    *ret = value;
    return value <= max && !digit(**at);
}

static bool take(const char **at, char c)
{
    bool is = **at == c;
    *at += is;
    return is;
}

/* ".25" to 250000000; nothing to 0. More than nine digits are cut. */
static bool read_fraction(const char **at, uint64_t *ret_ns)
{
    uint64_t digit_ns = SECOND_NS / 10;
    *ret_ns = 0;
    if (!take(at, '.'))
        return true;
    if (!digit(**at))
        return false;
    for (; digit(**at); (*at)++, digit_ns /= 10)
        *ret_ns += (uint64_t)(**at - '0') * digit_ns;
    return true;
}

/* "10:30", "10:30:15", "10:30:15.5". A leap second is the second after it. */
static bool read_clock(const char **at, uint64_t *ret_ns)
{
    int hours, minutes, seconds = 0;
    uint64_t fraction_ns = 0;
    if (!read_part(at, 2, 23, &hours) || !take(at, ':') || !read_part(at, 2, 59, &minutes))
        return false;
    if (take(at, ':') && (!read_part(at, 2, 60, &seconds) || !read_fraction(at, &fraction_ns)))
        return false;
    *ret_ns = (uint64_t)(hours * 3600 + minutes * 60 + seconds) * SECOND_NS + fraction_ns;
    return true;
}

static bool is_date(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (leaps && month == 2);
}

/* "Z", "+01:00", or nothing: then it is local time, and *ret_local. */
static bool read_zone(const char **at, long *ret_east_s, bool *ret_local)
{
    int hours, minutes, sign = 1;
    *ret_east_s = 0;
    *ret_local = !**at;
    if (!**at || take(at, 'Z') || take(at, 'z'))
        return true;
    if (take(at, '-'))
        sign = -1;
    else if (!take(at, '+'))
        return false;
    if (!read_part(at, 2, 23, &hours) || !take(at, ':') || !read_part(at, 2, 59, &minutes))
        return false;
    *ret_east_s = sign * (hours * 3600L + minutes * 60L);
    return true;
}

static bool read_dated(const char *at, uint64_t *ret_ns)
{
    int year, month, day;
    uint64_t of_day_ns = 0;
    long east_s;
    bool local = true;
    if (!read_part(&at, 4, 2500, &year) || !take(&at, '-') || !read_part(&at, 2, 12, &month) ||
        !take(&at, '-') || !read_part(&at, 2, 31, &day) || !is_date(year, month, day))
        return false;
    if (*at) {
        if (!(take(&at, 'T') || take(&at, 't') || take(&at, ' ')) || !read_clock(&at, &of_day_ns) ||
            !read_zone(&at, &east_s, &local) || *at)
            return false;
    }
    int seconds = (int)(of_day_ns / SECOND_NS);
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = seconds / 3600,
                    .tm_min = seconds / 60 % 60,
                    .tm_sec = seconds % 60,
                    .tm_isdst = -1};
    int64_t since = local ? (int64_t)mktime(&tm) : (int64_t)timegm(&tm) - east_s;
    if (since < 0)
        return false;
    *ret_ns = (uint64_t)since * SECOND_NS + of_day_ns % SECOND_NS;
    return true;
}

bool moment_read_length(const char *text, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},   {"us", 1e3},   {"ms", 1e6},    {"s", 1e9},     {"min", 60e9},
                 {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {"w", 604800e9}};
    char *end;
    if (!digit(*text) || strchr("xX", text[strspn(text, "0123456789")]))
        return false;
    double number = strtod(text, &end);
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcasecmp(end, units[i].name) != 0)
            continue;
        double ns = number * units[i].ns;
        if (!(ns >= 0 && ns < 9e18))
            return false;
        *ret_ns = (uint64_t)ns;
        return true;
    }
    return false;
}

/* "-2h", "2h ago". */
static bool read_back(const char *text, uint64_t *ret_ns)
{
    static const char ago[] = "ago";
    char copy[32];
    size_t len = strlen(text);
    if (*text == '-')
        return moment_read_length(text + 1, ret_ns);
    if (len < sizeof ago || len >= sizeof copy || strcasecmp(text + len - 3, ago) != 0)
        return false;
    len -= 3;
    while (len && text[len - 1] == ' ')
        len--;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return moment_read_length(copy, ret_ns);
}

/* Seconds with a fraction, or ns. */
static bool read_number(const char *at, uint64_t *ret_ns)
{
    size_t digits = strspn(at, "0123456789");
    uint64_t number = 0, fraction_ns;
    if (!digits || digits > 19)
        return false;
    for (size_t i = 0; i < digits; i++)
        number = 10 * number + (uint64_t)(at[i] - '0');
    at += digits;
    *ret_ns = number;
    if (digits > SECONDS_DIGITS_MAX)
        return !*at && number <= INT64_MAX;
    if (!read_fraction(&at, &fraction_ns) || *at || number > INT64_MAX / SECOND_NS - 1)
        return false;
    *ret_ns = number * SECOND_NS + fraction_ns;
    return true;
}

bool moment_read(const char *text, struct moment *ret, struct err *err)
{
    const char *at = text;
    *ret = (struct moment){MOMENT_FIXED, 0};
    if (strcasecmp(text, "now") == 0)
        ret->kind = MOMENT_BACK;
    else if (read_clock(&at, &ret->ns) && !*at)
        ret->kind = MOMENT_OF_DAY;
    else if (read_back(text, &ret->ns))
        ret->kind = MOMENT_BACK;
    else if (*text == '+' && moment_read_length(text + 1, &ret->ns))
        ret->kind = MOMENT_AHEAD;
    else if (!read_dated(text, &ret->ns) && !read_number(text, &ret->ns))
        return err_set(err, "\"%.40s\" is no time; %s", text, HOW);
    return true;
}

/* The moment at `of_day_ns` of the local day that lies `days_back` before that of `end_s`. */
static int64_t on_day(time_t end_s, int days_back, uint64_t of_day_ns)
{
    struct tm tm;
    int seconds = (int)(of_day_ns / SECOND_NS);
    localtime_r(&end_s, &tm);
    tm.tm_mday -= days_back;
    tm.tm_hour = seconds / 3600;
    tm.tm_min = seconds / 60 % 60;
    tm.tm_sec = seconds % 60;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm);
}

uint64_t moment_resolve(struct moment m, uint64_t end_ns)
{
    if (m.kind == MOMENT_FIXED)
        return m.ns;
    if (m.kind == MOMENT_BACK)
        return m.ns < end_ns ? end_ns - m.ns : 0;
    if (m.kind == MOMENT_AHEAD)
        return end_ns + m.ns; /* both below 2^63 */
    time_t end_s = (time_t)(end_ns / SECOND_NS);
    for (int days_back = 0; days_back < 2; days_back++) {
        int64_t seconds = on_day(end_s, days_back, m.ns);
        uint64_t ns = seconds < 0 ? 0 : (uint64_t)seconds * SECOND_NS + m.ns % SECOND_NS;
        if (seconds >= 0 && ns <= end_ns)
            return ns;
    }
    return 0;
}
