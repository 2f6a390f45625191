/* ballast.h - a file of nothing, beside the database, that takes up room on its disk. When the disk
 * is full it goes, and there is room to copy the write-ahead log and to delete: without it, SQLite
 * could do neither, and no deletion would ever free anything. */
#pragma once

#include <stdbool.h>

struct ballast {
    char *path; /* owned */
    bool there;
};

/* Zero `b` first. false: memory is short. */
bool ballast_open(struct ballast *b, const char *database);

/* Makes it, unless it is there, if that leaves room enough. */
void ballast_make(struct ballast *b);

/* Removes it. Was it there? */
bool ballast_drop(struct ballast *b);
void ballast_close(struct ballast *b);
