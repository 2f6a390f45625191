/* place.h - a folder of its own for a test's database, and SQL by hand. */
#pragma once

#include "store/query.h"
#include "store/store.h"

struct place {
    char folder[64], db[96];
};

struct place place_make(void);
void place_remove(const struct place *p); /* with all that is in it */

/* Both succeed, or the test fails with the reason. Given to the caller. */
struct store *place_store(const struct place *p);
struct query *place_query(const struct place *p);

/* Runs SQL on a file, by another connection than the store's. */
void place_run(const char *path, const char *sql);
int64_t place_number(const char *path, const char *sql);

/* The file as text, zero-terminated; its length goes to `ret_len`. Given to the caller. */
char *place_read(const char *path, size_t *ret_len);
void place_write(const char *path, const void *at, size_t len);

/* Runs `check` in a child process, as a user without rights if `humble`. The test fails if it
 * returns false; it says why on stderr. */
void place_aside(bool (*check)(const struct place *p), const struct place *p, bool humble);
