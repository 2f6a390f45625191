/* test_clickhouse.c - decode/proto/clickhouse.c: conversations in ClickHouse's native protocol, and
 * what is told of them. */
#include "clickhouse_talk.h"
#include "decode/classify.h"
#include "decode/clickhouse_packet.h"

#include "tests/check.h"

extern const struct decoder clickhouse_decoder;
static const struct decoder *const clickhouse = &clickhouse_decoder;

enum { OLD = 54412, NOW = 54485 };

#define EMPTY_BLOCK "bbbwbvv" /* facts, columns, rows */
#define EMPTY 1, 0, 2, 0xffffffff, 0, 0, 0
#define HEAD(columns, rows) 1, 0, 2, 0xffffffff, 0, columns, rows

static struct step hello(unsigned revision)
{
    return asks("bsvvvsss", 0, "ClickHouse client", 24, 8, revision, "shop", "alice", "hunter2");
}

static struct step welcome(unsigned revision)
{
    if (revision == OLD)
        return answers("bsvvvssv", 0, "ClickHouse", 18, 16, revision, "UTC", "vm", 1);
    return answers("bsvvvvssvssvssqsvsbvv", 0, "ClickHouse", 25, 1, revision, 4, "UTC", "vm", 3,
                   "notchunked", "notchunked", 1, ".{12}", "too short", UINT64_C(77), "max_x", 0,
                   "5", 0, 1, 2);
}

/* What is compressed: only its lengths matter. */
#define FRAME "xbwwx"
#define PACKED(len, size) 16, 0x82, (len) + 9, size, len
#define EMPTY_FRAME PACKED(11, 10)

/* As it is written today, with a trace, a setting and a parameter. */
static struct step query(const char *text)
{
    return asks("bsbsssqbsssvvvsvvbqqqsbvvvvvbs"
                "svssssvvssvssbs" EMPTY_BLOCK,
                1, "id-1", 1, "", "", "0.0.0.0:0", UINT64_C(1), 1, "alice", "host",
                "ClickHouse client", 24, 8, NOW, "", 0, 0, 1, UINT64_C(0x0123456789abcdef),
                UINT64_C(0x1122334455667788), UINT64_C(0x99), "", 1, 0, 0, 0, 1, 1, 0, "",
                "max_threads", 1, "8", "", "", "", 2, 0, text, "param", 2, "'4111'", "", 2, "",
                EMPTY);
}

#define OLD_QUERY "bsbsssbsssvvvsvsvvs"
#define OLD_INFO 1, "", 1, "", "", "0.0.0.0:0", 1, "", "vm", "ClickHouse client", 18, 16, OLD, "", 1

static struct step old_query(const char *text)
{
    return asks(OLD_QUERY "bs" EMPTY_BLOCK, OLD_INFO, "", 2, 0, text, 2, "", EMPTY);
}

static struct step packed_query(const char *text)
{
    return asks(OLD_QUERY "bs" FRAME, OLD_INFO, "", 2, 1, text, 2, "", EMPTY_FRAME);
}

/* A block of one number. */
static struct step one_row(void)
{
    return answers("bs" EMPTY_BLOCK "ssw", 1, "", HEAD(1, 1), "a", "UInt32", 7);
}

static struct step ended(void)
{
    return answers("b", 5);
}

static struct step failed(unsigned code)
{
    return answers("bwsssb", 2, code, "DB::Exception", "no card 4111-1111", "stack", 0);
}

static void greeting(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, clickhouse,
               "connect  OK ok clickhouse connect -1  0+0\n"
               "ping  OK ok clickhouse ping -1  0+0\n"
               "SELECT SELECT a FROM t WHERE b = ? OK ok clickhouse SELECT t -1  0+1\n",
               hello(OLD), welcome(OLD), asks("b", 4), answers("b", 4),
               old_query("SELECT a FROM t WHERE b = '4111'"), one_row(), ended());
    TELLS_WITH(SHOW_IDS, clickhouse,
               "connect  OK ok\n"
               "SELECT SELECT a FROM t WHERE b = ? OK ok 0123456789abcdef1122334455667788 "
               "0000000000000099\n",
               hello(NOW), welcome(NOW), asks("sssv", "quota", "notchunked", "notchunked", 4),
               query("SELECT a FROM t WHERE b = '4111'"),
               answers("bvvvvvvv", 3, 1, 2, 3, 4, 5, 6, 7), ended());
    TELLS(clickhouse, "connect  516 client_error\n", hello(NOW), failed(516));
    /* a server of before, whose revision counts */
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT ? OK ok\n", hello(NOW), welcome(OLD),
          old_query("SELECT 1"), one_row(), answers("bvvv", 3, 1, 2, 3), ended());
}

/* A block of one column; its values follow. */
static struct step column(const char *type, unsigned rows)
{
    return answers("bs" EMPTY_BLOCK "ss", 1, "", HEAD(1, rows), "a", type);
}

#define U(n) UINT64_C(n)

/* Columns of all kinds, each followed by another packet, which would not be found otherwise. */
static void types(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, clickhouse,
               "connect  OK ok clickhouse connect -1  0+0\n"
               "SELECT SELECT a FROM t OK ok clickhouse SELECT t -1  0+19\n",
               hello(OLD), welcome(OLD), old_query("SELECT a FROM t"), column("JSON", 0),
               column("Enum8('it\\'s (' = 1, 'b' = 2)", 2), answers("x", 2), column("String", 2),
               answers("ss", "alice", ""), column("Array(Nullable(UInt16))", 3),
               answers("qqqx", U(1), U(1), U(3), 9), column("Array(Array(String))", 1),
               answers("qqqss", U(2), U(0), U(2), "x", "y"), column("Array(Array(String))", 1),
               answers("q", U(0)), column("Tuple(String, n Decimal(18, 4), `x` FixedString(3))", 1),
               answers("sx", "x", 11), column("Map(String, Array(UInt8))", 1),
               answers("qssqqx", U(2), "k", "l", U(1), U(2), 2),
               column("LowCardinality(Nullable(String))", 2),
               answers("qqqssqx", U(1), U(0x600), U(2), "", "x", U(2), 2),
               column("Array(LowCardinality(String))", 1), answers("qq", U(1), U(0)),
               column("Array(LowCardinality(String))", 1),
               answers("qqqqsqx", U(1), U(1), U(0x601), U(1), "x", U(1), 2),
               column("DateTime64(3, 'UTC')", 1), answers("x", 8),
               column("SimpleAggregateFunction(any, Nullable(UUID))", 1), answers("x", 17),
               column("Polygon", 1), answers("qqx", U(1), U(2), 32), column("IntervalDay", 1),
               answers("x", 8), column("UInt8", 0), ended());
}

/* Where the answer ends shows when the client goes on. */
static void unknown_types(void **state)
{
    (void)state;
    struct step odd = column("AggregateFunction(uniq, UInt64)", 3);
    TELLS_WITH(SHOW_TIMES, clickhouse,
               "connect  OK ok 1-1 2-2 ms\n"
               "SELECT SELECT a FROM t OK ok 3-3 4-6 ms\n"
               "SELECT SELECT b FROM t OK ok 7-7 8-9 ms\n",
               hello(OLD), welcome(OLD), old_query("SELECT a FROM t"), odd, answers("x", 300),
               ended(), old_query("SELECT b FROM t"), one_row(), ended());
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t unknown\nping  OK ok\n", hello(OLD),
          welcome(OLD), old_query("SELECT a FROM t"), odd, answers("x", 300), failed(241),
          asks("b", 4), answers("b", 4));
    /* or when nothing more comes, and it ends as answers do */
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t OK ok\n", hello(OLD), welcome(OLD),
          old_query("SELECT a FROM t"), odd, answers("xbs" EMPTY_BLOCK "b", 300, 1, "", EMPTY, 5),
          CLOSES(CLOSE_ORDERLY));
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t unknown\n", hello(OLD), welcome(OLD),
          old_query("SELECT a FROM t"), odd, answers("xb", 300, 5), CLOSES(CLOSE_CAPTURE_ENDED));
}

static void compressed(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, clickhouse,
               "connect  OK ok clickhouse connect -1  0+0\n"
               "SELECT SELECT a FROM t OK ok compressed clickhouse SELECT t -1  0+99\n"
               "INSERT INSERT INTO t VALUES OK ok compressed clickhouse INSERT t -1  0+0\n",
               hello(OLD), welcome(OLD), packed_query("SELECT a FROM t"),
               answers("bs" FRAME, 1, "", PACKED(300, 500)),
               answers("bs" FRAME FRAME, 1, "", PACKED(700, 1 << 20), PACKED(300, 500)),
               answers("bs" FRAME, 1, "", PACKED(700, 1 << 20)),
               answers("bs" EMPTY_BLOCK "ssw", 10, "", HEAD(1, 1), "a", "UInt32", 7),
               answers("bvvvbvb", 6, 99, 1, 500, 0, 0, 0), ended(),
               packed_query("INSERT INTO t VALUES"), answers("bs" FRAME, 1, "", PACKED(90, 90)),
               asks("bs" FRAME, 2, "", PACKED(300, 500)), asks("bs" FRAME, 2, "", EMPTY_FRAME),
               ended());
    /* what is no frame */
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t unknown compressed\n", hello(OLD),
          welcome(OLD), packed_query("SELECT a FROM t"), answers("bsx", 1, "", 30));
}

/* Rows that come behind the query are of the request, and it is answered when they are stored. */
static void inserts(void **state)
{
    (void)state;
    struct step rows = asks("bs" EMPTY_BLOCK "ssssxs", 2, "", HEAD(1, 3), "a", "String", "alice",
                            "bob", 0, "carl");
    struct step none = asks("bs" EMPTY_BLOCK, 2, "", EMPTY);
    struct step columns = column("String", 0);
    TELLS_WITH(SHOW_GRPC, clickhouse,
               "connect  OK ok clickhouse connect -1  0+0\n"
               "INSERT INSERT INTO t(a) VALUES OK ok clickhouse INSERT t -1  3+0\n"
               "INSERT INSERT INTO t SELECT a FROM u OK ok clickhouse INSERT t, u -1  0+0\n",
               hello(OLD), welcome(OLD), old_query("INSERT INTO t (a) VALUES"), columns, rows, none,
               ended(), old_query("INSERT INTO t SELECT a FROM u"), answers("bvvv", 3, 5, 6, 7),
               ended());
    TELLS_WITH(SHOW_TIMES, clickhouse,
               "connect  OK ok 1-1 2-2 ms\nINSERT INSERT INTO t VALUES OK ok 3-6 7-7 ms\n",
               hello(OLD), welcome(OLD), old_query("INSERT INTO t VALUES"), columns, rows, none,
               ended());
    TELLS_WITH(SHOW_BYTES, clickhouse,
               "connect  OK ok 43+25 bytes\nINSERT INSERT INTO t VALUES OK ok 129+22 bytes\n",
               hello(OLD), welcome(OLD), old_query("INSERT INTO t VALUES"), columns, rows, none,
               ended());
    /* refused before all was sent */
    TELLS(clickhouse, "connect  OK ok\nINSERT INSERT INTO t VALUES 60 client_error\nping  OK ok\n",
          hello(OLD), welcome(OLD), old_query("INSERT INTO t VALUES"), columns, rows, failed(60),
          none, asks("b", 4), answers("b", 4));
}

static void errors(void **state)
{
    (void)state;
    TELLS(clickhouse,
          "connect  OK ok\nSELECT SELECT a FROM t 62 client_error\n"
          "SELECT SELECT a FROM t 241 server_error\nSELECT SELECT a FROM t 159 timeout\n"
          "SELECT SELECT a FROM t 394 cancelled\nSELECT SELECT a FROM t OK cancelled\n"
          "SELECT SELECT a FROM t 60 client_error\n",
          hello(OLD), welcome(OLD), old_query("SELECT a FROM t"), failed(62),
          old_query("SELECT a FROM t"), one_row(), failed(241), old_query("SELECT a FROM t"),
          failed(159), old_query("SELECT a FROM t"), failed(394), old_query("SELECT a FROM t"),
          one_row(), asks("b", 3), ended(), old_query("SELECT a FROM t"),
          answers("bwsssbwsssb", 2, 60, "DB::Exception", "x", "y", 1, 210, "DB::Exception", "x",
                  "y", 0));
}

static void losses(void **state)
{
    (void)state;
    struct step block = answers("bs" EMPTY_BLOCK "ssx", 1, "", HEAD(1, 90), "a", "UInt64", 720);
    /* a hole in a column is one in a column */
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t OK ok gap\n", hello(OLD),
          welcome(OLD), old_query("SELECT a FROM t"), clickhouse_part(block, 0, 100),
          LOSES(TO_CLIENT, 500), clickhouse_part(block, 600, 900), ended());
    /* of one elsewhere nobody knows what was in it, until the client goes on */
    TELLS(clickhouse,
          "connect  OK ok\nSELECT SELECT a FROM t unknown gap\nSELECT SELECT b FROM t OK ok\n",
          hello(OLD), welcome(OLD), old_query("SELECT a FROM t"), LOSES(TO_CLIENT, 100), one_row(),
          ended(), old_query("SELECT b FROM t"), one_row(), ended());
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT b FROM t OK ok\n", hello(OLD), welcome(OLD),
          LOSES(TO_SERVER, 100), one_row(), ended(), old_query("SELECT b FROM t"), one_row(),
          ended());
    /* and of a greeting, what a query shows */
    TELLS(clickhouse, "connect  unknown gap\nping  OK ok\nSELECT SELECT b FROM t OK ok\n",
          hello(OLD), LOSES(TO_CLIENT, 25), asks("b", 4), answers("b", 4),
          old_query("SELECT b FROM t"), one_row(), ended());
    TELLS(clickhouse, "connect  unknown gap\nSELECT SELECT b FROM t OK ok\n", hello(NOW),
          LOSES(TO_CLIENT, 99), asks("sssv", "", "notchunked", "notchunked", 4),
          query("SELECT b FROM t"), answers("bvvvvvvv", 3, 1, 2, 3, 4, 5, 6, 7), ended());
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, clickhouse, "SELECT SELECT a FROM t OK ok\nping  OK ok\n",
               old_query("SELECT a FROM t"), one_row(), answers("bvvv", 3, 1, 2, 3), ended(),
               asks("b", 4), answers("b", 4));
    TELLS_WITH(JOINED, clickhouse, "SELECT SELECT a FROM t OK ok\n", one_row(), ended(),
               query("SELECT a FROM t"), answers("bvvvvvvv", 3, 1, 2, 3, 4, 5, 6, 7), ended());
}

/* Of a server from the future only the ends are seen; of packets in chunks nothing is. */
static void not_known(void **state)
{
    (void)state;
    struct step asked = query("SELECT a FROM t");
    TELLS(clickhouse,
          "connect  OK ok\nSELECT SELECT a FROM t OK ok\nSELECT SELECT a FROM t OK ok\n",
          hello(NOW), welcome(NOW), asks("sssv", "", "notchunked", "notchunked", 4), asked,
          answers("bsbbbwbvvssbx", 1, "", HEAD(1, 3), "a", "Dynamic", 0, 30), ended(), asked,
          ended());
    TELLS(clickhouse, "connect  OK ok\n", hello(NOW), welcome(NOW),
          asks("sssv", "", "chunked", "notchunked", 4), asked, ended());
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(clickhouse, "", hello(OLD), HEARS("HTTP/1.1 400 Bad Request\r\n\r\n"));
    /* lengths that do not fit */
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t unknown\nping  OK ok\n", hello(OLD),
          welcome(OLD), old_query("SELECT a FROM t"), column("Array(UInt8)", 1),
          answers("q", U(0xffffffffffffffff)), asks("b", 4), answers("b", 4));
    TELLS(clickhouse, "connect  OK ok\nSELECT SELECT a FROM t unknown\nping  OK ok\n", hello(OLD),
          welcome(OLD), old_query("SELECT a FROM t"), column("String", 1),
          HEARS("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), asks("b", 4), answers("b", 4));
}

static enum guess guess(struct step to_server, struct step to_client, bool midstream)
{
    struct opening o = {.to_server = bytes_of(to_server.bytes, to_server.len),
                        .to_client = bytes_of(to_client.bytes, to_client.len),
                        .midstream = midstream};
    return clickhouse->probe(&o);
}

static void probe(void **state)
{
    (void)state;
    struct step none = SAYS("");
    assert_int_equal(guess(hello(OLD), none, false), GUESS_YES);
    assert_int_equal(guess(hello(NOW), welcome(NOW), false), GUESS_YES);
    assert_int_equal(guess(clickhouse_part(hello(NOW), 0, 20), none, false), GUESS_MORE);
    assert_int_equal(guess(hello(NOW), HEARS("HTTP/1.1"), false), GUESS_NO);
    assert_int_equal(guess(asks("bsvvvsss", 0, "x", 1, 1, 9, "", "", ""), none, false), GUESS_NO);
    assert_int_equal(guess(SAYS("\0\0\0\x17"), none, false), GUESS_NO);
    assert_int_equal(guess(old_query("SELECT 1"), none, false), GUESS_NO);
    assert_int_equal(guess(old_query("SELECT 1"), none, true), GUESS_YES);
    assert_int_equal(guess(query("SELECT 1"), none, true), GUESS_YES);
    assert_int_equal(guess(query("hunter2 4111"), none, true), GUESS_NO);
    struct step both = query("SELECT 1");
    for (size_t len = 1; len + 15 < both.len; len++)
        assert_int_not_equal(guess(clickhouse_part(both, 0, len), none, true), GUESS_NO);
}

/* Which revision a query was written by, as far as it shows. */
static void revisions(void **state)
{
    (void)state;
    bool more;
    struct step of_old = old_query("SELECT 1"), of_now = query("SELECT 1");
    assert_int_equal(clickhouse_query_revision(bytes_of(of_old.bytes, of_old.len), &more), OLD);
    assert_int_equal(clickhouse_query_revision(bytes_of(of_now.bytes, of_now.len), &more), NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeting),   cmocka_unit_test(types),   cmocka_unit_test(unknown_types),
        cmocka_unit_test(compressed), cmocka_unit_test(inserts), cmocka_unit_test(errors),
        cmocka_unit_test(losses),     cmocka_unit_test(joined),  cmocka_unit_test(not_known),
        cmocka_unit_test(nonsense),   cmocka_unit_test(probe),   cmocka_unit_test(revisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
