/* migrate.c - see migrate.h.
 *
 * A new database is made in one transaction, application_id included, before it is switched to WAL
 * mode: killed at any moment, it is either empty or ours, never a stranger to the next start. */
#include "store/migrate.h"

#include <stdio.h>

extern const unsigned char store_schema_sql[]; /* schema.sql, zero-terminated */

struct identity {
    int64_t application, version, tables;
};

static bool identity_read(sqlite3 *db, struct identity *ret)
{
    return database_number(db, "PRAGMA application_id", &ret->application) &&
           database_number(db, "PRAGMA user_version", &ret->version) &&
           database_number(db, "SELECT count(*) FROM sqlite_schema", &ret->tables);
}

/* One message for both sides: a database that is not ours, or from the future. */
static bool refuse(const struct identity *is, const char *path, struct err *err)
{
    if (is->application != SCHEMA_APPLICATION)
        return err_set(err,
                       "%s is a database of another program, and is left as it is: choose another "
                       "--db",
                       path);
    return err_set(err,
                   "%s was written by a newer tapgraph (schema %lld, this one knows up to %d): "
                   "update tapgraph, or choose another --db",
                   path, (long long)is->version, SCHEMA_VERSION);
}

bool schema_check(sqlite3 *db, const char *path, struct err *err)
{
    struct identity is;
    if (!identity_read(db, &is)) {
        struct failure f = failure_of(db);
        return failure_tell(&f, "read", path, err);
    }
    if (is.application == 0 && is.tables == 0)
        return err_set(err,
                       "%s is empty: capture something first, as with `tapgraph replay FILE.pcap "
                       "--db %s`",
                       path, path);
    if (is.application != SCHEMA_APPLICATION || is.version > SCHEMA_VERSION)
        return refuse(&is, path, err);
    if (is.version < SCHEMA_VERSION)
        return err_set(err,
                       "%s has the older schema %lld: open it once with `tapgraph capture` or "
                       "`replay`, which bring it up to date",
                       path, (long long)is.version);
    return true;
}

static bool schema_create(sqlite3 *db)
{
    char identity[96];
    snprintf(identity, sizeof identity, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             SCHEMA_APPLICATION, SCHEMA_VERSION);
    bool made = database_run(db, "PRAGMA page_size=4096") &&
                database_run(db, "PRAGMA auto_vacuum=INCREMENTAL") &&
                database_run(db, "BEGIN IMMEDIATE") &&
                database_run(db, (const char *)store_schema_sql) && database_run(db, identity) &&
                database_run(db, "COMMIT");
    return made;
}

bool schema_migrate(sqlite3 *db, const char *path, struct err *err)
{
    struct identity is;
    bool read = identity_read(db, &is);
    if (read && is.application == 0 && is.tables == 0 && is.version == 0) {
        if (schema_create(db))
            return true;
        read = false;
    }
    if (!read) {
        struct failure f = failure_of(db);
        return failure_tell(&f, "open", path, err);
    }
    /* Schema 1 is the first: there is nothing older to bring up to date. */
    if (is.application != SCHEMA_APPLICATION || is.version != SCHEMA_VERSION)
        return refuse(&is, path, err);
    return true;
}
