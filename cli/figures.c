/* figures.c - see figures.h. */
#include "cli/figures.h"

#include "base/human.h"

void figures_cells(struct listing *t, const struct figures *f)
{
    listing_cell(t, human_count((double)f->requests).text);
    listing_cell(t, human_rate(f->rate_per_s).text);
    listing_cell(t, f->requests ? human_share(f->error_rate).text : "-");
    listing_cell(t, human_time(f->duration.p50_ns).text);
    listing_cell(t, human_time(f->duration.p95_ns).text);
    listing_cell(t, human_time(f->duration.p99_ns).text);
    listing_cell(t, human_bytes((double)f->request_bytes).text);
    listing_cell(t, human_bytes((double)f->response_bytes).text);
    listing_cell(t, health_name(f->health));
}

bool figures_print(struct listing *t, size_t rows, const struct marks *all, struct err *err)
{
    return marked_finish(t, rows, all,
                         "Nothing was seen in this time. 'tapgraph health' says what the capture "
                         "saw; --since all asks for everything.",
                         err);
}
