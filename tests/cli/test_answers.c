/* test_answers.c - what the commands say of calls, connections and findings. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/cli/shop.h"

extern const struct command insights_command, backends_command, connections_command,
    streams_command;

static char full[] = "/tmp/tapgraph-cli-full-XXXXXX", empty[] = "/tmp/tapgraph-cli-empty-XXXXXX";

static int make(char *path, bool is_empty)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    unlink(path);
    shop_write(path, is_empty);
    return 0;
}

static int make_both(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    return make(full, false) + make(empty, true);
}

static int remove_both(void **state)
{
    (void)state;
    unlink(full);
    unlink(empty);
    return 0;
}

static void says(const struct command *command, const char *option, const char *expected)
{
    static struct answer answer;
    shop_ask(command, full, option, &answer);
    assert_int_equal(answer.status, 0);
    assert_string_equal(answer.err, "");
    assert_string_equal(answer.out, expected);
}

static void insights(void **state)
{
    (void)state;
    says(&insights_command, NULL,
         "10.0.0.11:50051 takes 97 % of the 1,200 calls to cart; its 2 other backends take 3 %\n"
         "\n"
         "  A gRPC or HTTP/2 channel keeps one connection, so a load balancer for connections (L4) "
         "does not\n"
         "  spread its calls. Balance in the client (round_robin over all addresses), or with a "
         "proxy that\n"
         "  balances each request.\n"
         "\n"
         "    10.0.0.11:50051  ███████████▋  97.0 % of calls: 1,164 calls, 2 open, 1 connection\n"
         "    10.0.0.12:50051  ▍             3.0 % of calls: 36 calls, 1 connection\n"
         "    10.0.0.13:50051                0.0 % of calls: 0 calls, 1 connection\n");
}

static void backends(void **state)
{
    (void)state;
    says(
        &backends_command, NULL,
        "SERVICE  ADDRESS     PORT  PROTOCOL  CALLS  SHARE                OPEN CALLS  CONNECTIONS  "
        "ERRORS     P95  HEALTH\n"
        "cart     10.0.0.11  50051  grpc       1164   97 %  ███████████▋           2            1  "
        "   0 %  2.0 ms  good\n"
        "cart     10.0.0.12  50051  grpc         36  3.0 %  ▍                      0            1  "
        "   0 %  2.0 ms  good\n"
        "cart     10.0.0.13  50051  grpc          0      -                         0            1  "
        "     -       -  idle\n");
}

static void connections(void **state)
{
    (void)state;
    says(&connections_command, NULL,
         "CLIENT     SERVER  ADDRESS          PROTOCOL     AGE  STATE  CALLS  SHARE  OPEN CALLS  "
         "KNOWN  OF LATE    PING  STALLS  RESETS  GOAWAYS\n"
         "web:40001  cart    10.0.0.11:50051  grpc      10 min  open    1164   97 %           2   "
         "75 %    100 %  700 µs       3       3        0\n"
         "web:40002  cart    10.0.0.12:50051  grpc      10 min  open      36  3.0 %           0    "
         "  -        -       -       3       3        0\n"
         "web:40003  cart    10.0.0.13:50051  grpc      10 min  open       0      -           0    "
         "  -        -       -       3       3        0\n");
}

/* A call that was open before the capture, and of which nothing was said since, has no age. */
static void streams(void **state)
{
    (void)state;
    says(&streams_command, NULL,
         "CLIENT     SERVER  ADDRESS          STREAM  OPERATION          KIND                      "
         "AGE  MESSAGES OUT / IN    RATE OUT / IN  LAST MESSAGE\n"
         "web:40001  cart    10.0.0.11:50051       5  (not known)        -                 from "
         "before              0 / 0        0/s / 0/s             -\n"
         "web:40001  cart    10.0.0.11:50051       7  shop.Prices/Watch  server-streaming        1 "
         "min            1 / 600  0.02/s / 10.0/s           2 s\n");
}

/* One object a line, each with what it is about. */
static void as_json(void **state)
{
    static const struct {
        const struct command *command;
        int lines;
        const char *first;
    } cases[] = {
        {&insights_command, 1,
         "{\"kind\":\"backend-imbalance\",\"subject\":\"cart\",\"title\":\"10.0"},
        {&backends_command, 3, "{\"service_id\":"},
        {&connections_command, 3, "{\"edge_id\":1,\"client\":\"web\",\"server\":\"cart\","},
        {&streams_command, 2, "{\"edge_id\":1,\"client\":\"web\",\"server\":\"cart\","},
    };
    static struct answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int lines = 0;
        shop_ask(cases[i].command, full, "--json", &answer);
        assert_int_equal(answer.status, 0);
        for (const char *at = answer.out; (at = strchr(at, '\n')); at++)
            lines++;
        assert_int_equal(lines, cases[i].lines);
        answer.out[strlen(cases[i].first)] = '\0';
        assert_string_equal(answer.out, cases[i].first);
    }
}

static void as_csv(void **state)
{
    (void)state;
    says(&streams_command, "--csv",
         "client,server,client_port,server_address,port,protocol,stream_id,operation,kind,began,"
         "seen,last_message,request_messages,response_messages,request_messages_per_s,"
         "response_messages_per_s,marks\r\n"
         "\"web\",\"cart\",40001,\"10.0.0.11\",50051,\"grpc\",5,\"\",,,"
         "2023-11-14T22:13:25.000000000Z,,0,0,0.000000,0.000000,\r\n"
         "\"web\",\"cart\",40001,\"10.0.0.11\",50051,\"grpc\",7,\"shop.Prices/Watch\","
         "server-streaming,2023-11-14T22:12:25.000000000Z,2023-11-14T22:13:25.000000000Z,"
         "2023-11-14T22:13:23.000000000Z,1,600,0.016667,10.000000,\r\n");
}

/* With nothing to list, one sentence says so on standard error, and what else there is. */
static void with_nothing_to_say(void **state)
{
    static const struct {
        const struct command *command;
        const char *says, *hint;
    } cases[] = {
        {&insights_command, "Nothing to act on", "'tapgraph backends'"},
        {&backends_command, "Nothing was seen", "'tapgraph health'"},
        {&connections_command, "No connection", "'tapgraph edges'"},
        {&streams_command, "No call was open", "'tapgraph operations --json'"},
    };
    static struct answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        shop_ask(cases[i].command, empty, NULL, &answer);
        assert_int_equal(answer.status, 0);
        assert_string_equal(answer.out, "");
        if (!strstr(answer.err, cases[i].says) || !strstr(answer.err, cases[i].hint))
            fail_msg("tapgraph %s: %s", cases[i].command->name, answer.err);
        shop_ask(cases[i].command, empty, "--json", &answer);
        assert_string_equal(answer.out, "");
        assert_string_equal(answer.err, "");
    }
}

static void misused(void **state)
{
    static struct answer answer;
    (void)state;
    shop_ask(&insights_command, full, "--jsn", &answer);
    assert_int_equal(answer.status, EXIT_USAGE);
    assert_non_null(strstr(answer.err, "did you mean --json?"));
    shop_ask(&streams_command, "/nonexistent/x.db", NULL, &answer);
    assert_int_equal(answer.status, EXIT_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insights),
        cmocka_unit_test(backends),
        cmocka_unit_test(connections),
        cmocka_unit_test(streams),
        cmocka_unit_test(as_json),
        cmocka_unit_test(as_csv),
        cmocka_unit_test(with_nothing_to_say),
        cmocka_unit_test(misused),
    };
    return cmocka_run_group_tests(tests, make_both, remove_both);
}
