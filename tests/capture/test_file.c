/* test_file.c - capture files of every kind, whole and damaged, alone and merged. */
#include "capture/file.h"

#include <fcntl.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/capture/hex.h"
#include "tests/capture/scratch.h"
#include "tests/check.h"

enum { SECOND_NS = 1000 * 1000 * 1000, STORY_MAX = 2048 };

static const uint64_t start_ns = UINT64_C(1700000000) * SECOND_NS;

/* One of a few frames that tests know by sight: time in microseconds after the start, bytes. */
struct known {
    uint32_t after_us;
    const char *bytes;
    uint32_t length;
};

static const struct known three[] = {{1, "first", 5}, {2000001, "the second", 1500}, {7, "", 60}};
static const char three_story[] = "1:first/5 2000001:the second/1500 7:/60 ";

static void write_known(struct writer *w, const struct layout *layout, const struct known *known,
                        size_t len)
{
    scratch_header(w, layout);
    for (size_t i = 0; i < len; i++)
        scratch_frame(w, layout, start_ns + known[i].after_us * 1000U,
                      bytes_of_text(known[i].bytes), known[i].length);
}

/* What a file tells, to its end or the damage; `err` is then appended. */
static void write_story(struct capture_file *f, char *story)
{
    struct block *b = block_new();
    struct err err;
    enum file_status status;
    size_t len = 0;
    story[0] = '\0';
    do {
        status = file_read(f, b, &err);
        for (size_t i = 0; i < b->frame_len; i++) {
            const struct frame *frame = &b->frame[i];
            len += (size_t)snprintf(story + len, STORY_MAX - len, "%d:%.*s/%u ",
                                    (int)((frame->time_ns - start_ns) / 1000), (int)frame->captured,
                                    (const char *)frame->data, frame->length);
        }
    } while (status == FILE_MORE);
    if (status == FILE_DAMAGED)
        snprintf(story + len, STORY_MAX - len, "%s", err.text);
    block_free(b);
}

static struct capture_file *open_one(const char *path)
{
    struct err err;
    struct capture_file *f = file_open(&path, 1, NULL, &err);
    if (!f)
        fail_msg("%s", err.text);
    return f;
}

static void tells(const char *path, const char *expected)
{
    char story[STORY_MAX];
    struct capture_file *f = open_one(path);
    write_story(f, story);
    file_close(f);
    assert_string_equal(story, expected);
}

/* Every layout that holds the same frames tells the same story. */
static void test_reads_every_layout(void **state)
{
    (void)state;
    static const struct layout layouts[] = {
        {"us", 0xa1b2c3d4, LITTLE, 1000, 1},
        {"ns", 0xa1b23c4d, LITTLE, 1, 1},
        {"us-be", 0xa1b2c3d4, BIG, 1000, 1},
        {"ns-be", 0xa1b23c4d, BIG, 1, 1},
        {"ng", 0, LITTLE, 1, 1},
        {"ng-be", 0, BIG, 1, 1},
    };
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        struct writer w = {0};
        write_known(&w, &layouts[i], three, 3);
        tells(scratch_write(layouts[i].name, writer_view(&w)), three_story);
        writer_free(&w);
    }
}

static void test_keeps_nanoseconds(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_ns, &layout_ng};
    struct block *b = block_new();
    struct err err;
    for (size_t i = 0; i < 2; i++) {
        struct writer w = {0};
        scratch_header(&w, layouts[i]);
        scratch_frame(&w, layouts[i], start_ns + 123456789, bytes_of_text("x"), 1);
        struct capture_file *f = open_one(scratch_write(layouts[i]->name, writer_view(&w)));
        file_read(f, b, &err);
        assert_int_equal(b->frame_len, 1);
        assert_true(b->frame[0].time_ns == start_ns + 123456789);
        file_close(f);
        writer_free(&w);
    }
    block_free(b);
}

/* Files number link types in their own way. */
static void test_knows_link_types(void **state)
{
    (void)state;
    static const struct {
        uint32_t in_file;
        int dlt;
    } types[] = {
        {0, DLT_NULL},           {1, DLT_EN10MB}, {101, DLT_RAW},       {108, DLT_LOOP},
        {228, DLT_IPV4},         {229, DLT_IPV6}, {113, DLT_LINUX_SLL}, {276, DLT_LINUX_SLL2},
        {0xf4000001, DLT_EN10MB} /* says that frames end in a checksum */};
    struct block *b = block_new();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (int order = LITTLE; order <= BIG; order++) {
            struct layout layout = {"t", 0xa1b2c3d4, (enum byte_order)order, 1000,
                                    types[i].in_file};
            struct writer w = {0};
            struct err err;
            write_known(&w, &layout, three, 1);
            struct capture_file *f = open_one(scratch_write("t", writer_view(&w)));
            file_read(f, b, &err);
            assert_int_equal(b->frame_len, 1);
            assert_int_equal(b->frame[0].link_type, types[i].dlt);
            file_close(f);
            writer_free(&w);
        }
    block_free(b);
}

/* Wherever the file ends, the frames before are told, then what happened and where. */
static void test_says_where_a_file_is_cut_off(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped, &layout_ng};
    for (size_t i = 0; i < 3; i++) {
        struct writer w = {0};
        size_t border[4];
        scratch_header(&w, layouts[i]);
        border[0] = w.len;
        for (size_t n = 0; n < 3; n++) {
            scratch_frame(&w, layouts[i], start_ns, bytes_of_text(three[n].bytes), 1500);
            border[n + 1] = w.len;
        }
        for (size_t len = border[0]; len <= border[3]; len++) {
            size_t whole = 0;
            while (whole < 3 && border[whole + 1] <= len)
                whole++;
            char expected[STORY_MAX] = "", where[64] = "";
            for (size_t n = 0; n < whole; n++)
                sprintf(expected + strlen(expected), "0:%s/1500 ", three[n].bytes);
            if (len != border[whole])
                sprintf(where, " byte %zu", border[whole]);
            char story[STORY_MAX];
            struct capture_file *f =
                open_one(scratch_write("cut", bytes_first(writer_view(&w), len)));
            write_story(f, story);
            file_close(f);
            assert_memory_equal(story, expected, strlen(expected));
            assert_true(len == border[whole] ? story[strlen(expected)] == '\0'
                                             : strstr(story, where) && strstr(story, "/cut: "));
        }
        writer_free(&w);
    }
}

/* What precedes a damaged byte is told as it was; what follows is never more than there was. */
static void test_survives_damage_at_any_byte(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped, &layout_ng};
    for (size_t i = 0; i < 3; i++) {
        struct writer w = {0};
        write_known(&w, layouts[i], three, 1);
        size_t first_end = w.len;
        writer_clear(&w);
        write_known(&w, layouts[i], three, 3);
        for (size_t at = first_end; at < w.len; at++) {
            char story[STORY_MAX];
            w.at[at] ^= 0xff;
            struct capture_file *f = open_one(scratch_write("flip", writer_view(&w)));
            write_story(f, story);
            file_close(f);
            assert_memory_equal(story, "1:first/5 ", 10);
            w.at[at] ^= 0xff;
        }
        for (size_t at = 0; at < first_end; at++) {
            char story[STORY_MAX];
            struct err err;
            w.at[at] ^= 0xff;
            const char *path = scratch_write("flip", writer_view(&w));
            struct capture_file *f = file_open(&path, 1, NULL, &err);
            if (f)
                write_story(f, story);
            file_close(f);
            w.at[at] ^= 0xff;
        }
        writer_free(&w);
    }
}

static void test_names_the_damage(void **state)
{
    (void)state;
    static const struct {
        size_t at; /* of the second record, whose first byte is 45 */
        const char *value, *text;
    } damages[] = {
        {8, "01000400", "damaged at byte 45: a frame of 262145 bytes, where 262144 is the most"},
        {8, "ffffffff", "damaged at byte 45: a frame of 4294967295 bytes"},
        {4, "40420f00", "damaged at byte 45: a time with 1000000 microseconds in a fraction"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct writer w = {0};
        char story[STORY_MAX];
        write_known(&w, &layout_us, three, 3);
        hex_read(damages[i].value, w.at + 45 + damages[i].at, 4);
        struct capture_file *f = open_one(scratch_write("bad", writer_view(&w)));
        write_story(f, story);
        file_close(f);
        writer_free(&w);
        assert_memory_equal(story, "1:first/5 ", 10);
        if (!strstr(story, damages[i].text))
            fail_msg("expected: %s\ngot: %s", damages[i].text, story);
    }
}

/* A frame of `len` bytes that no other frame of the file equals. */
static void fill_frame(uint8_t *bytes, size_t len, size_t number)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

static size_t frame_size(size_t number)
{
    static const size_t sizes[] = {60, 1514, 0, 90, 1, 9000, 333, 65000, 20, 1514};
    return number == 100 ? 262144 : sizes[number % 10] + number % 7;
}

static void reads_many(const char *path, size_t count)
{
    static uint8_t expected[262144];
    struct capture_file *f = open_one(path);
    struct block *b = block_new();
    struct err err;
    enum file_status status;
    size_t number = 0;
    do {
        status = file_read(f, b, &err);
        for (size_t i = 0; i < b->frame_len; i++, number++) {
            fill_frame(expected, frame_size(number), number);
            assert_int_equal(b->frame[i].captured, frame_size(number));
            assert_true(b->frame[i].time_ns == start_ns + number * 1000);
            assert_memory_equal(b->frame[i].data, expected, b->frame[i].captured);
        }
    } while (status == FILE_MORE);
    assert_int_equal(status, FILE_END);
    assert_int_equal(number, count);
    struct file_progress progress = file_progress(f);
    assert_true(progress.read_bytes == progress.total_bytes && progress.total_bytes > 2000000);
    block_free(b);
    file_close(f);
}

/* Frames that lie across the end of a block, and the largest there is, arrive whole. */
static void test_reads_files_larger_than_a_block(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped, &layout_ng};
    static uint8_t bytes[262144];
    for (size_t i = 0; i < 3; i++) {
        struct writer w = {0};
        scratch_header(&w, layouts[i]);
        for (size_t number = 0; number < 300; number++) {
            fill_frame(bytes, frame_size(number), number);
            scratch_frame(&w, layouts[i], start_ns + number * 1000,
                          bytes_of(bytes, frame_size(number)), 0);
        }
        reads_many(scratch_write("big", writer_view(&w)), 300);
        writer_free(&w);
    }
}

/* More frames in one read than a block has places for. */
static void test_reads_more_frames_than_a_block_holds(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped};
    for (size_t i = 0; i < 2; i++) {
        struct writer w = {0};
        scratch_header(&w, layouts[i]);
        for (uint32_t number = 0; number < 50000; number++)
            scratch_frame(&w, layouts[i], start_ns + number * 1000, bytes_of_text(""), 0);
        struct capture_file *f = open_one(scratch_write("tiny", writer_view(&w)));
        struct block *b = block_new();
        struct err err;
        uint64_t next_ns = start_ns;
        enum file_status status;
        do {
            status = file_read(f, b, &err);
            for (size_t n = 0; n < b->frame_len; n++, next_ns += 1000)
                assert_true(b->frame[n].time_ns == next_ns);
        } while (status == FILE_MORE);
        assert_int_equal(status, FILE_END);
        assert_int_equal((next_ns - start_ns) / 1000, 50000);
        block_free(b);
        file_close(f);
        writer_free(&w);
    }
}

static const char *write_letters(const char *name, const struct layout *layout,
                                 const struct known *known, size_t len)
{
    struct writer w = {0};
    write_known(&w, layout, known, len);
    const char *path = scratch_write(name, writer_view(&w));
    writer_free(&w);
    return path;
}

/* Among equal times, the file that was named first comes first. */
static void test_merges_by_time(void **state)
{
    (void)state;
    static const struct known odd[] = {{1, "a", 1}, {3, "c", 1}, {5, "e", 1}, {5, "f", 1}};
    static const struct known even[] = {{0, "0", 1}, {3, "d", 1}, {4, "4", 1}, {9, "z", 1}};
    static const struct known few[] = {{3, "!", 1}, {5, "g", 1}};
    const char *paths[] = {write_letters("odd", &layout_us, odd, 4),
                           write_letters("even", &layout_ng, even, 4),
                           write_letters("few", &layout_swapped, few, 2)};
    struct err err;
    char story[STORY_MAX];
    struct capture_file *f = file_open(paths, 3, NULL, &err);
    assert_non_null(f);
    for (int round = 0; round < 2; round++) {
        write_story(f, story);
        assert_string_equal(story, "0:0/1 1:a/1 3:c/1 3:d/1 3:!/1 4:4/1 5:e/1 5:f/1 5:g/1 9:z/1 ");
        assert_true(file_rewind(f, &err));
    }
    struct block *b = block_new();
    file_read(f, b, &err);
    static const uint16_t files[] = {1, 0, 0, 1, 2, 1, 0, 0, 2, 1};
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(b->frame[i].interface, files[i]);
    block_free(b);
    file_close(f);
}

/* A damaged file does not keep the others from being read. */
static void test_merges_around_damage(void **state)
{
    (void)state;
    static const struct known others[] = {{0, "0", 1}, {2, "2", 1}, {4000000, "4", 1}};
    struct writer w = {0};
    write_known(&w, &layout_us, three, 2);
    const char *paths[] = {scratch_write("short", bytes_first(writer_view(&w), w.len - 3)),
                           write_letters("whole", &layout_us, others, 3)};
    writer_free(&w);
    struct err err;
    char story[STORY_MAX];
    struct capture_file *f = file_open(paths, 2, NULL, &err);
    assert_non_null(f);
    write_story(f, story);
    file_close(f);
    static const char frames[] = "0:0/1 1:first/5 2:2/1 4000000:4/1 ";
    assert_memory_equal(story, frames, strlen(frames));
    assert_non_null(strstr(story, "/short: cut off at byte 68: the last frame, which starts at "
                                  "byte 45, is not whole"));
}

static void test_plays_a_file_again(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_ng};
    for (size_t i = 0; i < 2; i++) {
        struct err err;
        char story[STORY_MAX];
        const char *path = write_letters("again", layouts[i], three, 3);
        struct capture_file *f = file_open(&path, 1, "len < 100", &err);
        for (int round = 0; round < 3; round++) {
            write_story(f, story);
            assert_string_equal(story, "1:first/5 7:/60 ");
            assert_true(file_rewind(f, &err));
            assert_true(file_progress(f).read_bytes < 100);
        }
        file_close(f);
    }
}

/* The same expression means the same to both readers. */
static void test_filters(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped, &layout_ng};
    uint8_t dns[64], http[64];
    size_t dns_len = hex_read("02000000000b 02000000000a 0800 4500 001c 1234 4000 40 11 0000 "
                              "0a000001 0a000002 9c40 0035 0008 0000",
                              dns, sizeof dns);
    size_t http_len = hex_read("02000000000b 02000000000a 0800 4500 001c 1234 4000 40 11 0000 "
                               "0a000001 0a000002 9c40 0050 0008 0000",
                               http, sizeof http);
    for (size_t i = 0; i < 3; i++) {
        struct writer w = {0};
        struct err err;
        struct block *b = block_new();
        scratch_header(&w, layouts[i]);
        for (unsigned n = 0; n < 10; n++) {
            scratch_frame(&w, layouts[i], start_ns + n, bytes_of(http, http_len), 42);
            if (n % 5 == 2)
                scratch_frame(&w, layouts[i], start_ns + n, bytes_of(dns, dns_len), 42);
        }
        const char *path = scratch_write("mix", writer_view(&w));
        struct capture_file *f = file_open(&path, 1, "udp port 53", &err);
        assert_non_null(f);
        file_read(f, b, &err);
        assert_int_equal(b->frame_len, 2);
        assert_int_equal(b->frame[1].data[37], 53);
        file_close(f);
        f = file_open(&path, 1, "tcp prot 80", &err);
        assert_null(f);
        assert_non_null(strstr(err.text, "/mix: the filter 'tcp prot 80' does not compile: "));
        block_free(b);
        writer_free(&w);
    }
}

static void test_refuses_what_is_no_capture(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *text;
    } contents[] = {
        {"", "/no: is empty"},
        {"23212f62696e2f7368", "/no: is not a capture file: it starts with 23 21 2f 62"},
        {"ff", "/no: is not a capture file: it starts with ff, neither"},
        {"1f8b08000000", "/no: is compressed; unpack it, or pipe it in: gunzip -c FILE | tapgraph"},
        {"28b52ffd00", "unzstd -c"},
        {"d4c3b2a1 0200", "/no: is cut off after 6 bytes, within its header"},
        {"a1b2c3d4 0002 0004 00000000 00000000 00040000 00000069",
         "/no: link type 105 (IEEE802_11) cannot be read; those that can are EN10MB"},
        {"d4c3b2a1 0200 0400 00000000 00000000 00000400 69000000",
         "/no: link type 105 (IEEE802_11) cannot be read; those that can are EN10MB"},
        {"d4c3b2a1 0200 0400 00000000 00000000 00000400 ffff0000", "link type 65535 (unknown)"},
        {"d4c3b2a1 0300 0000 00000000 00000000 00000400 01000000", "version 3.0"},
    };
    struct err err;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        uint8_t bytes[64];
        size_t len = hex_read(contents[i].hex, bytes, sizeof bytes);
        const char *path = scratch_write("no", bytes_of(bytes, len));
        assert_null(file_open(&path, 1, NULL, &err));
        if (!strstr(err.text, contents[i].text))
            fail_msg("expected: %s\ngot: %s", contents[i].text, err.text);
    }
    const char *path = scratch_path("missing");
    assert_null(file_open(&path, 1, NULL, &err));
    assert_non_null(strstr(err.text, "/missing: cannot be opened: No such file"));
    path = "/tmp";
    assert_null(file_open(&path, 1, NULL, &err));
    assert_string_equal(err.text, "/tmp: is a directory; name the capture files in it");
    assert_null(file_open(&path, 0, NULL, &err));
}

static void test_says_what_libpcap_cannot_mix(void **state)
{
    (void)state;
    struct writer w = {0};
    struct layout raw = layout_ng;
    raw.link_type = 101;
    char story[STORY_MAX];
    write_known(&w, &layout_ng, three, 1);
    scratch_interface(&w, &raw);
    struct capture_file *f = open_one(scratch_write("mixed", writer_view(&w)));
    write_story(f, story);
    file_close(f);
    writer_free(&w);
    assert_memory_equal(story, "1:first/5 ", 10);
    assert_non_null(strstr(story, "it holds interfaces of different link types"));
}

/* Makes `fd` standard input and returns what that was. */
static int become_stdin(int fd)
{
    int before = dup(STDIN_FILENO);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    return before;
}

static void put(int fd, struct bytes b)
{
    assert_int_equal(write(fd, b.at, b.len), b.len);
}

/* A frame is handed on once it is whole, not when the writer ends or a block is full. */
static void test_hands_on_standard_input_as_it_comes(void **state)
{
    (void)state;
    static const struct layout *const layouts[] = {&layout_us, &layout_swapped, &layout_ng};
    static const char *const path = "-";
    for (size_t i = 0; i < 3; i++) {
        int ends[2];
        struct err err;
        struct block *b = block_new();
        struct writer w = {0};
        assert_int_equal(pipe(ends), 0);
        int before = become_stdin(ends[0]);
        write_known(&w, layouts[i], three, 1);
        put(ends[1], writer_view(&w));
        struct capture_file *f = file_open(&path, 1, NULL, &err);
        assert_non_null(f);
        assert_int_equal(file_read(f, b, &err), FILE_MORE);
        assert_int_equal(b->frame_len, 1);
        assert_memory_equal(b->frame[0].data, "first", 5);
        writer_clear(&w);
        scratch_frame(&w, layouts[i], start_ns, bytes_of_text("next"), 4);
        put(ends[1], writer_view(&w));
        assert_int_equal(file_read(f, b, &err), FILE_MORE);
        assert_int_equal(b->frame_len, 1);
        assert_memory_equal(b->frame[0].data, "next", 4);
        assert_int_equal(file_progress(f).total_bytes, 0);
        assert_false(file_rewind(f, &err));
        put(ends[1], bytes_first(writer_view(&w), 9));
        close(ends[1]);
        assert_int_equal(file_read(f, b, &err), FILE_DAMAGED);
        assert_int_equal(b->frame_len, 0);
        assert_memory_equal(err.text, "standard input: ", 16);
        file_close(f);
        block_free(b);
        writer_free(&w);
        dup2(before, STDIN_FILENO);
        close(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_every_layout),
        cmocka_unit_test(test_keeps_nanoseconds),
        cmocka_unit_test(test_knows_link_types),
        cmocka_unit_test(test_says_where_a_file_is_cut_off),
        cmocka_unit_test(test_survives_damage_at_any_byte),
        cmocka_unit_test(test_names_the_damage),
        cmocka_unit_test(test_reads_files_larger_than_a_block),
        cmocka_unit_test(test_reads_more_frames_than_a_block_holds),
        cmocka_unit_test(test_merges_by_time),
        cmocka_unit_test(test_merges_around_damage),
        cmocka_unit_test(test_plays_a_file_again),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_refuses_what_is_no_capture),
        cmocka_unit_test(test_says_what_libpcap_cannot_mix),
        cmocka_unit_test(test_hands_on_standard_input_as_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, scratch_clear);
}
