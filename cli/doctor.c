/* doctor.c - is a mirror port fit to work from, and what is to be changed? */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/daemon_arguments.h"
#include "daemon/privilege.h"
#include "daemon/sandbox.h"
#include "doctor/look.h"
#include "doctor/report.h"

static const uint64_t second = 1000000000;

struct doctor {
    struct daemon_options options;
    struct look_options look;
    bool json, no_color;
};

static bool wants_colour(const struct doctor *d)
{
    const char *no_color = getenv("NO_COLOR");
    return !d->no_color && !(no_color && no_color[0]) && isatty(STDOUT_FILENO);
}

/* Judges and prints. Returns the exit status. */
static int tell(const struct doctor *d, const struct facts *facts)
{
    struct finding *finding = calloc(FINDINGS_MAX, sizeof *finding);
    struct err err;
    if (!finding) {
        err_set(&err, "doctor: out of memory");
        return command_failed(&err);
    }
    size_t len = findings_make(facts, finding);
    bool told = d->json ? report_json(stdout, facts, finding, len)
                        : report_text(stdout, facts, finding, len, wants_colour(d));
    int status = findings_worst(finding, len) == SERIOUS ? EXIT_WRONG : 0;
    free(finding);
    if (fflush(stdout) == 0 && told)
        return status;
    err_set(&err, "the report could not be written whole");
    return command_failed(&err);
}

/* Runs without rights from here on: it parses what anybody sent. */
static int look_and_tell(const struct doctor *d, struct look *look, struct facts *facts)
{
    struct err err;
    if (!privilege_drop_sensor(d->options.user, &err) || !sandbox_sensor(&d->options, NULL, &err) ||
        !look_run(look, &err))
        return command_failed(&err);
    return tell(d, facts);
}

/* The part that reads packets is a process of its own, as in capture: if one of them is its end,
 * that is told too. */
static int watch(const struct doctor *d, struct look *look, struct facts *facts)
{
    struct err err;
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int outcome = look_and_tell(d, look, facts);
        fflush(NULL);
        _exit(outcome);
    }
    signal(SIGINT, SIG_IGN); /* of a terminal: it ends the looking, and what was seen is told */
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && WIFEXITED(status))
        return WEXITSTATUS(status);
    err_set(&err, "the process that reads packets %s: %s", pid > 0 ? "died" : "cannot be started",
            pid > 0 ? strsignal(WTERMSIG(status)) : strerror(errno));
    return command_failed(&err);
}

static int examine(const struct doctor *d)
{
    struct facts *facts = calloc(1, sizeof *facts);
    struct err err;
    if (!facts) {
        err_set(&err, "doctor: out of memory");
        return command_failed(&err);
    }
    struct look *look = look_open(&d->look, facts, &err);
    int status = look ? watch(d, look, facts) : command_failed(&err);
    look_close(look);
    free(facts);
    return status;
}

static int run(const struct command *self, int argc, char **argv)
{
    struct daemon_arguments a = {.no_decap.known = frame_tunnel_names};
    struct doctor d = {.look.daemon = &d.options};
    const struct argument table[] = {
        {'i', "interface", "IFACE", "look at this interface; two of a tap together: -i A -i B",
         ARGUMENT_TEXTS, &a.interfaces},
        {'r', "read", "FILE", "look at this capture file instead; may be given again",
         ARGUMENT_TEXTS, &a.files},
        {0, "seconds", "TIME", "how long to look (10); of a file, how much of it (all)",
         ARGUMENT_DURATION, &d.look.for_ns},
        {'f', "filter", "EXPR", "only packets that match, as in pcap-filter(7)", ARGUMENT_TEXT,
         &a.filter},
        {0, "json", NULL, "findings and figures as one JSON object", ARGUMENT_FLAG, &d.json},
        {'C', "no-color", NULL, "no colours (also when NO_COLOR is set)", ARGUMENT_FLAG,
         &d.no_color},
        {'q', "quiet", NULL, "no line that says how far it is", ARGUMENT_FLAG, &d.look.quiet},
        {0, "no-decap", "[KIND,...]", TUNNELS_HELP, ARGUMENT_WORDS, &a.no_decap},
        {0, "vxlan-port", "N", "VXLAN is on this UDP port too; may be repeated", ARGUMENT_TEXTS,
         &a.vxlan_ports},
        {0, "geneve-port", "N", "GENEVE is on this UDP port too; may be repeated", ARGUMENT_TEXTS,
         &a.geneve_ports},
        {'s', "snap", "BYTES", "capture this much of a packet (262144)", ARGUMENT_SIZE,
         &a.snap_bytes},
        {'B', "ring", "BYTES", "size of the kernel's ring for each interface (64M)", ARGUMENT_SIZE,
         &a.ring_bytes},
        {'p', "no-promiscuous", NULL, "do not put the interface into promiscuous mode",
         ARGUMENT_FLAG, &a.not_promiscuous},
        {'Z', "user", "NAME", "read packets as this user, if started as root (nobody)",
         ARGUMENT_TEXT, &a.user},
        {0, "no-sandbox", NULL, "do not confine system calls and files: to look for a fault",
         ARGUMENT_FLAG, &a.no_sandbox},
        {0},
    };
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    if (!a.interfaces.len == !a.files.len) {
        err_set(&err, "say what to look at: -i IFACE, or -r FILE");
        return command_misused(self, &err);
    }
    d.look.files = a.files.len != 0;
    if (!daemon_options_set_reading(&d.options, &a, d.look.files ? &a.files : &a.interfaces, &err))
        return command_misused(self, &err);
    if (!d.look.files && !d.look.for_ns)
        d.look.for_ns = 10 * second;
    return examine(&d);
}

const struct command doctor_command = {
    .name = "doctor",
    .summary = "look at a mirror port for 10 seconds: what is wrong with it, what to change",
    .usage = "tapgraph doctor -i IFACE... | -r FILE... [OPTION...]",
    .example =
        "exit status: 0 when it can be used, 1 when something serious is wrong\n\n"
        "examples:\n"
        "  sudo tapgraph doctor -i eth1                a mirror port\n"
        "  sudo tapgraph doctor -i eth1 -i eth2        a tap with a port for each direction\n"
        "  tapgraph doctor -r yesterday.pcap --json    a capture file, for a program",
    .run = run,
};
