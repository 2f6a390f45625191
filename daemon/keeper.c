/* keeper.c - see keeper.h. */
#include "daemon/keeper.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/control.h"
#include "daemon/keeping.h"
#include "daemon/privilege.h"
#include "daemon/sandbox.h"
#include "web/web.h"

enum { RETRY_MS = 1000 };

struct keeper {
    int control_fd;
    struct keeping *keeping;
    struct web *web;
    struct link_reader reader;
    bool told_end;
    uint64_t looked_s; /* wall time: when files were looked at */
};

static void tell(const struct keeper *k, enum control_kind kind, const char *text)
{
    struct control message = {.kind = kind};
    snprintf(message.text, sizeof message.text, "%s", text);
    control_send(k->control_fd, &message, -1);
}

static bool start(struct keeper *k, const struct daemon_options *options, struct err *err)
{
    if (!privilege_drop_keeper(options->user, err) || (options->listen && !web_load(err)))
        return false;
    k->keeping = keeping_open(options, err);
    if (!k->keeping || !sandbox_keeper_files(options, err))
        return false;
    if (options->listen) {
        k->web = web_start(&(struct web_options){options->db, options->listen, options->protection},
                           err);
        if (!k->web)
            return false;
    }
    if (!sandbox_keeper_calls(options, 0, err))
        return false;
    tell(k, CONTROL_READY, k->web ? web_address(k->web) : "");
    return true;
}

static void drop_pipe(struct keeper *k)
{
    if (k->reader.fd >= 0)
        close(k->reader.fd);
    link_free(&k->reader);
}

static void take_message(struct keeper *k, enum message_type type, struct bytes body,
                         enum link_status *status)
{
    *status = keeping_message(k->keeping, type, body) ? LINK_MORE : LINK_BROKEN;
    const char *end = keeping_end(k->keeping);
    if (end && !k->told_end) {
        k->told_end = true;
        tell(k, CONTROL_ENDED, end);
    }
}

static void read_sensor(struct keeper *k)
{
    enum message_type type;
    struct bytes body;
    enum link_status status = link_fill(&k->reader);
    while (status == LINK_MORE && (status = link_next(&k->reader, &type, &body)) == LINK_MESSAGE)
        take_message(k, type, body, &status);
    if (status == LINK_BROKEN)
        keeping_event(k->keeping, "sensor-nonsense",
                      "what the sensor wrote was not understood, or memory is short");
    if (status != LINK_MORE) /* the supervisor hands over the next pipe */
        drop_pipe(k);
}

/* false: it is time to end. */
static bool read_supervisor(struct keeper *k)
{
    struct control message;
    int fd;
    if (!control_receive(k->control_fd, &message, &fd))
        return false;
    if (message.kind == CONTROL_EVENT)
        keeping_event(k->keeping, message.name, message.text);
    if (message.kind != CONTROL_PIPE)
        return true;
    while (k->reader.fd >= 0) /* what the old sensor wrote whole still counts */
        read_sensor(k);
    k->reader = (struct link_reader){.fd = fd};
    return true;
}

/* About once a second, however busy it is. false: the database is gone. */
static bool look_at_files(struct keeper *k)
{
    uint64_t now_s = clock_wall_ns() / 1000000000;
    if (k->looked_s == now_s)
        return true;
    k->looked_s = now_s;
    keeping_read_names(k->keeping);
    return !keeping_is_gone(k->keeping);
}

/* Returns the exit status. */
static int keep(struct keeper *k)
{
    for (;;) {
        struct pollfd fds[2] = {{.fd = k->control_fd, .events = POLLIN},
                                {.fd = k->reader.fd, .events = POLLIN}};
        if (poll(fds, 2, RETRY_MS) == 0)
            keeping_retry(k->keeping);
        if (!look_at_files(k))
            return KEEPER_DATABASE_GONE;
        if (fds[1].revents)
            read_sensor(k);
        else if (fds[0].revents && !read_supervisor(k))
            return 0;
    }
}

int keeper_run(const struct daemon_options *options, int control_fd)
{
    struct keeper k = {.control_fd = control_fd, .reader.fd = -1};
    struct err err = {0};
    prctl(PR_SET_NAME, "tapgraph-keeper");
    signal(SIGINT, SIG_IGN); /* the supervisor ends us, after the sensor */
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int status = 1;
    if (start(&k, options, &err))
        status = keep(&k);
    else
        tell(&k, CONTROL_FAILED, err.text);
    web_stop(k.web);
    drop_pipe(&k);
    keeping_close(k.keeping);
    return status;
}
