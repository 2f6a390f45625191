/* finding.h - what spoiled the figures of a capture, and what helps. */
#pragma once

#include "store/query.h"

struct finding {
    enum health health; /* HEALTH_WARN or HEALTH_BAD */
    char what[128];
    const char *remedy; /* static */
};

enum { FINDINGS_MAX = 9 };

/* Writes those that apply, the worst kind of loss first; returns how many. */
size_t findings_of(const struct health_row *h, struct finding ret[FINDINGS_MAX]);
