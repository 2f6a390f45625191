/* place.c - see place.h. In memory where that is possible: what is tested is not the disk. */
#include "tests/store/place.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/database.h"
#include "tests/check.h"

enum { NOBODY = 65534 };

struct place place_make(void)
{
    struct place p = {.folder = "/dev/shm/tapgraph-store-XXXXXX"};
    if (!mkdtemp(p.folder)) {
        strcpy(p.folder, "/tmp/tapgraph-store-XXXXXX");
        assert_non_null(mkdtemp(p.folder));
    }
    snprintf(p.db, sizeof p.db, "%s/test.db", p.folder);
    return p;
}

void place_remove(const struct place *p)
{
    DIR *folder = opendir(p->folder);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    assert_int_equal(rmdir(p->folder), 0);
}

struct store *place_store(const struct place *p)
{
    struct err err = {0};
    struct store *s = store_open(p->db, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

struct query *place_query(const struct place *p)
{
    struct err err = {0};
    struct query *q = query_open(p->db, &err);
    if (!q)
        fail_msg("%s", err.text);
    return q;
}

void place_run(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (!database_run(db, sql))
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t place_number(const char *path, const char *sql)
{
    sqlite3 *db;
    int64_t number = -1;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (!database_number(db, sql, &number))
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

char *place_read(const char *path, size_t *ret_len)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    *ret_len = (size_t)about.st_size;
    char *text = calloc(1, *ret_len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *ret_len, file), *ret_len);
    fclose(file);
    return text;
}

void place_write(const char *path, const void *at, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

void place_aside(bool (*check)(const struct place *p), const struct place *p, bool humble)
{
    int status = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        bool ready = !humble || geteuid() != 0 || setuid(NOBODY) == 0;
        _exit(ready && check(p) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}
