/* frames.c - see frames.h. */
#include "frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char arena[4 << 20]; /* all bytes of one test */
static size_t arena_len;

int frames_setup(void **state)
{
    (void)state;
    arena_len = 0;
    return 0;
}

struct bytes frames_keep(struct bytes in)
{
    assert_true(arena_len + in.len <= sizeof arena);
    char *to = arena + arena_len;
    if (in.len)
        memcpy(to, in.at, in.len);
    arena_len += in.len;
    return bytes_of(to, in.len);
}

struct step frames_of(enum dir dir, struct bytes in)
{
    return (struct step){STEP_BYTES, dir, (const char *)in.at, in.len, 0, 0};
}

struct bytes bytes_of_step(struct step s)
{
    return bytes_of(s.bytes, s.len);
}

struct step frame(enum dir dir, unsigned type, unsigned flags, unsigned stream,
                  struct bytes payload)
{
    const uint8_t head[9] = {(uint8_t)(payload.len >> 16),
                             (uint8_t)(payload.len >> 8),
                             (uint8_t)payload.len,
                             (uint8_t)type,
                             (uint8_t)flags,
                             (uint8_t)(stream >> 24),
                             (uint8_t)(stream >> 16),
                             (uint8_t)(stream >> 8),
                             (uint8_t)stream};
    struct bytes kept = frames_keep(bytes_of(head, sizeof head));
    frames_keep(payload);
    return frames_of(dir, bytes_of(kept.at, sizeof head + payload.len));
}

struct step join(struct step a, struct step b)
{
    struct bytes kept = frames_keep(bytes_of_step(a));
    frames_keep(bytes_of_step(b));
    return frames_of(a.dir, bytes_of(kept.at, a.len + b.len));
}

struct bytes asks(const char *path, const char *type)
{
    char block[256];
    int len = snprintf(block, sizeof block, "\x83\x86\x44%c%s" API "\x5f%c%s", (int)strlen(path),
                       path, (int)strlen(type), type);
    return frames_keep(bytes_of(block, (size_t)len));
}

struct step preface(void)
{
    return join(SAYS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), CLIENT(HTTP2_SETTINGS, 0, 0, ""));
}

struct step calls(unsigned stream, const char *path)
{
    return join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, stream, asks(path, GRPC)),
                CLIENT(HTTP2_DATA, LAST, stream, M1));
}

struct step answers(unsigned stream)
{
    return join(
        SERVER(HTTP2_HEADERS, WHOLE, stream, OK_HEAD),
        join(SERVER(HTTP2_DATA, 0, stream, M1), SERVER(HTTP2_HEADERS, ALL, stream, STATUS("0"))));
}
