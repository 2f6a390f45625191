/* chance.h - windows in which everything may happen, the same each time. */
#pragma once

#include "store/store.h"

/* The next number, below `below`, of a row that `seed`, which changes, begins. */
uint32_t chance(uint64_t *seed, uint32_t below);

/* A window with rows of each kind. delta_free() frees it. */
struct delta chance_window(uint64_t *seed, uint64_t start_s);
