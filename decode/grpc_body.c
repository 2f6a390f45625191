/* grpc_body.c - see grpc.h: the messages in a body, however the body is cut into pieces.
 *
 * The bytes of messages pass by unread. Those of prefixes and of the trailer go through a machine
 * that takes a byte at a time; of gRPC-Web-Text all do, because padding may be anywhere. A read
 * ends where something is to be told, or where the next byte is the first of a message, so that
 * what is told does not depend on how the bytes were cut. */
#include <strings.h>

#include "decode/grpc.h"

enum {
    PREFIX_LEN = 5,
    FLAG_COMPRESSED = 1,
    FLAG_TRAILER = 0x80,
    NO_LETTER = 64, /* neither a letter of base64 nor padding */
    PADDING = 65,
    LINE_MAX_LEN = sizeof((struct grpc_body *)0)->line,
};

static const uint32_t PADDED = UINT32_C(1) << 31; /* in `base64`: the group has ended */

static bool is_between_messages(const struct grpc_body *b)
{
    return !b->left && !b->prefix_len;
}

static struct bytes trim(struct bytes b)
{
    while (b.len && (b.at[0] == ' ' || b.at[0] == '\t'))
        b = bytes_after(b, 1);
    while (b.len && (b.at[b.len - 1] == ' ' || b.at[b.len - 1] == '\t' || b.at[b.len - 1] == '\r'))
        b.len--;
    return b;
}

static bool is_word(struct bytes b, const char *word)
{
    return b.len == strlen(word) && strncasecmp((const char *)b.at, word, b.len) == 0;
}

/* The line of the trailer is whole. A status that was cut is none: it might be another. */
static void line_ends(struct grpc_body *b, struct grpc_read *ret)
{
    bool is_cut = b->line_len > LINE_MAX_LEN;
    struct bytes line = bytes_of(b->line, is_cut ? LINE_MAX_LEN : b->line_len);
    b->line_len = 0;
    const uint8_t *colon = line.len ? memchr(line.at, ':', line.len) : NULL;
    if (!colon)
        return;
    size_t name_len = (size_t)(colon - line.at);
    struct bytes name = trim(bytes_first(line, name_len));
    struct bytes value = trim(bytes_after(line, name_len + 1));
    if (is_word(name, "grpc-status")) {
        ret->status_read = !is_cut && grpc_read_status(value, &ret->status);
    } else if (is_word(name, "grpc-message")) {
        ret->text = value;
        ret->text_cut = is_cut;
    }
}

/* The end of the trailer ends its last line too. */
static void trailer_byte(struct grpc_body *b, uint8_t byte, struct grpc_read *ret)
{
    if (byte != '\n' && b->line_len < LINE_MAX_LEN)
        b->line[b->line_len] = (char)byte;
    if (byte != '\n' && b->line_len <= LINE_MAX_LEN)
        b->line_len++;
    if (byte == '\n' || !b->left)
        line_ends(b, ret);
}

static bool is_flags(uint8_t form, uint8_t flags)
{
    uint8_t may = form == GRPC_PLAIN ? FLAG_COMPRESSED : FLAG_COMPRESSED | FLAG_TRAILER;
    return !(flags & ~may);
}

/* The first byte tells a message from a trailer. Other flags than those there are: it is none. */
static void prefix_byte(struct grpc_body *b, uint8_t byte, struct grpc_read *ret)
{
    if (!b->prefix_len && !is_flags(b->form, byte)) {
        b->lost = true;
        return;
    }
    if (!b->prefix_len) {
        ret->message = !(byte & FLAG_TRAILER);
        b->compressed |= byte == FLAG_COMPRESSED;
        b->in_trailer = byte == FLAG_TRAILER; /* one that is compressed cannot be read */
    }
    b->prefix[b->prefix_len++] = byte;
    if (b->prefix_len < PREFIX_LEN)
        return;
    struct cursor c = cursor_over(bytes_of(b->prefix + 1, PREFIX_LEN - 1));
    b->left = cursor_be32(&c);
    b->prefix_len = 0;
}

/* Reads one byte of the messages. */
static void body_byte(struct grpc_body *b, uint8_t byte, struct grpc_read *ret)
{
    if (!b->left) {
        prefix_byte(b, byte, ret);
        return;
    }
    b->left--;
    if (b->in_trailer)
        trailer_byte(b, byte, ret);
}

static bool has_news(const struct grpc_read *read)
{
    return read->status_read || read->text.len;
}

/* The rest of a message, which may be longer than what is here. */
static uint64_t skip(struct grpc_body *b, uint64_t len)
{
    uint64_t n = b->left < len ? b->left : len;
    b->left -= n;
    return n;
}

static uint64_t read_bytes(struct grpc_body *b, struct bytes in, uint64_t left,
                           struct grpc_read *ret)
{
    uint64_t used = 0;
    do {
        if (b->left && !b->in_trailer)
            return used + skip(b, left - used);
        body_byte(b, in.at[used++], ret);
        if (b->lost)
            return left;
    } while (used < left && !has_news(ret) && !is_between_messages(b) &&
             (used < in.len || (b->left && !b->in_trailer)));
    return used;
}

static uint8_t letter_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint8_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : c == '=' ? PADDING : NO_LETTER;
}

/* The group goes on, or ends, with padding (RFC 4648, 4). */
static void padding_read(struct grpc_body *b)
{
    if (b->base64_len < 2)
        b->lost = true;
    b->base64 |= PADDED;
    b->base64_len = (uint8_t)((b->base64_len + 1) & 3);
}

/* All but the first letter of a group make a byte whole. */
static void letter_read(struct grpc_body *b, uint8_t letter, struct grpc_read *ret)
{
    uint8_t value = letter_value(letter);
    if (!b->base64_len)
        b->base64 = 0;
    if (value == PADDING) {
        padding_read(b);
        return;
    }
    if (value == NO_LETTER || b->base64 & PADDED) {
        b->lost = true;
        return;
    }
    b->base64 = b->base64 << 6 | value;
    unsigned spare = 6 - 2U * b->base64_len; /* bits that belong to the byte after */
    if (b->base64_len++)
        body_byte(b, (uint8_t)(b->base64 >> spare), ret);
    b->base64_len &= 3;
}

static uint64_t read_letters(struct grpc_body *b, struct bytes in, uint64_t left,
                             struct grpc_read *ret)
{
    uint64_t used = 0;
    do {
        letter_read(b, in.at[used++], ret);
        if (b->lost)
            return left;
    } while (used < left && used < in.len && !has_news(ret) &&
             !(is_between_messages(b) && b->base64_len));
    return used;
}

int64_t grpc_body_read(struct grpc_body *b, struct bytes in, uint64_t left, struct grpc_read *ret)
{
    *ret = (struct grpc_read){0};
    if (!in.len || !left)
        return DECODE_MORE;
    if (b->lost)
        return (int64_t)left;
    return (int64_t)(b->form == GRPC_WEB_TEXT ? read_letters(b, in, left, ret)
                                              : read_bytes(b, in, left, ret));
}

void grpc_body_lose(struct grpc_body *b, uint64_t len)
{
    if (b->form == GRPC_WEB_TEXT || b->in_trailer || len > b->left)
        b->lost = true;
    else
        b->left -= len;
}
