/* svg.c - the graph as a picture: our DOT through Graphviz's dot, which is not linked but run,
 * since it is large and not made for threads. Where it cannot be run (it is not installed, or the
 * process is confined) the graph is drawn by ourselves, more plainly. */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/export/drawing.h"
#include "store/export/exporter.h"

extern const struct exporter dot_exporter;
extern char **environ;

/* What is drawn: one of these. */
struct drawn {
    const struct graph *graph;
    const struct diff *diff;
};

static bool put_dot(FILE *out, struct drawn what)
{
    return what.graph ? dot_exporter.graph(out, what.graph) : dot_exporter.diff(out, what.diff);
}

/* A file without a name, with our DOT in it; its descriptor, or -1. */
static int write_dot(struct drawn what)
{
    char path[] = "/tmp/tapgraph-XXXXXX";
    int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
    if (fd >= 0)
        unlink(path);
    bool written = out && put_dot(out, what);
    if (out && fclose(out) != 0)
        written = false;
    if (written && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Starts dot, reading from `in`; returns the end of the pipe that it writes to, or -1. */
static int start_dot(int in, pid_t *ret_pid)
{
    char *argv[] = {(char *)"dot", (char *)"-Tsvg", NULL};
    int pipe_fd[2];
    posix_spawn_file_actions_t actions;
    if (pipe(pipe_fd) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_fd[0]);
    int failed = posix_spawnp(ret_pid, "dot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fd[1]);
    if (!failed)
        return pipe_fd[0];
    close(pipe_fd[0]);
    return -1;
}

static bool copy(FILE *out, int from)
{
    char buffer[16384];
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && fwrite(buffer, 1, (size_t)n, out) != (size_t)n)
            return false;
    return n == 0;
}

static bool draw(FILE *out, struct drawn what, bool *ret_started)
{
    pid_t pid;
    int status = -1, dot = write_dot(what), svg = dot < 0 ? -1 : start_dot(dot, &pid);
    if (dot >= 0)
        close(dot);
    *ret_started = svg >= 0;
    if (svg < 0)
        return false;
    bool copied = copy(out, svg);
    close(svg);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return copied && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool graph(FILE *out, const struct graph *g)
{
    bool started, drawn = draw(out, (struct drawn){.graph = g}, &started);
    struct canvas_svg c;
    canvas_svg_init(&c, out);
    return started ? drawn : drawing_graph(&c.canvas, g);
}

static bool diff(FILE *out, const struct diff *d)
{
    bool started, drawn = draw(out, (struct drawn){.diff = d}, &started);
    struct canvas_svg c;
    canvas_svg_init(&c, out);
    return started ? drawn : drawing_diff(&c.canvas, d);
}

const struct exporter svg_exporter = {
    .name = "svg",
    .type = "image/svg+xml",
    .graph = graph,
    .diff = diff,
};
