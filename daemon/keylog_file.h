/* keylog_file.h - the file that secrets of TLS are read from (decode/keylog.h).
 *
 * It is opened before rights are given up, and read after that by the sensor alone. While it is
 * followed, it is read on whenever a secret is asked for that is not known, and from its beginning
 * when it was cut or another file has taken its name: which the sensor must have the right to open.
 * Any thread may ask. */
#pragma once

#include "base/err.h"
#include "decode/keylog.h"

struct keylog_file;

/* `path` NULL: there is none, and `ret` is NULL. `may_come`: it need not be there yet. False: it
 * cannot be opened, and `ret` is NULL. */
bool keylog_file_open(const char *path, bool may_come, struct keylog_file **ret, struct err *err);
void keylog_file_close(struct keylog_file *f); /* NULL is fine */

/* Reads what there is of it; `complete`: and never again. NULL of NULL, and when memory is short,
 * which is said in the log. Kept by `f`. */
const struct key_source *keylog_file_load(struct keylog_file *f, const struct hash_key *key,
                                          bool complete);
