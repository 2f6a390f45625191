/* short_memory.h - memory that runs out when a test says so.
 *
 * A program that has this file is linked with -Wl,--wrap=malloc and the like, so that what our own
 * code asks for comes by here; what libraries ask for does not, but for cJSON, which asks our code
 * (store/export/json_memory.c), and SQLite, which is told to. Any number of threads may ask. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From now on the `nth` request for memory fails (1: the next), and `then_all`: all after it. 0:
 * none does. Sets memory_asked() to 0. */
void memory_fail(uint64_t nth, bool then_all);

/* How often memory was asked for since then. */
uint64_t memory_asked(void);

/* How many pieces of memory are held that were asked for here and are not freed yet; SQLite's
 * among them once it was told. */
size_t memory_held(void);

/* Has SQLite ask here. Before its first use; false: it does not let itself be told. */
bool memory_of_sqlite(void);

/* While SQLite is spared, what it asks for is not counted and does not fail: it asks so much more
 * often that one would hardly ever meet a request of our own. */
void memory_spare_sqlite(bool spared);
