/* diff.c - what changed between two times, or two databases. */
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "cli/confined.h"
#include "cli/listing.h"
#include "cli/picture.h"
#include "cli/place.h"
#include "cli/sifted.h"
#include "store/export/exporter.h"
#include "store/order.h"
#include "store/when.h"

/* What was asked. */
struct asked {
    const char *db, *db_before, *before, *after, *format, *sort;
    struct sifted sifted;
    struct order order;
    uint32_t limit; /* rows; 0: all */
    bool json, csv, all, exit_code, help;
    struct when when[2];             /* before, after */
    const struct exporter *exporter; /* NULL: a table */
};

static void cell_change(struct listing *t, const struct diff_row *row, struct human before,
                        struct human after)
{
    char text[80];
    if (!row->before.there)
        snprintf(text, sizeof text, "%s", after.text);
    else if (!row->after.there)
        snprintf(text, sizeof text, "%s", before.text);
    else if (strcmp(before.text, after.text) == 0)
        snprintf(text, sizeof text, "%s", after.text);
    else
        snprintf(text, sizeof text, "%s > %s", before.text, after.text);
    listing_cell(t, text);
}

static struct human share_of(const struct figures *f)
{
    return f->requests ? human_share(f->error_rate) : (struct human){"-"};
}

/* "http > tls", "tls (TLS 1.2 > TLS 1.3)" */
static void cell_protocol(struct listing *t, const struct diff_row *row)
{
    char text[LISTING_CELL_MAX];
    const struct diff_side *b = &row->before, *a = &row->after;
    if (row->changes >> DIFF_PROTOCOL & 1)
        snprintf(text, sizeof text, "%s > %s", b->protocol, a->protocol);
    else if (row->changes >> DIFF_ENCRYPTION & 1)
        snprintf(text, sizeof text, "%s (%s > %s)", row->protocol, b->tls[0] ? b->tls : "plaintext",
                 a->tls[0] ? a->tls : "plaintext");
    else
        snprintf(text, sizeof text, "%s", row->protocol);
    listing_cell(t, text);
}

static void put_row(struct listing *t, const struct diff_row *row)
{
    char changes[DIFF_CHANGES_TEXT_MAX + 8];
    const struct figures *b = &row->before.figures, *a = &row->after.figures;
    diff_changes_text(row, ", ", changes);
    if (row->few)
        strcat(changes, " (few)");
    listing_cell(t, changes[0] ? changes : "-");
    listing_cell(t, row->client);
    listing_cell(t, row->server);
    listing_count(t, row->port);
    cell_protocol(t, row);
    listing_cell(t, row->operation);
    cell_change(t, row, human_rate(b->rate_per_s), human_rate(a->rate_per_s));
    cell_change(t, row, share_of(b), share_of(a));
    cell_change(t, row, human_time(b->duration.p50_ns), human_time(a->duration.p50_ns));
    cell_change(t, row, human_time(b->duration.p95_ns), human_time(a->duration.p95_ns));
}

static bool print(const struct diff *d, struct err *err)
{
    struct listing *t =
        listing_new("CHANGE|CLIENT|SERVER|>PORT|PROTOCOL|?OPERATION|>RATE|>ERRORS|>P50|>P95");
    for (size_t i = 0; t && i < d->len; i++)
        put_row(t, &d->row[i]);
    return listing_finish(t, d->len, "Nothing changed: docs/diff.md says what counts as a change.",
                          err);
}

static bool find_format(struct asked *a, struct err *err)
{
    const char *name = a->json ? "ndjson" : a->csv ? "csv" : a->format;
    if ((a->json && a->csv) || (a->format && (a->json || a->csv)))
        return err_set(err, "--json, --csv and --format exclude each other");
    a->exporter = name ? exporter_find(name) : NULL;
    if (name && !(a->exporter && a->exporter->diff))
        return err_set(
            err, "--format: there is no '%s'; there are dot, svg, png, json, ndjson, csv", name);
    return !a->exporter || picture_prepare(a->exporter, err);
}

static bool read_range(const char *option, const char *text, struct when *ret, struct err *err)
{
    struct err why;
    *ret = (struct when){0};
    if (!text || when_read_range(text, ret, &why))
        return true;
    return err_set(err, "%s: %s", option, why.text);
}

static bool check(struct asked *a, struct err *err)
{
    if (!a->db_before && (!a->before || !a->after))
        return err_set(err, "what is to be compared? --before FROM..TO and --after FROM..TO, or "
                            "another database with --db-before FILE");
    struct err why;
    if (!order_read(&a->order, &diff_fields, a->sort, &why))
        return err_set(err, "--%s", why.text);
    return find_format(a, err) && read_range("--before", a->before, &a->when[0], err) &&
           read_range("--after", a->after, &a->when[1], err);
}

static void list(struct asked *a, struct argument *ret)
{
    const struct argument table[] = {
        {'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &a->db},
        {0, "db-before", "FILE", "another, for what was before", ARGUMENT_TEXT, &a->db_before},
        {0, "before", "FROM..TO", "one range; either end may be left out", ARGUMENT_TEXT,
         &a->before},
        {0, "after", "FROM..TO", "the other", ARGUMENT_TEXT, &a->after},
        {0, "all", NULL, "also what did not change", ARGUMENT_FLAG, &a->all},
        {0, "exit-code", NULL, "exit with 1 if anything changed", ARGUMENT_FLAG, &a->exit_code},
        {0, "format", "NAME", "dot, svg (nicer with Graphviz), png, json, ndjson, csv",
         ARGUMENT_TEXT, &a->format},
        {0, "json", NULL, "one JSON object a line", ARGUMENT_FLAG, &a->json},
        {0, "csv", NULL, "comma-separated, with a header", ARGUMENT_FLAG, &a->csv},
        {0, "sort", "FIELD", "by this field of --find; -weight: the worst first", ARGUMENT_TEXT,
         &a->sort},
        {'n', "limit", "N", "only the first N rows", ARGUMENT_COUNT, &a->limit},
    };
    memcpy(ret, table, sizeof table);
    ret += sizeof table / sizeof *table;
    sifted_arguments(&a->sifted, &diff_fields, ret);
    ret[SIFTED_ARGUMENTS] = (struct argument){0};
}

/* Leaves the rows that are asked for, in the order asked for. */
static bool choose(const struct asked *a, const struct sieve *sieve, struct diff *d,
                   struct err *err)
{
    size_t left = sieve_rows(sieve, d->row, d->len, sizeof *d->row);
    if (d->len && !left)
        listing_nothing_passed(d->len);
    d->len = left;
    if (!order_rows(&a->order, d->row, d->len, sizeof *d->row))
        return err_set(err, "--sort: out of memory");
    d->len = a->limit && a->limit < d->len ? a->limit : d->len;
    return true;
}

static bool write_diff(const struct asked *a, struct sieve *sieve, struct diff *d, struct err *err)
{
    bool drawn = a->exporter && !a->exporter->edges;
    sieve_settle(sieve, d->after.to_ns);
    if (!a->all && !drawn) /* a drawing has what is around, too */
        diff_drop_same(d);
    if (!choose(a, sieve, d, err))
        return false;
    if (!a->exporter)
        return print(d, err);
    if (a->exporter->diff_fits && !a->exporter->diff_fits(d, err))
        return false;
    if (a->exporter->diff(stdout, d) && fflush(stdout) == 0)
        return true;
    return err_set(err, "diff: %s could not be written whole", a->exporter->name);
}

static bool changed(const struct diff *d)
{
    for (size_t i = 0; i < d->len; i++)
        if (d->row[i].changes)
            return true;
    return false;
}

static int compare(const struct command *self, const struct asked *a, struct sieve *sieve)
{
    struct err err = {0};
    struct range range[2];
    struct diff d = {0};
    bool misused = false;
    bool svg = a->exporter && strcmp(a->exporter->name, "svg") == 0;
    confined_begin(a->db, a->db_before, svg ? ASKER_DRAWS : ASKER_PRINTS);
    struct query *after = query_open(a->db, &err);
    struct query *before = after && a->db_before ? query_open(a->db_before, &err) : after;
    bool good = before && when_resolve(&a->when[0], before, &range[0], &misused, &err) &&
                when_resolve(&a->when[1], after, &range[1], &misused, &err) &&
                diff_make(before, range[0], after, range[1], &d, &err) &&
                write_diff(a, sieve, &d, &err);
    int status = good      ? (a->exit_code && changed(&d) ? EXIT_WRONG : 0)
                 : misused ? command_misused(self, &err)
                           : command_failed(&err);
    diff_free(&d);
    if (before != after)
        query_close(before);
    query_close(after);
    return status;
}

static int run(const struct command *self, int argc, char **argv)
{
    struct asked a = {.db = place_of_db()};
    struct argument table[16];
    struct err err = {0};
    struct slip slip = {0};
    static struct sieve sieve;
    list(&a, table);
    if (!arguments_read(argc, argv, table, NULL, &a.help, &err) || (!a.help && !check(&a, &err)))
        return command_misused(self, &err);
    if (a.help) {
        command_help(self, table);
        sifted_help(&diff_fields);
        return 0;
    }
    listing_nothing_passed(0);
    memset(&sieve, 0, sizeof sieve);
    if (!sieve_read(&sieve, &diff_fields, a.sifted.find, a.sifted.hide, &err, &slip))
        return sifted_misused(self, &a.sifted, &slip, &err);
    return place_check(a.db, &err) ? compare(self, &a, &sieve) : command_failed(&err);
}

const struct command diff_command = {
    .name = "diff",
    .summary = "what changed between two times, or two databases: table, JSON, coloured graph",
    .usage = "tapgraph diff --before FROM..TO --after FROM..TO [OPTION...]",
    .example =
        "Edges and operations that came, went, became slower or faster, fail more or less, or "
        "changed protocol\nor encryption; docs/diff.md has the rules. Rates are of each range's "
        "own length.\n\n"
        "examples:\n"
        "  tapgraph diff --before 09:00..10:00 --after 10:00..11:00\n"
        "  tapgraph diff --before -2h..-1h --after -1h.. --sort -weight -n 10   the worst first\n"
        "  tapgraph diff --before -2h..-1h --after -1h.. --find 'change = slower'\n"
        "  tapgraph diff --db-before old.db --db new.db --format svg > diff.svg\n"
        "  tapgraph diff --db-before golden.db --db run.db --exit-code    for CI",
    .run = run,
};
