/* memory.c - what a connection costs in memory: for each kind, many of them in one engine, the
 * growth of the process' resident memory over their number.
 *
 * usage: bench_memory [COUNT]        [100000] */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/decode/crowd.h"

static size_t resident(void)
{
    long total, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &total, &pages) != 2)
        exit(1);
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Each kind in a process of its own, so that nothing is used again. */
static void measure(enum crowd kind, uint32_t count)
{
    struct engine *e = crowd_engine(count);
    if (!e)
        exit(1);
    size_t allocated = crowd_allocated(), before = resident();
    crowd_join(e, kind, count);
    size_t bytes = (crowd_allocated() - allocated) / count, grown = resident() - before;
    printf("| %-32s | %6zu | %8.0f | %5.0f |\n", crowd_name(kind), bytes, (double)grown / count,
           (double)grown / count * 100000 / 1e6);
    fflush(stdout);
    _exit(0);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    printf("| %-32s | %6s | %8s | %5s |\n| --- | --- | --- | --- |\n", "connection", "bytes",
           "resident", "100 k, MB");
    fflush(stdout);
    for (int kind = 0; kind < CROWDS; kind++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0)
            measure((enum crowd)kind, count);
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    return 0;
}
