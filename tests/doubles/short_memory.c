/* short_memory.c - see short_memory.h. */
#include "tests/doubles/short_memory.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *at);
FILE *__real_open_memstream(char **at, size_t *len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __wrap_free(void *at);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t max);
int __wrap_asprintf(char **ret, const char *format, ...);
FILE *__wrap_open_memstream(char **at, size_t *len);

/* The pieces that are held, by address: open addressing, with GONE where one was. */
enum { PLACES = 1 << 18 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t asked, failing;
static bool all_after, sqlite_spared;
static uintptr_t held[PLACES];
static size_t held_len, used_len;
static const uintptr_t GONE = 1;
static sqlite3_mem_methods sqlite;

static size_t place_of(uintptr_t at)
{
    return (size_t)((at * UINT64_C(0x9e3779b97f4a7c15)) >> 46) % PLACES;
}

static uintptr_t *find(uintptr_t at)
{
    size_t i = place_of(at);
    while (held[i] && held[i] != at)
        i = (i + 1) % PLACES;
    return &held[i];
}

static void forget_gone(void)
{
    static uintptr_t old[PLACES];
    memcpy(old, held, sizeof old);
    memset(held, 0, sizeof held);
    for (size_t i = 0; i < PLACES; i++)
        if (old[i] > GONE)
            *find(old[i]) = old[i];
    used_len = held_len;
}

static void hold(void *at)
{
    if (!at)
        return;
    pthread_mutex_lock(&lock);
    if (used_len > PLACES / 2)
        forget_gone();
    if (used_len > PLACES / 2)
        abort(); /* a test that holds this much wants a larger table */
    *find((uintptr_t)at) = (uintptr_t)at;
    held_len++;
    used_len++;
    pthread_mutex_unlock(&lock);
}

static void let_go(void *at)
{
    pthread_mutex_lock(&lock);
    uintptr_t *place = find((uintptr_t)at);
    if (at && *place) { /* else a library had made it */
        *place = GONE;
        held_len--;
    }
    pthread_mutex_unlock(&lock);
}

static bool is_refused(void)
{
    pthread_mutex_lock(&lock);
    asked++;
    bool refused = failing && (asked == failing || (all_after && asked > failing));
    pthread_mutex_unlock(&lock);
    return refused;
}

static bool is_refused_to_sqlite(void)
{
    pthread_mutex_lock(&lock);
    bool spared = sqlite_spared;
    pthread_mutex_unlock(&lock);
    return !spared && is_refused();
}

void memory_spare_sqlite(bool spared)
{
    pthread_mutex_lock(&lock);
    sqlite_spared = spared;
    pthread_mutex_unlock(&lock);
}

void memory_fail(uint64_t nth, bool then_all)
{
    pthread_mutex_lock(&lock);
    asked = 0;
    failing = nth;
    all_after = then_all;
    pthread_mutex_unlock(&lock);
}

uint64_t memory_asked(void)
{
    pthread_mutex_lock(&lock);
    uint64_t ret = asked;
    pthread_mutex_unlock(&lock);
    return ret;
}

size_t memory_held(void)
{
    pthread_mutex_lock(&lock);
    size_t ret = held_len;
    pthread_mutex_unlock(&lock);
    return ret;
}

/* --- in place of the C library's --- */

void *__wrap_malloc(size_t size)
{
    void *at = is_refused() ? NULL : __real_malloc(size);
    hold(at);
    return at;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *at = is_refused() ? NULL : __real_calloc(count, size);
    hold(at);
    return at;
}

void *__wrap_realloc(void *at, size_t size)
{
    if (is_refused())
        return NULL;
    let_go(at); /* first, since another thread may get the same address */
    void *more = __real_realloc(at, size);
    hold(more ? more : at);
    return more;
}

void __wrap_free(void *at)
{
    let_go(at);
    __real_free(at);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    void *at = is_refused() ? NULL : __real_aligned_alloc(alignment, size);
    hold(at);
    return at;
}

char *__wrap_strndup(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    char *copy = __wrap_malloc(len + 1);
    if (copy)
        memcpy(copy, text, len);
    if (copy)
        copy[len] = '\0';
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, SIZE_MAX);
}

__attribute__((format(printf, 2, 3))) int __wrap_asprintf(char **ret, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = is_refused() ? -1 : vasprintf(ret, format, arguments);
    va_end(arguments);
    if (len >= 0)
        hold(*ret);
    return len;
}

FILE *__wrap_open_memstream(char **at, size_t *len)
{
    return is_refused() ? NULL : __real_open_memstream(at, len);
}

/* --- SQLite's --- */

static void *sqlite_malloc(int size)
{
    void *at = is_refused_to_sqlite() ? NULL : sqlite.xMalloc(size);
    hold(at);
    return at;
}

static void *sqlite_realloc(void *at, int size)
{
    if (is_refused_to_sqlite())
        return NULL;
    let_go(at);
    void *more = sqlite.xRealloc(at, size);
    hold(more ? more : at);
    return more;
}

static void sqlite_free(void *at)
{
    let_go(at);
    sqlite.xFree(at);
}

/* Without the pieces that it would hand out of its own stock. */
bool memory_of_sqlite(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite) != SQLITE_OK)
        return false;
    sqlite3_mem_methods ours = sqlite;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    ours.xFree = sqlite_free;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
}
