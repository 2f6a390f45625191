/* ballast.h - a file of nothing, beside the database, that takes up room on its disk. When the disk
 * is full it goes, and there is room to copy the write-ahead log and to delete: without it, SQLite
 * could do neither, and no deletion would ever free anything. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ballast {
    char *path; /* owned */
    bool there;
    uint64_t bytes; /* of the one made last; 0: none was */
};

/* Zero `b` first. false: memory is short. */
bool ballast_open(struct ballast *b, const char *database);

/* Makes it, unless it is there, if that leaves room enough. */
void ballast_make(struct ballast *b);

/* Makes it as it was, on a disk that is all but full, as far as there is room. */
void ballast_retake(struct ballast *b);
void ballast_drop(struct ballast *b);
void ballast_close(struct ballast *b);
