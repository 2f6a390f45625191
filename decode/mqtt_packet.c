/* mqtt_packet.c - see mqtt_packet.h. */
#include "decode/mqtt_packet.h"

#include "base/text.h"

enum {
    REMAINING_MAX_BYTES = 4,
    REFUSED = 0x80, /* reasons from here on */
    GRANTED_MAX = 2,
    PROPERTY_ALIAS = 0x23,
};

enum mqtt_status mqtt_read_head(struct bytes in, struct mqtt_packet *ret)
{
    struct mqtt_packet p = {.head = 1};
    if (!in.len)
        return MQTT_MORE;
    p.type = in.at[0] >> 4;
    p.flags = in.at[0] & 15;
    bool fixed = p.type == MQTT_PUBREL || p.type == MQTT_SUBSCRIBE || p.type == MQTT_UNSUBSCRIBE;
    if (!p.type || (p.type != MQTT_PUBLISH && p.flags != (fixed ? 2 : 0)))
        return MQTT_WRONG;
    if (p.type == MQTT_PUBLISH && (p.flags >> 1 & 3) == 3)
        return MQTT_WRONG;
    uint32_t remaining = 0;
    uint8_t byte = 0x80;
    for (; byte & 0x80; p.head++) {
        if (p.head > REMAINING_MAX_BYTES)
            return MQTT_WRONG;
        if (p.head >= in.len)
            return MQTT_MORE;
        byte = in.at[p.head];
        remaining |= (uint32_t)(byte & 0x7f) << 7 * (p.head - 1);
    }
    if (!byte && p.head > 2)
        return MQTT_WRONG; /* not the shortest way to write it */
    p.len = (uint64_t)p.head + remaining;
    *ret = p;
    return MQTT_READ;
}

bool mqtt_may_send(enum mqtt_type type, bool is_client)
{
    static const uint16_t by_client =
        1 << MQTT_CONNECT | 1 << MQTT_SUBSCRIBE | 1 << MQTT_UNSUBSCRIBE | 1 << MQTT_PINGREQ;
    static const uint16_t by_server =
        1 << MQTT_CONNACK | 1 << MQTT_SUBACK | 1 << MQTT_UNSUBACK | 1 << MQTT_PINGRESP;
    return !((is_client ? by_server : by_client) >> type & 1);
}

static struct bytes string_of(struct cursor *c)
{
    return cursor_take(c, cursor_be16(c));
}

/* A variable byte integer (5.0, 1.5.5). */
static uint32_t varint_of(struct cursor *c)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte = cursor_u8(c);
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    c->starved = true;
    return 0;
}

/* The properties, which are taken from the cursor as far as they are here (5.0, 2.2.2). */
static struct bytes properties_of(struct cursor *c)
{
    uint32_t len = varint_of(c);
    return len > cursor_left(c) ? cursor_rest(c) : cursor_take(c, len);
}

/* Of the properties that a PUBLISH may have (5.0, 3.3.2.3); 0: it has no alias. */
static uint16_t alias_of(struct bytes properties)
{
    struct cursor c = cursor_over(properties);
    while (cursor_left(&c)) {
        switch (cursor_u8(&c)) {
        case PROPERTY_ALIAS:
            return cursor_be16(&c);
        case 0x01:
            cursor_skip(&c, 1);
            break;
        case 0x02:
            cursor_skip(&c, 4);
            break;
        case 0x03:
        case 0x08:
        case 0x09:
            string_of(&c);
            break;
        case 0x0b:
            varint_of(&c);
            break;
        case 0x26:
            string_of(&c);
            string_of(&c);
            break;
        default:
            return 0;
        }
    }
    return 0;
}

/* "MQTT" and a level of 4 or 5, or "MQIsdp" and 3; bridges set a bit beside the level. */
static enum mqtt_status read_connect(struct cursor *c, struct mqtt_fields *f)
{
    struct bytes name = string_of(c);
    f->version = cursor_u8(c) & 0x7f;
    uint8_t flags = cursor_u8(c);
    if (c->starved)
        return MQTT_WRONG;
    bool known = bytes_equal_text(name, "MQTT")
                     ? f->version == 4 || f->version == MQTT_VERSION_5
                     : bytes_equal_text(name, "MQIsdp") && f->version == 3;
    return known && !(flags & 1) && (flags >> 3 & 3) != 3 ? MQTT_READ : MQTT_WRONG;
}

static enum mqtt_status read_publish(const struct mqtt_packet *p, struct cursor *c,
                                     uint8_t *version, struct mqtt_fields *f)
{
    f->qos = p->flags >> 1 & 3;
    f->topic = string_of(c);
    f->id = f->qos ? cursor_be16(c) : 0;
    if (c->starved || (f->qos && !f->id))
        return MQTT_WRONG;
    if (!f->topic.len)
        *version = MQTT_VERSION_5;
    for (size_t i = 0; i < f->topic.len; i++)
        if (f->topic.at[i] < ' ' || f->topic.at[i] == '+' || f->topic.at[i] == '#')
            return MQTT_WRONG;
    if (*version == MQTT_VERSION_5 && cursor_left(c))
        f->alias = alias_of(properties_of(c));
    return f->topic.len || f->alias ? MQTT_READ : MQTT_WRONG;
}

/* Filters to the end, each with its options if it is a SUBSCRIBE; of more than is seen, those seen.
 */
static bool are_filters(struct cursor c, bool options, bool whole)
{
    unsigned count = 0;
    for (; cursor_left(&c); count++) {
        struct bytes filter = string_of(&c);
        uint8_t option = options ? cursor_u8(&c) : 0;
        if (c.starved)
            return !whole && count;
        if (!filter.len || option & 0xc0 || (option & 3) == 3)
            return false;
    }
    return count;
}

/* Before version 5 the filters follow at once; with it, properties do. */
static enum mqtt_status read_subscribe(const struct mqtt_packet *p, struct cursor *c, bool whole,
                                       uint8_t *version, struct mqtt_fields *f)
{
    bool options = p->type == MQTT_SUBSCRIBE;
    f->id = cursor_be16(c);
    if (!*version && !are_filters(*c, options, whole))
        *version = MQTT_VERSION_5;
    if (*version == MQTT_VERSION_5)
        properties_of(c);
    bool right = f->id && are_filters(*c, options, whole);
    f->topic = string_of(c);
    return right ? MQTT_READ : MQTT_WRONG;
}

/* Reason codes to the end; the worst counts. Before version 5 what is granted has a number, and
 * UNSUBACK says nothing. */
static enum mqtt_status read_suback(const struct mqtt_packet *p, struct cursor *c, uint8_t *version,
                                    struct mqtt_fields *f)
{
    f->id = cursor_be16(c);
    if (*version == MQTT_VERSION_5)
        properties_of(c);
    if (c->starved || !f->id)
        return MQTT_WRONG;
    while (cursor_left(c)) {
        uint8_t reason = cursor_u8(c);
        bool granted = p->type == MQTT_SUBACK && reason <= GRANTED_MAX;
        if (!granted && reason > f->reason)
            f->reason = reason;
    }
    return MQTT_READ;
}

static enum mqtt_status read_ack(const struct mqtt_packet *p, struct cursor *c, uint8_t *version,
                                 struct mqtt_fields *f)
{
    f->id = cursor_be16(c);
    if (!f->id || c->starved || (p->len - p->head > 2 && *version && *version != MQTT_VERSION_5))
        return MQTT_WRONG;
    if (p->len - p->head > 2) {
        *version = MQTT_VERSION_5;
        f->reason = cursor_u8(c);
    }
    return MQTT_READ;
}

static enum mqtt_status read_connack(const struct mqtt_packet *p, struct cursor *c,
                                     uint8_t *version, struct mqtt_fields *f)
{
    uint8_t flags = cursor_u8(c);
    f->reason = cursor_u8(c);
    if (c->starved || flags > 1)
        return MQTT_WRONG;
    if (p->len - p->head > 2)
        *version = MQTT_VERSION_5;
    else if (f->reason < REFUSED)
        f->reason = mqtt_reason_of(f->reason);
    return MQTT_READ;
}

static enum mqtt_status read_rest(const struct mqtt_packet *p, struct bytes in, uint8_t *version,
                                  struct mqtt_fields *f)
{
    struct cursor c = cursor_over(bytes_after(in, p->head));
    bool whole = in.len >= p->len;
    switch (p->type) {
    case MQTT_CONNECT:
        return read_connect(&c, f);
    case MQTT_CONNACK:
        return read_connack(p, &c, version, f);
    case MQTT_PUBLISH:
        return read_publish(p, &c, version, f);
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
        return read_ack(p, &c, version, f);
    case MQTT_SUBSCRIBE:
    case MQTT_UNSUBSCRIBE:
        return read_subscribe(p, &c, whole, version, f);
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
        return read_suback(p, &c, version, f);
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:
        return p->len == p->head ? MQTT_READ : MQTT_WRONG;
    case MQTT_DISCONNECT:
    case MQTT_AUTH:
        f->reason = cursor_left(&c) ? cursor_u8(&c) : 0;
        return MQTT_READ;
    }
    return MQTT_WRONG;
}

/* A PUBLISH is seen up to its topic, id and properties; others as a whole. */
static size_t seen_of(const struct mqtt_packet *p, struct bytes in, uint8_t version)
{
    uint64_t wanted = p->len;
    if (p->type == MQTT_PUBLISH) {
        struct cursor c = cursor_over(bytes_after(in, p->head));
        uint64_t topic = cursor_be16(&c);
        cursor_skip(&c, topic + (p->flags & 6 ? 2 : 0));
        wanted = p->head + 2 + topic + (p->flags & 6 ? 2 : 0);
        bool has_properties = version == MQTT_VERSION_5 || !topic;
        uint32_t properties = has_properties ? varint_of(&c) : 0;
        wanted += !has_properties ? 0 : c.starved ? 4 : 4 + properties;
        wanted = wanted < p->len ? wanted : p->len;
    }
    return wanted < MQTT_SEEN ? (size_t)wanted : MQTT_SEEN;
}

static bool begins_alike(struct bytes in, const char *name, size_t len)
{
    size_t shown = in.len < len ? in.len : len;
    return !shown || memcmp(in.at, name, shown) == 0;
}

/* What shows before all of it is here. */
static bool may_go_on(const struct mqtt_packet *p, struct bytes rest)
{
    uint64_t remaining = p->len - p->head;
    if (p->type == MQTT_CONNECT)
        return begins_alike(rest, "\0\4MQTT", 6) || begins_alike(rest, "\0\6MQIsdp", 8);
    if (p->type == MQTT_CONNACK)
        return !rest.len || rest.at[0] <= 1;
    struct cursor c = cursor_over(rest);
    uint64_t topic = cursor_be16(&c);
    return p->type != MQTT_PUBLISH || c.starved || topic + (p->flags & 6 ? 4 : 2) <= remaining;
}

enum mqtt_status mqtt_read_fields(const struct mqtt_packet *p, struct bytes in, uint8_t *version,
                                  struct mqtt_fields *ret)
{
    if (p->len < p->head + (uint64_t)(p->type < MQTT_PINGREQ ? 2 : 0))
        return MQTT_WRONG;
    if (!may_go_on(p, bytes_after(in, p->head)))
        return MQTT_WRONG;
    if (in.len < p->head + (uint64_t)2 && in.len < p->len)
        return MQTT_MORE;
    size_t seen = seen_of(p, in, *version);
    if (in.len < seen)
        return MQTT_MORE;
    uint8_t found = *version;
    struct mqtt_fields f = {.id = 0};
    enum mqtt_status status =
        read_rest(p, bytes_first(in, p->len < in.len ? (size_t)p->len : in.len), &found, &f);
    if (status != MQTT_READ)
        return status;
    *version = found;
    *ret = f;
    return MQTT_READ;
}

/* Strictly: what is in the middle of something else is not waited for, nor taken for a topic. */
static bool is_short(const struct mqtt_packet *p)
{
    uint64_t remaining = p->len - p->head;
    if (p->type >= MQTT_PUBACK && p->type <= MQTT_PUBCOMP)
        return remaining <= 4;
    if (p->type == MQTT_DISCONNECT || p->type == MQTT_AUTH)
        return remaining <= 2;
    return p->type == MQTT_PUBLISH || p->len <= MQTT_SEEN;
}

static bool makes_sense(const struct mqtt_packet *p, const struct mqtt_fields *f, bool by_alias)
{
    return p->type != MQTT_PUBLISH || (f->topic.len ? text_is_clean(f->topic) : by_alias);
}

enum mqtt_status mqtt_walk(struct bytes in, bool is_client, uint8_t version, unsigned *ret_count)
{
    unsigned count = 0;
    enum mqtt_status status = MQTT_READ;
    bool by_alias = version == MQTT_VERSION_5;
    while (in.len && status == MQTT_READ) {
        struct mqtt_packet p;
        struct mqtt_fields f;
        status = mqtt_read_head(in, &p);
        if (status == MQTT_READ && !mqtt_may_send(p.type, is_client))
            status = MQTT_WRONG;
        if (status == MQTT_READ && !is_short(&p))
            status = MQTT_WRONG;
        if (status == MQTT_READ)
            status = mqtt_read_fields(&p, in, &version, &f);
        if (status == MQTT_READ && !makes_sense(&p, &f, by_alias))
            status = MQTT_WRONG;
        if (status == MQTT_READ && p.type == MQTT_PUBLISH && !f.topic.len && p.len > in.len)
            status = MQTT_MORE; /* it has no text that proves it */
        count += status == MQTT_READ;
        if (status == MQTT_READ)
            in = bytes_after(in, p.len < in.len ? (size_t)p.len : in.len);
    }
    *ret_count = count;
    return status;
}

const char *mqtt_reason_name(uint8_t reason)
{
    static const char *const names[] = {"unspecified-error",
                                        "malformed-packet",
                                        "protocol-error",
                                        "implementation-error",
                                        "unsupported-version",
                                        "bad-client-id",
                                        "bad-credentials",
                                        "not-authorized",
                                        "server-unavailable",
                                        "server-busy",
                                        "banned",
                                        "shutting-down",
                                        "bad-auth-method",
                                        "keep-alive-timeout",
                                        "session-taken-over",
                                        "filter-invalid",
                                        "topic-invalid",
                                        "packet-id-in-use",
                                        "packet-id-not-found",
                                        "receive-max-exceeded",
                                        "alias-invalid",
                                        "packet-too-large",
                                        "message-rate",
                                        "quota-exceeded",
                                        "administrative",
                                        "payload-invalid",
                                        "no-retain",
                                        "qos-unsupported",
                                        "use-another-server",
                                        "server-moved",
                                        "no-shared-subs",
                                        "connection-rate",
                                        "max-connect-time",
                                        "no-subscription-ids",
                                        "no-wildcards"};
    if (reason == 0x10)
        return "no-subscribers";
    if (reason == 0x11)
        return "no-subscription";
    if (reason < REFUSED)
        return "OK";
    size_t at = reason - (size_t)REFUSED;
    return at < sizeof names / sizeof *names ? names[at] : "refused";
}

uint8_t mqtt_reason_of(uint8_t return_code)
{
    static const uint8_t reasons[] = {0, 0x84, 0x85, 0x88, 0x86, 0x87};
    return return_code < sizeof reasons ? reasons[return_code] : REFUSED;
}

bool mqtt_is_of_server(uint8_t reason)
{
    static const uint8_t of_server[] = {0x80, 0x83, 0x88, 0x89, 0x8b, 0x98, 0x9c, 0x9d, 0xa0};
    return memchr(of_server, reason, sizeof of_server);
}
