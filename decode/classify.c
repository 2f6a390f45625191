/* classify.c - see classify.h. */
#include "decode/classify.h"

const struct decoder *decoder_named(const char *name)
{
    const struct decoder *const *d = decoders;
    while (*d && strcmp((*d)->name, name) != 0)
        d++;
    return *d;
}

static bool is_home(const struct decoder *decoder, uint16_t port)
{
    for (unsigned i = 0; i < sizeof decoder->ports / sizeof decoder->ports[0]; i++)
        if (decoder->ports[i] && decoder->ports[i] == port)
            return true;
    return false;
}

/* Asks those decoders whose port this is (`at_home`), or the others. The first YES decides. */
static enum guess ask(enum transport transport, uint16_t port, const struct opening *opening,
                      bool at_home, const struct decoder **ret_decoder)
{
    enum guess best = GUESS_NO;
    for (const struct decoder *const *d = decoders; *d; d++) {
        if ((*d)->transport != transport || is_home(*d, port) != at_home)
            continue;
        enum guess guess = (*d)->probe(opening);
        if (guess == GUESS_YES) {
            *ret_decoder = *d;
            return guess;
        }
        if (guess == GUESS_MORE)
            best = guess;
    }
    return best;
}

static enum guess ask_all(enum transport transport, uint16_t port, const struct opening *opening,
                          const struct decoder **ret_decoder)
{
    enum guess at_home = ask(transport, port, opening, true, ret_decoder);
    if (at_home == GUESS_YES)
        return at_home;
    enum guess elsewhere = ask(transport, port, opening, false, ret_decoder);
    return elsewhere == GUESS_NO ? at_home : elsewhere;
}

struct classified classify(enum transport transport, uint16_t server_port,
                           const struct opening *opening, bool may_flip)
{
    struct classified c = {.guess = GUESS_NO};
    c.guess = ask_all(transport, server_port, opening, &c.decoder);
    if (c.guess == GUESS_YES || !may_flip)
        return c;
    struct opening turned = {
        .to_server = opening->to_client,
        .to_client = opening->to_server,
        .midstream = opening->midstream,
        .unsided = opening->unsided,
    };
    enum guess guess = ask_all(transport, server_port, &turned, &c.decoder);
    c.flipped = guess == GUESS_YES;
    if (guess != GUESS_NO)
        c.guess = guess;
    return c;
}
