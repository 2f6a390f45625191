/* questions.h - the list of what the API can be asked. */
#pragma once

#include <stdio.h>

#include "store/export/exporter.h"
#include "store/order.h"
#include "store/sieve.h"
#include "web/params.h"
#include "web/readers.h"

/* What a question is asked with, and where its answer goes. All borrowed. */
struct ask {
    struct query *q; /* NULL: there is no database yet */
    struct range range;
    const struct params *params;
    const struct sieve *sieve;             /* of its rows */
    const struct graph_sieve *graph_sieve; /* of the graph */
    const struct order *order;             /* of the rows */
    const struct exporter *exporter;
    FILE *out;
    const char *path; /* of the database */
    const char *item; /* what follows the question's name, if that ends with a slash */
    struct err *err;
};

enum said {
    SAID,          /* written */
    SAID_FAILED,   /* `err` says why */
    SAID_NOTHING,  /* there is no such item */
    SAID_MISASKED, /* `err` says what is wrong with the question */
    SAID_NO_SUCH,  /* the format has no way to write it */
};

struct question {
    const char *name; /* below /api/v1/; with a slash behind it: of one item, which follows */
    enum said (*ask)(struct ask *a);
    enum reader_kind reader;
    const char *type;            /* media type; NULL: the exporter's */
    const struct fields *fields; /* what find and hide know of its rows; NULL: it has no rows */
};

/* NULL if there is none at this path. Sets *ret_item, which points into it, if it is of one. */
const struct question *question_find(const char *path, const char **ret_item);
