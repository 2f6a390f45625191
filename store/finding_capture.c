/* finding_capture.c - is the capture so bad that its figures are not to be trusted? */
#include <string.h>

#include "store/finding.h"

/* Before imbalances, which rest on the same figures. */
enum { WEIGHT = 10 };

bool findings_of_capture(const struct health_row *h, struct findings *into)
{
    struct diagnosis found[DIAGNOSES_MAX];
    char verdict[VERDICT_TEXT_MAX];
    if (!h->capture.frames || health_verdict(h, verdict) < SEVERITY_BAD)
        return true; /* where nothing was captured there are no figures */
    struct insight_row *i = findings_add(into);
    if (!i)
        return false;
    size_t len = health_diagnoses(h, found);
    strcpy(i->kind, "bad-capture");
    finding_say(i->subject, sizeof i->subject, "capture");
    finding_say(i->title, sizeof i->title, "The capture is bad, so %s", verdict);
    finding_say(i->advice, sizeof i->advice, "%s", found[0].remedy);
    i->weight = WEIGHT + found[0].share;
    for (size_t d = 0; d < len && found[d].severity >= SEVERITY_WARN; d++) {
        if (i->evidence_len++ >= EVIDENCE_MAX)
            continue;
        struct evidence *e = &i->evidence[i->evidence_len - 1];
        e->share = found[d].share;
        finding_say(e->what, sizeof e->what, "%s", found[d].what);
        finding_say(e->figure, sizeof e->figure, "%s", found[d].effect);
    }
    return true;
}
