/* make.h - addresses and exchanges for tests. */
#pragma once

#include "decode/exchange.h"

struct address make_address(const char *text);

/* An answered GET by http: 10.0.0.1 asks 10.0.0.2:80, first byte at 1 s, request over after 1 ms,
 * answer from 5 ms to 9 ms. */
struct exchange make_exchange(const char *path);
