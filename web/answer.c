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

static char *error_text(const char *sentence)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    if (object && cJSON_AddStringToObject(object, "error", sentence))
        text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    return text;
}

void answer_error(struct answer *a, unsigned status, const char *sentence)
{
    drop_body(a);
    a->etag[0] = a->disposition[0] = '\0';
    a->cache = NULL;
    a->status = status;
    a->type = "application/json";
    a->owned = error_text(sentence);
    a->body = a->owned ? a->owned : OUT_OF_MEMORY;
    a->len = strlen(a->body);
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
    if (a->encoding || a->len < ANSWER_PACK_MIN || !gzip_accepted(accept_encoding))
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
