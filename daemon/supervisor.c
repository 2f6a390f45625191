/* supervisor.c - see supervisor.h.
 *
 * Each start of the sensor gets a pipe of its own, whose reading end goes to the keeper, so that
 * half a message of a sensor that died is never taken for the beginning of another's. When the
 * keeper dies both are started anew. A sensor that keeps dying is restarted ever later, up to every
 * BACKOFF_MAX_MS.
 *
 * A sensor that dies in nDPI is started again like any other; when that has happened
 * NDPI_CRASHES_MAX times, without nDPI.
 *
 * The sensor reads on when one of several interfaces is deleted. Only here can it be opened again:
 * once it is back, the sensor is asked to end, and the next one gets all interfaces there are. */
#include "daemon/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/clock.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "daemon/keylog_file.h"
#include "daemon/ndpi_watch.h"
#include "daemon/privilege.h"
#include "daemon/sandbox.h"
#include "daemon/sensor.h"
#include "web/web.h"

enum { REOPEN_MS = 500, BACKOFF_MAX_MS = 5000, STEADY_MS = 10000, END_MS = 10000 };
enum { PROBE_BYTES = 2 * 1024 * 1024 };

struct supervisor {
    const struct daemon_options *options;
    struct daemon_options *sensor_options; /* the same, but for what a crash has changed */
    struct ndpi_watch *ndpi;
    unsigned ndpi_crashes;
    bool files;
    struct source {
        unsigned index; /* of the interface that was opened last; 0 for "any" */
        bool away;
    } source[SOURCES_MAX];
    struct live *live[SOURCES_MAX * READERS_MAX]; /* a reader for each worker, of each interface */
    uint16_t live_len;                            /* interfaces */
    struct capture_file *file;
    int signals, control;
    pid_t sensor, keeper;
    bool stopping, capture_over;
    bool reopening; /* the sensor was asked to end, to be started with an interface more */
    uint64_t sensor_started_ms, restart_ms;
    unsigned backoff_ms;
    int status;
};

static uint64_t monotonic_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

static void close_sources(struct supervisor *s)
{
    while (s->live_len) {
        s->live_len--;
        for (unsigned i = 0; i < s->options->workers; i++)
            live_close(s->live[s->live_len * s->options->workers + i]);
    }
    file_close(s->file);
    s->file = NULL;
}

static void event(struct supervisor *s, const char *name, const char *text)
{
    struct control message = {.kind = CONTROL_EVENT};
    snprintf(message.name, sizeof message.name, "%s", name);
    snprintf(message.text, sizeof message.text, "%s", text);
    control_send(s->control, &message, -1);
}

/* The index that the interface has now; 0: there is none, or it is "any". */
static unsigned find_index(const struct supervisor *s, uint16_t which)
{
    return if_nametoindex(s->options->source[which]);
}

static bool open_interface(struct supervisor *s, uint16_t which, struct err *err)
{
    const struct daemon_options *o = s->options;
    struct live_options live = {
        .interface = o->source[which],
        .filter = o->filter,
        .number = which,
        .snap_bytes = o->snap_bytes,
        .ring_bytes = o->ring_bytes,
        .not_promiscuous = o->not_promiscuous,
    };
    unsigned index = find_index(s, which);
    if (!live_open_shared(&live, &o->engine.key, o->workers, s->live + s->live_len * o->workers,
                          err))
        return false;
    s->live_len++;
    s->source[which].index = index;
    return true;
}

/* Opens all sources. Once it has begun, a capture does with those interfaces that there are. */
static bool open_sources(struct supervisor *s, bool begun, struct err *err)
{
    const struct daemon_options *o = s->options;
    if (s->files) {
        s->file = file_open(o->source, o->source_len, o->filter, err);
        return s->file != NULL;
    }
    for (uint16_t i = 0; i < o->source_len; i++) {
        struct source *source = &s->source[i];
        char text[128];
        bool opened = open_interface(s, i, err);
        if (!opened && !begun) {
            close_sources(s);
            return false;
        }
        if (opened == source->away) {
            snprintf(text, sizeof text, "interface %s is %s", o->source[i],
                     opened ? "back" : "away");
            log_line(LOG_LEVEL_WARNING, "%s", text);
            event(s, opened ? "source-back" : "source-gone", text);
        }
        source->away = !opened;
    }
    return s->live_len != 0;
}

/* In the child, the signals are the sensor's and keeper's own again. */
static void unblock_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void be_sensor(struct supervisor *s, struct keylog_file *keys, int keeper_fd)
{
    struct daemon_options options = *s->sensor_options;
    struct err err = {0};
    unblock_signals();
    close(s->control);
    protection_free(s->options->protection); /* its copy: who reads packets knows no password */
    if (!privilege_drop_sensor(s->options->user, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        _exit(SENSOR_FAILED);
    }
    options.engine.keys = keylog_file_load(keys, &options.engine.key, false);
    if (!sandbox_sensor(&options, options.keylog, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        _exit(SENSOR_FAILED);
    }
    enum sensor_exit status = s->files ? sensor_run_paced(&options, s->file, keeper_fd)
                                       : sensor_run_live(&options, s->live, s->live_len, keeper_fd);
    _exit((int)status);
}

/* Starts a sensor on the sources that are open, and closes them here: it has them now. */
static bool start_sensor(struct supervisor *s, struct err *err)
{
    int pipe_fd[2];
    struct keylog_file *keys;
    if (!keylog_file_open(s->options->keylog, true, &keys, err))
        return false;
    if (pipe2(pipe_fd, O_CLOEXEC) != 0) {
        keylog_file_close(keys);
        return err_set(err, "no pipe: %s", strerror(errno));
    }
    s->sensor = fork();
    if (s->sensor == 0) {
        close(pipe_fd[0]);
        be_sensor(s, keys, pipe_fd[1]);
    }
    keylog_file_close(keys);
    close(pipe_fd[1]);
    close_sources(s);
    bool handed = s->sensor > 0 &&
                  control_send(s->control, &(struct control){.kind = CONTROL_PIPE}, pipe_fd[0]);
    close(pipe_fd[0]);
    if (s->sensor < 0)
        return err_set(err, "cannot start the sensor: %s", strerror(errno));
    s->sensor_started_ms = monotonic_ms();
    return handed || err_set(err, "the keeper does not answer");
}

/* Starts the keeper and waits until it is ready. */
static bool start_keeper(struct supervisor *s, struct err *err)
{
    int pair[2], fd;
    struct control message;
    if (!control_open(pair, err))
        return false;
    s->keeper = fork();
    if (s->keeper == 0) {
        unblock_signals();
        close(pair[0]);
        close_sources(s);
        _exit(keeper_run(s->options, pair[1]));
    }
    close(pair[1]);
    s->control = pair[0];
    if (s->keeper < 0)
        return err_set(err, "cannot start the keeper: %s", strerror(errno));
    if (!control_receive(s->control, &message, &fd))
        return err_set(err, "the keeper died while it started");
    if (message.kind == CONTROL_FAILED)
        return err_set(err, "%s", message.text);
    if (message.text[0])
        log_line(LOG_LEVEL_NOTICE, "the page is at %s", message.text);
    return true;
}

static void restart_sensor(struct supervisor *s)
{
    struct err err = {0};
    if (!open_sources(s, true, &err)) {
        s->restart_ms = monotonic_ms() + REOPEN_MS;
        return;
    }
    if (!start_sensor(s, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        s->status = 1;
        s->stopping = true;
        return;
    }
    s->restart_ms = 0;
}

/* Notes which interfaces are not those that were opened. The sensor sees it too, and has told. */
static void look_for_losses(struct supervisor *s)
{
    for (uint16_t i = 0; i < s->options->source_len; i++)
        s->source[i].away = s->source[i].away || find_index(s, i) != s->source[i].index;
}

/* Can an interface be opened that is away? */
static bool is_back(const struct supervisor *s, uint16_t which)
{
    struct live_options probe = {.interface = s->options->source[which], .ring_bytes = PROBE_BYTES};
    struct err err;
    struct live *l = s->source[which].away && find_index(s, which) ? live_open(&probe, &err) : NULL;
    live_close(l);
    return l != NULL;
}

/* While the sensor runs: has an interface come back that it does not have? */
static void look_at_sources(struct supervisor *s)
{
    if (s->files || s->sensor <= 0 || s->reopening || s->stopping)
        return;
    look_for_losses(s);
    for (uint16_t i = 0; i < s->options->source_len && !s->reopening; i++)
        s->reopening = is_back(s, i) && kill(s->sensor, SIGTERM) == 0;
}

static void ndpi_crashed(struct supervisor *s)
{
    char text[128];
    s->ndpi_crashes++;
    if (s->ndpi_crashes == NDPI_CRASHES_MAX)
        s->sensor_options->engine.labels = false;
    snprintf(text, sizeof text, "the sensor was in nDPI when it died, %u of %d times%s",
             s->ndpi_crashes, NDPI_CRASHES_MAX,
             s->sensor_options->engine.labels ? "" : ": it goes on without nDPI");
    log_line(LOG_LEVEL_WARNING, "%s", text);
    event(s, "ndpi-crash", text);
}

static void sensor_died(struct supervisor *s, int status)
{
    s->sensor = 0;
    bool in_ndpi = ndpi_watch_crashed(s->ndpi, status);
    bool reopening = s->reopening;
    s->reopening = false;
    if (s->stopping)
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == SENSOR_DONE) {
        s->capture_over = !reopening;
        s->restart_ms = monotonic_ms();
        return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == SENSOR_SOURCE_GONE) {
        look_for_losses(s);
        s->restart_ms = monotonic_ms() + REOPEN_MS;
        return;
    }
    char text[128];
    snprintf(text, sizeof text, "the sensor ended: %s",
             WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it failed");
    log_line(LOG_LEVEL_WARNING, "%s; it is started again", text);
    event(s, "sensor-restart", text);
    if (in_ndpi)
        ndpi_crashed(s);
    uint64_t now = monotonic_ms();
    bool steady = now - s->sensor_started_ms > STEADY_MS;
    s->backoff_ms = steady || !s->backoff_ms ? 50 : s->backoff_ms * 2;
    if (s->backoff_ms > BACKOFF_MAX_MS)
        s->backoff_ms = BACKOFF_MAX_MS;
    s->restart_ms = now + s->backoff_ms;
}

static void keeper_died(struct supervisor *s, int status)
{
    struct err err = {0};
    char text[256] = "the keeper died";
    bool gone = WIFEXITED(status) && WEXITSTATUS(status) == KEEPER_DATABASE_GONE;
    if (gone)
        snprintf(text, sizeof text, "%.200s was removed or replaced", s->options->db);
    s->keeper = 0;
    close(s->control);
    s->control = -1;
    if (s->stopping)
        return;
    log_line(LOG_LEVEL_WARNING, "%s; %s", text, gone ? "another is begun" : "it is started again");
    if (s->sensor > 0)
        kill(s->sensor, SIGKILL); /* its pipe leads nowhere; sensor_died() starts the next */
    if (!start_keeper(s, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        s->status = 1;
        s->stopping = true;
        return;
    }
    event(s, gone ? "database-gone" : "keeper-restart",
          gone ? text : "the keeper died and was started again");
}

static void reap(struct supervisor *s)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == s->sensor)
            sensor_died(s, status);
        else if (pid == s->keeper)
            keeper_died(s, status);
    }
}

static void read_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            s->stopping = true;
    reap(s);
}

static void read_keeper(struct supervisor *s)
{
    struct control message;
    int fd;
    if (!control_receive(s->control, &message, &fd)) {
        poll(NULL, 0, 10); /* it is dying: SIGCHLD follows */
        return;
    }
    if (message.kind == CONTROL_ENDED && message.text[0]) {
        log_line(LOG_LEVEL_ERROR, "%s", message.text);
        s->status = 1;
    }
}

static void wait_a_while(struct supervisor *s, int at_most_ms)
{
    struct pollfd fds[2] = {{.fd = s->signals, .events = POLLIN},
                            {.fd = s->control, .events = POLLIN}};
    uint64_t now = monotonic_ms();
    if (s->restart_ms && s->restart_ms < now + (uint64_t)at_most_ms)
        at_most_ms = s->restart_ms > now ? (int)(s->restart_ms - now) : 0;
    if (poll(fds, 2, at_most_ms) <= 0)
        return;
    if (fds[1].revents)
        read_keeper(s);
    if (fds[0].revents)
        read_signals(s);
}

/* First the sensor, so that its last window arrives, then the keeper. What does not end is killed.
 */
static void end_children(struct supervisor *s)
{
    s->stopping = true;
    s->restart_ms = 0;
    uint64_t until = monotonic_ms() + END_MS;
    if (s->sensor > 0)
        kill(s->sensor, SIGTERM);
    while (s->sensor > 0 && monotonic_ms() < until)
        wait_a_while(s, 100);
    if (s->sensor > 0)
        kill(s->sensor, SIGKILL);
    if (s->control >= 0)
        shutdown(s->control, SHUT_WR);
    until = monotonic_ms() + END_MS;
    while (s->keeper > 0 && monotonic_ms() < until)
        wait_a_while(s, 100);
    if (s->keeper > 0)
        kill(s->keeper, SIGKILL);
}

static bool start(struct supervisor *s, struct err *err)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    signal(SIGPIPE, SIG_IGN);
    s->signals = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
    if (s->signals < 0)
        return err_set(err, "no signals: %s", strerror(errno));
    return open_sources(s, false, err) && start_keeper(s, err) && privilege_keep_capture(err) &&
           start_sensor(s, err);
}

int supervisor_run(const struct daemon_options *options, bool files)
{
    struct daemon_options own = *options;
    struct supervisor s = {
        .options = options, .sensor_options = &own, .files = files, .signals = -1, .control = -1};
    struct err err = {0};
    sandbox_announce(options);
    s.ndpi = ndpi_watch_open(&own);
    if (start(&s, &err)) {
        event(&s, "capture-started", files ? "playing a capture file" : "capturing");
        while (!s.stopping && !s.capture_over) {
            wait_a_while(&s, REOPEN_MS);
            look_at_sources(&s);
            if (s.restart_ms && monotonic_ms() >= s.restart_ms && !s.stopping)
                restart_sensor(&s);
        }
    } else {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        s.status = 1;
    }
    end_children(&s);
    close_sources(&s);
    close(s.signals);
    ndpi_watch_close(s.ndpi);
    return s.status;
}
