/* fuzz_template.c - paths to operations, in canonical text as they come from decode/.
 *
 * The first byte is the room for the result, which must be terminated and canonical. With room
 * enough, the template of a template must be itself. */
#include <stdlib.h>

#include "base/text.h"
#include "graph/host.h"
#include "graph/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool held)
{
    if (!held)
        abort();
}

static void check_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    check(len < size && text_is_clean(bytes_of(text, len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char path[512], name[128], text[1024], again[1024];
    text_clean(path, sizeof path, bytes_of(data + 1, size - 1));

    size_t room = data[0] + 1U;
    char *small = malloc(room);
    check(small != NULL);
    template_path(path, small, room);
    check_text(small, room);
    free(small);

    template_path(path, text, sizeof text);
    check_text(text, sizeof text);
    template_path(text, again, sizeof again);
    check(strcmp(text, again) == 0);

    if (host_to_name(path, name, sizeof name))
        check_text(name, sizeof name);
    return 0;
}
