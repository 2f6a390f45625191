/* web.c - the page, without a capture. */
#include "web/web.h"

#include <signal.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/daemon_arguments.h"
#include "cli/place.h"
#include "daemon/privilege.h"
#include "daemon/sandbox.h"

/* The page, and then no more than it needs: what it answers comes from captured traffic, and who
 * asks may be anybody. */
static struct web *start(const struct web_options *options, bool no_sandbox, struct err *err)
{
    const struct daemon_options confined = {.db = options->db, .no_sandbox = no_sandbox};
    sandbox_announce(&confined);
    if (!web_load(err) || !privilege_drop_page(err) || !sandbox_page_files(&confined, err))
        return NULL;
    struct web *web = web_start(options, err);
    if (!web || sandbox_page_calls(&confined, err))
        return web;
    web_stop(web);
    return NULL;
}

static int serve(const struct web_options *options, bool no_sandbox, struct err *err)
{
    sigset_t ends;
    int which;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* in the server's threads too */
    signal(SIGPIPE, SIG_IGN);
    struct web *web = start(options, no_sandbox, err);
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
    bool help = false, no_sandbox = false;
    struct web_options options = {
        .db = place_of_db(), .listen = "127.0.0.1:7117", .protection = &protection};
    const struct argument table[] = {
        {'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &options.db},
        {0, "listen", "ADDR:PORT", "where to serve it (127.0.0.1:7117); port 0 takes a free one",
         ARGUMENT_TEXT, &options.listen},
        PROTECTION_ARGUMENTS(files),
        {0, "no-sandbox", NULL, "do not confine system calls and files: to look for a fault",
         ARGUMENT_FLAG, &no_sandbox},
        {0},
    };
    struct err err = {0};
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    if (!protection_read(&protection, &files, &err))
        return command_failed(&err);
    int status = serve(&options, no_sandbox, &err);
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
