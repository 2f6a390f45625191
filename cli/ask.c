/* ask.c - see ask.h. */
#include "cli/ask.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"
#include "cli/place.h"
#include "cli/sifted.h"
#include "cli/timed.h"

enum { ARGUMENTS_MAX = 32 };

/* What was asked. */
struct asked {
    const char *db;
    struct timed timed;
    struct sifted sifted;
    bool json, csv, help;
    struct when when;
};

static struct sieve sieve; /* of the one command that this process runs */

void ask_sift(void *rows, size_t *len, size_t size)
{
    size_t left = sieve_rows(&sieve, rows, *len, size);
    if (*len && !left)
        listing_nothing_passed(*len);
    *len = left;
}

bool ask_passes(const void *ctx, const struct request_row *row)
{
    (void)ctx;
    return sieve_passes(&sieve, row);
}

bool ask_passes_trace(const void *ctx, const struct trace_row *row)
{
    (void)ctx;
    return sieve_passes(&sieve, row);
}

static int answer(const struct command *self, const struct ask *ask, const struct asked *asked,
                  const struct exporter *exporter)
{
    struct err err = {0};
    struct range range;
    bool misused = false;
    struct query *q = query_open(asked->db, &err);
    bool good = q && when_resolve(&asked->when, q, &range, &misused, &err);
    if (good) {
        sieve_settle(&sieve, range.to_ns);
        good = ask->answer(q, range, exporter, &err);
    }
    query_close(q);
    if (good && fflush(stdout) != 0)
        good = err_set(&err, "the answer could not be written whole");
    return good ? 0 : misused ? command_misused(self, &err) : command_failed(&err);
}

/* The table of all options; those for --find are there if it has fields. */
static void list(struct asked *asked, const struct ask *ask, struct argument *ret)
{
    struct argument *at = ret;
    *at++ = (struct argument){'d', "db", "FILE", "the database", ARGUMENT_TEXT, &asked->db};
    timed_arguments(&asked->timed, at);
    at += TIMED_ARGUMENTS;
    if (ask->fields) {
        sifted_arguments(&asked->sifted, at);
        at += SIFTED_ARGUMENTS;
    }
    *at++ =
        (struct argument){0, "json", NULL, "one JSON object a line", ARGUMENT_FLAG, &asked->json};
    *at++ = (struct argument){
        0, "csv", NULL, "comma-separated, with a header", ARGUMENT_FLAG, &asked->csv};
    for (size_t i = 0; ask->more && ask->more[i].name; i++) {
        assert(at + 1 < ret + ARGUMENTS_MAX);
        *at++ = ask->more[i];
    }
    *at = (struct argument){0};
}

int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv)
{
    struct asked asked = {.db = place_of_db()};
    struct argument table[ARGUMENTS_MAX];
    struct err err = {0};
    struct slip slip = {0};
    list(&asked, ask, table);
    if (!arguments_read(argc, argv, table, ask->operands, &asked.help, &err) ||
        (asked.json && asked.csv && !err_set(&err, "--json and --csv exclude each other")) ||
        (ask->fits && !ask->fits(&err)) || !timed_read(&asked.timed, 0, &asked.when, &err))
        return command_misused(self, &err);
    const struct fields *fields = ask->fields;
    if (asked.help) {
        command_help(self, table);
        if (fields)
            sifted_help(fields);
        return 0;
    }
    memset(&sieve, 0, sizeof sieve);
    listing_nothing_passed(0);
    if (fields && !sieve_read(&sieve, fields, asked.sifted.find, asked.sifted.hide, &err, &slip))
        return sifted_misused(self, &asked.sifted, &slip, &err);
    const struct exporter *exporter = asked.json  ? exporter_find("ndjson")
                                      : asked.csv ? exporter_find("csv")
                                                  : NULL;
    return answer(self, ask, &asked, exporter);
}
