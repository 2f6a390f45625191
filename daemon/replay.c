/* replay.c - see replay.h. The sensor is a child; this process is its keeper. */
#include "daemon/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/keeping.h"
#include "daemon/keylog_file.h"
#include "daemon/ndpi_watch.h"
#include "daemon/privilege.h"
#include "daemon/progress.h"
#include "daemon/sandbox.h"
#include "daemon/sensor.h"

static pid_t sensor;
static struct ndpi_watch *ndpi;

/* Ctrl-C: the sensor ends in order, and what it had is stored. */
static void stop(int signal_number)
{
    (void)signal_number;
    kill(sensor, SIGTERM);
}

static _Noreturn void be_sensor(const struct daemon_options *options, struct capture_file *file,
                                struct keylog_file *keys, int keeper_fd)
{
    struct daemon_options with_keys = *options;
    struct err err = {0};
    if (privilege_drop_sensor(options->user, &err)) {
        with_keys.engine.keys = keylog_file_load(keys, &options->engine.key, true);
        if (sandbox_sensor(options, NULL, &err))
            _exit((int)sensor_run_file(&with_keys, file, keeper_fd));
    }
    log_line(LOG_LEVEL_ERROR, "%s", err.text);
    _exit(SENSOR_FAILED);
}

/* Starts the sensor; returns its end of the pipe, or -1. */
static int start_sensor(const struct daemon_options *options, struct capture_file *file,
                        struct keylog_file *keys, struct err *err)
{
    int pipe_fd[2];
    if (pipe2(pipe_fd, O_CLOEXEC) != 0) {
        err_set(err, "replay: no pipe: %s", strerror(errno));
        return -1;
    }
    fcntl(pipe_fd[1], F_SETPIPE_SZ, 1 << 20); /* fewer switches; the default works too */
    sensor = fork();
    if (sensor == 0) {
        close(pipe_fd[0]);
        be_sensor(options, file, keys, pipe_fd[1]);
    }
    close(pipe_fd[1]);
    if (sensor < 0) {
        err_set(err, "replay: cannot start the sensor: %s", strerror(errno));
        close(pipe_fd[0]);
        return -1;
    }
    return pipe_fd[0];
}

/* Until the sensor ends. false: what it wrote is nonsense, or there is no memory to read it. */
static bool keep(struct keeping *k, int fd, struct progress_bar *bar)
{
    struct link_reader reader = {.fd = fd};
    enum link_status status = LINK_MORE;
    while (status == LINK_MORE) {
        enum message_type type;
        struct bytes body;
        status = link_fill(&reader);
        while (status == LINK_MORE && (status = link_next(&reader, &type, &body)) == LINK_MESSAGE)
            status = keeping_message(k, type, body) ? LINK_MORE : LINK_BROKEN;
        progress_show(bar, keeping_progress(k));
    }
    link_free(&reader);
    return status == LINK_CLOSED;
}

/* What there is to say after the end. */
static int conclude(const struct keeping *k, bool sane, int status)
{
    const char *end = keeping_end(k), *refusal = keeping_refusal(k);
    if (refusal)
        log_line(LOG_LEVEL_ERROR, "%s", refusal);
    if (refusal || keeping_failed(k))
        return 1; /* said already */
    if (!end) {
        bool in_ndpi = ndpi_watch_crashed(ndpi, status);
        log_line(LOG_LEVEL_ERROR,
                 "replay: the sensor %s after %llu frames%s; everything before is stored%s",
                 WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                 : sane              ? "failed"
                                     : "wrote nonsense, or memory is short,",
                 (unsigned long long)keeping_progress(k).frames, in_ndpi ? ", in nDPI" : "",
                 in_ndpi ? ". Replay it with --no-ndpi" : "");
        return 1;
    }
    if (end[0])
        log_line(LOG_LEVEL_ERROR, "%s", end);
    return end[0] ? 1 : 0;
}

static int run(const struct daemon_options *options, int fd)
{
    struct err err = {0};
    struct keeping *k = keeping_open(options, &err);
    if (!k || !sandbox_keeper_files(options, &err) ||
        !sandbox_keeper_calls(options, sensor, &err)) {
        keeping_close(k);
        kill(sensor, SIGKILL);
        waitpid(sensor, NULL, 0);
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        return 1;
    }
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    struct progress_bar bar;
    progress_start(&bar, options->quiet);
    bool sane = keep(k, fd, &bar);
    int status = 0;
    if (!sane)
        kill(sensor, SIGKILL);
    waitpid(sensor, &status, 0);
    keeping_retry(k);
    if (!keeping_refusal(k))
        progress_end(&bar, keeping_progress(k), options);
    int result = conclude(k, sane, status);
    keeping_close(k);
    return result;
}

int replay_run(const struct daemon_options *options)
{
    struct err err = {0};
    struct daemon_options own = *options;
    ndpi = ndpi_watch_open(&own);
    struct capture_file *file =
        file_open(options->source, options->source_len, options->filter, &err);
    struct keylog_file *keys = NULL;
    bool opened = file && keylog_file_open(options->keylog, false, &keys, &err);
    int fd = opened ? start_sensor(&own, file, keys, &err) : -1;
    file_close(file);
    keylog_file_close(keys);
    if (fd < 0) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        return 1;
    }
    int status = run(options, fd);
    close(fd);
    return status;
}
