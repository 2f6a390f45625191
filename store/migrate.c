/* migrate.c - see migrate.h.
 *
 * A new database is made in one transaction, application_id included, before it is switched to WAL
 * mode: killed at any moment, it is either empty or ours, never a stranger to the next start. An
 * older one is brought up to date in one transaction as well, step by step; the views, which hold
 * nothing, are made anew. */
#include "store/migrate.h"

#include <stdio.h>

/* Files of this folder, zero-terminated. */
extern const unsigned char store_schema_sql[], store_views_sql[], store_migrate_2_sql[],
    store_migrate_3_sql[], store_migrate_4_sql[], store_migrate_5_sql[], store_migrate_6_sql[];

/* From the version of the index to the next; there is no version 0. */
static const unsigned char *const steps[SCHEMA_VERSION] = {
    NULL,
    store_migrate_2_sql,
    store_migrate_3_sql,
    store_migrate_4_sql,
    store_migrate_5_sql,
    store_migrate_6_sql,
};

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
    if (is->application != SCHEMA_APPLICATION || is->version < 1)
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
    if (is.application != SCHEMA_APPLICATION || is.version < 1 || is.version > SCHEMA_VERSION)
        return refuse(&is, path, err);
    if (is.version < SCHEMA_VERSION)
        return err_set(err,
                       "%s has the older schema %lld: open it once with `tapgraph capture` or "
                       "`replay`, which bring it up to date",
                       path, (long long)is.version);
    return true;
}

static bool run_text(sqlite3 *db, const unsigned char *sql)
{
    return database_run(db, (const char *)sql);
}

/* Within a transaction: the views, and whose database of which version it is. */
static bool sign(sqlite3 *db)
{
    char identity[96];
    snprintf(identity, sizeof identity, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             SCHEMA_APPLICATION, SCHEMA_VERSION);
    return run_text(db, store_views_sql) && database_run(db, identity);
}

static bool schema_create(sqlite3 *db)
{
    return database_run(db, "PRAGMA page_size=4096") &&
           database_run(db, "PRAGMA auto_vacuum=INCREMENTAL") &&
           database_run(db, "BEGIN IMMEDIATE") && run_text(db, store_schema_sql) && sign(db) &&
           database_run(db, "COMMIT");
}

static bool schema_update(sqlite3 *db, int64_t version)
{
    if (!database_run(db, "BEGIN IMMEDIATE"))
        return false;
    for (; version < SCHEMA_VERSION; version++)
        if (!run_text(db, steps[version]))
            return false;
    return sign(db) && database_run(db, "COMMIT");
}

bool schema_migrate(sqlite3 *db, const char *path, struct err *err)
{
    struct identity is;
    bool done = identity_read(db, &is);
    bool empty = done && is.application == 0 && is.tables == 0 && is.version == 0;
    if (done && !empty &&
        (is.application != SCHEMA_APPLICATION || is.version < 1 || is.version > SCHEMA_VERSION))
        return refuse(&is, path, err);
    if (empty)
        done = schema_create(db);
    else if (done && is.version < SCHEMA_VERSION)
        done = schema_update(db, is.version);
    if (done)
        return true;
    struct failure f = failure_of(db);
    return failure_tell(&f, "open", path, err); /* closing undoes what was begun */
}
