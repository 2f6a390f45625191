/* assets.c - an embedded file as an answer. */
#include "web/assets.h"

#include <stdio.h>
#include <string.h>

#include "web/gzip.h"

static const struct asset *find(const char *path)
{
    for (const struct asset *asset = assets; asset->path; asset++) {
        if (strcmp(asset->path, path) == 0)
            return asset;
    }
    return NULL;
}

bool assets_answer(const struct request *r, struct answer *a)
{
    const struct asset *asset = find(r->path);
    if (!asset)
        return false;
    a->type = asset->type;
    a->cache = asset->immutable ? "public, max-age=31536000, immutable" : "no-cache";
    snprintf(a->etag, sizeof a->etag, "%s", asset->etag);
    if (gzip_accepted(request_header(r, "Accept-Encoding"))) {
        a->body = asset->at;
        a->len = (size_t)(asset->to - asset->at);
        a->encoding = "gzip";
        return true;
    }
    size_t len = 0;
    void *plain = gzip_unpack(asset->at, (size_t)(asset->to - asset->at), asset->plain_len, &len);
    answer_body(a, asset->type, plain, len);
    return true;
}
