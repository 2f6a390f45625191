/* smtp_line.h - lines of SMTP (RFC 5321) and LMTP (RFC 2033): commands, replies, and the end of a
 * message. */
#pragma once

#include "base/bytes.h"

enum {
    SMTP_LINE_MAX = 12290, /* of an answer to a challenge (RFC 4954, 4) with its end */
};

/* In the order of smtp_line.c's table. */
enum smtp_verb {
    SMTP_NONE, /* nobody knows it */
    SMTP_HELO,
    SMTP_EHLO,
    SMTP_LHLO,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_BDAT,
    SMTP_AUTH,
    SMTP_STARTTLS,
    SMTP_RSET,
    SMTP_NOOP,
    SMTP_QUIT,
    SMTP_OTHER, /* one of those of which nothing but the name matters */
};

struct smtp_command {
    enum smtp_verb verb;
    const char *name; /* "MAIL", "unknown"; static */
    bool sure;        /* it has the form that nothing but this command has */
    bool last;        /* of BDAT: the message ends with this chunk */
    uint32_t size;    /* of BDAT: bytes of the chunk */
    struct bytes line;
};

struct smtp_reply {
    unsigned code;
    bool more; /* lines of the same reply follow */
};

/* The first line with its end; empty if that is not here. */
struct bytes smtp_line(struct bytes in);

/* Reads a whole line. False: it cannot be a command, of whatever name. */
bool smtp_read_command(struct bytes line, struct smtp_command *ret_command);

/* "AUTH PLAIN" for a mechanism that is known, else "AUTH"; static. */
const char *smtp_auth_operation(struct bytes line);

/* Reads a line, or as much as there is of it. False: it is no reply. */
bool smtp_read_reply(struct bytes line, struct smtp_reply *ret_reply);

/* Passes a message up to its end, CR LF '.' CR LF, of which `*matched` bytes came before: 2 where
 * the message begins. Returns how many bytes of `in` are the message's; `*matched` is
 * SMTP_END_BYTES if it ends with them. */
enum { SMTP_END_BYTES = 5 };
size_t smtp_pass_message(struct bytes in, uint8_t *matched);
