/* mysql_command.h - what clients of MySQL ask for. */
#pragma once

#include "decode/decoder.h"
#include "decode/mysql_packet.h"
#include "decode/statements.h"

enum {
    COM_QUIT = 0x01,
    COM_INIT_DB = 0x02,
    COM_QUERY = 0x03,
    COM_FIELD_LIST = 0x04,
    COM_STATISTICS = 0x09,
    COM_PING = 0x0e,
    COM_CHANGE_USER = 0x11,
    COM_BINLOG_DUMP = 0x12,
    COM_TABLE_DUMP = 0x13,
    COM_STMT_PREPARE = 0x16,
    COM_STMT_EXECUTE = 0x17,
    COM_STMT_SEND_LONG_DATA = 0x18,
    COM_STMT_CLOSE = 0x19,
    COM_STMT_RESET = 0x1a,
    COM_STMT_FETCH = 0x1c,
    COM_BINLOG_DUMP_GTID = 0x1e,
    COM_RESET_CONNECTION = 0x1f,
    COM_STMT_BULK_EXECUTE = 0xfa,
    COM_LOGIN = 0x100, /* none of the protocol: the client's first packet */
};

enum { MYSQL_TEXT_MAX = 16 * 1024 }; /* of a statement so much is read */

/* Beside an exchange. Of a statement that is being prepared, what it will be when it is executed.
 */
struct mysql_asked {
    uint16_t command;
    uint8_t number; /* of the first packet of its answer */
    bool is_known;  /* the statement to be prepared is told below */
    char method[sizeof((struct exchange *)0)->method];
    char operation[sizeof((struct exchange *)0)->operation];
};

/* What of a connection its commands depend on. */
struct mysql_session {
    uint32_t capabilities; /* of both sides */
    bool known;            /* the login was seen, and so they are */
    struct statements *statements;
};

bool mysql_is_command(uint8_t command);

/* It has no answer. */
bool mysql_is_unanswered(uint16_t command);

/* It begins a copy of what is written to the server, which goes on for as long as there is one. */
bool mysql_is_dump(uint16_t command);

/* How many bytes of the packet tell what it asks for. */
uint32_t mysql_command_head(const struct mysql_packet *p);

/* Tells what the packet, of which so many bytes are here, asks for. */
void mysql_tell_command(struct mysql_session *s, struct exchange *x, const struct mysql_packet *p);

/* The statement that `x` asked to prepare has got its number. */
void mysql_prepared(struct mysql_session *s, const struct exchange *x,
                    const struct mysql_asked *asked, uint32_t id);

/* Is this a command, though nobody knows whether it begins here? For one that has no text YES needs
 * an answer to it as well, see mysql_is_answer(). */
enum guess mysql_is_surely_command(struct bytes in, bool *ret_has_text);
