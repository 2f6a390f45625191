/* dns_tcp.c - the DNS over TCP: each message behind its length in two bytes (RFC 1035, 4.2.2);
 * questions may follow each other, and answers come in any order (RFC 7766). */
#include "decode/dns_exchange.h"
#include "decode/unread.h"

enum {
    LENGTH = 2,
    ENOUGH = 512,        /* bytes of a message in order that say what it is, however long it is */
    QUESTION_MAX = 4096, /* no first question is longer: text has greater numbers in its front */
};

/* The first message of a side; `in` may be empty. */
static enum guess check(struct bytes in, bool response)
{
    struct cursor c = cursor_over(in);
    size_t len = cursor_be16(&c);
    if (c.starved)
        return GUESS_MORE;
    if (!response && len > QUESTION_MAX)
        return GUESS_NO;
    struct bytes message = bytes_first(bytes_after(in, LENGTH), len);
    enum guess guess = dns_check(message, len, response);
    return guess == GUESS_MORE && message.len >= ENOUGH ? GUESS_YES : guess;
}

static int64_t dns_tcp_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct cursor cursor = cursor_over(in);
    size_t len = cursor_be16(&cursor);
    size_t shown = LENGTH + len < UNREAD_MAX ? len : UNREAD_MAX - LENGTH;
    if (!cursor.starved && len < DNS_HEADER)
        return DECODE_LOST;
    if (conn_is_lost(c, dir) && check(in, dir == TO_CLIENT) == GUESS_NO)
        return DECODE_LOST;
    struct bytes message = cursor_take(&cursor, shown);
    if (cursor.starved)
        return DECODE_MORE;
    bool taken = dns_take(c, dir, OVER_TCP, message, len) == DNS_TAKEN;
    return taken ? (int64_t)(LENGTH + len) : DECODE_LOST;
}

static enum guess dns_tcp_probe(const struct opening *opening)
{
    enum guess asks = check(opening->to_server, false);
    enum guess answers = check(opening->to_client, true);
    if (asks == GUESS_YES || (asks == GUESS_NO && !opening->midstream))
        return asks;
    return asks == GUESS_NO && answers == GUESS_MORE ? GUESS_NO : answers;
}

const struct decoder dns_tcp_decoder = {
    .name = "dns",
    .transport = OVER_TCP,
    .ports = {53},
    .probe = dns_tcp_probe,
    .feed = dns_tcp_feed,
};
