/* classify.h - opening bytes to a decoder. Content decides; ports only order the questions. */
#pragma once

#include "decode/decoder.h"

struct classified {
    enum guess guess;              /* GUESS_NO: nobody will claim it, however much follows */
    const struct decoder *decoder; /* if GUESS_YES */
    bool flipped;                  /* if GUESS_YES: client and server are the other way round */
};

/* `may_flip`: who is client is not certain (no handshake seen), so ask both ways. */
struct classified classify(enum transport transport, uint16_t server_port,
                           const struct opening *opening, bool may_flip);
