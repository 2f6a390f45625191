/* ask.c - see ask.h. */
#include "cli/ask.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/confined.h"
#include "cli/listing.h"
#include "cli/marked.h"
#include "cli/place.h"
#include "cli/sifted.h"
#include "cli/timed.h"
#include "store/order.h"

enum { ARGUMENTS_MAX = 32 };

/* What was asked. */
struct asked {
    const char *db;
    struct timed timed;
    struct sifted sifted;
    const char *sort;
    bool json, csv, help;
    struct when when;
};

/* Of the one command that this process runs. */
static struct sieve sieve;
static struct order order;
static uint32_t limit; /* rows; 0: all */
static bool unordered; /* memory was short */

void ask_sift(void *rows, size_t *len, size_t size)
{
    size_t left = sieve_rows(&sieve, rows, *len, size);
    if (*len && !left)
        listing_nothing_passed(*len);
    *len = left;
}

void ask_arrange(void *rows, size_t *len, size_t size)
{
    unordered = !order_rows(&order, rows, *len, size) || unordered;
    if (limit && *len > limit)
        *len = limit;
}

bool ask_sorts(void)
{
    return order.field;
}

void ask_choose(void *rows, size_t *len, size_t size)
{
    ask_sift(rows, len, size);
    ask_arrange(rows, len, size);
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
    confined_begin(asked->db, NULL, ASKER_PRINTS);
    struct query *q = query_open(asked->db, &err);
    bool good = q && when_resolve(&asked->when, q, &range, &misused, &err);
    if (good) {
        sieve_settle(&sieve, range.to_ns);
        good = ask->answer(q, range, exporter, &err);
        if (good && unordered)
            good = err_set(&err, "--sort: out of memory");
    }
    query_close(q);
    if (good && fflush(stdout) != 0)
        good = err_set(&err, "the answer could not be written whole");
    return good ? 0 : misused ? command_misused(self, &err) : command_failed(&err);
}

static bool has_limit(const struct argument *more)
{
    for (; more && more->name; more++)
        if (strcmp(more->name, "limit") == 0)
            return true;
    return false;
}

/* The table of all options; those for --find are there if it has fields. */
static void list(struct asked *asked, const struct ask *ask, struct argument *ret)
{
    struct argument *at = ret;
    *at++ = (struct argument){'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &asked->db};
    timed_arguments(&asked->timed, at);
    at += TIMED_ARGUMENTS;
    if (ask->fields) {
        sifted_arguments(&asked->sifted, ask->fields, at);
        at += SIFTED_ARGUMENTS;
        *at++ = (struct argument){0,
                                  "sort",
                                  "FIELD",
                                  "by this field of --find; -FIELD: the greatest first",
                                  ARGUMENT_TEXT,
                                  &asked->sort};
    }
    *at++ =
        (struct argument){0, "json", NULL, "one JSON object a line", ARGUMENT_FLAG, &asked->json};
    if (!ask->is_tree)
        *at++ = (struct argument){
            0, "csv", NULL, "comma-separated, with a header", ARGUMENT_FLAG, &asked->csv};
    if (ask->fields && !has_limit(ask->more))
        *at++ =
            (struct argument){'n', "limit", "N", "only the first N rows", ARGUMENT_COUNT, &limit};
    for (size_t i = 0; ask->more && ask->more[i].name; i++) {
        assert(at + 1 < ret + ARGUMENTS_MAX);
        *at++ = ask->more[i];
    }
    *at = (struct argument){0};
}

/* What rows are wanted. Returns an exit status, or -1 to go on. */
static int read_choice(const struct command *self, const struct asked *asked,
                       const struct fields *fields)
{
    struct err err = {0}, why = {0};
    struct slip slip = {0};
    if (!fields)
        return -1;
    if (!order_read(&order, fields, asked->sort, &why)) {
        err_set(&err, "--%s", why.text);
        return command_misused(self, &err);
    }
    if (!sieve_read(&sieve, fields, asked->sifted.find, asked->sifted.hide, &err, &slip))
        return sifted_misused(self, &asked->sifted, &slip, &err);
    return -1;
}

int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv)
{
    struct asked asked = {.db = place_of_db()};
    struct argument table[ARGUMENTS_MAX];
    struct err err = {0};
    sieve = (struct sieve){0};
    order = (struct order){0};
    limit = 0;
    unordered = false;
    listing_nothing_passed(0);
    list(&asked, ask, table);
    if (!arguments_read(argc, argv, table, ask->operands, &asked.help, &err))
        return command_misused(self, &err);
    if (asked.help) {
        command_help(self, table);
        if (ask->fields)
            sifted_help(ask->fields);
        return 0;
    }
    if ((asked.json && asked.csv && !err_set(&err, "--json and --csv exclude each other")) ||
        (ask->fits && !ask->fits(&err)) || !timed_read(&asked.timed, 0, &asked.when, &err))
        return command_misused(self, &err);
    int status = read_choice(self, &asked, ask->fields);
    if (status >= 0)
        return status;
    if (!place_check(asked.db, &err))
        return command_failed(&err);
    marked_ask_with(asked.db);
    const struct exporter *exporter = asked.json  ? exporter_find("ndjson")
                                      : asked.csv ? exporter_find("csv")
                                                  : NULL;
    return answer(self, ask, &asked, exporter);
}
