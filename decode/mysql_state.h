/* mysql_state.h - what is known of one connection with MySQL; shared by proto/mysql.c, which reads
 * what clients say, mysql_answer.c, which reads what servers say, and mysql_frames.c, which reads
 * what both say when it is compressed. */
#pragma once

#include "decode/mysql_command.h"

enum mysql_phase {
    MYSQL_BEGINS, /* also where nobody has seen how it began */
    MYSQL_LOGS_IN,
    MYSQL_COMMANDS,
    MYSQL_FRAMES, /* compressed */
};

/* What the server is expected to say next. */
enum mysql_part {
    PART_NONE, /* an answer is over */
    PART_FIRST,
    PART_LOGIN,
    PART_COLUMNS,     /* definitions of columns; `left` so many */
    PART_COLUMNS_END, /* which may be left out */
    PART_ROWS,
    PART_FILE, /* how the client's file was taken */
    PART_PREPARED,
    PART_PARAMETERS, /* like columns; behind them come columns, `columns` so many */
    PART_PARAMETERS_END,
    PART_RESULTS, /* of a statement that is prepared: its columns */
    PART_RESULTS_END,
    PART_FIELDS,
    PART_TEXT,
    PART_EVENTS, /* of the binary log, for as long as there are any */
};

/* Does the end of definitions come as a packet of its own? */
enum mysql_ends { ENDS_UNKNOWN, ENDS_SENT, ENDS_LEFT_OUT };

struct mysql {
    struct mysql_session session;
    uint32_t offered; /* what the server can do, if it has `greeted` */
    bool greeted;
    enum mysql_phase phase;
    enum mysql_ends ends;
    struct {
        bool goes_on; /* the packet that was fed last was not the message's last */
        uint8_t next; /* the number of the one that comes then */
    } asking, answering;
    enum mysql_part part;
    uint32_t left, columns;
    bool may_trail;  /* the answer that is over may yet be followed by an end */
    bool any_number; /* the client has spoken since: the server's next number depends on it */
    bool dumps;
    struct {
        uint64_t key;  /* of the exchange that was begun last */
        bool open;     /* it waits for an answer, or for more of it */
        bool answered; /* some of which has come */
        uint8_t next;  /* the number of the next frame of it */
    } frames;
};

/* A packet of the server's begins here; the rest as decoder.feed. */
int64_t mysql_feed_answer(struct conn *c, struct mysql *m, struct bytes in);

/* What the first packet of an answer says: fills in status and outcome. False: it says neither that
 * it worked nor that it did not. */
bool mysql_tell_first(struct exchange *x, const struct mysql_packet *p);

/* Of an answer to COM_STMT_PREPARE. */
struct mysql_prepared {
    uint32_t id, columns, parameters;
};
bool mysql_read_prepared(const struct mysql_packet *p, struct mysql_prepared *ret);

/* Is this an answer, though nobody knows whether one begins here? Its first packet has this number.
 */
enum guess mysql_is_surely_answer(struct bytes in, uint8_t number);

/* Compressed frames: of either side, as decoder.feed. */
int64_t mysql_feed_frame(struct conn *c, struct mysql *m, enum dir dir, struct bytes in);

/* What is open is over. */
void mysql_frames_settle(struct conn *c, struct mysql *m);

/* Is it a frame that a client begins with, alone, though nobody knows? As
 * mysql_is_surely_command(), and then the first of the server's. */
enum guess mysql_is_surely_frame(struct bytes in, bool *ret_has_text);
enum guess mysql_is_surely_answer_frame(struct bytes in);
