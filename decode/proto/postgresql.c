/* postgresql.c - PostgreSQL's protocol 3 (PostgreSQL, Documentation, chapter 55), which pgbouncer,
 * CockroachDB, Redshift and others speak as well.
 *
 * A simple Query is one exchange, up to the server's ReadyForQuery. Of the extended protocol each
 * Execute is one, with what prepares it (Parse, Bind, Describe, Close) since the one before; what
 * comes without an Execute is one as well. Several may be asked before a Sync; after an error the
 * server skips the others up to that. The last one before a Sync ends with ReadyForQuery, for only
 * then it is committed; the others with what tells that they are complete.
 *
 * What a statement does is known by its text (decode/sql.h), or by the name that it was prepared
 * under. Rows, values and what is copied pass by unseen. */
#include "decode/postgresql_message.h"
#include "decode/postgresql_state.h"

static int64_t postgresql_feed(struct conn *c, enum dir dir, struct bytes in)
{
    return dir == TO_SERVER ? postgresql_request(c, in) : postgresql_answer(c, in);
}

/* What is prepared stays so. */
static int64_t postgresql_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct postgresql *pg = conn_state(c);
    (void)len;
    pg->began = pg->started = true;
    pg->plain_answers = 0;
    pg->skipping = pg->copies_in = pg->void_sync = false;
    if (dir == TO_SERVER)
        pg->asking = pg->executed = pg->bound_here = false;
    else
        pg->answering = false;
    return DECODE_LOST;
}

static void postgresql_free(void *state)
{
    struct postgresql *pg = state;
    statements_free(&pg->statements);
    statements_free(&pg->portals);
}

/* Requests for encryption that were declined, and then the start; accepted, they are TLS's. */
static enum guess probe_start(struct bytes asked, struct bytes told)
{
    if (!asked.len && told.len)
        return GUESS_NO;
    for (;;) {
        uint32_t code = postgresql_start_code(asked);
        if (code != POSTGRESQL_SSL_CODE && code != POSTGRESQL_GSS_CODE)
            return postgresql_guess_start(asked);
        if (told.len && told.at[0] != 'N')
            return GUESS_NO;
        asked = bytes_after(asked, 8);
        told = bytes_after(told, 1);
        if (!asked.len)
            return GUESS_MORE;
    }
}

static enum guess postgresql_probe(const struct opening *o)
{
    if (!o->midstream)
        return probe_start(o->to_server, o->to_client);
    int asked = postgresql_evidence(TO_SERVER, o->to_server, POSTGRESQL_PROOF);
    int told = postgresql_evidence(TO_CLIENT, o->to_client, POSTGRESQL_PROOF);
    int sum = (asked > 0 ? asked : 0) + (told > 0 ? told : 0);
    if (asked >= POSTGRESQL_PROOF || told >= POSTGRESQL_PROOF ||
        (asked >= 0 && told >= 0 && sum >= POSTGRESQL_PROOF))
        return GUESS_YES;
    bool silent = !o->to_server.len && !o->to_client.len;
    bool likely = (o->to_server.len && asked >= 0) || (o->to_client.len && told >= 0);
    return silent || likely ? GUESS_MORE : GUESS_NO;
}

const struct decoder postgresql_decoder = {
    .name = "postgresql",
    .transport = OVER_TCP,
    .ports = {5432, 6432, 26257, 5433},
    .state_size = sizeof(struct postgresql),
    .doubtful = true,
    .probe = postgresql_probe,
    .feed = postgresql_feed,
    .gap = postgresql_gap,
    .free = postgresql_free,
};
