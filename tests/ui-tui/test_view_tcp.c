/* test_view_tcp.c - how connections fare, as it is seen. */
#include <string.h>

#include "tests/ui-tui/screen.h"

enum { ROW_PATH = 2 };

static void fill(struct query *q)
{
    static struct edge_row edges[5];
    memcpy(edges, q->edge, sizeof edges);
    struct edge_row *e = &edges[2];
    e->opened = 42;
    e->active = 7;
    e->failed = 5;
    e->refused = 3;
    e->connect_ns = 1200000;
    e->rtt_client_ns = 200000;
    e->rtt_server_ns = 1000000;
    e->retransmits[0] = 3;
    e->retransmits[1] = 1200;
    e->out_of_order[1] = 4;
    e->zero_window_ns[0] = 250000000;
    e->reset_by_client = 1;
    edges[0].retransmits[0] = 4;
    q->edge = edges;
}

/* `t` turns the edges over; what matters most, what was sent again, comes first. */
static void the_other_face_of_edges(void **state)
{
    struct query q = shop();
    (void)state;
    fill(&q);
    struct frame *f = screen_open(&q);
    screen_type(f, &q, "T");
    screen_shows(f, 10, 170, ROW_PATH + 1,
                 " CLIENT    SERVER          PROTOCOL    OPENED    OPEN  CONNECT  RTT-CLIENT  "
                 "RTT-SERVER  RETRANS↓    LATE  FULL-FOR   RESETS  REFUSED  NO-ANSWER        "
                 "    BYTES\n"
                 " web       cart:8080       http            42       7   1.2 ms      200 µs  "
                 "    1.0 ms    3/1200     0/4    250 ms      1/0        3          2    114 "
                 "kB/855 kB\n"
                 " cart      redis:6379      redis            0       0        -           -     "
                 "      -       4/0       -         -        -        0          0    480 kB/3.6 "
                 "MB\n");
    screen_shows(f, 10, 80, ROW_PATH,
                 " Edges › TCP                                                            "
                 "      5\n"
                 " CLIENT    SERVER          RTT-CLIENT  RTT-SERVER  RETRANS↓  REFUSED  "
                 "NO-ANSWER\n"
                 " web       cart:8080           200 µs      1.0 ms    3/1200        3        "
                 "  2\n");
    frame_free(f);
}

/* Of a service, the edges of it; and on to what they carry. */
static void of_a_service(void **state)
{
    struct query q = shop();
    (void)state;
    fill(&q);
    struct frame *f = screen_open(&q);
    screen_tab(f, &q, "Services");
    screen_type(f, &q, "jj\nT");
    const char *text = screen_text(f, 10, 80, false);
    assert_non_null(strstr(text, " Services › cart › Edges › TCP "));
    assert_non_null(strstr(text, "redis:6379"));
    assert_null(strstr(text, "pay:8080"));
    screen_type(f, &q, "\n");
    assert_non_null(strstr(screen_text(f, 10, 80, false), "GET /cart/{id}"));
    screen_type(f, &q, "^/retrans>100\n");
    text = screen_text(f, 10, 80, false);
    assert_non_null(strstr(text, "1 of 2"));
    assert_non_null(strstr(text, "cart:8080"));
    frame_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_face_of_edges),
        cmocka_unit_test(of_a_service),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
