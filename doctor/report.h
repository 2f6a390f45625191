/* report.h - findings and facts, for people and for programs. */
#pragma once

#include <stdio.h>

#include "doctor/findings.h"

/* The verdict, the findings, a table of what was seen: in 80 columns of ASCII (but for names), with
 * colours if asked for. false when the stream failed. */
bool report_text(FILE *out, const struct facts *facts, const struct finding *finding, size_t len,
                 bool colour);

/* The same as one JSON object and a newline. */
bool report_json(FILE *out, const struct facts *facts, const struct finding *finding, size_t len);

/* "bad", "fair" or "good", by the worst finding; static. */
const char *report_verdict(const struct finding *finding, size_t len);
