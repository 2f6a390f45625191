/* test_postgresql.c - decode/proto/postgresql.c: conversations with PostgreSQL, and what is told of
 * them. */
#include <stdio.h>

#include "decode/classify.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder postgresql_decoder;
static const struct decoder *const pg = &postgresql_decoder;

/* Messages are written with their letter, and | for a zero, #0001 for a number of two bytes, and
 * %00000001 for one of four; their lengths are made. A message that begins with ! has no letter. */
static size_t make_message(char *text, const char *spec)
{
    size_t at = 0;
    bool plain = spec[0] == '!';
    if (!plain)
        text[at++] = spec[0];
    size_t length_at = at;
    at += 4;
    for (const char *p = spec + 1; *p; p++) {
        unsigned value = 0, bytes = *p == '#' ? 2 : *p == '%' ? 4 : 0;
        if (!bytes) {
            text[at++] = *p;
            if (*p == '|')
                text[at - 1] = '\0';
            continue;
        }
        assert_int_equal(sscanf(p + 1, bytes == 2 ? "%4x" : "%8x", &value), 1);
        for (unsigned i = bytes; i--;)
            text[at++] = (char)(value >> (8 * i));
        p += 2 * bytes;
    }
    size_t len = at - length_at;
    for (unsigned i = 0; i < 4; i++)
        text[length_at + i] = (char)(len >> (8 * (3 - i)));
    return at;
}

/* Their bytes live until the test program ends. */
static struct step make_step(enum dir dir, const char *const *specs, size_t len)
{
    static char room[64 * 1024];
    static size_t used;
    struct step step = {STEP_BYTES, dir, room + used, 0, 0, 0};
    for (size_t i = 0; i < len; i++) {
        size_t more = make_message(room + used, specs[i]);
        used += more;
        step.len += more;
        assert_true(used < sizeof room / 2 || used + 4096 < sizeof room);
    }
    return step;
}
#define MESSAGES(dir, ...)                                                                         \
    make_step(dir, (const char *const[]){__VA_ARGS__},                                             \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define ASKS(...) MESSAGES(TO_SERVER, __VA_ARGS__)
#define TOLD(...) MESSAGES(TO_CLIENT, __VA_ARGS__)

#define START "!%00030000user|me|database|shop||"
#define PASSED "R%00000000", "Sserver_version|15|", "K%00000001%00000002", "ZI"
#define ROW_OF(name) "T#0001" name "|%00000000#0000%00000017#0004%ffffffff#0000"
#define ROW "D#0001%000000015"
#define ERROR(code) "ESERROR|VERROR|C" code "|Mhunter2 is wrong|Fx.c|L1|Rf||"
#define FATAL(code) "ESFATAL|VFATAL|C" code "|Mhunter2 is wrong||"
#define BIND "B||#0000#0000#0000"
#define EXECUTE "E|%00000000"

/* The head of a query of 120 kB, with enough of it that it can be told. */
static struct step long_query(void)
{
    static char text[5 + 20000] = "Q\0\1\xd4\xc4SELECT a FROM t WHERE b IN (";
    size_t at = 5 + strlen(text + 5);
    while (at < sizeof text - 8)
        at += (size_t)snprintf(text + at, sizeof text - at, "'%04x',", (unsigned)at);
    memset(text + at, ' ', sizeof text - at);
    return (struct step){STEP_BYTES, TO_SERVER, text, sizeof text, 0, 0};
}

static void connects(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, pg, "connect  OK ok 1-1 2-4 ms\nSELECT SELECT ? OK ok 5-5 6-6 ms\n",
               ASKS(START), TOLD("R%0000000aSCRAM-SHA-256||"), ASKS("phunter2"), TOLD(PASSED),
               ASKS("QSELECT 1|"), TOLD(ROW_OF("x"), ROW, "CSELECT 1|", "ZI"), ASKS("X"));
    TELLS(pg, "connect  28P01 client_error\n", ASKS(START), TOLD("R%00000005abcd"),
          ASKS("pmd5hunter2|"), TOLD(FATAL("28P01")));
    TELLS(pg, "connect  53300 server_error\n", ASKS(START), TOLD(FATAL("53300")));
    TELLS(pg, "connect  error server_error\n", ASKS(START), HEARS("Etoo many clients already\n\0"),
          ENDS(TO_CLIENT));
    TELLS(pg, "connect  OK ok\n", ASKS("!%04d2162f"), HEARS("N"), ASKS("!%00030002user|me||"),
          TOLD("v%00000000%00000000", PASSED));
    TELLS(pg, "connect  OK ok\n", ASKS("!%04d21630"), HEARS("N"), ASKS("!%04d2162f"), HEARS("N"),
          ASKS(START), TOLD(PASSED));
    TELLS(pg, "cancel  ok\n", ASKS("!%04d2162e%00000001%00000002"), CLOSES(CLOSE_ORDERLY));
    TELLS(pg, "cancel  ok\n", ASKS("!%04d2162e%00000001long key of protocol 3.2"));
}

static void answers(void **state)
{
    (void)state;
#define CONNECTED ASKS(START), TOLD(PASSED)
    TELLS(pg,
          "connect  OK ok\nSELECT SELECT * FROM t WHERE a = ? OK ok\n"
          "BEGIN BEGIN; UPDATE t SET a = ?; COMMIT OK ok\n  OK ok\n"
          "INSERT INSERT INTO t VALUES (?) 23505 client_error\nSELECT SELECT ? XX000 server_error\n"
          "SELECT SELECT a FROM t 40001 server_error\n",
          CONNECTED, ASKS("QSELECT * FROM t WHERE a = 'hunter2'|"),
          TOLD(ROW_OF("a"), "NSNOTICE|C00000|Mhunter2||", ROW, ROW, "CSELECT 2|", "ZI"),
          ASKS("QBEGIN; UPDATE t SET a = 5; COMMIT|"),
          TOLD("CBEGIN|", "CUPDATE 3|", "CCOMMIT|", "ZI"), ASKS("Q|"), TOLD("I", "ZI"),
          ASKS("QINSERT INTO t VALUES (1)|"), TOLD(ERROR("23505"), "ZI"), ASKS("QSELECT 1|"),
          TOLD(ERROR("XX000"), "ZE"), ASKS("QSELECT a FROM t|"), TOLD(ROW_OF("a"), ROW),
          TOLD(ERROR("40001"), "ZI"));
}

static void whose_fault(void **state)
{
    (void)state;
    TELLS(pg,
          "connect  OK ok\nSELECT SELECT ? 57014 cancelled\nSELECT SELECT ? 57014 timeout\n"
          "SELECT SELECT ? 55P03 client_error\nSELECT SELECT ? 57P01 server_error\n",
          CONNECTED, ASKS("QSELECT 1|"),
          TOLD("ESERROR|C57014|Mcanceling statement due to user request||", "ZI"),
          ASKS("QSELECT 1|"),
          TOLD("ESERROR|C57014|Mcanceling statement due to statement timeout||", "ZI"),
          ASKS("QSELECT 1|"), TOLD(ERROR("55P03"), "ZI"), ASKS("QSELECT 1|"), TOLD(FATAL("57P01")),
          ENDS(TO_CLIENT));
    /* Nobody's, as nothing was asked. */
    TELLS(pg, "connect  OK ok\n", CONNECTED, TOLD(FATAL("57P01")), ENDS(TO_CLIENT));
    /* The connection is lost before the server was ready: the error counts all the same. */
    TELLS(pg, "connect  OK ok\nSELECT SELECT ? 42P01 client_error\n", CONNECTED, ASKS("QSELECT 1|"),
          TOLD(ERROR("42P01")), CLOSES(CLOSE_RESET_BY_SERVER));
}

static void extended(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_TIMES, pg,
        "connect  OK ok 1-1 2-2 ms\nSELECT SELECT a FROM t WHERE b = ? OK ok 3-3 4-4 ms\n"
        "PARSE UPDATE t SET a = ? OK ok 5-5 6-6 ms\nUPDATE UPDATE t SET a = ? OK ok 7-7 8-8 ms\n"
        "UPDATE UPDATE t SET a = ? 23505 client_error 9-9 10-10 ms\n"
        "CLOSE UPDATE t SET a = ? OK ok 11-11 12-12 ms\n",
        CONNECTED, ASKS("P|SELECT a FROM t WHERE b = $1|#0000", BIND, "DP|", EXECUTE, "S"),
        TOLD("1", "2", ROW_OF("a"), ROW, "CSELECT 1|", "ZI"),
        ASKS("Ps1|UPDATE t SET a = $1|#0000", "S"), TOLD("1", "ZI"),
        ASKS("B|s1|#0000#0001%000000015#0000", EXECUTE, "S"), TOLD("2", "CUPDATE 1|", "ZI"),
        ASKS("B|s1|#0000#0001%000000015#0000", EXECUTE, "S"), TOLD("2", ERROR("23505"), "ZI"),
        ASKS("CSs1|", "S"), TOLD("3", "ZI"));
}

/* The statement is prepared, and looked at, with a Flush; and run later. */
static void flushed(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, pg,
               "connect  OK ok 1-1 2-2 ms\nPARSE SELECT a FROM t OK ok 3-3 4-4 ms\n"
               "SELECT SELECT a FROM t OK ok 5-5 6-7 ms\nSELECT SELECT a FROM t OK ok 8-8 9-9 ms\n",
               CONNECTED, ASKS("P|SELECT a FROM t|#0000", "DS|", "H"),
               TOLD("1", "t#0000", ROW_OF("a")), ASKS(BIND, EXECUTE, "S"), TOLD("2", ROW),
               TOLD("CSELECT 1|", "ZI"), ASKS("DP|", EXECUTE, "H"), TOLD(ROW_OF("a"), "CSELECT 1|"),
               ASKS("S"), TOLD("ZI"));
}

/* Portals are run in parts, and by their names. */
static void portals(void **state)
{
    (void)state;
    TELLS(pg,
          "connect  OK ok\nSELECT SELECT a FROM t OK ok\nSELECT SELECT a FROM t OK ok\n"
          "CLOSE SELECT a FROM t OK ok\n  OK ok unknown-fields\n",
          CONNECTED,
          ASKS("Ps|SELECT a FROM t|#0000", "BC_1|s|#0000#0000#0000", "EC_1|%00000002", "S"),
          TOLD("1", "2", ROW, ROW, "s", "ZT"), ASKS("EC_1|%00000002", "S"),
          TOLD(ROW, "CSELECT 1|", "ZT"), ASKS("CPC_1|", "S"), TOLD("3", "ZT"),
          ASKS("EC_1|%00000000", "S"), TOLD("CSELECT 0|", "ZT"));
}

static void pipelines(void **state)
{
    (void)state;
#define RUN(sql) "P|" sql "|#0000", BIND, EXECUTE
    TELLS(pg,
          "connect  OK ok\nINSERT INSERT INTO a VALUES (?) OK ok\nUPDATE UPDATE b SET c = ? OK ok "
          "pipelined\n"
          "DELETE DELETE FROM d OK ok pipelined\nSELECT SELECT ? OK ok pipelined\n",
          CONNECTED,
          ASKS(RUN("INSERT INTO a VALUES ($1)"), RUN("UPDATE b SET c = 1"), RUN("DELETE FROM d"),
               "S", RUN("SELECT 1"), "S"),
          TOLD("1", "2", "CINSERT 0 1|", "1", "2", "CUPDATE 1|", "1", "2", "CDELETE 1|", "ZI", "1",
               "2", "CSELECT 1|", "ZI"));
    /* After an error the rest is skipped, up to the Sync. */
    TELLS(pg,
          "connect  OK ok\nINSERT INSERT INTO a VALUES (?) OK ok\n"
          "UPDATE UPDATE b SET c = ? 42P01 client_error pipelined\n"
          "DELETE DELETE FROM d cancelled pipelined refused\nSELECT SELECT ? OK ok pipelined\n",
          CONNECTED,
          ASKS(RUN("INSERT INTO a VALUES ($1)"), RUN("UPDATE b SET c = 1"), RUN("DELETE FROM d"),
               "S", RUN("SELECT 1"), "S"),
          TOLD("1", "2", "CINSERT 0 1|", ERROR("42P01"), "ZI", "1", "2", "CSELECT 1|", "ZI"));
    /* A batch of one statement; what it does is committed, or not, as the Sync is read. */
    TELLS(pg,
          "connect  OK ok\nINSERT INSERT INTO a VALUES (?) OK ok\n"
          "INSERT INSERT INTO a VALUES (?) 23503 client_error pipelined\n",
          CONNECTED, ASKS(RUN("INSERT INTO a VALUES ($1)"), BIND, EXECUTE, "S"),
          TOLD("1", "2", "CINSERT 0 1|", "2", "CINSERT 0 1|", ERROR("23503"), "ZI"));
    TELLS(pg, "connect  OK ok\nSELECT SELECT ? OK ok\nSELECT SELECT ? + ? OK ok pipelined\n",
          CONNECTED, ASKS("QSELECT 1|", "QSELECT 1 + 2|"), TOLD("CSELECT 1|", "ZI"),
          TOLD("CSELECT 1|", "ZI"));
}

/* Kind, messages of both sides. Their times are no latency. */
static void copies(void **state)
{
    (void)state;
    static const char *const in = "G|#0001#0000", *const out = "H|#0001#0000",
                             *const both = "W|#0000";
    TELLS_WITH(SHOW_GRPC, pg,
               "connect  OK ok postgresql connect -1  0+0\n"
               "COPY COPY t FROM stdin OK ok postgresql COPY t -1 client-streaming 2+0\n"
               "COPY COPY t TO stdout OK ok postgresql COPY t -1 server-streaming 0+2\n"
               "COPY COPY t FROM stdin 57014 cancelled postgresql COPY t -1 client-streaming 1+0\n"
               "COPY COPY t FROM stdin OK ok postgresql COPY t -1 client-streaming 1+0\n"
               "SELECT SELECT ? OK ok postgresql SELECT -1  0+1\n",
               CONNECTED, ASKS("QCOPY t FROM STDIN|"), TOLD(in), ASKS("d1\n", "d2\n", "c"),
               TOLD("CCOPY 2|", "ZI"), ASKS("QCOPY t TO STDOUT|"),
               TOLD(out, "d1\n", "d2\n", "c", "CCOPY 2|", "ZI"), ASKS("QCOPY t FROM STDIN|"),
               TOLD(in), ASKS("d1\n", "fno more|"), TOLD(ERROR("57014"), "ZI"),
               /* A Sync that comes too early has no effect. */
               ASKS("P|COPY t FROM STDIN|#0000", BIND, EXECUTE, "S"), TOLD("1", "2", in),
               ASKS("d1\n", "c", "S"), TOLD("CCOPY 1|", "ZI"), ASKS("QSELECT 1|"),
               TOLD("CSELECT 1|", "ZI"));
    TELLS_WITH(SHOW_GRPC, pg,
               "connect  OK ok postgresql connect replication -1  0+0\n"
               "IDENTIFY_SYSTEM IDENTIFY_SYSTEM OK ok postgresql IDENTIFY_SYSTEM -1  0+1\n"
               "START_REPLICATION START_REPLICATION slot s logical ? / ? cancelled postgresql "
               "START_REPLICATION -1 bidi-streaming 1+0\n",
               ASKS("!%00030000user|me|replication|database||"), TOLD(PASSED),
               ASKS("QIDENTIFY_SYSTEM|"), TOLD(ROW, "CIDENTIFY_SYSTEM|", "ZI"),
               ASKS("QSTART_REPLICATION SLOT s LOGICAL 0/15D68C8|"), TOLD(both, "dw1", "dk2"),
               ASKS("dr3"), CLOSES(CLOSE_RESET_BY_CLIENT));
}

static void notifications(void **state)
{
    (void)state;
    TELLS(pg,
          "connect  OK ok\ndeliver  OK ok pushed\nSELECT SELECT ? OK ok\ndeliver  OK ok pushed\n",
          CONNECTED, TOLD("A%00000001news|hunter2|"), ASKS("QSELECT 1|"), TOLD("CSELECT 1|", "ZI"),
          TOLD("A%00000001s42||"));
}

static void function_calls(void **state)
{
    (void)state;
    TELLS(pg, "connect  OK ok\nFUNCTION CALL  OK ok\n", CONNECTED,
          ASKS("F%00000001#0000#0001%000000015#0001"), TOLD("V%ffffffff", "ZI"));
}

/* Values of any length pass by, and holes in them do no harm. */
static void large_messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, pg,
               "connect  OK ok 31+51 bytes\nSELECT SELECT ? OK ok gap 14+100021 bytes\n"
               "SELECT SELECT ? OK ok 14+20 bytes\n",
               CONNECTED, ASKS("QSELECT 1|"), HEARS("D\0\1\x86\xa0\0\1\0\1\x86\x96xyz"),
               LOSES(TO_CLIENT, 50000), LOSES(TO_CLIENT, 49987), TOLD("CSELECT 1|", "ZI"),
               ASKS("QSELECT 1|"), TOLD("CSELECT 1|", "ZI"));
}

/* Of a long statement the beginning is told, whatever is behind it. */
static void long_statement(void **state)
{
    (void)state;
    TELLS(pg, "connect  OK ok\nSELECT SELECT a FROM t WHERE b IN (? OK ok gap truncated\n",
          CONNECTED, long_query(), LOSES(TO_SERVER, 100000), TOLD("CSELECT 1|", "ZI"));
}

static void losses(void **state)
{
    (void)state;
    /* Of answers: what was asked is unknown, and the next is told again. */
    TELLS(pg, "connect  OK ok\nSELECT SELECT ? unknown gap\nUPDATE UPDATE t SET a = ? OK ok\n",
          CONNECTED, ASKS("QSELECT 1|"), LOSES(TO_CLIENT, 100), TOLD(ROW, ROW, "CSELECT 1|", "ZI"),
          ASKS("QUPDATE t SET a = 1|"), TOLD("CUPDATE 1|", "ZI"));
    /* Of requests. */
    TELLS(pg, "connect  OK ok\nUPDATE UPDATE t SET a = ? OK ok\n", CONNECTED, LOSES(TO_SERVER, 20),
          TOLD("CSELECT 1|", "ZI"), ASKS("QUPDATE t SET a = 1|"), TOLD("CUPDATE 1|", "ZI"));
    /* What was prepared is still known. */
    TELLS(pg, "connect  OK ok\nPARSE SELECT a FROM t OK ok\nSELECT SELECT a FROM t OK ok\n",
          CONNECTED, ASKS("Ps|SELECT a FROM t|#0000", "S"), TOLD("1", "ZI"), LOSES(TO_SERVER, 20),
          LOSES(TO_CLIENT, 20), ASKS("B|s|#0000#0000#0000", EXECUTE, "S"),
          TOLD("2", "CSELECT 1|", "ZI"));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, pg, "SELECT SELECT a FROM t OK ok\nSELECT SELECT b FROM t OK ok\n",
               ASKS("QSELECT a FROM t|"), TOLD(ROW_OF("a"), ROW, "CSELECT 1|", "ZI"),
               ASKS("QSELECT b FROM t|"), TOLD(ROW_OF("a"), ROW, "CSELECT 1|", "ZI"));
    /* In an answer. */
    TELLS_WITH(JOINED, pg, "SELECT SELECT a FROM t OK ok\n", HEARS("rest of a row"),
               TOLD(ROW, ROW, "CSELECT 1|", "ZI"), ASKS("QSELECT a FROM t|"),
               TOLD("CSELECT 1|", "ZI"));
    /* What was prepared before is not known. */
    TELLS_WITH(JOINED, pg, "  OK ok unknown-fields\n", ASKS("B|s1|#0000#0000#0000", EXECUTE, "S"),
               TOLD("2", "CSELECT 1|", "ZI"));
}

/* What begins, or goes on, like this; `asked` and `told` together. */
static void probes(void **state)
{
    (void)state;
    const struct {
        struct step asked, told;
        enum guess at_start, midstream;
    } rows[] = {
        {ASKS(START), SAYS(""), GUESS_YES, GUESS_NO},
        {SAYS("\0\0\0\x20\0\3"), SAYS(""), GUESS_MORE, GUESS_MORE},
        {SAYS("\0\0\0\x20\0\3\0\0us"), SAYS(""), GUESS_MORE, GUESS_NO},
        {SAYS("\0\0\0\x20\0\4\0\0us"), SAYS(""), GUESS_NO, GUESS_NO},
        {ASKS("!%00030000%00000001client"), SAYS(""), GUESS_NO, GUESS_NO}, /* Kafka's Metadata */
        {ASKS("!%04d2162f"), SAYS(""), GUESS_MORE, GUESS_NO},
        {ASKS("!%04d2162f"), HEARS("N"), GUESS_MORE, GUESS_NO},
        {ASKS("!%04d2162f"), HEARS("S"), GUESS_NO, GUESS_NO},
        {ASKS("!%04d2162f", START), HEARS("N"), GUESS_YES, GUESS_NO},
        {ASKS("!%04d2162e%00000001%00000002"), SAYS(""), GUESS_YES, GUESS_NO},
        {ASKS("QSELECT 1|"), SAYS(""), GUESS_NO, GUESS_YES},
        {ASKS("Qhello|"), SAYS(""), GUESS_NO, GUESS_MORE},
        {ASKS("Qhello|"), TOLD(ERROR("42601")), GUESS_NO, GUESS_YES},
        {SAYS(""), TOLD("CSELECT 1|", "ZI"), GUESS_NO, GUESS_YES},
        {SAYS(""), TOLD("ZI"), GUESS_NO, GUESS_MORE},
        {SAYS(""), TOLD("ZX"), GUESS_NO, GUESS_NO},
        {ASKS("Q|"), TOLD("C|"), GUESS_NO, GUESS_NO},
        {SAYS("GET / HTTP/1.1\r\n"), SAYS(""), GUESS_NO, GUESS_NO},
        {SAYS("D\0\0\0\x0bSELECT\0"), SAYS(""), GUESS_NO, GUESS_NO},
        {ASKS("B||#0000#0000#0000", "E|%00000000", "S"), SAYS(""), GUESS_NO, GUESS_YES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = bytes_of(rows[i].asked.bytes, rows[i].asked.len),
                            .to_client = bytes_of(rows[i].told.bytes, rows[i].told.len)};
        print_message("row %zu\n", i);
        assert_int_equal(pg->probe(&o), rows[i].at_start);
        o.midstream = true;
        enum guess guess = pg->probe(&o);
        assert_int_equal(guess == GUESS_YES, rows[i].midstream == GUESS_YES);
        /* Nobody takes the one side for the other. */
        struct opening turned = {
            .to_server = o.to_client, .to_client = o.to_server, .midstream = true};
        assert_int_not_equal(pg->probe(&turned), GUESS_YES);
    }
}

/* What comes up later than it should, or not at all, is no reason to fail. */
static void nonsense(void **state)
{
    (void)state;
    TELLS(pg, "connect  OK ok\n", CONNECTED, SAYS("Z\0\0\0\4"), SAYS("Q\0\0\0\1"),
          HEARS("?????????"), HEARS("D\xff\xff\xff\xff"));
    TELLS(pg, "connect  OK ok\n", CONNECTED, ASKS("S", "S", "H", "X", "c", "d1"),
          TOLD("ZI", "ZI", "ZI", "1", "t#0000", "D#0000", "CSELECT 1|"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects),       cmocka_unit_test(answers),
        cmocka_unit_test(whose_fault),    cmocka_unit_test(extended),
        cmocka_unit_test(flushed),        cmocka_unit_test(portals),
        cmocka_unit_test(pipelines),      cmocka_unit_test(copies),
        cmocka_unit_test(notifications),  cmocka_unit_test(function_calls),
        cmocka_unit_test(large_messages), cmocka_unit_test(long_statement),
        cmocka_unit_test(losses),         cmocka_unit_test(joined),
        cmocka_unit_test(probes),         cmocka_unit_test(nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
