/* mysql_packet.c - see mysql_packet.h. */
#include "decode/mysql_packet.h"

enum {
    COLUMNS_MAX = 0xffff,
    ATTRIBUTES_MAX = 64,
    SCRAMBLE_FIRST = 8, /* bytes of the greeting's first part of the challenge */
    REFUSAL_MAX = 512,
    ERROR_FIRST = 1000, /* the least number of an error of a server, */
    ERROR_LAST = 4999,  /* and the greatest of those that come before a login */
    OLD_LOGIN_MIN = 6,
};

bool mysql_packet(struct bytes in, struct mysql_packet *ret)
{
    if (in.len < MYSQL_HEADER)
        return false;
    ret->len = (uint32_t)(in.at[0] | in.at[1] << 8 | in.at[2] << 16);
    ret->number = in.at[3];
    ret->body = bytes_first(bytes_after(in, MYSQL_HEADER), ret->len);
    return true;
}

uint64_t mysql_number(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    uint32_t low;
    switch (first) {
    case 0xfc:
        return cursor_le16(c);
    case 0xfd:
        low = cursor_le16(c);
        return (uint32_t)cursor_u8(c) << 16 | low;
    case 0xfe:
        return cursor_le64(c);
    case 0xfb:
    case 0xff:
        c->starved = true;
        return 0;
    default:
        return first;
    }
}

bool mysql_is_end(const struct mysql_packet *p)
{
    return p->body.len && p->body.at[0] == MYSQL_SAYS_END && p->len < MYSQL_LEN_MAX;
}

bool mysql_is_plain_end(const struct mysql_packet *p)
{
    return mysql_is_end(p) && p->len <= 5;
}

uint16_t mysql_status(const struct mysql_packet *p)
{
    struct cursor c = cursor_over(bytes_after(p->body, 1));
    if (mysql_is_plain_end(p)) {
        cursor_skip(&c, 2); /* warnings */
        return cursor_le16(&c);
    }
    mysql_number(&c); /* rows affected */
    mysql_number(&c); /* the latest id */
    return cursor_le16(&c);
}

bool mysql_error(const struct mysql_packet *p, uint16_t *ret_number, struct bytes *ret_state)
{
    struct cursor c = cursor_over(p->body);
    uint8_t says = cursor_u8(&c);
    *ret_number = cursor_le16(&c);
    *ret_state = (struct bytes){0};
    bool is_one = !c.starved && says == MYSQL_SAYS_ERROR;
    if (cursor_u8(&c) == '#')
        *ret_state = cursor_take(&c, 5);
    return is_one;
}

bool mysql_columns(const struct mysql_packet *p, uint32_t *ret_columns, bool *ret_defined)
{
    struct cursor c = cursor_over(p->body);
    uint64_t first = mysql_number(&c), columns = first;
    *ret_defined = true;
    if (!c.starved && cursor_left(&c) == 1) {
        /* MariaDB and MySQL say behind the number whether definitions follow. MySQL's manual has it
         * in front, and so do servers that were made by it. */
        uint8_t second = cursor_u8(&c);
        *ret_defined = second != 0;
        if (second > 1 && first <= 1) {
            *ret_defined = first != 0;
            columns = second;
        }
    }
    *ret_columns = (uint32_t)columns;
    return !c.starved && !cursor_left(&c) && p->body.len == p->len && columns &&
           columns <= COLUMNS_MAX;
}

static bool is_printable(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] == 0x7f)
            return false;
    return true;
}

/* 10, version, thread, eight bytes, 0, flags, ...: of protocol 10, from MySQL 3.21 to today. */
bool mysql_greeting(const struct mysql_packet *p, uint32_t *ret_capabilities)
{
    struct bytes version = bytes_after(p->body, 1);
    const uint8_t *end = version.len ? memchr(version.at, '\0', version.len) : NULL;
    if (p->number || p->body.len != p->len || !end || p->body.at[0] != MYSQL_SAYS_GREETING)
        return false;
    version.len = (size_t)(end - version.at);
    if (!version.len || version.at[0] < '0' || version.at[0] > '9' || !is_printable(version))
        return false;
    struct cursor c = cursor_over(bytes_after(p->body, version.len + 2));
    cursor_skip(&c, sizeof(uint32_t) + SCRAMBLE_FIRST);
    uint8_t filler = cursor_u8(&c);
    uint32_t low = cursor_le16(&c);
    bool whole = !c.starved && !filler;
    cursor_skip(&c, 3); /* character set, state */
    uint32_t high = cursor_le16(&c);
    *ret_capabilities = high << 16 | low;
    return whole;
}

bool mysql_is_refusal(const struct mysql_packet *p)
{
    uint16_t number;
    struct bytes state;
    if (p->number || p->len > REFUSAL_MAX || p->body.len != p->len ||
        !mysql_error(p, &number, &state))
        return false;
    struct bytes text = bytes_after(p->body, 3);
    return number >= ERROR_FIRST && number <= ERROR_LAST && text.len && is_printable(text);
}

/* Flags, greatest packet, character set, 23 bytes without a meaning; of MariaDB the last four are
 * further flags. Before MySQL 4.1: 16 flags, greatest packet in 24 bits, the user's name. */
bool mysql_login(const struct mysql_packet *p, uint32_t *ret_capabilities)
{
    struct cursor c = cursor_over(p->body);
    uint32_t flags = cursor_le32(&c);
    if (p->number != 1 && p->number != 2)
        return false;
    if (!(flags & MYSQL_PROTOCOL_41)) {
        *ret_capabilities = flags & 0xffff;
        return p->len >= OLD_LOGIN_MIN && p->body.len == p->len && !c.starved &&
               memchr(p->body.at + OLD_LOGIN_MIN - 1, '\0', p->len - OLD_LOGIN_MIN + 1);
    }
    cursor_skip(&c, sizeof(uint32_t) + 1);
    struct bytes unused = cursor_take(&c, 19);
    cursor_skip(&c, sizeof(uint32_t));
    if (c.starved)
        return false;
    for (size_t i = 0; i < unused.len; i++)
        if (unused.at[i])
            return false;
    *ret_capabilities = flags;
    return true;
}

/* Passes over the value of an attribute of this type. */
static void skip_value(struct cursor *c, uint8_t type)
{
    static const uint8_t fixed[] = {
        [1] = 1, [2] = 2, [3] = 4, [4] = 4, [5] = 8, [8] = 8, [9] = 4, [13] = 2};
    if (type == 6) /* NULL */
        return;
    if (type < sizeof fixed && fixed[type])
        cursor_skip(c, fixed[type]);
    else if (type == 7 || type == 10 || type == 11 || type == 12) /* times say their length */
        cursor_skip(c, cursor_u8(c));
    else
        cursor_skip(c, mysql_number(c));
}

size_t mysql_query_text(struct bytes body, uint32_t capabilities, bool known)
{
    bool may_be = body.len > 1 && body.at[0] < ATTRIBUTES_MAX && body.at[1] == 1;
    if (known ? !(capabilities & MYSQL_QUERY_ATTRIBUTES) : !may_be)
        return 0;
    struct cursor c = cursor_over(body);
    uint64_t count = mysql_number(&c);
    mysql_number(&c); /* sets of them: one */
    if (c.starved || count > ATTRIBUTES_MAX)
        return body.len;
    if (!count)
        return body.len - cursor_left(&c);
    struct bytes nulls = cursor_take(&c, (size_t)(count + 7) / 8);
    cursor_skip(&c, 1); /* types follow */
    uint8_t types[ATTRIBUTES_MAX];
    for (size_t i = 0; i < count && !c.starved; i++) {
        types[i] = cursor_u8(&c);
        cursor_skip(&c, 1);                /* is it without a sign? */
        cursor_skip(&c, mysql_number(&c)); /* its name */
    }
    for (size_t i = 0; i < count && !c.starved; i++)
        if (!(nulls.at[i / 8] >> i % 8 & 1))
            skip_value(&c, types[i]);
    return c.starved ? body.len : body.len - cursor_left(&c);
}
