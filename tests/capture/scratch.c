/* scratch.c - see scratch.h. */
#include "tests/capture/scratch.h"

#include <byteswap.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/check.h"

enum { SECOND_NS = 1000 * 1000 * 1000, PATHS_MAX = 16, PATH_BYTES = 128 };

const struct layout layout_us = {"us", 0xa1b2c3d4, LITTLE, 1000, 1};
const struct layout layout_ns = {"ns", 0xa1b23c4d, LITTLE, 1, 1};
const struct layout layout_swapped = {"swapped", 0xa1b2c3d4, BIG, 1000, 1};
const struct layout layout_ng = {"ng", 0, LITTLE, 1, 1};

static char folder[] = "/tmp/tapgraph-test-XXXXXX";
static bool has_folder;

static void u32(struct writer *w, const struct layout *layout, uint32_t value)
{
    writer_le32(w, layout->order == BIG ? bswap_32(value) : value);
}

static void u16(struct writer *w, const struct layout *layout, uint16_t value)
{
    if (layout->order == BIG)
        value = bswap_16(value);
    writer_u8(w, (uint8_t)value);
    writer_u8(w, (uint8_t)(value >> 8));
}

/* draft-ietf-opsawg-pcapng, 4.2, with if_tsresol = 9. */
void scratch_interface(struct writer *w, const struct layout *layout)
{
    u32(w, layout, 1);
    u32(w, layout, 32);
    u16(w, layout, (uint16_t)layout->link_type);
    u16(w, layout, 0);
    u32(w, layout, 262144);
    u16(w, layout, 9);
    u16(w, layout, 1);
    writer_bytes(w, "\x09\0\0\0", 4);
    u32(w, layout, 0); /* end of options */
    u32(w, layout, 32);
}

static void ng_header(struct writer *w, const struct layout *layout)
{
    u32(w, layout, 0x0a0d0d0a);
    u32(w, layout, 28);
    u32(w, layout, 0x1a2b3c4d);
    u16(w, layout, 1);
    u16(w, layout, 0);
    u32(w, layout, UINT32_MAX); /* length of the section: not known */
    u32(w, layout, UINT32_MAX);
    u32(w, layout, 28);
    scratch_interface(w, layout);
}

void scratch_header(struct writer *w, const struct layout *layout)
{
    if (!layout->magic) {
        ng_header(w, layout);
        return;
    }
    u32(w, layout, layout->magic);
    u16(w, layout, 2);
    u16(w, layout, 4);
    u32(w, layout, 0);
    u32(w, layout, 0);
    u32(w, layout, 262144);
    u32(w, layout, layout->link_type);
}

void scratch_frame(struct writer *w, const struct layout *layout, uint64_t time_ns,
                   struct bytes captured, uint32_t length)
{
    uint32_t len = (uint32_t)captured.len, padding = -len & 3, whole = 32 + len + padding;
    if (layout->magic) {
        u32(w, layout, (uint32_t)(time_ns / SECOND_NS));
        u32(w, layout, (uint32_t)(time_ns % SECOND_NS / layout->fraction_ns));
        u32(w, layout, len);
        u32(w, layout, length);
        writer_bytes(w, captured.at, captured.len);
        return;
    }
    u32(w, layout, 6); /* an enhanced packet block */
    u32(w, layout, whole);
    u32(w, layout, 0);
    u32(w, layout, (uint32_t)(time_ns >> 32));
    u32(w, layout, (uint32_t)time_ns);
    u32(w, layout, len);
    u32(w, layout, length);
    writer_bytes(w, captured.at, captured.len);
    writer_bytes(w, "\0\0\0", padding);
    u32(w, layout, whole);
}

const char *scratch_path(const char *name)
{
    static char paths[PATHS_MAX][PATH_BYTES];
    static unsigned next;
    if (!has_folder)
        assert_non_null(mkdtemp(folder));
    has_folder = true;
    char *path = paths[next++ % PATHS_MAX];
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

const char *scratch_write(const char *name, struct bytes content)
{
    const char *path = scratch_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t done = 0; done < content.len;) {
        ssize_t n = write(fd, content.at + done, content.len - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    assert_int_equal(close(fd), 0);
    return path;
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

int scratch_clear(void **state)
{
    (void)state;
    if (has_folder)
        nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    has_folder = false;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return 0;
}
