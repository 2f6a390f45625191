/* programs.c - the test programs of a folder, linked as one: what they test is linked once, and not
 * for each.
 *
 * Which of them runs is the name that this is started by. PROGRAMS is a file of lines
 * PROGRAM(NAME). */
#include <stdio.h>
#include <string.h>

#define PROGRAM(name) int name(void);
#include PROGRAMS
#undef PROGRAM

static const struct {
    const char *name;
    int (*run)(void);
} programs[] = {
#define PROGRAM(name) {#name, name},
#include PROGRAMS
#undef PROGRAM
};

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "";
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (strcmp(programs[i].name, name) == 0)
            return programs[i].run();
    fprintf(stderr, "%s: start one of these names, which link here:\n", name);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        fprintf(stderr, "    %s\n", programs[i].name);
    return 2;
}
