/* verdict.h - is an edge well? Pure functions over numbers, the same for page, terminal and export.
 */
#pragma once

#include <stdint.h>

enum health { HEALTH_IDLE, HEALTH_GOOD, HEALTH_WARN, HEALTH_BAD, HEALTHS };

/* "idle", "good", "warn", "bad"; static. */
const char *health_name(enum health h);

/* By the share of server-side errors (server_error, timeout, reset) among requests: 1 % warns, 5 %
 * is bad; client errors: 20 % warns. Under 5 requests nothing is worse than warn. */
enum health verdict_of_requests(uint64_t requests, uint64_t server_errors, uint64_t client_errors);

/* The worse of two. */
enum health verdict_worse(enum health a, enum health b);
