/* tls_open.h - sealed records of a connection opened with keys of a key log; what they hold is
 * handed to the connection inside.
 *
 * A record opens under one key and one number only, so keys and numbers need not be followed: the
 * one that is expected is tried first; then number 0 of the next key (after the handshake, or after
 * KeyUpdate: RFC 8446, 4.6.3); and after a hole a window of numbers behind these. What opens says
 * how many records were missed, and so how many bytes of what they held.
 *
 * As long as the secrets have not been written records wait, up to a limit on their bytes and on
 * time. */
#pragma once

#include "decode/tls_handshake.h"

struct tls_open;

/* Are records to be seen whole, since they may be opened? */
bool tls_open_wants(const struct tls_open *o, const struct tls_handshake *h, const struct conn *c);

/* One that is sealed, and is being fed: header and all of its content. `o` is made if need be. */
void tls_open_record(struct tls_open **o, struct tls_handshake *h, struct conn *c, enum dir dir,
                     struct bytes record);

/* Of this direction, whose records are wanted, some may be missing from here on; */
void tls_open_hole(struct tls_open **o, struct tls_handshake *h, enum dir dir);

/* and part of the one that begins at `place` and has this length, header included, is. */
void tls_open_part(struct tls_open *o, struct conn *c, enum dir dir, uint64_t place, size_t len);

/* Time has passed, or (`last`) nothing more will come. */
void tls_open_poll(struct tls_open *o, struct tls_handshake *h, struct conn *c, bool last);

void tls_open_free(struct tls_open *o); /* NULL is fine */
