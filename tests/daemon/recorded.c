/* recorded.c - see recorded.h. */
#include "tests/daemon/recorded.h"

#include <stdio.h>
#include <unistd.h>

static struct daemon_options small_options(const char *path)
{
    struct daemon_options options = {
        .source = {path},
        .source_len = 1,
        .log = "-",
        .workers = 1,
        .window_ns = UINT64_C(5000000000),
        .requests_kept = 100,
        .engine = {.key = {{1, 2}}, .flows_max = 512, .open_max = 1024},
    };
    networks_init(&options.networks);
    return options;
}

enum sensor_exit recorded_sense(const char *path, int fd, int words)
{
    const struct daemon_options options = small_options(path);
    struct err err = {0};
    struct capture_file *file = file_open(options.source, 1, NULL, &err);
    enum sensor_exit ret = SENSOR_FAILED;
    if (file)
        ret = sensor_run_file(&options, file, fd);
    else
        dprintf(words, "%s\n", err.text);
    file_close(file);
    return ret;
}

bool recorded_read(int fd, recorded_take *take, void *context)
{
    struct link_reader reader = {.fd = fd};
    enum link_status status = LINK_MORE;
    enum message_type type;
    struct bytes body;
    lseek(fd, 0, SEEK_SET);
    while (status == LINK_MORE) {
        status = link_fill(&reader);
        while (status == LINK_MORE && (status = link_next(&reader, &type, &body)) == LINK_MESSAGE) {
            take(context, type, body);
            status = LINK_MORE;
        }
    }
    link_free(&reader);
    return status == LINK_CLOSED;
}
