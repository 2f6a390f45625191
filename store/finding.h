/* finding.h - inside the read side: insights while they are collected, and their wording. */
#pragma once

#include "base/human.h"
#include "store/imbalance.h"
#include "store/live.h"
#include "store/servers.h"

struct findings {
    struct insight_row *row;
    size_t len, room;
};

/* A new one, zeroed; NULL when memory is short. */
struct insight_row *findings_add(struct findings *f);

/* The greatest weight first, then in an order that depends on their content only. */
void findings_sort(struct findings *f);

/* Writes a sentence, cut at a character's border. */
__attribute__((format(printf, 3, 4))) void finding_say(char *text, size_t size, const char *format,
                                                       ...);

/* "12,400" */
struct human finding_count(uint64_t count);
/* "1 connection", "2 connections" */
struct human finding_number(uint64_t count, const char *thing);
/* "10.0.0.3:50051", "[fd00::2]:50051"; an empty address is "external" */
void finding_place(const char *address, uint16_t port, char *text, size_t size);

/* The name, cut so that two of them fit into a sentence. */
struct finding_name {
    char text[40];
};
struct finding_name finding_name(const char *name);

struct finding_phrase {
    char text[96];
};
/* "97 % of the 12,400 calls"; "all of the ..." */
struct finding_phrase finding_part(const struct imbalance *found);
/* "its 2 other backends take 3.0 %", where `whose` is "its" and `thing` "backend". */
struct finding_phrase finding_rest(const struct imbalance *found, const char *whose,
                                   const char *thing);

/* The line of one portion, unless there are EVIDENCE_MAX already; it is counted in any case. The
 * caller fills in `what`; NULL: there is no room for it. */
struct evidence *finding_evidence(struct insight_row *row, const struct portion *p, uint64_t calls);

/* What a range says. Each returns false when memory is short, or with `err` said. */

/* Is the capture so bad that its figures are not to be trusted? All that is wrong is one finding.
 */
bool findings_of_capture(const struct health_row *h, struct findings *into);

/* To be called inside a question. `servers` gets its connections' number at the range's end. */
bool findings_of_servers(struct query *q, struct range r, struct servers *servers,
                         const struct lives *lives, struct findings *into, struct err *err);
bool findings_of_tls(struct range r, const struct tls_rows *rows, struct findings *into);
/* Leaves out what `into` says already of the backends: if each of the connections leads to another
 * one, it is the same finding. */
bool findings_of_connections(struct range r, const struct connection_rows *rows,
                             struct findings *into);
