/* picture.c - see picture.h. */
#include "cli/picture.h"

#include <string.h>
#include <unistd.h>

bool picture_may_be_printed(const struct exporter *exporter, struct err *err)
{
    if (strcmp(exporter->type, "image/png") != 0 || !isatty(STDOUT_FILENO))
        return true;
    return err_set(err, "--format: %s is not for a terminal: write it to a file, with > picture.%s",
                   exporter->name, exporter->name);
}
