/* ask.c - see ask.h. */
#include "cli/ask.h"

#include <assert.h>
#include <stdio.h>

#include "cli/place.h"

enum { COMMON = 4, ARGUMENTS_MAX = 24 }; /* options */

static int answer(const struct ask *ask, const char *db, uint64_t since_ns,
                  const struct exporter *exporter)
{
    struct err err = {0};
    struct range range;
    struct query *q = query_open(db, &err);
    bool good =
        q && query_since(q, since_ns, &range, &err) && ask->answer(q, range, exporter, &err);
    query_close(q);
    if (good && fflush(stdout) != 0)
        good = err_set(&err, "the answer could not be written whole");
    return good ? 0 : command_failed(&err);
}

int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv)
{
    const char *db = place_of_db();
    uint64_t since_ns = 0;
    bool json = false, csv = false, help = false;
    struct argument table[ARGUMENTS_MAX] = {
        {'d', "db", "FILE", "the database", ARGUMENT_TEXT, &db},
        {0, "since", "TIME", "only the last 15m, 2h, 1d of it (all)", ARGUMENT_DURATION, &since_ns},
        {0, "json", NULL, "one JSON object a line", ARGUMENT_FLAG, &json},
        {0, "csv", NULL, "comma-separated, with a header", ARGUMENT_FLAG, &csv},
    };
    for (size_t i = 0; ask->more && ask->more[i].name; i++) {
        assert(COMMON + i + 1 < ARGUMENTS_MAX);
        table[COMMON + i] = ask->more[i];
    }
    struct err err = {0};
    if (!arguments_read(argc, argv, table, ask->operands, &help, &err) ||
        (json && csv && !err_set(&err, "--json and --csv exclude each other")) ||
        (ask->fits && !ask->fits(&err)))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    const struct exporter *exporter = json  ? exporter_find("ndjson")
                                      : csv ? exporter_find("csv")
                                            : NULL;
    return answer(ask, db, since_ns, exporter);
}
