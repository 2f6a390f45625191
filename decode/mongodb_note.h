/* mongodb_note.h - what of a command and of its answer gets into an exchange: names of commands,
 * databases, collections and errors, and how many documents were written; no value of a document.
 *
 * Both are documents of BSON, read element by element (bson.h): each is shown to mongodb_see(),
 * which says what is to become of it. */
#pragma once

#include "decode/bson.h"
#include "decode/decoder.h"

enum {
    MONGODB_NAME_MAX =
        96, /* bytes of a collection's name that are told; of a database's it is 64 */
    MONGODB_WANTED_MAX = 256, /* a value that is looked at is no longer */
};

/* What the document at hand is. */
enum mongodb_place {
    PLACE_COMMAND, /* the first place is this or the next */
    PLACE_ANSWER,
    PLACE_NOTHING, /* a document that nobody reads */
    PLACE_WRAPPED, /* the command is in it */
    PLACE_PIPELINE,
    PLACE_FIRST_STAGE,
    PLACE_WRITE_ERRORS,
    PLACE_WRITE_ERROR,
    PLACE_CONCERN_ERROR,
    PLACE_CURSOR,
};

/* Beside an exchange. */
struct mongodb_asked {
    int traits;      /* of its command */
    bool named;      /* it has been told */
    bool plain;      /* a query of the older kind: documents answer it, and no "ok" */
    bool wrapped;    /* it is in a document of its own */
    bool compressed; /* nobody knows what it is */
    bool waits;      /* of a cursor that waits, or a hello that does */
    bool makes_wait; /* its answer begins a cursor that waits */
    bool answered;   /* an answer has said whether it went well: */
    bool failed;
    bool failed_writes, failed_concern;
    int64_t code, cursor;
    char error[40]; /* the error's name; "" = it had none */
    char database[64], collection[MONGODB_NAME_MAX];
};

enum mongodb_act { MONGODB_PASS, MONGODB_ENTER, MONGODB_WAIT, MONGODB_LEAVE };

/* Looks at an element. MONGODB_WAIT: its value must be there first. MONGODB_ENTER: it is
 * `ret_place` that is gone into. MONGODB_LEAVE: nothing more of the document at hand matters. */
enum mongodb_act mongodb_see(struct exchange *x, enum mongodb_place place,
                             const struct bson_element *e, enum mongodb_place *ret_place);

/* "shop.orders" */
void mongodb_namespace(struct mongodb_asked *asked, struct bytes name);

/* The name of an operation of the older kind. */
void mongodb_name(struct exchange *x, const char *command);

/* All of the request, or of the answer, has been seen. */
void mongodb_request_seen(struct exchange *x);
void mongodb_answer_seen(struct exchange *x);
