/* Which requests are refused: a table of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "web/guard.h"

/* Method, host, origin, Sec-Fetch-Site, Sec-Fetch-Mode; the status, 0 = not refused. */
static const struct {
    struct claim claim;
    unsigned status;
} CASES[] = {
    /* The page itself, by every name of this machine, through a forwarded port too. */
    {{"GET", "localhost:7117", NULL, NULL, NULL}, 0},
    {{"HEAD", "127.0.0.1:7117", NULL, NULL, NULL}, 0},
    {{"GET", "LocalHost", NULL, NULL, NULL}, 0},
    {{"GET", "[::1]:7117", NULL, NULL, NULL}, 0},
    {{"GET", "127.0.0.9:7117", NULL, NULL, NULL}, 0}, /* the address listened on */
    {{"GET", "localhost:8080", "http://localhost:8080", "same-origin", "cors"}, 0},
    {{"GET", "localhost", NULL, "none", "navigate"}, 0},

    /* Nothing can be changed. */
    {{"POST", "localhost", NULL, NULL, NULL}, 405},
    {{"OPTIONS", "localhost", NULL, NULL, NULL}, 405},
    {{"get", "localhost", NULL, NULL, NULL}, 405},

    /* DNS rebinding: the name is another, though the address is ours. */
    {{"GET", "evil.example:7117", NULL, NULL, NULL}, 421},
    {{"GET", "localhost.evil.example", NULL, NULL, NULL}, 421},
    {{"GET", "evil.example@localhost", NULL, NULL, NULL}, 421},
    {{"GET", "127.0.0.1.evil.example", NULL, NULL, NULL}, 421},
    {{"GET", "[::1].evil.example", NULL, NULL, NULL}, 421},
    {{"GET", "[::1", NULL, NULL, NULL}, 421},
    {{"GET", "", NULL, NULL, NULL}, 421},
    {{"GET", NULL, NULL, NULL, NULL}, 421},

    /* Scripts of other pages, on other ports of this machine too. */
    {{"GET", "localhost:7117", "http://evil.example", NULL, NULL}, 403},
    {{"GET", "localhost:7117", "http://localhost:3000", NULL, NULL}, 403},
    {{"GET", "localhost:7117", "https://localhost:7117", NULL, NULL}, 403},
    {{"GET", "localhost:7117", "null", NULL, NULL}, 403},
    {{"GET", "localhost:7117", NULL, "cross-site", "no-cors"}, 403},
    {{"GET", "localhost:7117", NULL, "same-site", "cors"}, 403},

    /* But a link in a chat or a wiki may lead here. */
    {{"GET", "localhost:7117", NULL, "cross-site", "navigate"}, 0},
};

static void refuses_what_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct refusal refusal =
            guard_check(&CASES[i].claim, &(struct guarded){.host = "127.0.0.9"});
        if (refusal.status != CASES[i].status)
            fail_msg("case %zu: %s %s: %u", i, CASES[i].claim.method,
                     CASES[i].claim.host ? CASES[i].claim.host : "(none)", refusal.status);
        assert_int_equal(refusal.sentence != NULL, refusal.status != 0);
    }
}

/* With a password any name will do, but pages of other origins are as foreign as ever; and the
 * scheme is part of the origin. */
static void locked_and_encrypted(void **state)
{
    static const struct {
        struct claim claim;
        unsigned status;
    } cases[] = {
        {{"GET", "graph.example:7117", NULL, NULL, NULL}, 0},
        {{"GET", "graph.example:7117", "https://graph.example:7117", "same-origin", "cors"}, 0},
        {{"GET", "graph.example:7117", "http://graph.example:7117", NULL, NULL}, 403},
        {{"GET", "graph.example:7117", "https://evil.example", NULL, NULL}, 403},
        {{"GET", NULL, "https://evil.example", NULL, NULL}, 403},
        {{"GET", "graph.example:7117", NULL, "cross-site", "cors"}, 403},
        {{"POST", "graph.example:7117", NULL, NULL, NULL}, 405},
    };
    static const struct guarded guarded = {.host = "0.0.0.0", .encrypted = true, .locked = true};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (guard_check(&cases[i].claim, &guarded).status != cases[i].status)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_what_it_should),
                                       cmocka_unit_test(locked_and_encrypted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
