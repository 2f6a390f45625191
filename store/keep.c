/* keep.c - see keep.h. */
#include "store/keep.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_DEFAULT (UINT64_C(4) << 30)

struct keep keep_all(void)
{
    struct keep k = {.size_bytes = UINT64_MAX};
    for (int level = 0; level < LEVELS; level++)
        k.age_ns[level] = UINT64_MAX;
    return k;
}

struct keep keep_default(void)
{
    struct keep k = {.size_bytes = SIZE_DEFAULT};
    for (int level = 0; level < LEVELS; level++)
        k.age_ns[level] = levels[level].keep_ns;
    return k;
}

/* "24h": a number and a unit. */
static bool read_age(const char *text, size_t len, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        uint64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}};
    char *end;
    if (len == 3 && memcmp(text, "all", 3) == 0) {
        *ret_ns = UINT64_MAX;
        return true;
    }
    if (!len || text[0] < '0' || text[0] > '9')
        return false;
    unsigned long long count = strtoull(text, &end, 10);
    size_t rest = len - (size_t)(end - text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (rest == strlen(units[i].name) && memcmp(end, units[i].name, rest) == 0) {
            if (!count || count > 100 * 366 * LEVEL_DAY_NS / LEVEL_SECOND_NS / units[i].seconds)
                return false;
            *ret_ns = count * units[i].seconds * LEVEL_SECOND_NS;
            return true;
        }
    return false;
}

static int level_named(const char *text, size_t len)
{
    for (int level = 0; level < LEVELS; level++)
        if (strlen(levels[level].name) == len && memcmp(levels[level].name, text, len) == 0)
            return level;
    return LEVELS;
}

bool keep_set_ages(struct keep *k, const char *text, struct err *err)
{
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        const char *equals = memchr(at, '=', len);
        int level = equals ? level_named(at, (size_t)(equals - at)) : LEVELS;
        if (level == LEVELS)
            return err_set(err, "--keep takes 5s=TIME, 1min=TIME, 1h=TIME, not '%.*s'", (int)len,
                           at);
        if (!read_age(equals + 1, len - (size_t)(equals + 1 - at), &k->age_ns[level]))
            return err_set(err, "--keep: '%.*s' has no time like 24h, 14d or all", (int)len, at);
        at += len + (at[len] == ',');
    }
    for (int level = 1; level < LEVELS; level++)
        if (k->age_ns[level] < k->age_ns[level - 1])
            k->age_ns[level] = k->age_ns[level - 1];
    return true;
}

bool keep_set_size(struct keep *k, const char *text, struct err *err)
{
    static const char units[] = "KMGT";
    char *end;
    if (strcmp(text, "all") == 0) {
        k->size_bytes = UINT64_MAX;
        return true;
    }
    unsigned long long count = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    const char *unit = count && *end ? strchr(units, *end) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    bool good = count && (!*end || (unit && !end[1])) && count <= UINT64_MAX >> 1 >> shift &&
                count << shift >= 1 << 20;
    if (!good)
        return err_set(err, "--keep-size takes a size such as 500M, 4G or all, not '%s'", text);
    k->size_bytes = count << shift;
    return true;
}
