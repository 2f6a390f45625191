/* answer.c - errors as JSON, packing, not modified. */
#include "web/answer.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "web/gzip.h"

static const char OUT_OF_MEMORY[] = "{\"error\":\"memory is short\"}\n";

static void drop_body(struct answer *a)
{
    free(a->owned);
    a->owned = NULL;
    a->body = NULL;
    a->len = 0;
    a->encoding = NULL;
}

/* Without a parameter, if that is NULL. */
static char *error_text(const char *sentence, const char *parameter, size_t at)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    bool whole = object && cJSON_AddStringToObject(object, "error", sentence) &&
                 (!parameter || (cJSON_AddStringToObject(object, "parameter", parameter) &&
                                 cJSON_AddNumberToObject(object, "at", (double)at)));
    if (whole)
        text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    return text;
}

static void fail(struct answer *a, unsigned status, char *text)
{
    drop_body(a);
    a->etag[0] = a->disposition[0] = '\0';
    a->cache = NULL;
    a->status = status;
    a->type = "application/json";
    a->owned = text;
    a->body = a->owned ? a->owned : OUT_OF_MEMORY;
    a->len = strlen(a->body);
}

void answer_error(struct answer *a, unsigned status, const char *sentence)
{
    fail(a, status, error_text(sentence, NULL, 0));
}

void answer_misasked(struct answer *a, const char *sentence, const char *parameter, size_t at)
{
    fail(a, 400, error_text(sentence, parameter, at));
}

void answer_body(struct answer *a, const char *type, void *body, size_t len)
{
    if (!body) {
        answer_error(a, 500, "memory is short");
        return;
    }
    drop_body(a);
    a->type = type;
    a->body = a->owned = body;
    a->len = len;
}

void answer_pack(struct answer *a, const char *accept_encoding)
{
    if (a->encoding || a->len < ANSWER_PACK_MIN || !gzip_accepted(accept_encoding) ||
        strcmp(a->type, "image/png") == 0) /* is packed as it is */
        return;
    size_t len;
    void *packed = gzip_pack(a->body, a->len, &len);
    if (!packed)
        return;
    free(a->owned);
    a->body = a->owned = packed;
    a->len = len;
    a->encoding = "gzip";
}

bool answer_if_none_match(struct answer *a, const char *if_none_match)
{
    if (!a->etag[0] || !if_none_match ||
        (strcmp(if_none_match, "*") != 0 && !strstr(if_none_match, a->etag)))
        return false;
    drop_body(a);
    a->status = 304;
    return true;
}

void answer_free(struct answer *a)
{
    drop_body(a);
}
