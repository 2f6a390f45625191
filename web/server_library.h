/* server_library.h - libmicrohttpd, loaded when a page is served: it brings GnuTLS and eight more
 * along, a third of what it costs to start a command that answers nobody. */
#pragma once

#include <microhttpd.h>

#include "base/err.h"

#define SERVER_LIBRARY(X)                                                                          \
    X(add_response_header)                                                                         \
    X(create_response_from_buffer)                                                                 \
    X(create_response_from_callback)                                                               \
    X(destroy_response)                                                                            \
    X(get_connection_info)                                                                         \
    X(lookup_connection_value)                                                                     \
    X(lookup_connection_value_n)                                                                   \
    X(queue_response)                                                                              \
    X(resume_connection)                                                                           \
    X(start_daemon)                                                                                \
    X(stop_daemon)                                                                                 \
    X(suspend_connection)

/* MHD_queue_response() is mhd.queue_response(), and so on. */
struct server_library {
#define POINTER(name) __typeof__(MHD_##name) *name;
    SERVER_LIBRARY(POINTER)
#undef POINTER
};

extern struct server_library mhd; /* zero until server_library_load() has returned true */

/* Once for the process, before it confines itself, and before there are threads. */
bool server_library_load(struct err *err);
