/* field.h - BOUNDARY: what a filter may ask of a row, and by which name. One table a kind of row;
 * the same name means the same in all of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a field's number is, and so which units a filter may give it. */
enum field_kind {
    FIELD_TEXT, /* has `text`, no number */
    FIELD_LIST, /* likewise; split by commas; each can be asked for */
    FIELD_FLAG, /* 0, 1 */
    FIELD_COUNT,
    FIELD_RATE,  /* a second */
    FIELD_SHARE, /* 0 to 1, written in % */
    FIELD_TIME,  /* ns */
    FIELD_BYTES,
    FIELD_MOMENT, /* ns since 1970 */
};

enum { FIELD_TEXT_MAX = 1024 };

struct field {
    const char *name;   /* in lower case, one word; as in JSON and in the log */
    const char *others; /* names for the same, split by blanks; "" if there are none */
    const char *what;   /* for the documentation */
    enum field_kind kind;
    size_t at; /* the functions below get a pointer to this offset in the row */
    /* Of FIELD_TEXT and FIELD_LIST. `ret` holds FIELD_TEXT_MAX bytes. */
    void (*text)(const void *there, char *ret);
    /* Of all others. Below 0: there is none. */
    double (*number)(const void *there);
    /* What the field is compared by if the value is in %; NULL: it has no share. */
    double (*share)(const void *there);
};

struct fields {
    const char *of; /* what a row is: "edges" */
    const struct field *at;
    size_t len;
    const char *example; /* an expression that they understand, for help */
};

const char *field_kind_name(enum field_kind kind); /* "text", "time", ... */

/* By its name or another one of it; case is ignored, and "-" is "_". NULL if there is none. */
const struct field *field_find(const struct fields *fields, const char *name);
bool field_is_called(const struct field *f, const char *name);

/* Is it compared as text? */
static inline bool field_is_text(const struct field *f)
{
    return f->kind == FIELD_TEXT || f->kind == FIELD_LIST;
}

/* For fields whose `at` leads to the thing itself. */
void field_text_there(const void *text, char *ret);
double field_count_there(const void *uint64);
double field_count32_there(const void *uint32);
double field_port_there(const void *uint16);
double field_double_there(const void *value);
double field_flag_there(const void *value);  /* bool */
double field_time_there(const void *uint64); /* 0: there is none */
double field_both_there(const void *uint64); /* the sum of two, one for each direction */
