/* test_short_memory.c - memory runs out at every place where the sensor asks for it: it goes on
 * and counts what it left out, or ends and says why; nothing that it wrote is nonsense, and nothing
 * leaks.
 *
 * Each capture is replayed again and again, and each time another request for memory fails: that
 * one alone, or it and all after it. SHORT_MEMORY_RUNS (4) is how many of them, spread evenly; 0:
 * every one. TAPGRAPH_EVERY ("4:1": the second of each four) is which captures. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "graph/wire.h"
#include "tests/check.h"
#include "tests/daemon/recorded.h"
#include "tests/doubles/short_memory.h"

enum { RUNS = 4, CAPTURE_BYTES_MAX = 60000, GIVEN_UP = 13 };

/* What a replay came to. */
struct replayed {
    enum sensor_exit exit;
    bool ended;                           /* it wrote its last message */
    uint64_t windows;                     /* in the window's counts: */
    uint64_t requests, bytes;             /* of all edges */
    uint64_t exchanges;                   /* logged */
    uint64_t dropped, given_up[GIVEN_UP]; /* counters of what was not counted */
    bool excused;                         /* its last message says what went wrong */
};

static int words = -1;          /* a file in memory: what the sensor writes to standard error, */
static int standard_error = -1; /* which is this else */

static uint64_t runs(void)
{
    const char *said = getenv("SHORT_MEMORY_RUNS");
    return said ? strtoull(said, NULL, 10) : RUNS;
}

static bool is_taken(int nth)
{
    const char *said = getenv("TAPGRAPH_EVERY");
    int every = 1, from = 0;
    return !said || sscanf(said, "%d:%d", &every, &from) < 1 || every < 1 || nth % every == from;
}

static uint64_t sum(const void *counters, size_t size)
{
    const uint64_t *at = counters;
    uint64_t ret = 0;
    for (size_t i = 0; i < size / sizeof *at; i++)
        ret += at[i];
    return ret;
}

/* In this window. */
static uint64_t dropped(const struct delta *d)
{
    return d->edges_dropped + d->names_dropped + d->connections_dropped + d->open_calls_dropped +
           d->vantages_dropped + d->hops_dropped + d->secured_dropped;
}

/* Until its end, by what had to be given up. */
static void note_given_up(uint64_t given_up[GIVEN_UP], const struct delta *d)
{
    const struct decode_counters *c = &d->decode;
    const uint64_t kinds[GIVEN_UP] = {c->lost,
                                      c->given_up,
                                      c->shed,
                                      c->shortened,
                                      c->stray_answers,
                                      c->undecrypted,
                                      c->gap_bytes,
                                      c->flows_evicted,
                                      c->segments_dropped,
                                      c->exchanges_evicted,
                                      c->lookups_evicted,
                                      c->labels_evicted,
                                      d->capture.unfinished};
    memcpy(given_up, kinds, sizeof kinds);
}

/* Is more given up, of any kind, than when there is memory? Or a connection, which may be one that
 * has to be given up later in any case. */
static bool is_said(const struct replayed *o, const struct replayed *whole)
{
    if (o->given_up[1])
        return true;
    for (size_t i = 0; i < GIVEN_UP; i++)
        if (o->given_up[i] > whole->given_up[i])
            return true;
    return o->excused || o->dropped > whole->dropped;
}

static void add_window(struct replayed *o, struct bytes body)
{
    struct delta d;
    assert_true(wire_get_delta(body, &d));
    for (uint32_t i = 0; i < d.edge_len; i++) {
        o->requests += sum(d.edge[i].exchanges.outcomes, sizeof d.edge[i].exchanges.outcomes);
        o->bytes += d.edge[i].bytes[0] + d.edge[i].bytes[1];
    }
    o->windows++;
    o->dropped += dropped(&d);
    note_given_up(o->given_up, &d);
    delta_free(&d);
}

static void add_message(void *replayed, enum message_type type, struct bytes body)
{
    struct replayed *o = replayed;
    struct cursor c = cursor_over(body);
    struct exchange x;
    assert_false(o->ended);
    if (type == MESSAGE_WINDOW)
        add_window(o, body);
    for (; type == MESSAGE_EXCHANGES && cursor_left(&c); o->exchanges++)
        assert_true(wire_get_exchange(&c, &x));
    o->ended = type == MESSAGE_END;
    o->excused = o->ended && body.len;
}

/* Replays; the `nth` request for memory fails. */
static struct replayed replay(const char *path, uint64_t nth, bool then_all, uint64_t *ret_asked)
{
    int fd = memfd_create("keeper", MFD_CLOEXEC);
    size_t held = memory_held();
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(words, 0), 0);
    dup2(words, STDERR_FILENO);
    memory_fail(nth, then_all);
    enum sensor_exit exit = recorded_sense(path, fd, words);
    *ret_asked = memory_asked();
    memory_fail(0, false);
    dup2(standard_error, STDERR_FILENO);
    if (memory_held() != held)
        fail_msg("%s: %zu pieces of memory leaked when request %lu failed", path,
                 memory_held() - held, (unsigned long)nth);
    struct replayed o = {.exit = exit};
    assert_true(recorded_read(fd, add_message, &o));
    close(fd);
    return o;
}

static void check(const char *path, uint64_t nth, bool then_all, const struct replayed *whole)
{
    uint64_t asked;
    struct replayed o = replay(path, nth, then_all, &asked);
    if (o.exit == SENSOR_FAILED) {
        if (lseek(words, 0, SEEK_END) == 0)
            fail_msg("%s: without request %lu it fails, and says nothing", path,
                     (unsigned long)nth);
        return;
    }
    if (!o.ended)
        fail_msg("%s: without request %lu it does not say that it is done", path,
                 (unsigned long)nth);
    bool same =
        o.requests == whole->requests && o.bytes == whole->bytes && o.exchanges == whole->exchanges;
    if (!same && !is_said(&o, whole))
        fail_msg("%s: without request %lu%s %lu requests, %lu bytes, %lu exchanges instead of %lu, "
                 "%lu, %lu, and no counter says so",
                 path, (unsigned long)nth, then_all ? " and all after it" : "",
                 (unsigned long)o.requests, (unsigned long)o.bytes, (unsigned long)o.exchanges,
                 (unsigned long)whole->requests, (unsigned long)whole->bytes,
                 (unsigned long)whole->exchanges);
}

static void check_capture(const char *path)
{
    uint64_t asked, most = runs();
    replay(path, 0, false, &asked); /* what is made once in a process is there then */
    struct replayed whole = replay(path, 0, false, &asked);
    assert_int_equal(whole.exit, SENSOR_DONE);
    assert_true(whole.ended && whole.windows && asked > 20);
    uint64_t step = most && asked > most ? asked / most : 1;
    for (uint64_t nth = 1; nth <= asked; nth += step) {
        check(path, nth, false, &whole);
        check(path, nth, true, &whole);
    }
}

static int is_small_capture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".pcap") == 0;
}

static void every_request_of_the_sensor(void **state)
{
    (void)state;
    struct dirent **entry;
    int len = scandir(TESTS_DIR "/golden", &entry, is_small_capture, alphasort);
    assert_true(len > 20);
    for (int i = 0; i < len; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/golden/%s", TESTS_DIR, entry[i]->d_name);
        free(entry[i]);
        int fd = open(path, O_RDONLY);
        if (is_taken(i) && lseek(fd, 0, SEEK_END) <= CAPTURE_BYTES_MAX)
            check_capture(path);
        close(fd);
    }
    free(entry);
}

static int catch_words(void **state)
{
    (void)state;
    words = memfd_create("words", MFD_CLOEXEC);
    standard_error = dup(STDERR_FILENO);
    return words < 0 || standard_error < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_of_the_sensor),
    };
    return cmocka_run_group_tests(tests, catch_words, NULL);
}
