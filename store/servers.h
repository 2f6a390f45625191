/* servers.h - inside the read side: the addresses and ports that answer for services, and the pairs
 * that lead to each. */
#pragma once

#include "store/topology.h"

struct server {
    int64_t service_id;
    char service[NAME_TEXT_MAX];
    enum name_source source; /* of that name */
    char address[64];
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
};

/* In order of service, address, port, protocol. The pairs of `topology` are by rising id as ever;
 * their `edge` is the index of a server, so that sums_load() adds up by servers. It has no nodes
 * and no edges but their number. */
struct servers {
    struct server *at;
    size_t len, pair_len;
    struct topology topology;
    int64_t *client_id; /* of each pair: the service that calls */
};

/* service_id 0: of all services. To be called inside a question. `ret` is freed with
 * servers_free(), also on failure. */
bool servers_load(struct query *q, int64_t service_id, struct servers *ret, struct err *err);
void servers_free(struct servers *s);
