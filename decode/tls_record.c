/* tls_record.c - see tls_record.h. */
#include "decode/tls_record.h"

#include <stdlib.h>

enum { ROOM_MIN = 2048, MINOR_VERSIONS = 5 };

enum tls_found tls_read_record(struct bytes in, struct tls_record *ret)
{
    struct cursor c = cursor_over(in);
    uint8_t type = cursor_u8(&c), major = cursor_u8(&c), minor = cursor_u8(&c);
    uint16_t len = cursor_be16(&c);
    if (in.len > 0 && (type < TLS_CHANGE_CIPHER_SPEC || type > TLS_HEARTBEAT))
        return TLS_NONE;
    if ((in.len > 1 && major != 3) || (in.len > 2 && minor >= MINOR_VERSIONS))
        return TLS_NONE;
    if (c.starved)
        return TLS_PART;
    if (len > TLS_RECORD_MAX || (!len && type != TLS_APPLICATION_DATA))
        return TLS_NONE;
    *ret = (struct tls_record){type, (uint16_t)(major << 8 | minor), len};
    return TLS_WHOLE;
}

unsigned tls_count_records(struct bytes in, unsigned most, bool *ret_exact)
{
    struct tls_record r;
    unsigned count = 0;
    *ret_exact = false;
    while (count < most && tls_read_record(in, &r) == TLS_WHOLE) {
        count++;
        *ret_exact = in.len == TLS_RECORD_HEADER + (size_t)r.len;
        in = bytes_after(in, TLS_RECORD_HEADER + (size_t)r.len);
    }
    /* What follows a record and is none speaks against all of them. */
    bool refuted = count < most && in.len && tls_read_record(in, &r) == TLS_NONE;
    return refuted ? 0 : count;
}

void tls_messages_free(struct tls_messages *m)
{
    free(m->bytes);
    *m = (struct tls_messages){0};
}

void tls_messages_lose(struct tls_messages *m)
{
    tls_messages_free(m);
    m->adrift = true;
}

static uint32_t length_of(const uint8_t *header)
{
    return (uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 | header[3];
}

static bool is_wanted(uint8_t type)
{
    return type == TLS_CLIENT_HELLO || type == TLS_SERVER_HELLO || type == TLS_CERTIFICATE ||
           type == TLS_ENCRYPTED_EXTENSIONS;
}

static bool is_filled_by_messages(struct bytes content)
{
    while (content.len >= TLS_MESSAGE_HEADER && content.at[0] && content.at[0] <= TLS_FINISHED) {
        size_t len = TLS_MESSAGE_HEADER + (size_t)length_of(content.at);
        if (len == content.len)
            return true;
        content = bytes_after(content, len);
    }
    return false;
}

void tls_messages_record(struct tls_messages *m, struct bytes content)
{
    if (m->adrift && is_filled_by_messages(content))
        m->adrift = false;
}

/* What was handed out is done with. */
static void begin_anew(struct tls_messages *m)
{
    uint32_t passing = m->passing;
    tls_messages_free(m);
    m->passing = passing;
}

static void pass_by(struct tls_messages *m, struct bytes *rest)
{
    uint32_t len = m->passing < rest->len ? m->passing : (uint32_t)rest->len;
    m->passing -= len;
    *rest = bytes_after(*rest, len);
}

static bool make_room(struct tls_messages *m, size_t len)
{
    if (len <= m->room)
        return true;
    size_t room = m->room ? m->room : ROOM_MIN;
    while (room < len)
        room *= 2;
    uint8_t *bytes = realloc(m->bytes, room);
    if (!bytes)
        return false;
    m->bytes = bytes;
    m->room = (uint32_t)room;
    return true;
}

/* Keeps bytes up to `end` of the message that has begun. False: they are not all here, or memory is
 * short, and then the message is forgotten. */
static bool keep_up_to(struct tls_messages *m, struct bytes *rest, uint32_t end)
{
    size_t more = end - m->len < rest->len ? end - m->len : rest->len;
    if (more && !make_room(m, m->len + more)) {
        tls_messages_lose(m);
        *rest = (struct bytes){0};
        return false;
    }
    if (more)
        memcpy(m->bytes + m->len, rest->at, more);
    m->len += (uint32_t)more;
    *rest = bytes_after(*rest, more);
    return m->len == end;
}

/* Of a message that has its header at `header`. Returns how much of it is to be kept. */
static uint32_t begin_message(struct tls_messages *m, const uint8_t *header,
                              struct tls_message *ret)
{
    uint32_t len = length_of(header);
    uint32_t kept = !is_wanted(header[0]) ? 0 : len < TLS_MESSAGE_MAX ? len : TLS_MESSAGE_MAX;
    *ret = (struct tls_message){.type = header[0], .cut = kept < len};
    m->passing = len - kept;
    return TLS_MESSAGE_HEADER + kept;
}

static bool next_kept(struct tls_messages *m, struct bytes *rest, struct tls_message *ret)
{
    if (m->len < TLS_MESSAGE_HEADER && !keep_up_to(m, rest, TLS_MESSAGE_HEADER))
        return false;
    uint32_t end = begin_message(m, m->bytes, ret);
    if (!keep_up_to(m, rest, end))
        return false;
    ret->body = bytes_of(m->bytes + TLS_MESSAGE_HEADER, end - TLS_MESSAGE_HEADER);
    m->delivered = true;
    return true;
}

bool tls_messages_next(struct tls_messages *m, struct bytes *rest, struct tls_message *ret)
{
    if (m->adrift)
        return false;
    if (m->delivered)
        begin_anew(m);
    if (!m->len) {
        pass_by(m, rest);
        if (!rest->len)
            return false;
    }
    if (!m->len && rest->len >= TLS_MESSAGE_HEADER) {
        uint32_t end = begin_message(m, rest->at, ret);
        if (rest->len >= end) {
            ret->body = bytes_of(rest->at + TLS_MESSAGE_HEADER, end - TLS_MESSAGE_HEADER);
            *rest = bytes_after(*rest, end);
            return true;
        }
    }
    return next_kept(m, rest, ret);
}
