/* capture_mutator.c - see capture_mutator.h. */
#include "tests/fuzz/capture_mutator.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_HEAD = 24, RECORD_HEAD = 16, RECORDS_MAX = 4096, ETHERNET = 14, FRAME_MAX = 65535 };

struct record {
    uint32_t seconds, fraction, captured, length;
    size_t at; /* of the frame, in what was read */
};

struct file {
    uint8_t *bytes; /* owned: a copy of what was read */
    struct record record[RECORDS_MAX];
    size_t len;
};

/* Where TCP is in a frame: plain Ethernet and IPv4. */
struct segment {
    uint8_t *ip, *tcp, *payload;
    size_t payload_len;
};

static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return below ? (random_state >> 8) % below : 0;
}

static bool read_file(struct file *f, const uint8_t *data, size_t size)
{
    static const uint8_t magic[] = {0xd4, 0xc3, 0xb2, 0xa1};
    f->len = 0;
    f->bytes = NULL;
    if (size < FILE_HEAD || memcmp(data, magic, sizeof magic) != 0)
        return false;
    for (size_t at = FILE_HEAD; at + RECORD_HEAD <= size && f->len < RECORDS_MAX;) {
        struct record *r = &f->record[f->len];
        memcpy(r, data + at, RECORD_HEAD);
        r->at = at + RECORD_HEAD;
        if (r->captured > size - r->at || r->captured > FRAME_MAX)
            break;
        at = r->at + r->captured;
        f->len++;
    }
    f->bytes = f->len ? malloc(size) : NULL;
    if (f->bytes)
        memcpy(f->bytes, data, size);
    return f->bytes;
}

/* Appends what fits. */
static size_t put(uint8_t *out, size_t size, size_t max, const struct record *r,
                  const uint8_t *frame)
{
    if (size + RECORD_HEAD + r->captured > max)
        return size;
    memcpy(out + size, r, RECORD_HEAD);
    memcpy(out + size + RECORD_HEAD, frame, r->captured);
    return size + RECORD_HEAD + r->captured;
}

static uint32_t get_be(const uint8_t *at, unsigned len)
{
    uint32_t ret = 0;
    for (unsigned i = 0; i < len; i++)
        ret = ret << 8 | at[i];
    return ret;
}

static void put_be(uint8_t *at, unsigned len, uint32_t value)
{
    for (unsigned i = len; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

static bool find_segment(uint8_t *frame, size_t len, struct segment *ret)
{
    if (len < ETHERNET + 40 || get_be(frame + 12, 2) != 0x0800 || frame[ETHERNET + 9] != 6)
        return false;
    ret->ip = frame + ETHERNET;
    size_t ip_len = (ret->ip[0] & 15U) * 4, total = get_be(ret->ip + 2, 2);
    if (ip_len < 20 || total > len - ETHERNET || total < ip_len + 20)
        return false;
    ret->tcp = ret->ip + ip_len;
    size_t tcp_len = (ret->tcp[12] >> 4) * 4U;
    if (tcp_len < 20 || tcp_len > total - ip_len)
        return false;
    ret->payload = ret->tcp + tcp_len;
    ret->payload_len = total - ip_len - tcp_len;
    return true;
}

/* Those behind it on the same side of the same connection move by so much, and what answers them
 * acknowledges as much more. */
static void shift(struct file *f, size_t from, const struct segment *by, uint32_t bytes)
{
    for (size_t i = from; i < f->len; i++) {
        struct segment s;
        if (!find_segment(f->bytes + f->record[i].at, f->record[i].captured, &s))
            continue;
        bool ports = memcmp(s.tcp, by->tcp, 4) == 0, back = !memcmp(s.tcp, by->tcp + 2, 2);
        if (ports && memcmp(s.ip + 12, by->ip + 12, 8) == 0)
            put_be(s.tcp + 4, 4, get_be(s.tcp + 4, 4) + bytes);
        else if (back && memcmp(s.ip + 12, by->ip + 16, 4) == 0)
            put_be(s.tcp + 8, 4, get_be(s.tcp + 8, 4) + bytes);
    }
}

/* --- what happens to one frame: each writes what becomes of it --- */

struct work {
    struct file *f;
    size_t nth; /* of the frame */
    uint8_t *out;
    size_t size, max;
    change_bytes *change;
};

static void keep(struct work *w, const struct record *r, const uint8_t *frame)
{
    w->size = put(w->out, w->size, w->max, r, frame);
}

static const uint8_t *frame_of(const struct work *w)
{
    return w->f->bytes + w->f->record[w->nth].at;
}

static void lose(struct work *w)
{
    (void)w;
}

static void repeat(struct work *w)
{
    struct record r = w->f->record[w->nth];
    keep(w, &r, frame_of(w));
    r.fraction += draw(100);
    keep(w, &r, frame_of(w));
}

/* It comes after the next ones. */
static void delay(struct work *w)
{
    size_t to = w->nth + 1 + draw(4);
    for (; w->nth + 1 < w->f->len && w->nth < to; w->nth++) {
        struct record moved = w->f->record[w->nth];
        w->f->record[w->nth] = w->f->record[w->nth + 1];
        w->f->record[w->nth + 1] = moved;
        keep(w, &w->f->record[w->nth], frame_of(w));
    }
    keep(w, &w->f->record[w->nth], frame_of(w));
}

/* The snapshot length cuts it. */
static void cut(struct work *w)
{
    struct record r = w->f->record[w->nth];
    r.captured = draw(r.captured + 1);
    keep(w, &r, frame_of(w));
}

/* Time passes, or goes back. */
static void wait(struct work *w)
{
    static const int32_t seconds[] = {1, 6, 70, 4000, -1, -10};
    int32_t by = seconds[draw(6)];
    for (size_t i = w->nth; i < w->f->len; i++)
        w->f->record[i].seconds += (uint32_t)by;
    keep(w, &w->f->record[w->nth], frame_of(w));
}

/* In two, or the second part first, or both with the middle. */
static void split(struct work *w)
{
    struct record r = w->f->record[w->nth];
    uint8_t *frame = w->f->bytes + r.at, part[FRAME_MAX];
    struct segment s;
    if (!find_segment(frame, r.captured, &s) || s.payload_len < 2) {
        keep(w, &r, frame);
        return;
    }
    size_t head = (size_t)(s.payload - frame), first = 1 + draw((uint32_t)s.payload_len - 1);
    size_t from = draw(4) ? first : draw((uint32_t)first), behind = s.payload_len - from;
    struct record second = r, one = r;
    memcpy(part, frame, head);
    memcpy(part + head, s.payload + from, behind);
    put_be(part + ETHERNET + 2, 2, (uint32_t)(head - ETHERNET + behind));
    put_be(part + (s.tcp - frame) + 4, 4, get_be(s.tcp + 4, 4) + (uint32_t)from);
    second.captured = second.length = (uint32_t)(head + behind);
    put_be(s.ip + 2, 2, (uint32_t)(head - ETHERNET + first));
    one.captured = one.length = (uint32_t)(head + first);
    bool turned = draw(3) == 0;
    keep(w, turned ? &second : &one, turned ? part : frame);
    keep(w, turned ? &one : &second, turned ? frame : part);
}

/* Other bytes in the payload, more or less of them; all lengths fit, and so do those behind. */
static void say_else(struct work *w)
{
    struct record r = w->f->record[w->nth];
    uint8_t *frame = w->f->bytes + r.at, changed[FRAME_MAX];
    struct segment s;
    if (!find_segment(frame, r.captured, &s) || !s.payload_len) {
        keep(w, &r, frame);
        return;
    }
    size_t head = (size_t)(s.payload - frame), room = s.payload_len + draw(64);
    memcpy(changed, frame, head + s.payload_len);
    if (room > sizeof changed - head)
        room = sizeof changed - head;
    size_t len = w->change(changed + head, s.payload_len, room);
    put_be(changed + ETHERNET + 2, 2, (uint32_t)(head - ETHERNET + len));
    r.captured = r.length = (uint32_t)(head + len);
    shift(w->f, w->nth + 1, &s, (uint32_t)(len - s.payload_len));
    keep(w, &r, changed);
}

/* Flags, numbers, window: all that TCP says of itself. */
static void mistake(struct work *w)
{
    struct record *r = &w->f->record[w->nth];
    uint8_t *frame = w->f->bytes + r->at;
    struct segment s;
    if (find_segment(frame, r->captured, &s)) {
        if (draw(2))
            s.tcp[13] ^= (uint8_t)(1U << draw(5));
        else
            s.tcp[4 + draw(12)] ^= (uint8_t)(1U << draw(8));
    }
    keep(w, r, frame);
}

/* Anything anywhere, headers and tunnels too. */
static void damage(struct work *w)
{
    struct record r = w->f->record[w->nth];
    uint8_t frame[FRAME_MAX];
    memcpy(frame, frame_of(w), r.captured);
    size_t room = r.captured + draw(32);
    if (r.captured)
        r.captured = (uint32_t)w->change(frame, r.captured, room < FRAME_MAX ? room : FRAME_MAX);
    if (r.length < r.captured || draw(2))
        r.length = r.captured;
    keep(w, &r, frame);
}

/* Behind a VLAN tag, as another mirror would show it. */
static void tag(struct work *w)
{
    static const uint8_t vlan[] = {0x81, 0, 0, 20};
    struct record r = w->f->record[w->nth];
    const uint8_t *frame = frame_of(w);
    uint8_t tagged[FRAME_MAX];
    if (draw(2))
        keep(w, &r, frame);
    if (r.captured < ETHERNET || r.captured > FRAME_MAX - sizeof vlan)
        return;
    memcpy(tagged, frame, 12);
    memcpy(tagged + 12, vlan, sizeof vlan);
    memcpy(tagged + 16, frame + 12, r.captured - 12);
    r.captured += sizeof vlan;
    r.length += sizeof vlan;
    keep(w, &r, tagged);
}

size_t capture_mutate(uint8_t *data, size_t size, size_t max, unsigned seed, change_bytes *change)
{
    static void (*const happens[])(struct work *) = {
        lose,     repeat,   delay,    cut,     wait,    split,  tag,
        say_else, say_else, say_else, mistake, mistake, damage,
    };
    static struct file f;
    random_state = seed;
    if (!read_file(&f, data, size))
        return change(data, size, max);
    struct work w = {.f = &f, .out = data, .size = FILE_HEAD, .max = max, .change = change};
    size_t times = 1 + draw(3), next = draw((uint32_t)f.len);
    for (; w.nth < f.len; w.nth++) {
        if (w.nth != next || !times) {
            keep(&w, &f.record[w.nth], frame_of(&w));
            continue;
        }
        happens[draw(sizeof happens / sizeof *happens)](&w);
        next = w.nth + 1 + draw((uint32_t)(f.len - w.nth));
        times--;
    }
    free(f.bytes);
    return w.size;
}

size_t capture_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                     size_t max, unsigned seed)
{
    static struct file file[2];
    random_state = seed;
    bool read[2] = {read_file(&file[0], a, a_size), read_file(&file[1], b, b_size)};
    size_t size = 0, nth[2] = {0, 0};
    if (read[0] && read[1] && max > FILE_HEAD) {
        memcpy(out, a, FILE_HEAD);
        size = FILE_HEAD;
        while (nth[0] < file[0].len || nth[1] < file[1].len) {
            unsigned turn = draw(2);
            for (uint32_t run = 1 + draw(8); run && nth[turn] < file[turn].len; run--) {
                const struct record *r = &file[turn].record[nth[turn]++];
                size = put(out, size, max, r, file[turn].bytes + r->at);
            }
        }
    }
    free(file[0].bytes);
    free(file[1].bytes);
    return size;
}
