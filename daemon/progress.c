/* progress.c - see progress.h. */
#include "daemon/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/clock.h"

enum { WIDTH = 30 };

static double per_second(uint64_t amount, uint64_t ns)
{
    return (double)amount / ((double)(ns ? ns : 1) / 1e9);
}

void progress_start(struct progress_bar *bar, bool quiet)
{
    *bar = (struct progress_bar){
        .quiet = quiet,
        .shown = !quiet && isatty(STDERR_FILENO),
        .start_ns = clock_monotonic_ns(),
    };
}

void progress_show(struct progress_bar *bar, struct progress p)
{
    uint64_t now = clock_monotonic_ns(), took = now - bar->start_ns;
    if (!bar->shown || now - bar->drawn_ns < 100000000)
        return;
    bar->drawn_ns = now;
    double share = p.total_bytes ? (double)p.read_bytes / (double)p.total_bytes : 0;
    double left = share > 0 ? (double)took / 1e9 * (1 - share) / share : 0;
    char line[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++)
        line[i] = i < (int)(share * WIDTH) ? '=' : ' ';
    line[WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3.0f %%  %.0f MB  %.2f M packets/s  %.0f s left\033[K", line,
            share * 100, (double)p.read_bytes / 1e6, per_second(p.frames, took) / 1e6, left);
}

void progress_end(struct progress_bar *bar, struct progress p, const struct daemon_options *options)
{
    bool told = options->log && strcmp(options->log, "-") == 0;
    if (bar->quiet || (told && !bar->shown))
        return;
    uint64_t took = clock_monotonic_ns() - bar->start_ns;
    fprintf(stderr, "%s%llu packets, %llu requests, %.1f MB in %.1f s (%.2f M packets/s) -> %s\n",
            bar->shown ? "\r\033[K" : "", (unsigned long long)p.frames,
            (unsigned long long)p.exchanges, (double)p.read_bytes / 1e6, (double)took / 1e9,
            per_second(p.frames, took) / 1e6, options->db);
    if (p.added_to)
        fprintf(stderr,
                "%llu of its %llu windows were there before: their counts are now those of both\n",
                (unsigned long long)p.added_to, (unsigned long long)p.windows);
}
