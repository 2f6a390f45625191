/* figures.c - see figures.h. */
#include "cli/figures.h"

#include "base/human.h"

void figures_cells(struct table *t, const struct figures *f)
{
    table_cell(t, human_count((double)f->requests).text);
    table_cell(t, human_rate(f->rate_per_s).text);
    table_cell(t, f->requests ? human_share(f->error_rate).text : "-");
    table_cell(t, human_time(f->duration.p50_ns).text);
    table_cell(t, human_time(f->duration.p95_ns).text);
    table_cell(t, human_time(f->duration.p99_ns).text);
    table_cell(t, human_bytes((double)f->request_bytes).text);
    table_cell(t, human_bytes((double)f->response_bytes).text);
    table_cell(t, health_name(f->health));
}

bool figures_print(struct table *t, size_t rows, struct err *err)
{
    if (!t)
        return err_set(err, "out of memory");
    bool printed = true;
    if (rows)
        printed = table_print(t, stdout);
    else
        fputs("Nothing was seen in this time. 'tapgraph health' says what the capture saw; "
              "--since all asks for everything.\n",
              stderr);
    table_free(t);
    return printed || err_set(err, "the table could not be written whole");
}
