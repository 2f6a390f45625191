/* json_memory.c - objects of cJSON when memory is short. What it finds no memory for, it leaves out
 * of an object, and few who add a member would look: so it asks for memory here. */
#include <stdlib.h>

#include "store/export/exporter.h"
#include "store/export/json_rows.h"

static _Thread_local bool was_short; /* since the last object was printed, or the answer began */

static void *ask(size_t size)
{
    void *at = malloc(size);
    was_short = was_short || !at;
    return at;
}

/* Before there are threads. */
__attribute__((constructor)) static void begin(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){ask, free});
}

void exporter_begin(void)
{
    was_short = false;
}

void json_append(cJSON *list, cJSON *item)
{
    if (!cJSON_AddItemToArray(list, item))
        cJSON_Delete(item);
}

void json_set(cJSON *object, const char *name, cJSON *item)
{
    if (!cJSON_AddItemToObject(object, name, item))
        cJSON_Delete(item);
}

char *json_text(cJSON *object)
{
    char *text = was_short ? NULL : cJSON_PrintUnformatted(object);
    was_short = false;
    cJSON_Delete(object);
    return text;
}
