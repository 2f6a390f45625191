/* picture.h - pixels on standard output. */
#pragma once

#include "store/export/exporter.h"

/* False if this format is no text, and would be written to a terminal. */
bool picture_may_be_printed(const struct exporter *exporter, struct err *err);
