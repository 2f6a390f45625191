/* mongodb_note.c - see mongodb_note.h. */
#include "decode/mongodb_note.h"

#include <stdio.h>

#include "decode/mongodb_command.h"
#include "decode/subject.h"

static bool is_named(const struct bson_element *e, const char *name)
{
    return bytes_equal_text(e->name, name);
}

static bool is_there(const struct bson_element *e)
{
    return e->value.len == e->size;
}

static bool is_document(const struct bson_element *e)
{
    return e->type == BSON_DOCUMENT || e->type == BSON_ARRAY;
}

static void keep_name(struct exchange *x, char *field, size_t size, struct bytes name)
{
    if (!subject_text(field, size, name))
        x->notes |= NOTE_TRUNCATED;
}

static void name_command(struct exchange *x, struct bytes name)
{
    struct mongodb_asked *asked = exchange_state(x);
    asked->named = true;
    asked->traits = mongodb_traits(name);
    if (mongodb_is_word(name))
        exchange_text(x, x->method, sizeof x->method, name);
    else
        bytes_to_text(x->method, sizeof x->method, bytes_of_text("unknown"));
}

void mongodb_name(struct exchange *x, const char *command)
{
    struct mongodb_asked *asked = exchange_state(x);
    bytes_to_text(x->method, sizeof x->method, bytes_of_text(command));
    asked->named = asked->plain = true;
    asked->traits = MONGODB_COLLECTION;
}

void mongodb_namespace(struct mongodb_asked *asked, struct bytes name)
{
    const uint8_t *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    size_t before = dot ? (size_t)(dot - name.at) : name.len;
    subject_text(asked->database, sizeof asked->database, bytes_first(name, before));
    subject_text(asked->collection, sizeof asked->collection, bytes_after(name, before + 1));
}

/* The first element of a command says which it is. */
static enum mongodb_act see_first(struct exchange *x, enum mongodb_place place,
                                  const struct bson_element *e, enum mongodb_place *ret_place)
{
    struct mongodb_asked *asked = exchange_state(x);
    bool wraps = place == PLACE_COMMAND && e->type == BSON_DOCUMENT &&
                 (is_named(e, "$query") || is_named(e, "query"));
    if (wraps) {
        asked->wrapped = true;
        *ret_place = PLACE_WRAPPED;
        return MONGODB_ENTER;
    }
    int traits = mongodb_traits(e->name);
    bool wanted = traits & (MONGODB_COLLECTION | MONGODB_GET_MORE) && e->size <= MONGODB_WANTED_MAX;
    if (wanted && !is_document(e) && !is_there(e))
        return MONGODB_WAIT;
    name_command(x, e->name);
    struct bytes collection = bson_text(e);
    if (traits & MONGODB_COLLECTION && wanted && collection.len)
        keep_name(x, asked->collection, sizeof asked->collection, collection);
    if (traits & MONGODB_GET_MORE)
        bson_number(e, &asked->cursor);
    return MONGODB_PASS;
}

static bool is_wanted_of_command(const struct mongodb_asked *asked, const struct bson_element *e)
{
    if (is_named(e, "$db"))
        return true;
    if (asked->traits & MONGODB_GET_MORE)
        return is_named(e, "collection");
    return is_named(e, "tailable");
}

static enum mongodb_act see_command(struct exchange *x, enum mongodb_place place,
                                    const struct bson_element *e, enum mongodb_place *ret_place)
{
    struct mongodb_asked *asked = exchange_state(x);
    int64_t number = 0;
    if (!asked->named)
        return see_first(x, place, e, ret_place);
    if (is_named(e, "pipeline") && e->type == BSON_ARRAY && asked->traits & MONGODB_DATABASE) {
        *ret_place = PLACE_PIPELINE;
        return MONGODB_ENTER;
    }
    asked->waits = asked->waits || (asked->traits & MONGODB_GET_MORE && is_named(e, "maxTimeMS")) ||
                   (asked->traits & MONGODB_HELLO && is_named(e, "maxAwaitTimeMS"));
    if (!is_wanted_of_command(asked, e) || e->size > MONGODB_WANTED_MAX || is_document(e))
        return MONGODB_PASS;
    if (!is_there(e))
        return MONGODB_WAIT;
    if (is_named(e, "$db"))
        keep_name(x, asked->database, sizeof asked->database, bson_text(e));
    else if (is_named(e, "collection"))
        keep_name(x, asked->collection, sizeof asked->collection, bson_text(e));
    else
        asked->makes_wait = bson_number(e, &number) && number;
    return MONGODB_PASS;
}

/* Numbers and names that say how it went. */
static bool is_wanted_of_answer(const struct mongodb_asked *asked, const struct bson_element *e)
{
    return is_named(e, "ok") || is_named(e, "code") || is_named(e, "codeName") ||
           (is_named(e, "n") && asked->traits & MONGODB_WRITES);
}

static void take_error(struct mongodb_asked *asked, const struct bson_element *e)
{
    struct bytes name = bson_text(e);
    if (is_named(e, "code"))
        bson_number(e, &asked->code);
    else if (mongodb_is_word(name))
        bytes_to_text(asked->error, sizeof asked->error, name);
}

static enum mongodb_act see_answer(struct exchange *x, const struct bson_element *e,
                                   enum mongodb_place *ret_place)
{
    struct mongodb_asked *asked = exchange_state(x);
    int64_t number = 0;
    *ret_place = is_named(e, "writeErrors")         ? PLACE_WRITE_ERRORS
                 : is_named(e, "writeConcernError") ? PLACE_CONCERN_ERROR
                                                    : PLACE_CURSOR;
    if (is_document(e))
        return *ret_place != PLACE_CURSOR || (is_named(e, "cursor") && asked->makes_wait)
                   ? MONGODB_ENTER
                   : MONGODB_PASS;
    if (!is_wanted_of_answer(asked, e) || e->size > MONGODB_WANTED_MAX)
        return MONGODB_PASS;
    if (!is_there(e))
        return MONGODB_WAIT;
    if (is_named(e, "ok")) {
        asked->answered = bson_number(e, &number);
        asked->failed = !number;
    } else if (is_named(e, "n")) {
        if (bson_number(e, &number) && number > 0 && number <= INT32_MAX)
            x->request_messages = (uint32_t)number;
    } else {
        take_error(asked, e);
    }
    return MONGODB_PASS;
}

/* Of what went wrong while the command as such went well, the first is told. */
static enum mongodb_act see_error(struct mongodb_asked *asked, enum mongodb_place place,
                                  const struct bson_element *e)
{
    bool first = place == PLACE_WRITE_ERROR || !asked->failed_writes;
    bool wanted = is_named(e, "code") || is_named(e, "codeName");
    if (!first || !wanted || e->size > MONGODB_WANTED_MAX || is_document(e))
        return MONGODB_PASS;
    if (!is_there(e))
        return MONGODB_WAIT;
    *(place == PLACE_WRITE_ERROR ? &asked->failed_writes : &asked->failed_concern) = true;
    take_error(asked, e);
    return MONGODB_PASS;
}

enum mongodb_act mongodb_see(struct exchange *x, enum mongodb_place place,
                             const struct bson_element *e, enum mongodb_place *ret_place)
{
    struct mongodb_asked *asked = exchange_state(x);
    switch (place) {
    case PLACE_COMMAND:
        return asked->wrapped ? MONGODB_PASS : see_command(x, place, e, ret_place);
    case PLACE_WRAPPED:
        return see_command(x, place, e, ret_place);
    case PLACE_ANSWER:
        return see_answer(x, e, ret_place);
    case PLACE_PIPELINE:
    case PLACE_WRITE_ERRORS:
        *ret_place = place == PLACE_PIPELINE ? PLACE_FIRST_STAGE : PLACE_WRITE_ERROR;
        return is_named(e, "0") && is_document(e) ? MONGODB_ENTER : MONGODB_LEAVE;
    case PLACE_FIRST_STAGE:
        asked->makes_wait = is_named(e, "$changeStream");
        return MONGODB_LEAVE;
    case PLACE_WRITE_ERROR:
    case PLACE_CONCERN_ERROR:
        return see_error(asked, place, e);
    case PLACE_CURSOR:
        if (!is_named(e, "id"))
            return MONGODB_PASS;
        if (!is_there(e))
            return MONGODB_WAIT;
        bson_number(e, &asked->cursor);
        return MONGODB_LEAVE;
    case PLACE_NOTHING:
        break;
    }
    return MONGODB_LEAVE;
}

void mongodb_request_seen(struct exchange *x)
{
    const struct mongodb_asked *asked = exchange_state(x);
    bool of_collection = asked->traits & (MONGODB_COLLECTION | MONGODB_GET_MORE);
    char text[sizeof x->operation];
    if (asked->compressed || !asked->named)
        bytes_to_text(x->method, sizeof x->method,
                      bytes_of_text(asked->compressed ? "{compressed}" : "unknown"));
    if (of_collection && asked->collection[0] && asked->database[0])
        snprintf(text, sizeof text, "%s %s.%s", x->method, asked->database, asked->collection);
    else if (asked->traits & MONGODB_DATABASE && asked->database[0])
        snprintf(text, sizeof text, "%s %s", x->method, asked->database);
    else
        snprintf(text, sizeof text, "%s", x->method);
    bytes_to_text(x->operation, sizeof x->operation, bytes_of_text(text));
    if (asked->waits)
        x->call = CALL_SERVER_STREAMING;
}

void mongodb_answer_seen(struct exchange *x)
{
    const struct mongodb_asked *asked = exchange_state(x);
    bool failed = asked->failed || asked->failed_writes || asked->failed_concern;
    const char *name = asked->error[0] ? asked->error : mongodb_error_name(asked->code);
    if (!asked->answered)
        return;
    if (!failed)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text("OK"));
    else if (name)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(name));
    else
        snprintf(x->status, sizeof x->status, "%d", (int)asked->code);
    x->outcome = failed ? mongodb_error_outcome(asked->code) : OUTCOME_OK;
}
