/* ldap_filter.c - see ldap_filter.h. */
#include "decode/ldap_filter.h"

#include <ctype.h>

#include "decode/ber.h"

enum {
    AND = 0xa0,
    OR = 0xa1,
    NOT = 0xa2,
    EQUAL = 0xa3,
    SUBSTRINGS = 0xa4,
    AT_LEAST = 0xa5,
    AT_MOST = 0xa6,
    PRESENT = 0x87,
    LIKE = 0xa8,
    EXTENSIBLE = 0xa9,
    OCTETS = 0x04,
    RULE = 0x81,
    TYPE = 0x82,
    DEPTH_MAX = 8,
    ATTRIBUTE_MAX = 48,
};

struct out {
    char *text;
    size_t len, room; /* without the end */
    bool full;
};

static void put(struct out *o, const char *text, size_t len)
{
    if (len > o->room - o->len) {
        o->full = true;
        return;
    }
    if (!o->full && len)
        memcpy(o->text + o->len, text, len);
    o->len += o->full ? 0 : len;
}

static void put_text(struct out *o, const char *text)
{
    put(o, text, strlen(text));
}

/* A name of an attribute or a rule; anything else may be a value that is in the wrong place. */
static void put_name(struct out *o, struct bytes name)
{
    bool fine = name.len && name.len <= ATTRIBUTE_MAX;
    for (size_t i = 0; fine && i < name.len; i++)
        fine = isalnum(name.at[i]) || strchr("-.;_", name.at[i]);
    if (fine)
        put(o, (const char *)name.at, name.len);
    else
        put_text(o, "?");
}

static void put_assertion(struct out *o, struct bytes value, const char *relation)
{
    struct cursor c = cursor_over(value);
    struct bytes name = {0};
    put_text(o, "(");
    put_name(o, ber_tagged(&c, OCTETS, &name) ? name : (struct bytes){0});
    put_text(o, relation);
    put_text(o, "*)");
}

/* "(memberOf:1.2.840.113556.1.4.1941:=*)" */
static void put_extensible(struct out *o, struct bytes value)
{
    struct cursor c = cursor_over(value);
    struct bytes part, rule = {0}, type = {0};
    uint8_t tag;
    while (ber_value(&c, &tag, &part)) {
        rule = tag == RULE ? part : rule;
        type = tag == TYPE ? part : type;
    }
    put_text(o, "(");
    if (type.len)
        put_name(o, type);
    if (rule.len) {
        put_text(o, ":");
        put_name(o, rule);
    }
    put_text(o, ":=*)");
}

static void put_filter(struct out *o, uint8_t tag, struct bytes value, int depth);

static void put_list(struct out *o, const char *which, struct bytes list, int depth)
{
    struct cursor c = cursor_over(list);
    struct bytes value;
    uint8_t tag;
    size_t before = o->len, before_len = 0;
    put_text(o, which);
    while (!o->full && ber_value(&c, &tag, &value)) {
        size_t at = o->len;
        put_filter(o, tag, value, depth + 1);
        size_t len = o->len - at;
        if (!o->full && len == before_len && memcmp(o->text + at, o->text + before, len) == 0) {
            o->len = at;
            continue;
        }
        before = at;
        before_len = len;
    }
    put_text(o, ")");
}

static void put_filter(struct out *o, uint8_t tag, struct bytes value, int depth)
{
    if (depth == DEPTH_MAX) {
        put_text(o, "(...)");
        return;
    }
    switch (tag) {
    case AND:
        put_list(o, "(&", value, depth);
        break;
    case OR:
        put_list(o, "(|", value, depth);
        break;
    case NOT:
        put_list(o, "(!", value, depth);
        break;
    case EQUAL:
    case SUBSTRINGS:
        put_assertion(o, value, "=");
        break;
    case AT_LEAST:
        put_assertion(o, value, ">=");
        break;
    case AT_MOST:
        put_assertion(o, value, "<=");
        break;
    case LIKE:
        put_assertion(o, value, "~=");
        break;
    case EXTENSIBLE:
        put_extensible(o, value);
        break;
    case PRESENT:
        put_text(o, "(");
        put_name(o, value);
        put_text(o, "=*)");
        break;
    default:
        put_text(o, "(?)");
    }
}

void ldap_filter_text(struct bytes filter, char *text, size_t size)
{
    static const char more[] = "...";
    struct out o = {.text = text, .room = size - sizeof more};
    struct cursor c = cursor_over(filter);
    struct bytes value;
    uint8_t tag;
    if (ber_value(&c, &tag, &value))
        put_filter(&o, tag, value, 0);
    memcpy(text + o.len, o.full ? more : "", o.full ? sizeof more : 1);
}
