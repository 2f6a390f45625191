/* sample.h - a small database: web calls cart, and a server whose name is an attack. */
#pragma once

#define SAMPLE_TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SAMPLE_HOSTILE "<img src=x onerror=alert(1)>"

enum { SAMPLE_PATH_MAX = 64 };

/* Makes a folder for a database that does not exist yet, and writes its path. */
void sample_place(char path[SAMPLE_PATH_MAX]);

/* Adds the window that starts at `second`: 10 requests on each edge, one of them failed; on the
 * first edge a connection and an open call. */
void sample_window(const char *path, unsigned second);

/* Removes the database and its folder. */
void sample_remove(const char *path);
