/* http2_word.c - see http2_word.h. */
#include "decode/http2_word.h"

/* Those of one length are together, the shortest first, so that a search ends early. */
static const struct {
    const char *name;
    enum http2_word word;
} words[] = {
    {"b3", WORD_B3},
    {"host", WORD_HOST},
    {":path", WORD_PATH},
    {":method", WORD_METHOD},
    {":status", WORD_STATUS},
    {":protocol", WORD_PROTOCOL},
    {":authority", WORD_AUTHORITY},
    {"grpc-status", WORD_GRPC_STATUS},
    {"traceparent", WORD_TRACEPARENT},
    {"x-b3-spanid", WORD_B3_SPAN},
    {"content-type", WORD_CONTENT_TYPE},
    {"grpc-message", WORD_GRPC_MESSAGE},
    {"grpc-timeout", WORD_GRPC_TIMEOUT},
    {"x-b3-traceid", WORD_B3_TRACE},
    {"x-request-id", WORD_REQUEST_ID},
    {"x-forwarded-for", WORD_FORWARDED_FOR},
    {"x-b3-parentspanid", WORD_B3_PARENT},
};

enum http2_word http2_word_of(struct bytes name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i].name);
        if (len > name.len)
            break;
        if (len == name.len && memcmp(words[i].name, name.at, len) == 0)
            return words[i].word;
    }
    return WORD_OTHER;
}
