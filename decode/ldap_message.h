/* ldap_message.h - messages of LDAP (RFC 4511) in BER (X.690): what is in front of each, and what
 * of a request may be told.
 *
 * A message may be longer than what there is of it: what is behind that is taken for not there. */
#pragma once

#include "base/bytes.h"

enum ldap_op {
    LDAP_BIND = 0x60,
    LDAP_BIND_DONE = 0x61,
    LDAP_UNBIND = 0x42,
    LDAP_SEARCH = 0x63,
    LDAP_ENTRY = 0x64,
    LDAP_SEARCH_DONE = 0x65,
    LDAP_REFERENCE = 0x73,
    LDAP_MODIFY = 0x66,
    LDAP_MODIFY_DONE = 0x67,
    LDAP_ADD = 0x68,
    LDAP_ADD_DONE = 0x69,
    LDAP_DELETE = 0x4a,
    LDAP_DELETE_DONE = 0x6b,
    LDAP_RENAME = 0x6c,
    LDAP_RENAME_DONE = 0x6d,
    LDAP_COMPARE = 0x6e,
    LDAP_COMPARE_DONE = 0x6f,
    LDAP_ABANDON = 0x50,
    LDAP_EXTENDED = 0x77,
    LDAP_EXTENDED_DONE = 0x78,
    LDAP_INTERMEDIATE = 0x79,
};

enum {
    LDAP_LOOKED_AT = 2048, /* bytes of a request, of which more is not asked for */
    LDAP_MESSAGE_MAX = 1 << 28,
    LDAP_OPERATION_MAX = 192,
};

enum ldap_status { LDAP_WRONG, LDAP_MORE, LDAP_READ };

struct ldap_message {
    enum ldap_op op;
    uint32_t id;
    size_t length;         /* of the whole message */
    bool is_whole;         /* all of it is here, or as much as is looked at */
    struct bytes content;  /* of the operation, as far as it is here */
    struct bytes controls; /* likewise; empty: there are none */
};

/* A message that starts with these bytes. */
enum ldap_status ldap_read(struct bytes in, struct ldap_message *ret_message);

bool ldap_is_request(enum ldap_op op);

/* "search sub (uid=*)", "bind simple", "extended StartTLS": what groups, of bounded length; no name
 * of an entry, and no value. `text` has room for LDAP_OPERATION_MAX bytes. False: the content is
 * not that of such a request. */
bool ldap_operation(const struct ldap_message *m, char *text);

/* "search"; static. */
const char *ldap_method(enum ldap_op op);

/* Is it a bind by a mechanism that may change what follows (SASL's security layers)? */
bool ldap_may_seal(const struct ldap_message *m);

bool ldap_is_starttls(const struct ldap_message *m);

/* Does it wait for changes, as its controls say? */
bool ldap_waits(const struct ldap_message *m);

/* The id of the operation that is abandoned; 0: it is not there. */
uint32_t ldap_abandoned(const struct ldap_message *m);

/* The code of a result; -1: it is not there. */
int32_t ldap_result(const struct ldap_message *m);

/* "invalidCredentials"; NULL of one that nobody knows. Static. */
const char *ldap_result_name(int32_t code);
