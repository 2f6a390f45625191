/* picture.h - pixels on standard output. */
#pragma once

#include "store/export/exporter.h"

/* Takes in what this format needs, before the command confines itself. False if it is no text, and
 * would be written to a terminal. */
bool picture_prepare(const struct exporter *exporter, struct err *err);
