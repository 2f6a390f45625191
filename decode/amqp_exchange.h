/* amqp_exchange.h - what the methods of AMQP 0-9-1 mean: which exchange each begins, goes on with
 * or ends. decode/proto/amqp.c knows where frames begin and end.
 *
 * A publish ends with its last byte, or where the channel has publisher confirms, when the server
 * acknowledges its tag. A message that a consumer gets, or that is returned, is an exchange of its
 * own, which nobody asked for. All other requests are answered on their channel, in order. */
#pragma once

#include "decode/amqp_channel.h"
#include "decode/amqp_method.h"
#include "decode/decoder.h"

struct amqp {
    struct amqp_channels channels;
    bool other_version; /* it is not this protocol that is spoken */
    bool heard;         /* the server has been seen to speak */
};

/* The protocol's header asks for a connection; `in` is it. Of the server: it refuses. */
void amqp_header(struct conn *c, enum dir dir, struct bytes in);

/* A method, in a frame of `len` bytes. False: its arguments are not what they must be. */
bool amqp_method_frame(struct conn *c, enum dir dir, uint16_t channel, uint32_t id,
                       struct bytes arguments, size_t len);

/* The header of a message with a body of so many bytes, or a part of that body, which passes by if
 * it was not seen what they belong to. False: it is longer than was said. */
void amqp_header_frame(struct conn *c, enum dir dir, uint16_t channel, uint64_t body);
bool amqp_body_frame(struct conn *c, enum dir dir, uint16_t channel, uint64_t part);

/* Bytes of that side were lost, and perhaps methods with them. */
void amqp_lost(struct conn *c, enum dir dir);
