/* http2_fields.c - see http2_fields.h. */
#include "http2_fields.h"

#include <stdio.h>

#include "decode/hpack_static.h"

static const char *const names[FIELD_NAMES] = {
    [FIELD_METHOD] = ":method",
    [FIELD_SCHEME] = ":scheme",
    [FIELD_PATH] = ":path",
    [FIELD_AUTHORITY] = ":authority",
    [FIELD_STATUS] = ":status",
    [FIELD_CONTENT_TYPE] = "content-type",
    [FIELD_GRPC_STATUS] = "grpc-status",
    [FIELD_HOST] = "host",
    [FIELD_GRPC_MESSAGE] = "grpc-message",
    [FIELD_GRPC_TIMEOUT] = "grpc-timeout",
    [FIELD_TRACEPARENT] = "traceparent",
    [FIELD_REQUEST_ID] = "x-request-id",
    [FIELD_FORWARDED_FOR] = "x-forwarded-for",
    [FIELD_B3] = "b3",
    [FIELD_B3_TRACE] = "x-b3-traceid",
    [FIELD_B3_SPAN] = "x-b3-spanid",
    [FIELD_TE] = "te",
    [FIELD_FILL] = "x-fill",
};

/* What the values of a field are made of, its number taking the place of '#'. None: it is long. */
static const char *const values[FIELD_NAMES][STATUSES] = {
    [FIELD_METHOD] = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT"},
    [FIELD_SCHEME] = {"http", "https"},
    [FIELD_PATH] = {"/#", "/", "/a.B/C", "/a?q=#", "*", "/1/#/c", "/a%2f\t#"},
    [FIELD_AUTHORITY] = {"h#", "a.c:80", "[::1]:#", "u:p@c"},
    [FIELD_STATUS] = {"200", "204", "304", "400", "404", "500", "201", "302", "418", "503", "504",
                      "999", "100", "103"},
    [FIELD_CONTENT_TYPE] = {"application/grpc", "application/grpc+proto", "application/json",
                            "text/html", "application/grpc-web", "application/grpc-web-text",
                            "application/grpc-web+proto", "#"},
    [FIELD_GRPC_STATUS] = {"0", "1", "2", "4", "7", "13", "14", "16", "17", "#", "-1", "0x"},
    [FIELD_HOST] = {"h#", "c"},
    [FIELD_GRPC_MESSAGE] = {"#", "it%20is%20#", "%e2%82", "%", "\xff\1"},
    [FIELD_GRPC_TIMEOUT] = {"#m", "#n", "#u", "#S", "#M", "#H", "#", "99999999H", "S"},
    [FIELD_TRACEPARENT] = {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203#-01", "00-#"},
    [FIELD_REQUEST_ID] = {"id-#", "c\r\n"},
    [FIELD_FORWARDED_FOR] = {"10.0.0.#, 10.0.0.1", "::1"},
    [FIELD_B3] = {"80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86#-1", "0", "#"},
    [FIELD_B3_TRACE] = {"80f198ee56343ba864fe8b2a57d3e#", "#"},
    [FIELD_B3_SPAN] = {"e457b5a2e4d86#", "#"},
    [FIELD_TE] = {"/te/#", "trailers"},
};

static size_t value_of(enum field_name name, uint8_t number, char *ret)
{
    unsigned count = 0;
    while (count < STATUSES && values[name][count])
        count++;
    if (!count) {
        memset(ret, 'a' + number % 4, (size_t)number * 4);
        return (size_t)number * 4;
    }
    size_t len = 0;
    for (const char *at = values[name][number % count]; *at; at++) {
        if (*at != '#')
            ret[len++] = *at;
        else
            len += (size_t)snprintf(ret + len, 4, "%03u", (unsigned)number);
    }
    return len;
}

void fields_init(struct fields *f)
{
    f->count = f->size = 0;
    f->size_max = 4096;
}

static void evict(struct fields *f)
{
    while (f->size > f->size_max)
        f->size -= f->entry[--f->count].size;
}

static void insert(struct fields *f, enum field_name name, uint8_t number, uint32_t size)
{
    if (size > f->size_max) { /* RFC 7541, 4.4 */
        f->count = f->size = 0;
        return;
    }
    f->size += size;
    evict(f); /* so that there is room in `entry` */
    memmove(f->entry + 1, f->entry, f->count * sizeof *f->entry);
    f->entry[0].name = (uint8_t)name;
    f->entry[0].number = number;
    f->entry[0].size = (uint16_t)size;
    f->count++;
}

/* RFC 7541, 5.1 */
static void put_number(struct writer *w, uint8_t first, unsigned prefix_bits, uint32_t number)
{
    uint32_t prefix_max = (1U << prefix_bits) - 1;
    if (number < prefix_max) {
        writer_u8(w, (uint8_t)(first | number));
        return;
    }
    writer_u8(w, (uint8_t)(first | prefix_max));
    writer_varint(w, number - prefix_max);
}

/* Codes of five bits, in order, and of six behind them (RFC 7541, B). */
static bool put_huffman(struct writer *w, struct bytes text)
{
    static const char letters[] = "012aceiost %-./3456789=A_bdfghlmnpru";
    uint8_t packed[FIELD_VALUE_MAX];
    size_t len = 0;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.at[i] ? strchr(letters, text.at[i]) : NULL;
        if (!at)
            return false;
        uint32_t place = (uint32_t)(at - letters), room = place < 10 ? 5 : 6;
        bits = bits << room | (place < 10 ? place : place + 10);
        for (count += room; count >= 8; count -= 8)
            packed[len++] = (uint8_t)(bits >> (count - 8));
    }
    if (count)
        packed[len++] = (uint8_t)(bits << (8 - count) | 0xffU >> count);
    put_number(w, 0x80, 7, (uint32_t)len);
    writer_bytes(w, packed, len);
    return true;
}

static void put_text(struct writer *w, struct bytes text, unsigned how)
{
    if (how & HOW_HUFFMAN && put_huffman(w, text))
        return;
    put_number(w, 0, 7, (uint32_t)text.len);
    writer_bytes(w, text.at, text.len);
}

/* Indices of the entry that has the name, and of the one that has the value too; 0: none. */
static void find(const struct fields *f, enum field_name name, uint8_t number, struct bytes value,
                 uint32_t ret[2])
{
    ret[0] = ret[1] = 0;
    for (uint32_t i = f->count; i; i--) {
        if (f->entry[i - 1].name != name)
            continue;
        ret[0] = HPACK_STATIC_LAST + i;
        if (f->entry[i - 1].number == number)
            ret[1] = ret[0];
    }
    for (uint32_t i = HPACK_STATIC_LAST; i; i--) {
        if (!bytes_equal_text(hpack_static[i].name, names[name]))
            continue;
        ret[0] = i;
        if (bytes_equal(hpack_static[i].value, value))
            ret[1] = i;
    }
}

void fields_resize(struct fields *f, struct writer *w, uint32_t size_max)
{
    f->size_max = size_max;
    evict(f);
    put_number(w, 0x20, 5, size_max);
}

void fields_put(struct fields *f, struct writer *w, enum field_name name, uint8_t number,
                unsigned how)
{
    static const uint8_t first[] = {0x40, 0x40, 0, 0x10};
    char text[FIELD_VALUE_MAX];
    unsigned form = how & HOW_FORM;
    struct bytes value = bytes_of(text, value_of(name, number, text));
    uint32_t index[2];
    find(f, name, number, value, index);
    if (!form && index[1]) {
        put_number(w, 0x80, 7, index[1]);
        return;
    }
    if (how & HOW_NAME_IN_FULL)
        index[0] = 0;
    put_number(w, first[form], form < 2 ? 6 : 4, index[0]);
    if (!index[0])
        put_text(w, bytes_of_text(names[name]), how);
    put_text(w, value, how);
    if (form < 2)
        insert(f, name, number, (uint32_t)(strlen(names[name]) + value.len + 32));
}
