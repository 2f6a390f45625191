/* mysql_error.h - whose fault an error of MySQL or MariaDB is. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

/* By its number, and by its SQLSTATE where there is one. Most of what a server refuses is wrong
 * with the statement, or with the data that are in the way of it (a duplicate key, a deadlock, no
 * such table), and so the client's. */
enum outcome mysql_blame(uint16_t number, struct bytes state);
