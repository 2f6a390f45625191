/* dns_message.c - see dns_message.h. */
#include "decode/dns_message.h"

enum {
    QUESTIONS_MAX = 16, /* of a message that is taken for one; servers answer one */
    ADDITIONALS_MAX = 16,
    FLAGS_END = 4, /* in the header */
    POINTER = 0xc0,
};

/* A name on the way through it. */
struct walk {
    struct bytes whole;
    struct cursor c;
    unsigned jumps;
    size_t len;         /* without compression, so far */
    const uint8_t *end; /* where it ends in the place where it began; NULL: not known yet */
    bool bad;
};

static struct walk walk_from(struct bytes whole, size_t at)
{
    return (struct walk){.whole = whole, .c = cursor_over(bytes_after(whole, at))};
}

static void jump(struct walk *w, uint8_t high)
{
    uint8_t low = cursor_u8(&w->c);
    if (w->c.starved)
        return;
    if (!w->end)
        w->end = w->c.at;
    w->bad = ++w->jumps > DNS_JUMPS_MAX;
    w->c = cursor_over(bytes_after(w->whole, (size_t)(high - POINTER) << 8 | low));
}

/* The next label; false at the root, and when the walk fails. */
static bool next_label(struct walk *w, struct bytes *ret)
{
    uint8_t len = cursor_u8(&w->c);
    while (len >= POINTER && !w->bad && !w->c.starved) {
        jump(w, len);
        len = cursor_u8(&w->c);
    }
    w->len += len + 1U;
    w->bad = w->bad || len > DNS_LABEL_MAX || w->len > DNS_NAME_MAX;
    if (w->bad || w->c.starved)
        return false;
    *ret = cursor_take(&w->c, len);
    if (!len && !w->end)
        w->end = w->c.at;
    return len && !w->c.starved;
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 'a' - 'A') : byte;
}

/* Walks the name to its end. False: it has none. */
static bool find_name(struct walk *w, struct dns_name *ret)
{
    struct bytes label;
    uint64_t hash = 0xcbf29ce484222325;
    while (next_label(w, &label)) {
        hash = (hash ^ label.len) * 0x100000001b3;
        for (size_t i = 0; i < label.len; i++)
            hash = (hash ^ lower(label.at[i])) * 0x100000001b3;
    }
    ret->hash = hash;
    return !w->bad && !w->c.starved;
}

static bool read_name(struct dns_reader *r, struct dns_name *ret)
{
    size_t at = r->whole.len - cursor_left(&r->c);
    struct walk w = walk_from(r->whole, at);
    struct dns_name name = {.whole = r->whole, .at = at};
    bool found = find_name(&w, &name);
    r->bad = r->bad || w.bad;
    if (!found || r->c.starved) {
        r->c.starved = true;
        return false;
    }
    *ret = name;
    cursor_skip(&r->c, (size_t)(w.end - r->c.at));
    return true;
}

bool dns_read_header(struct dns_reader *r, struct bytes whole)
{
    *r = (struct dns_reader){.whole = whole, .c = cursor_over(whole)};
    struct dns_header *h = &r->header;
    h->id = cursor_be16(&r->c);
    h->flags = cursor_be16(&r->c);
    h->questions = cursor_be16(&r->c);
    h->answers = cursor_be16(&r->c);
    h->authorities = cursor_be16(&r->c);
    h->additionals = cursor_be16(&r->c);
    return !r->c.starved;
}

bool dns_read_question(struct dns_reader *r, struct dns_question *ret)
{
    if (!read_name(r, &ret->name))
        return false;
    ret->type = cursor_be16(&r->c);
    ret->class = cursor_be16(&r->c);
    return !r->c.starved;
}

bool dns_read_record(struct dns_reader *r, struct dns_record *ret)
{
    if (!read_name(r, &ret->owner))
        return false;
    ret->type = cursor_be16(&r->c);
    ret->class = cursor_be16(&r->c);
    ret->ttl = cursor_be32(&r->c);
    size_t len = cursor_be16(&r->c);
    ret->data = cursor_take(&r->c, len);
    return !r->c.starved;
}

bool dns_name_in(const struct dns_record *record, size_t skip, struct dns_name *ret)
{
    struct bytes whole = record->owner.whole, data = record->data;
    if (skip >= data.len)
        return false;
    struct dns_name name = {.whole = whole, .at = (size_t)(data.at - whole.at) + skip};
    struct walk w = walk_from(whole, name.at);
    if (!find_name(&w, &name) || w.end > data.at + data.len)
        return false;
    *ret = name;
    return true;
}

size_t dns_name_len(const struct dns_name *name)
{
    struct walk w = walk_from(name->whole, name->at);
    struct bytes label;
    while (next_label(&w, &label))
        ;
    return (size_t)(w.end - (name->whole.at + name->at));
}

static bool labels_equal(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
    if (a->hash != b->hash)
        return false;
    struct walk left = walk_from(a->whole, a->at), right = walk_from(b->whole, b->at);
    for (;;) {
        struct bytes label = {0}, other = {0};
        bool more = next_label(&left, &label);
        if (next_label(&right, &other) != more || !labels_equal(label, other))
            return false;
        if (!more)
            return true;
    }
}

static size_t put_byte(char *text, uint8_t byte)
{
    bool escaped = byte == '.' || byte == '\\';
    if (byte > ' ' && byte < 0x7f) {
        text[0] = '\\';
        text[escaped] = (char)lower(byte);
        return escaped ? 2 : 1;
    }
    text[0] = '\\';
    text[1] = (char)('0' + byte / 100);
    text[2] = (char)('0' + byte / 10 % 10);
    text[3] = (char)('0' + byte % 10);
    return 4;
}

void dns_name_text(const struct dns_name *name, char *text, size_t size)
{
    struct walk w = walk_from(name->whole, name->at);
    struct bytes label;
    size_t len = 0;
    while (next_label(&w, &label)) {
        if (len)
            text[len++] = '.';
        for (size_t i = 0; i < label.len && len + 6 < size; i++)
            len += put_byte(text + len, label.at[i]);
    }
    if (!len)
        text[len++] = '.';
    text[len] = '\0';
}

static bool flags_fit(uint16_t flags, bool response)
{
    unsigned opcode = dns_opcode(flags);
    if (response != ((flags & DNS_RESPONSE) != 0) || flags & DNS_RESERVED)
        return false;
    if (!response && flags & (DNS_RECURSION_AVAILABLE | DNS_RCODE))
        return false;
    return opcode == DNS_QUERY || opcode == DNS_NOTIFY || opcode == DNS_UPDATE;
}

static bool counts_fit(const struct dns_header *h, bool response)
{
    if (h->questions > QUESTIONS_MAX)
        return false;
    if (response)
        return h->questions || h->answers;
    bool in_order = dns_opcode(h->flags) != DNS_QUERY || h->authorities <= 1;
    return h->questions && in_order && h->additionals <= ADDITIONALS_MAX;
}

/* A name of NetBIOS (RFC 1002, 4.2) in the same format: another service, with other types. */
static bool is_netbios(const struct dns_question *q)
{
    struct walk w = walk_from(q->name.whole, q->name.at);
    struct bytes label;
    if ((q->type != 32 && q->type != DNS_SRV) || !next_label(&w, &label) || label.len != 32)
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (label.at[i] < 'A' || label.at[i] > 'P')
            return false;
    return true;
}

static bool question_fits(const struct dns_question *q)
{
    uint16_t class = q->class & 0x7fff; /* the other bit: RFC 6762, 5.4 */
    bool is_class = class == DNS_IN || class == 3 || class == 4 || class == 254 || class == 255;
    return q->type && is_class && !is_netbios(q);
}

static bool record_fits(const struct dns_record *record)
{
    if ((record->class & 0x7fff) != DNS_IN || !record->data.len)
        return true;
    if (record->type == DNS_A)
        return record->data.len == 4;
    return record->type != DNS_AAAA || record->data.len == 16;
}

enum guess dns_check(struct bytes in, size_t len, bool response)
{
    struct dns_reader r;
    enum guess no_end = in.len < len ? GUESS_MORE : GUESS_NO;
    if (len < DNS_HEADER)
        return GUESS_NO;
    bool has_header = dns_read_header(&r, in);
    const struct dns_header *h = &r.header;
    if (in.len >= FLAGS_END && !flags_fit(h->flags, response))
        return GUESS_NO;
    if (!has_header)
        return no_end;
    if (!counts_fit(h, response))
        return GUESS_NO;
    for (unsigned i = 0; i < h->questions; i++) {
        struct dns_question q;
        if (!dns_read_question(&r, &q))
            return r.bad ? GUESS_NO : no_end;
        if (!question_fits(&q))
            return GUESS_NO;
    }
    size_t records = (size_t)h->answers + h->authorities + h->additionals;
    for (size_t i = 0; i < records; i++) {
        struct dns_record record;
        if (!dns_read_record(&r, &record))
            return r.bad ? GUESS_NO : no_end;
        if (!record_fits(&record))
            return GUESS_NO;
    }
    if (cursor_left(&r.c))
        return GUESS_NO;
    return in.len == len ? GUESS_YES : no_end;
}
