/* migrate.h - which database is this, and is its schema ours? */
#pragma once

#include "store/database.h"

enum {
    SCHEMA_APPLICATION =
        0x54504752,     /* "TPGR": application_id in the file's header, also for file(1) */
    SCHEMA_VERSION = 6, /* user_version */
};

/* For a reader: refuses all but a tapgraph database of this version. */
bool schema_check(sqlite3 *db, const char *path, struct err *err);

/* For the writer: makes the tables in an empty database, brings an older schema up to date, refuses
 * the rest. Changes nothing that is not ours. */
bool schema_migrate(sqlite3 *db, const char *path, struct err *err);
