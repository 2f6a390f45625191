/* field.c - see field.h. */
#include "store/field.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *field_kind_name(enum field_kind kind)
{
    static const char *const names[] = {
        [FIELD_TEXT] = "text",   [FIELD_LIST] = "list",   [FIELD_FLAG] = "flag",
        [FIELD_COUNT] = "count", [FIELD_RATE] = "rate",   [FIELD_SHARE] = "share",
        [FIELD_TIME] = "time",   [FIELD_BYTES] = "bytes", [FIELD_MOMENT] = "moment",
    };
    return names[kind];
}

static int plain(char c)
{
    return c == '-' ? '_' : tolower((unsigned char)c);
}

static bool same(const char *a, size_t len, const char *name)
{
    for (size_t i = 0; i < len; i++)
        if (!name[i] || plain(a[i]) != plain(name[i]))
            return false;
    return len && !name[len];
}

bool field_is_called(const struct field *f, const char *name)
{
    if (same(f->name, strlen(f->name), name))
        return true;
    for (const char *at = f->others; *at;) {
        size_t len = strcspn(at, " ");
        if (same(at, len, name))
            return true;
        at += len;
        at += strspn(at, " ");
    }
    return false;
}

const struct field *field_find(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->len; i++)
        if (field_is_called(&fields->at[i], name))
            return &fields->at[i];
    return NULL;
}

void field_text_there(const void *text, char *ret)
{
    snprintf(ret, FIELD_TEXT_MAX, "%s", (const char *)text);
}

double field_count_there(const void *uint64)
{
    return (double)*(const uint64_t *)uint64;
}

double field_count32_there(const void *uint32)
{
    return *(const uint32_t *)uint32;
}

double field_port_there(const void *uint16)
{
    return *(const uint16_t *)uint16;
}

double field_double_there(const void *value)
{
    return *(const double *)value;
}

double field_flag_there(const void *value)
{
    return *(const bool *)value;
}

double field_time_there(const void *uint64)
{
    uint64_t ns = *(const uint64_t *)uint64;
    return ns ? (double)ns : -1;
}

double field_both_there(const void *uint64)
{
    const uint64_t *counts = uint64;
    return (double)counts[0] + (double)counts[1];
}
