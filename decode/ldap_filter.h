/* ldap_filter.h - what a filter of LDAP (RFC 4511, 4.5.1.7) asks for, without the values. */
#pragma once

#include "base/bytes.h"

/* Writes "(&(objectClass=*)(uid=*))": as RFC 4515 does, with a * for each value, and one filter for
 * several alike beside each other. What does not fit into `size` bytes, at least 8, or is nested
 * too deeply, becomes "...". The filter may be cut off. */
void ldap_filter_text(struct bytes filter, char *text, size_t size);
