/* picture.c - see picture.h. */
#include "cli/picture.h"

#include <string.h>
#include <unistd.h>

#include "store/export/pixels.h"

bool picture_prepare(const struct exporter *exporter, struct err *err)
{
    if (strcmp(exporter->type, "image/png") != 0)
        return true;
    if (isatty(STDOUT_FILENO))
        return err_set(err,
                       "--format: %s is not for a terminal: write it to a file, with > picture.%s",
                       exporter->name, exporter->name);
    pixels_load(); /* what is missing is told by who draws */
    return true;
}
