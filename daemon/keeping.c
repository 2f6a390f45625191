/* keeping.c - see keeping.h.
 *
 * The exchanges of a window are held back until it has ended, as long as they are few, so that the
 * log calls servers by the names that the window taught. What is held is counted by exchange, not
 * by message, so that the log is the same however the sensor cut its messages.
 *
 * A window that the database cannot take now (locked, disk full) waits, in its encoded form, and
 * those after it wait behind it, so that they are stored in order. WAITING_MAX windows may wait;
 * then the oldest is lost and counted. */
#include "daemon/keeping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/log.h"
#include "base/text.h"
#include "base/writer.h"
#include "daemon/clock.h"
#include "daemon/given_files.h"
#include "daemon/line_names.h"
#include "graph/name.h"
#include "graph/wire.h"
#include "graph/wire_field.h"
#include "store/export/exporter.h"
#include "store/store.h"

enum { WAITING_MAX = 120, HELD_MAX = 4 * 1024 * 1024 /* bytes */ };

struct keeping {
    const struct daemon_options *options;
    struct store *store;
    struct names *names;
    struct given_files *given;
    FILE *log;
    struct line_names *line_names;
    struct writer held; /* exchanges of the window that is open, encoded */
    bool overflown;     /* it had too many to be held */
    struct waiting {
        uint8_t *at; /* owned */
        size_t len;
    } waiting[WAITING_MAX];
    size_t waiting_len;
    uint64_t lost; /* windows; not yet told of in an event */
    bool failed;   /* a window was lost, ever */
    bool complained;
    struct progress progress;
    bool begun; /* a window has come */
    bool ended;
    char end[256];
    struct err refusal; /* "": there is none */
};

static bool open_log(struct keeping *k, struct err *err)
{
    const char *path = k->options->log;
    if (!path)
        return true;
    /* A daemon goes on with the log it had: it may be a keeper that took a dead one's place. */
    const char *mode = k->options->log_at_once ? "ae" : "we";
    k->log = strcmp(path, "-") == 0 ? stdout : fopen(path, mode);
    if (!k->log)
        return err_set(err, "--log: cannot write %s: %s", path, strerror(errno));
    setvbuf(k->log, NULL, _IOFBF, 1 << 16);
    return true;
}

struct keeping *keeping_open(const struct daemon_options *options, struct err *err)
{
    struct keeping *k = calloc(1, sizeof *k);
    if (!k) {
        err_set(err, "keeper: out of memory");
        return NULL;
    }
    k->options = options;
    k->overflown = options->log_at_once;
    k->names = names_new(&options->engine.key);
    if (k->names)
        k->line_names = line_names_new(k->names);
    if (!k->line_names)
        err_set(err, "keeper: out of memory");
    else if ((k->given = given_files_open(options, k->names, err)) && open_log(k, err))
        k->store = store_open(options->db, err);
    if (k->store) {
        store_keep(k->store, &options->keep);
        store_keep_requests(k->store, options->requests_kept);
        return k;
    }
    keeping_close(k);
    return NULL;
}

/* Once, until it works again. */
static void complain(struct keeping *k, const char *why)
{
    if (!k->complained)
        log_line(LOG_LEVEL_WARNING, "%s", why);
    k->complained = true;
}

static void forget_first(struct keeping *k)
{
    free(k->waiting[0].at);
    memmove(k->waiting, k->waiting + 1, --k->waiting_len * sizeof *k->waiting);
}

/* Writes a window. STORE_BUSY: it must be tried again. */
static enum store_status write_window(struct keeping *k, const struct delta *d)
{
    struct err err = {0};
    enum store_status status = store_write(k->store, d, k->names, &err);
    if (status == STORE_OK) {
        if (k->complained)
            log_line(LOG_LEVEL_NOTICE, "windows are stored again");
        k->complained = false;
    } else {
        complain(k, err.text);
    }
    return status;
}

static void lose(struct keeping *k)
{
    k->lost++;
    k->failed = true;
}

static void wait_with(struct keeping *k, struct bytes body)
{
    if (k->waiting_len == WAITING_MAX) {
        forget_first(k);
        lose(k);
    }
    uint8_t *copy = malloc(body.len ? body.len : 1);
    if (!copy) {
        lose(k);
        return;
    }
    memcpy(copy, body.at, body.len);
    k->waiting[k->waiting_len++] = (struct waiting){copy, body.len};
}

static void note_lost(struct keeping *k)
{
    if (!k->lost)
        return;
    char text[96];
    snprintf(text, sizeof text, "%llu windows were lost while the database could not be written",
             (unsigned long long)k->lost);
    k->lost = 0;
    keeping_event(k, "windows-lost", text);
}

void keeping_retry(struct keeping *k)
{
    while (k->waiting_len) {
        struct delta d;
        if (wire_get_delta(bytes_of(k->waiting[0].at, k->waiting[0].len), &d)) {
            enum store_status status = write_window(k, &d);
            delta_free(&d);
            if (status == STORE_BUSY)
                return;
            if (status == STORE_FAILED)
                lose(k);
        }
        forget_first(k);
    }
    note_lost(k);
}

void keeping_read_names(struct keeping *k)
{
    struct err text;
    switch (given_files_check(k->given, &text)) {
    case GIVEN_SAME:
        return;
    case GIVEN_READ_AGAIN:
        line_names_changed(k->line_names);
        log_line(LOG_LEVEL_NOTICE, "%s", text.text);
        keeping_event(k, "names-read", text.text);
        return;
    case GIVEN_UNREADABLE:
        log_line(LOG_LEVEL_WARNING, "%s; the names stay as they were", text.text);
        keeping_event(k, "names-unreadable", text.text);
        return;
    }
}

static void log_exchange(struct keeping *k, const struct exchange *x)
{
    export_log_line(k->log, x, line_names_of(k->line_names, x));
}

static void log_held(struct keeping *k)
{
    struct cursor c = cursor_over(writer_view(&k->held));
    struct exchange x;
    while (cursor_left(&c) && wire_get_exchange(&c, &x))
        log_exchange(k, &x);
    writer_clear(&k->held);
}

/* The window has ended, and its names are learned. */
static void end_held(struct keeping *k)
{
    if (!k->log)
        return;
    log_held(k);
    k->overflown = k->options->log_at_once;
    fflush(k->log);
}

static void close_log(struct keeping *k)
{
    if (!k->log)
        return;
    end_held(k);
    bool failed = fflush(k->log) != 0 || ferror(k->log);
    if (failed)
        log_line(LOG_LEVEL_ERROR, "--log: %s could not be written whole", k->options->log);
    if (k->log != stdout)
        fclose(k->log);
}

/* Is it the first window of a capture that the database has? Counts those that it has of others. */
static bool is_refused(struct keeping *k, const struct delta *d)
{
    enum store_overlap overlap = store_overlap(k->store, d);
    bool refused =
        k->options->refuse_same && !k->begun && overlap == STORE_SAME && d->capture.frames;
    if (refused)
        err_set(&k->refusal,
                "%s holds this capture already: at %s it has the same %llu frames. Nothing was "
                "added; --append counts them once more, another --db keeps them apart",
                k->options->db, human_moment(d->start_ns).text,
                (unsigned long long)d->capture.frames);
    k->begun = true;
    k->progress.added_to += overlap == STORE_OTHERS || overlap == STORE_SAME;
    k->progress.windows++;
    k->progress.exchanges = d->decode.exchanges;
    return refused;
}

static bool take_window(struct keeping *k, struct bytes body)
{
    struct delta d;
    if (!wire_get_delta(body, &d))
        return false;
    if (is_refused(k, &d)) {
        delta_free(&d);
        return false;
    }
    names_at(k->names, d.start_ns);
    for (uint32_t i = 0; i < d.name_len; i++)
        names_learn(k->names, &d.name[i]);
    line_names_changed(k->line_names);
    end_held(k);
    keeping_retry(k);
    if (k->waiting_len)
        wait_with(k, body);
    else {
        enum store_status status = write_window(k, &d);
        if (status == STORE_BUSY)
            wait_with(k, body);
        if (status == STORE_FAILED)
            lose(k);
    }
    delta_free(&d);
    return true;
}

static bool take_exchanges(struct keeping *k, struct bytes body)
{
    struct cursor c = cursor_over(body);
    struct exchange x;
    while (k->log && cursor_left(&c)) {
        const uint8_t *from = c.at;
        if (!wire_get_exchange(&c, &x))
            return false;
        if (!k->overflown) {
            writer_bytes(&k->held, from, (size_t)(c.at - from));
            k->overflown = k->held.len > HELD_MAX || k->held.failed;
            if (k->overflown)
                log_held(k);
        } else {
            log_exchange(k, &x);
        }
    }
    if (k->log && k->options->log_at_once)
        fflush(k->log);
    return true;
}

static bool take_progress(struct keeping *k, struct bytes body)
{
    struct cursor c = cursor_over(body);
    struct progress p = k->progress;
    p.read_bytes = cursor_varint(&c);
    p.total_bytes = cursor_varint(&c);
    p.frames = cursor_varint(&c);
    if (!c.starved)
        k->progress = p;
    return !c.starved;
}

static bool take_event(struct keeping *k, struct bytes body)
{
    struct cursor c = cursor_over(body);
    char kind[32], text[256];
    wire_get_text(&c, kind, sizeof kind);
    wire_get_text(&c, text, sizeof text);
    if (c.starved)
        return false;
    keeping_event(k, kind, text);
    return true;
}

bool keeping_message(struct keeping *k, enum message_type type, struct bytes body)
{
    switch (type) {
    case MESSAGE_WINDOW:
        return take_window(k, body);
    case MESSAGE_EXCHANGES:
        return take_exchanges(k, body);
    case MESSAGE_PROGRESS:
        return take_progress(k, body);
    case MESSAGE_EVENT:
        return take_event(k, body);
    case MESSAGE_END:
        k->ended = true;
        text_clean(k->end, sizeof k->end, body);
        return true;
    case MESSAGE_TYPES:
        break;
    }
    return false;
}

void keeping_event(struct keeping *k, const char *kind, const char *text)
{
    struct err err;
    if (store_event(k->store, clock_wall_ns(), kind, text, &err) != STORE_OK)
        complain(k, err.text);
}

void keeping_close(struct keeping *k)
{
    if (!k)
        return;
    if (k->store)
        keeping_retry(k);
    while (k->waiting_len)
        forget_first(k);
    close_log(k);
    writer_free(&k->held);
    store_close(k->store);
    given_files_close(k->given);
    line_names_free(k->line_names);
    names_free(k->names);
    free(k);
}

struct progress keeping_progress(const struct keeping *k)
{
    return k->progress;
}

const char *keeping_end(const struct keeping *k)
{
    return k->ended ? k->end : NULL;
}

const char *keeping_refusal(const struct keeping *k)
{
    return k->refusal.text[0] ? k->refusal.text : NULL;
}

bool keeping_is_gone(const struct keeping *k)
{
    return store_is_gone(k->store);
}

bool keeping_failed(const struct keeping *k)
{
    return k->failed || k->waiting_len;
}
