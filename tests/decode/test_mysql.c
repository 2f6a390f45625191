/* test_mysql.c - decode/proto/mysql.c: conversations with MySQL and MariaDB, and what is told of
 * them. */
#include "decode/classify.h"
#include "script.h"
#include "tls_make.h"

#include "tests/check.h"

extern const struct decoder mysql_decoder;
static const struct decoder *const mysql = &mysql_decoder;

/* Of MySQL 8: all but compression; its flags in two halves. */
#define GREETING_WITH(low, high)                                                                   \
    "\x27\0\0\0\x0a"                                                                               \
    "8.0.36\0\7\0\0\0abcdefgh\0" low "\xff\2\0" high "\x15\0\0\0\0\0\0\0\0\0\0"
#define GREETING GREETING_WITH("\xdf\xff", "\xff\xdf")
#define ZEROS_19 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define LOGIN_AS(number, flags) "\x26\0\0" number flags "\0\0\0\1\xff" ZEROS_19 "\0\0\0\0me\0\0\0\0"
#define LOGIN LOGIN_AS("\1", "\x05\xa2\x3f\0")     /* as clients did for long */
#define LOGIN_NEW LOGIN_AS("\1", "\x05\xa2\x3f\1") /* CLIENT_DEPRECATE_EOF */
#define LOGIN_ATTRIBUTES LOGIN_AS("\1", "\x05\xa2\x3f\x09")
#define SSL_REQUEST "\x20\0\0\1\x05\xae\x3f\0\0\0\0\1\xff" ZEROS_19 "\0\0\0\0"
#define OK(number) "\7\0\0" number "\0\0\0\2\0\0\0"
#define OK_MORE(number) "\7\0\0" number "\0\1\0\x0a\0\0\0"
#define END(number) "\5\0\0" number "\xfe\0\0\2\0"
#define END_MORE(number) "\5\0\0" number "\xfe\0\0\x0a\0"
#define END_CURSOR(number) "\5\0\0" number "\xfe\0\0\x42\0"
#define OK_END(number) "\7\0\0" number "\xfe\0\0\2\0\0\0"
#define ERROR(number, code, state) "\x0d\0\0" number "\xff" code "#" state "oops"
#define COLUMN(number) "\x17\0\0" number "\3def\0\0\0\1x\0\x0c?\0\1\0\0\0\x08\x81\0\0\0\0"
#define ROW(number) "\2\0\0" number "\1a"
#define COUNT(n) "\1\0\0\1" n
#define COUNT_AT(number) "\1\0\0" number "\1"

#define QUERY(len, text) len "\0\0\0\3" text
#define SELECT QUERY("\x09", "select 1")
#define INSERT QUERY("\x0e", "insert into t")
#define PING "\1\0\0\0\x0e"
#define PREPARE "\x09\0\0\0\x16select ?"
#define PREPARED(id, columns, parameters)                                                          \
    "\x0c\0\0\1\0" id "\0\0\0" columns "\0" parameters "\0\0\0\0"
#define EXECUTE(id) "\x0a\0\0\0\x17" id "\0\0\0\0\1\0\0\0"
#define LOGGED_IN "connect  OK ok\n"
#define LOGS_IN HEARS(GREETING), SAYS(LOGIN), HEARS(OK("\2"))
#define LOGS_IN_NEW HEARS(GREETING), SAYS(LOGIN_NEW), HEARS(OK("\2"))

static void results(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_GRPC, mysql,
               "connect  OK ok 42+11 bytes mysql connect -1  0+0\n"
               "SELECT SELECT ? OK ok 13+62 bytes mysql SELECT -1  0+2\n"
               "INSERT INSERT INTO t OK ok 18+11 bytes mysql INSERT t -1  0+0\n",
               LOGS_IN, SAYS(SELECT),
               HEARS(COUNT("\1") COLUMN("\2") END("\3") ROW("\4") ROW("\5") END("\6")),
               SAYS(INSERT), HEARS(OK("\1")));
    assert_int_equal(script_counters()->lost, 0);
}

/* The end of columns is left out, and the last one is an OK. No row at all, either way. */
static void ends_left_out(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mysql,
               "connect  OK ok mysql connect -1  0+0\nSELECT SELECT ? OK ok mysql SELECT -1  0+2\n"
               "SELECT SELECT ? OK ok mysql SELECT -1  0+0\n",
               LOGS_IN_NEW, SAYS(SELECT),
               HEARS(COUNT("\1") COLUMN("\2") ROW("\3") ROW("\4") OK_END("\5")), SAYS(SELECT),
               HEARS(COUNT("\1") COLUMN("\2") OK_END("\3")));
    TELLS_WITH(SHOW_GRPC, mysql,
               "connect  OK ok mysql connect -1  0+0\nSELECT SELECT ? OK ok mysql SELECT -1  0+0\n",
               LOGS_IN, SAYS(SELECT), HEARS(COUNT("\1") COLUMN("\2") END("\3") END("\4")));
}

/* Of a connection joined in its middle nobody knows whether ends are left out; what comes tells. */
static void joined(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, mysql,
               "SELECT SELECT ? OK ok mysql SELECT -1  0+1\nPREPARE SELECT ? OK ok mysql PREPARE "
               "SELECT -1  0+0\n"
               "SELECT SELECT ? OK ok mysql SELECT -1  0+0\nPING  OK ok mysql PING -1  0+0\n",
               SAYS(SELECT), HEARS(COUNT("\1") COLUMN("\2") ROW("\3") OK_END("\4")), SAYS(PREPARE),
               HEARS(PREPARED("\1", "\1", "\1") COLUMN("\2") COLUMN("\3")), SAYS(EXECUTE("\1")),
               HEARS(COUNT("\1") COLUMN("\2") OK_END("\3")), SAYS(PING), HEARS(OK("\1")));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS_WITH(
        SHOW_GRPC | JOINED, mysql,
        "PREPARE SELECT ? OK ok mysql PREPARE SELECT -1  0+0\n"
        "PREPARE SELECT ? OK ok mysql PREPARE SELECT -1  0+0\nPING  OK ok mysql PING -1  0+0\n",
        SAYS(PREPARE), HEARS(PREPARED("\1", "\0", "\1") COLUMN("\2") END("\3")), SAYS(PREPARE),
        HEARS(PREPARED("\2", "\1", "\1") COLUMN("\2") END("\3") COLUMN("\4") END("\5")), SAYS(PING),
        HEARS(OK("\1")));
    assert_int_equal(script_counters()->stray_answers, 0);
    assert_int_equal(script_counters()->lost, 0);
}

/* In the middle of an answer, which passes; its rows are no message. */
static void joined_in_an_answer(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, mysql, "SELECT SELECT ? OK ok\n", HEARS("1234567890"), LOSES(TO_CLIENT, 1),
               HEARS("\3\0\0\7\2ab\3\0\0\x08\2cd"), LOSES(TO_CLIENT, 1), SAYS(SELECT),
               HEARS(COUNT("\1") COLUMN("\2") END("\3") END("\4")));
    TELLS_WITH(JOINED, mysql, "INSERT INSERT INTO t 1064 client_error\n", SAYS("56', '78')"),
               LOSES(TO_SERVER, 1), HEARS(OK("\1")), SAYS(INSERT),
               HEARS(ERROR("\1", "\x28\4", "42000")));
}

static void errors(void **state)
{
    (void)state;
    TELLS(
        mysql,
        LOGGED_IN "INSERT INSERT INTO t 1146 client_error\nINSERT INSERT INTO t 1062 client_error\n"
                  "INSERT INSERT INTO t 1114 server_error\nINSERT INSERT INTO t 1205 "
                  "timeout\nINSERT INSERT INTO t 1317 cancelled\n"
                  "SELECT SELECT ? 1053 server_error\nINSERT INSERT INTO t 1213 client_error\n",
        LOGS_IN, SAYS(INSERT), HEARS(ERROR("\1", "\x7a\4", "42S02")), SAYS(INSERT),
        HEARS(ERROR("\1", "\x26\4", "23000")), SAYS(INSERT), HEARS(ERROR("\1", "\x5a\4", "HY000")),
        SAYS(INSERT), HEARS(ERROR("\1", "\xb5\4", "HY000")), SAYS(INSERT),
        HEARS(ERROR("\1", "\x25\5", "70100")), SAYS(SELECT),
        HEARS(COUNT("\1") COLUMN("\2") END("\3") ROW("\4") ERROR("\5", "\x1d\4", "08S01")),
        SAYS(INSERT), HEARS(ERROR("\1", "\xbd\4", "40001")));
}

/* By several turns, and it fails. What the client says in between is part of it. */
static void logins(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, mysql, "connect  1045 client_error 66+38 bytes\n", HEARS(GREETING),
               SAYS(LOGIN),
               HEARS("\4\0\0\2\xfe"
                     "x\0y"),
               SAYS("\x08\0\0\3scramble"), HEARS("\2\0\0\4\1\4"), SAYS("\1\0\0\5\2"),
               HEARS("\3\0\0\6\1pk"), SAYS("\3\0\0\7pwd"), HEARS(ERROR("\x08", "\x15\4", "28000")));
    TELLS(mysql, LOGGED_IN "CHANGE_USER  OK ok\nPING  OK ok\n", LOGS_IN, SAYS("\3\0\0\0\x11me"),
          HEARS("\4\0\0\1\xfe"
                "x\0y"),
          SAYS("\x08\0\0\2scramble"), HEARS(OK("\3")), SAYS(PING), HEARS(OK("\1")));
    /* Before 4.1. */
    TELLS(mysql, LOGGED_IN "PING  OK ok\n",
          HEARS("\x1a\0\0\0\x0a"
                "4.0.18\0\1\0\0\0abcdefgh\0\x2c\0\x08\2\0"),
          SAYS("\x08\0\0\1\x05\x24\0\0\0me\0"), HEARS("\5\0\0\2\0\0\0\2\0"), SAYS(PING),
          HEARS("\5\0\0\1\0\0\0\2\0"));
}

/* A client that is turned away wanted to connect; a server that closes later says so to nobody. */
static void refusals(void **state)
{
    (void)state;
    TELLS(mysql, "connect  1040 server_error\n", HEARS(ERROR("\0", "\x10\4", "08004")));
    TELLS(mysql, "connect  1130 client_error\n", HEARS("\x0b\0\0\0\xff\x6a\4Host 'x'"));
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", LOGS_IN, SAYS(PING), HEARS(OK("\1")),
          HEARS(ERROR("\0", "\xbf\x0f", "HY000")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void several_results(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mysql,
               "connect  OK ok mysql connect -1  0+0\nSELECT SELECT ? OK ok mysql SELECT -1  0+2\n"
               "SELECT SELECT ? 1064 client_error mysql SELECT -1  0+0\n",
               LOGS_IN, SAYS(SELECT),
               HEARS(COUNT("\1") COLUMN("\2") END("\3") ROW("\4") END_MORE("\5") OK_MORE("\6")
                         COUNT_AT("\7") COLUMN("\x08") END("\x09") ROW("\x0a") END("\x0b")),
               SAYS(SELECT), HEARS(OK_MORE("\1") ERROR("\2", "\x28\4", "42000")));
}

static void pipelined(void **state)
{
    (void)state;
    TELLS(mysql,
          LOGGED_IN "SELECT SELECT ? OK ok\nINSERT INSERT INTO t 1146 client_error pipelined\nPING "
                    " OK ok pipelined\n",
          LOGS_IN, SAYS(SELECT INSERT PING),
          HEARS(COUNT("\1") COLUMN("\2") END("\3") ROW("\4") END("\5")),
          HEARS(ERROR("\1", "\x7a\4", "42S02") OK("\1")));
}

/* A statement is told as it was prepared, by whatever number refers to it. */
static void prepared(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mysql,
        "connect  OK ok mysql connect -1  0+0\nPREPARE SELECT ? OK ok mysql PREPARE SELECT -1  "
        "0+0\n"
        "SEND_LONG_DATA SELECT ? ok mysql SEND_LONG_DATA SELECT -1  0+0\n"
        "SELECT SELECT ? OK ok mysql SELECT -1  0+2\nRESET SELECT ? OK ok mysql RESET SELECT -1  "
        "0+0\n"
        "CLOSE SELECT ? ok mysql CLOSE SELECT -1  0+0\n"
        "  1243 client_error unknown-fields mysql {statement} -1  0+0\n",
        LOGS_IN, SAYS(PREPARE),
        HEARS(PREPARED("\5", "\1", "\1") COLUMN("\2") END("\3") COLUMN("\4") END("\5")),
        SAYS("\x09\0\0\0\x18\5\0\0\0\0\0xy" EXECUTE("\5")),
        HEARS(COUNT("\1") COLUMN("\2") END("\3") "\3\0\0\4\0\0a\3\0\0\5\0\0b" END("\6")),
        SAYS("\5\0\0\0\x1a\5\0\0\0"), HEARS(OK("\1")), SAYS("\5\0\0\0\x19\5\0\0\0"),
        SAYS(EXECUTE("\5")), HEARS(ERROR("\1", "\xdb\4", "HY000")));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS(mysql, LOGGED_IN "PREPARE SELECT ? 1064 client_error\nPREPARE SELECT ? OK ok\n", LOGS_IN,
          SAYS(PREPARE), HEARS(ERROR("\1", "\x28\4", "42000")), SAYS(PREPARE),
          HEARS(PREPARED("\1", "\0", "\0")));
}

/* MariaDB's connectors do not wait for the number of a statement, and send many rows at once. */
static void of_mariadb(void **state)
{
    (void)state;
    TELLS(mysql,
          LOGGED_IN
          "PREPARE SELECT ? OK ok\nSELECT SELECT ? OK ok pipelined\nSELECT SELECT ? OK ok\n",
          LOGS_IN_NEW, SAYS(PREPARE "\x0a\0\0\0\x17\xff\xff\xff\xff\0\1\0\0\0"),
          HEARS(PREPARED("\1", "\1", "\1") COLUMN("\2") COLUMN("\3")),
          HEARS(COUNT("\1") COLUMN("\2") OK_END("\3")), SAYS("\x09\0\0\0\xfa\1\0\0\0\x80\0xy"),
          HEARS(OK("\1")));
    /* How far it is; a result without definitions. */
    TELLS_WITH(
        SHOW_GRPC, mysql,
        "connect  OK ok mysql connect -1  0+0\nINSERT INSERT INTO t OK ok mysql INSERT t -1  0+0\n"
        "SELECT SELECT ? OK ok mysql SELECT -1  0+1\n",
        LOGS_IN_NEW, SAYS(INSERT),
        HEARS("\x0a\0\0\1\xff\xff\xff\1\1\2\0\0\0\0"
              "\x0a\0\0\2\xff\xff\xff\1\2\2\0\0\0\0" OK("\3")),
        SAYS(SELECT), HEARS("\2\0\0\1\1\0" ROW("\2") OK_END("\3")));
}

static void cursors(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mysql,
        "connect  OK ok mysql connect -1  0+0\nPREPARE SELECT ? OK ok mysql PREPARE SELECT -1  "
        "0+0\n"
        "SELECT SELECT ? OK ok mysql SELECT -1  0+0\nFETCH SELECT ? OK ok mysql FETCH SELECT -1  "
        "0+2\n",
        LOGS_IN, SAYS(PREPARE), HEARS(PREPARED("\1", "\0", "\0")), SAYS(EXECUTE("\1")),
        HEARS(COUNT("\1") COLUMN("\2") END_CURSOR("\3")), SAYS("\x09\0\0\0\x1c\1\0\0\0\2\0\0\0"),
        HEARS("\3\0\0\1\0\0a\3\0\0\2\0\0b" END_CURSOR("\3")));
}

/* The file counts as part of the request. */
static void files(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_BYTES, mysql,
        "connect  OK ok 42+11 bytes\nLOAD LOAD data OK ok 36+18 bytes\nPING  OK ok 5+11 bytes\n",
        LOGS_IN, SAYS("\x0a\0\0\0\3load data"),
        HEARS("\3\0\0\1\xfb"
              "/x"),
        SAYS("\x0e\0\0\2secret,content"), SAYS("\0\0\0\3"), HEARS(OK("\4")), SAYS(PING),
        HEARS(OK("\1")));
    TELLS(mysql, LOGGED_IN "LOAD LOAD data 1148 client_error\n", LOGS_IN,
          SAYS("\x0a\0\0\0\3load data"), HEARS(ERROR("\1", "\x7c\4", "42000")));
}

static void other_commands(void **state)
{
    (void)state;
    TELLS(mysql,
          LOGGED_IN "INIT_DB  OK ok\nPING  OK ok\nSTATISTICS  OK ok\nFIELD_LIST  OK ok\n"
                    "SET_OPTION  OK ok\nRESET_CONNECTION  OK ok\nPROCESS_INFO  OK ok\nQUIT  ok\n",
          LOGS_IN, SAYS("\5\0\0\0\2shop"), HEARS(OK("\1")), SAYS(PING), HEARS(OK("\1")),
          SAYS("\1\0\0\0\x09"), HEARS("\x09\0\0\1Uptime: 5"), SAYS("\3\0\0\0\4t\0"),
          HEARS(COLUMN("\1") COLUMN("\2") END("\3")), SAYS("\3\0\0\0\x1b\0\0"), HEARS(END("\1")),
          SAYS("\1\0\0\0\x1f"), HEARS(OK("\1")), SAYS("\1\0\0\0\x0a"),
          HEARS(COUNT("\1") COLUMN("\2") END("\3") ROW("\4") END("\5")), SAYS("\1\0\0\0\1"));
    assert_int_equal(script_counters()->lost, 0);
}

/* A replica is told events for as long as it lives, and says how far it has come. */
static void replication(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mysql,
               "connect  OK ok mysql connect -1  0+0\n"
               "REGISTER_REPLICA  OK ok mysql REGISTER_REPLICA -1  0+0\n"
               "BINLOG_DUMP  unknown mysql BINLOG_DUMP -1 server-streaming 0+2\n",
               LOGS_IN, SAYS("\3\0\0\0\x15xy"), HEARS(OK("\1")),
               SAYS("\x0d\0\0\0\x12\4\0\0\0\0\0\1\0\0\0b.1"),
               HEARS("\5\0\0\1\0evnt"
                     "\5\0\0\2\0evnt"),
               SAYS("\x0b\0\0\0\xef\4\0\0\0\0\0\0\0b1"), CLOSES(CLOSE_CAPTURE_ENDED));
    assert_int_equal(script_counters()->lost, 0);
}

/* Names and values of what is told beside a query are none of its text. */
static void attributes(void **state)
{
    (void)state;
    TELLS(mysql,
          LOGGED_IN "SELECT SELECT ? OK ok\nSELECT SELECT ? + ? OK ok\nSELECT SELECT ? OK ok\n",
          HEARS(GREETING), SAYS(LOGIN_ATTRIBUTES), HEARS(OK("\2")),
          SAYS(QUERY("\x0b", "\0\1select 1")), HEARS(OK("\1")),
          SAYS(QUERY("\x2c", "\3\1\2\1\x08\0\1a\x06\0\1b\xfd\0\1c\1\2\3\4\5\6\7\x08\6secret"
                             "select 1 + 1")),
          HEARS(OK("\1")), SAYS(QUERY("\x16", "\1\1\0\1\x0c\0\1a\4\0\0\0\0select 1")),
          HEARS(OK("\1")));
    TELLS_WITH(JOINED, mysql, "SELECT SELECT ? OK ok\n", SAYS(QUERY("\x0b", "\0\1select 1")),
               HEARS(OK("\1")));
}

/* What both agree on is decoded as TLS. */
static void secured(void **state)
{
    (void)state;
    tls_make_anew();
    struct step hello = tls_says(tls_record(22, HELLO(.name = "db.shop")));
    struct step alert = tls_hears(tls_record(21, tls_hex("0246")));
    TELLS_WITH(
        SHOW_TLS | SHOW_TIMES, mysql,
        "handshake db.shop protocol_version client_error 3-3 4-4 ms offers TLS 1.2 inside:mysql\n",
        HEARS(GREETING), SAYS(SSL_REQUEST), hello, alert);
    /* A login inside, behind the request: its number is 2. */
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", SAYS(LOGIN_AS("\2", "\x05\xae\x3f\0")), HEARS(OK("\3")),
          SAYS(PING), HEARS(OK("\1")));
}

/* What goes on in a further packet is one command, or one row. */
static void long_packets(void **state)
{
    (void)state;
    tls_make_anew();
    struct step insert =
        tls_says(JOIN(tls_hex("ffffff0003"), bytes_of_text("insert into t /*"), tls_noise(20000)));

    TELLS(mysql, LOGGED_IN "INSERT INSERT INTO t OK ok gap truncated\nPING  OK ok\n", LOGS_IN,
          insert, LOSES(TO_SERVER, 0xffffff - 20017), SAYS("\3\0\0\1abc"), HEARS(OK("\2")),
          SAYS(PING), HEARS(OK("\1")));
    TELLS(mysql, LOGGED_IN "SEND_LONG_DATA  ok gap unknown-fields\nPING  OK ok\n", LOGS_IN,
          SAYS("\xff\xff\xff\0\x18\1\0\0\0\0\0xyz"), LOSES(TO_SERVER, 0xffffff - 10),
          SAYS("\0\0\0\1" PING), HEARS(OK("\1")));
    TELLS_WITH(
        SHOW_GRPC, mysql,
        "connect  OK ok mysql connect -1  0+0\nSELECT SELECT ? OK ok gap mysql SELECT -1  0+2\n"
        "PING  OK ok mysql PING -1  0+0\n",
        LOGS_IN, SAYS(SELECT),
        HEARS(COUNT("\1") COLUMN("\2") END("\3") "\xff\xff\xff\4\xfe"
                                                 "abcdefgh"),
        LOSES(TO_CLIENT, 0xffffff - 9), HEARS("\1\0\0\5\xfe" ROW("\6") END("\7")), SAYS(PING),
        HEARS(OK("\1")));
}

/* A hole in a row is a hole in a row; one elsewhere costs the exchange, not what was learned. */
static void losses(void **state)
{
    (void)state;
    TELLS(mysql,
          LOGGED_IN "PREPARE SELECT ? OK ok\nSELECT SELECT ? unknown gap\nSELECT SELECT ? OK ok\n",
          LOGS_IN_NEW, SAYS(PREPARE), HEARS(PREPARED("\1", "\0", "\0")), SAYS(EXECUTE("\1")),
          HEARS(COUNT("\1") COLUMN("\2")), LOSES(TO_CLIENT, 30), HEARS(ROW("\6") OK_END("\7")),
          LOSES(TO_CLIENT, 1), SAYS(EXECUTE("\1")),
          HEARS(COUNT("\1") COLUMN("\2") ROW("\3") OK_END("\4")));
    TELLS(mysql, LOGGED_IN "SELECT SELECT ? OK ok gap\n", LOGS_IN, SAYS(SELECT),
          HEARS(COUNT("\1") COLUMN("\2") END("\3") "\x20\0\0\4\x1f"), LOSES(TO_CLIENT, 31),
          HEARS(END("\5")));
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", LOGS_IN, LOSES(TO_SERVER, 13), HEARS(OK("\1")),
          SAYS(PING), HEARS(OK("\1")));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* Without the greeting the place is proven by the answer to the login, whichever turn it is. */
static void greeting_lost(void **state)
{
    (void)state;
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", LOSES(TO_CLIENT, 43), SAYS(LOGIN), HEARS(OK("\2")),
          SAYS(PING), HEARS(OK("\1")));
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", LOSES(TO_CLIENT, 43), SAYS(LOGIN),
          HEARS("\4\0\0\2\xfe"
                "x\0y"),
          SAYS("\x08\0\0\3scramble"), HEARS(OK("\4")), SAYS(PING), HEARS(OK("\1")));
}

/* Numbers are held to: what does not count on is no part of the answer. */
static void nonsense(void **state)
{
    (void)state;
    TELLS(mysql, LOGGED_IN "SELECT SELECT ? unknown\n", LOGS_IN, SAYS(SELECT),
          HEARS(COUNT("\1") COLUMN("\5")));
    TELLS(mysql, LOGGED_IN "SELECT SELECT ? unknown\n", LOGS_IN, SAYS(SELECT),
          HEARS("\3\0\0\1abc"));
    TELLS(mysql, LOGGED_IN, LOGS_IN, SAYS("\3\0\0\0\x7f!!"));
    TELLS(mysql, LOGGED_IN, LOGS_IN, SAYS("\0\0\0\0"));
    TELLS(mysql, "", HEARS(GREETING), SAYS("\3\0\0\1abc"));
    TELLS(mysql, "", HEARS("SSH-2.0-x\r\n"));
}

#define LOGIN_COMPRESSED LOGIN_AS("\1", "\x25\xa2\x3f\0")
#define FRAME(len, number, content) len "\0\0" number "\0\0\0" content
#define DEFLATED(number)                                                                           \
    "\x08\0\0" number "\x60\0\0\x78\x9c"                                                           \
    "abcdef"
#define GREETING_COMPRESSES GREETING_WITH("\xff\xff", "\xff\xdf")

/* What is short stands as it is; of the rest it is known when, how much, and that it was. */
static void compressed(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_GRPC, mysql,
               "connect  OK ok 42+11 bytes mysql connect -1  0+0\n"
               "INSERT INSERT INTO t 1146 client_error 25+24 bytes mysql INSERT t -1  0+0\n"
               "SELECT SELECT ? unknown compressed 20+30 bytes mysql SELECT -1  0+0\n"
               "CLOSE  ok unknown-fields 16+0 bytes mysql CLOSE {statement} -1  0+0\n"
               "compressed  OK ok compressed 30+18 bytes mysql {compressed} -1  0+0\n"
               "QUIT  ok 12+0 bytes mysql QUIT -1  0+0\n",
               HEARS(GREETING_COMPRESSES), SAYS(LOGIN_COMPRESSED), HEARS(OK("\2")),
               SAYS(FRAME("\x12", "\0", INSERT)),
               HEARS(FRAME("\x11", "\1", ERROR("\1", "\x7a\4", "42S02"))),
               SAYS(FRAME("\x0d", "\0", SELECT)), HEARS(DEFLATED("\1")), HEARS(DEFLATED("\2")),
               SAYS(FRAME("\x09", "\0", "\5\0\0\0\x19\1\0\0\0")), SAYS(DEFLATED("\0")),
               SAYS(DEFLATED("\1")), HEARS(FRAME("\x0b", "\2", OK("\2"))),
               SAYS(FRAME("\5", "\0", "\1\0\0\0\1")));
    assert_int_equal(script_counters()->lost, 0);
    TELLS(mysql, LOGGED_IN "SELECT SELECT ? unknown compressed\n", HEARS(GREETING_COMPRESSES),
          SAYS(LOGIN_COMPRESSED), HEARS(OK("\2")), SAYS(FRAME("\x0d", "\0", SELECT)),
          HEARS(DEFLATED("\1")), CLOSES(CLOSE_ORDERLY));
    /* The server cannot. */
    TELLS(mysql, LOGGED_IN "PING  OK ok\n", HEARS(GREETING), SAYS(LOGIN_COMPRESSED),
          HEARS(OK("\2")), SAYS(PING), HEARS(OK("\1")));
}

static void compressed_joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, mysql, "SELECT SELECT ? unknown compressed\nINSERT INSERT INTO t OK ok\n",
               SAYS(FRAME("\x0d", "\0", SELECT)), HEARS(DEFLATED("\1")),
               SAYS(FRAME("\x12", "\0", INSERT)), HEARS(FRAME("\x0b", "\1", OK("\1"))));
    TELLS(mysql, LOGGED_IN "SELECT SELECT ? unknown gap compressed\nINSERT INSERT INTO t OK ok\n",
          HEARS(GREETING_COMPRESSES), SAYS(LOGIN_COMPRESSED), HEARS(OK("\2")),
          SAYS(FRAME("\x0d", "\0", SELECT)), HEARS(DEFLATED("\1")), LOSES(TO_CLIENT, 40),
          SAYS(FRAME("\x12", "\0", INSERT)), HEARS(FRAME("\x0b", "\1", OK("\1"))));
}

static const struct {
    struct bytes to_server, to_client;
    bool midstream;
    enum guess guess;
} rows[] = {
#define WIRE(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)text, sizeof(text) - 1                                                    \
    }
    {WIRE(""), WIRE(GREETING), false, GUESS_MORE}, /* it may go on as TLS */
    {WIRE(SSL_REQUEST), WIRE(GREETING), false, GUESS_YES},
    {WIRE("\x08\0\0\1\x05\x24\0\0\0me\0"), WIRE(GREETING), false, GUESS_YES},
    {WIRE("GET / HTTP/1.1\r\n"), WIRE(GREETING), false, GUESS_NO},
    {WIRE("\x30\x0c\2\1\1\x60"), WIRE(""), false, GUESS_NO}, /* LDAP */
    {WIRE(""),
     WIRE("\x27\0\0\0\x0a"
          "8.0"),
     false, GUESS_MORE},
    {WIRE(""), WIRE("\x27"), false, GUESS_MORE},
    {WIRE(""),
     WIRE("\x27\0\0\0\x0b"
          "8.0"),
     false, GUESS_NO},
    {WIRE(""),
     WIRE("\x27\0\0\1\x0a"
          "8.0"),
     false, GUESS_NO},
    {WIRE(""),
     WIRE("\x08\0\0\0\x0a"
          "eight!\0"),
     false, GUESS_NO},
    {WIRE(""),
     WIRE("\x10\0\0\0\x0a"
          "8.0\0"
          "abcd12345678"),
     false, GUESS_NO},
    {WIRE(""), WIRE(ERROR("\0", "\x10\4", "08004")), false, GUESS_YES},
    {WIRE(""), WIRE("\x0b\0\0\0\xff\x6a\4Host\1'x'"), false, GUESS_NO},
    {WIRE(""), WIRE("SSH-2.0-x\r\n"), false, GUESS_NO},
    {WIRE(LOGIN), WIRE(""), false, GUESS_YES},
    {WIRE(LOGIN_AS("\2", "\x05\xae\x3f\0")), WIRE(""), false, GUESS_YES},
    {WIRE(LOGIN_AS("\3", "\x05\xae\x3f\0")), WIRE(""), false, GUESS_NO},
    {WIRE(LOGIN), WIRE(GREETING), false, GUESS_YES},
    {WIRE(SELECT), WIRE(""), false, GUESS_NO}, /* nobody asks before the server has spoken */
    {WIRE(SELECT), WIRE(""), true, GUESS_YES},
    {WIRE("\x09\0\0\0\3sel"), WIRE(""), true, GUESS_MORE},
    {WIRE(QUERY("\x09", "selfie!!")), WIRE(""), true, GUESS_NO},
    {WIRE(QUERY("\x0a", "/* x */ 1")), WIRE(""), true, GUESS_YES},
    {WIRE("\x09\0\0\1\3select 1"), WIRE(""), true, GUESS_NO},
    {WIRE(LOGIN), WIRE(""), true, GUESS_YES},
    {WIRE(PING), WIRE(""), true, GUESS_MORE},
    {WIRE(PING), WIRE(OK("\1")), true, GUESS_YES},
    {WIRE(PING), WIRE(OK("\2")), true, GUESS_NO},
    {WIRE(PING), WIRE("\7\0\0\1\0\0"), true, GUESS_MORE},
    {WIRE(EXECUTE("\1")), WIRE(COUNT("\1") COLUMN("\2")), true, GUESS_YES},
    {WIRE(EXECUTE("\1")), WIRE(COUNT("\1") COLUMN("\3")), true, GUESS_NO},
    {WIRE("\5\0\0\0\x19\1\0\0\0" EXECUTE("\1")), WIRE(OK("\1")), true, GUESS_YES},
    {WIRE("\x0a\0\0\0\x17\1\0\0\0\0\2\0\0\0"), WIRE(""), true, GUESS_NO},
    {WIRE(""), WIRE(OK("\1")), true, GUESS_NO},
    {WIRE(FRAME("\x0d", "\0", SELECT)), WIRE(""), true, GUESS_YES},
    {WIRE(FRAME("\x0e", "\0", SELECT)), WIRE(""), true, GUESS_NO},
    {WIRE(DEFLATED("\0")), WIRE(""), true, GUESS_MORE},
    {WIRE(DEFLATED("\0")), WIRE(DEFLATED("\1")), true, GUESS_YES},
    {WIRE(DEFLATED("\0")),
     WIRE("\x08\0\0\1\x60\0\0\x78\x9d"
          "abcdef"),
     true, GUESS_NO},
    {WIRE("GET / HTTP/1.1\r\n"), WIRE(""), true, GUESS_NO},
    {WIRE("\0\0\0\x08\x04\xd2\x16\x2f"), WIRE(""), false, GUESS_NO},
};

static void recognition(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream};
        if (mysql->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(mysql->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results),
        cmocka_unit_test(ends_left_out),
        cmocka_unit_test(joined),
        cmocka_unit_test(joined_in_an_answer),
        cmocka_unit_test(errors),
        cmocka_unit_test(logins),
        cmocka_unit_test(refusals),
        cmocka_unit_test(several_results),
        cmocka_unit_test(pipelined),
        cmocka_unit_test(prepared),
        cmocka_unit_test(of_mariadb),
        cmocka_unit_test(cursors),
        cmocka_unit_test(files),
        cmocka_unit_test(other_commands),
        cmocka_unit_test(replication),
        cmocka_unit_test(attributes),
        cmocka_unit_test(secured),
        cmocka_unit_test(long_packets),
        cmocka_unit_test(losses),
        cmocka_unit_test(greeting_lost),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(compressed),
        cmocka_unit_test(compressed_joined),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
