/* web.c - the page, without a capture. */
#include "web/web.h"

#include <signal.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/daemon_arguments.h"
#include "cli/place.h"

static int serve(const struct web_options *options, struct err *err)
{
    sigset_t ends;
    int which;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* in the server's threads too */
    signal(SIGPIPE, SIG_IGN);
    struct web *web = web_start(options, err);
    if (!web)
        return command_failed(err);
    printf("the page is at %s (Ctrl-C ends it)\n", web_address(web));
    fflush(stdout);
    sigwait(&ends, &which);
    web_stop(web);
    return 0;
}

static int run(const struct command *self, int argc, char **argv)
{
    struct protection_files files = {0};
    struct protection protection;
    struct web_options options = {
        .db = place_of_db(), .listen = "127.0.0.1:7117", .protection = &protection};
    const struct argument table[] = {
        {'d', "db", "FILE", "the database", ARGUMENT_TEXT, &options.db},
        {0, "listen", "ADDR:PORT", "where to serve it (127.0.0.1:7117); port 0 takes a free one",
         ARGUMENT_TEXT, &options.listen},
        PROTECTION_ARGUMENTS(files),
        {0},
    };
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    if (!protection_read(&protection, &files, &err))
        return command_failed(&err);
    int status = serve(&options, &err);
    protection_free(&protection);
    return status;
}

const struct command web_command = {
    .name = "web",
    .summary = "the page, from a database",
    .usage = "tapgraph web [OPTION...]",
    .example = "examples:\n"
               "  tapgraph web --db shop.db --listen 127.0.0.1:8000\n"
               "  (umask 077; openssl rand -hex 16 > tokens)\n"
               "  tapgraph web --listen 0.0.0.0:7117 --passwords tokens --tls-cert c.pem --tls-key "
               "k.pem",
    .run = run,
};
