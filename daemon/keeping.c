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
#include "daemon/log_file.h"
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
    struct log_file *log; /* NULL: none is wanted */
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

/* A daemon goes on with the log it had: it may be a keeper that took a dead one's place. */
static bool open_log(struct keeping *k, struct err *err)
{
    if (k->options->log)
        k->log = log_file_open(k->options->log, k->options->log_at_once, err);
    return k->log || !k->options->log;
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
        if (!wire_get_delta(bytes_of(k->waiting[0].at, k->waiting[0].len), &d)) {
            complain(k, "keeper: out of memory: windows wait"); /* it was read once already */
            return;
        }
        enum store_status status = write_window(k, &d);
        delta_free(&d);
        if (status == STORE_BUSY)
            return;
        if (status == STORE_FAILED)
            lose(k);
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
    char *line = log_file_line(k->log);
    log_file_wrote(k->log, export_log_line(line, x, line_names_of(k->line_names, x)));
}

/* Returns false if the bytes are damaged. */
static bool log_exchanges(struct keeping *k, struct bytes records)
{
    struct cursor c = cursor_over(records);
    struct exchange x;
    while (cursor_left(&c)) {
        if (!wire_get_exchange(&c, &x))
            return false;
        log_exchange(k, &x);
    }
    return true;
}

/* The names they wait for are learned, or do not come in time. */
static bool log_held(struct keeping *k)
{
    bool sane = log_exchanges(k, writer_view(&k->held));
    writer_clear(&k->held);
    return sane;
}

/* The window has ended. */
static bool end_held(struct keeping *k)
{
    if (!k->log)
        return true;
    bool sane = log_held(k);
    k->overflown = k->options->log_at_once;
    log_file_flush(k->log);
    return sane;
}

static void close_log(struct keeping *k)
{
    if (!k->log)
        return;
    end_held(k);
    if (!log_file_close(k->log))
        log_line(LOG_LEVEL_ERROR, "--log: %s could not be written whole", k->options->log);
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
    bool sane = end_held(k);
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
    return sane;
}

/* Puts the next exchange with those held, if they are not too many then. */
static bool hold(struct keeping *k, struct cursor *c)
{
    struct bytes record = wire_next_exchange(c);
    if (!record.len)
        return false;
    writer_bytes(&k->held, record.at, record.len);
    bool is_held = !k->held.failed;
    k->overflown = !is_held || k->held.len > HELD_MAX;
    return (!k->overflown || log_held(k)) && (is_held || log_exchanges(k, record));
}

static bool take_exchanges(struct keeping *k, struct bytes body)
{
    struct cursor c = cursor_over(body);
    if (!k->log)
        return true;
    while (!k->overflown && cursor_left(&c))
        if (!hold(k, &c))
            return false;
    bool sane = log_exchanges(k, cursor_rest(&c));
    if (k->options->log_at_once)
        log_file_flush(k->log);
    return sane;
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
