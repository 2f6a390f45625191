/* test_prompt.c - a line that is being typed. */
#include "ui-tui/prompt.h"

#include <string.h>

#include "tests/ui-tui/screen.h"

static void press(struct prompt *p, uint32_t code)
{
    assert_int_equal(prompt_key(p, (struct key){.code = code}), PROMPT_OPEN);
}

/* Characters go in at the cursor; Backspace and the cursor step over whole characters. */
static void test_edits(void **state)
{
    struct prompt p;
    (void)state;
    prompt_start(&p, "c店t");
    press(&p, KEYCODE_LEFT);
    press(&p, 0x5546); /* 商 */
    assert_string_equal(p.text, "c店商t");
    press(&p, KEYCODE_LEFT);
    press(&p, KEYCODE_BACKSPACE);
    assert_string_equal(p.text, "c商t");
    press(&p, KEYCODE_DELETE);
    assert_string_equal(p.text, "ct");
    press(&p, KEYCODE_END);
    press(&p, 'x');
    press(&p, KEYCODE_HOME);
    press(&p, KEYCODE_BACKSPACE);
    press(&p, KEYCODE_LEFT);
    press(&p, 'a');
    assert_string_equal(p.text, "actx");
}

/* ^W takes the last word away, ^U all before the cursor. */
static void test_cuts(void **state)
{
    struct prompt p;
    (void)state;
    prompt_start(&p, "cart p95>20ms  ");
    press(&p, CONTROL('W'));
    assert_string_equal(p.text, "cart ");
    press(&p, CONTROL('U'));
    assert_string_equal(p.text, "");
    press(&p, CONTROL('W'));
    press(&p, KEYCODE_DELETE);
    assert_string_equal(p.text, "");
}

/* The line is never longer than its room, nor is a character cut at its end. */
static void test_is_bounded(void **state)
{
    struct prompt p;
    (void)state;
    prompt_start(&p, "");
    for (int i = 0; i < 1000; i++)
        press(&p, 0x1f6d2); /* 🛒, four bytes */
    assert_int_equal(strlen(p.text) % 4, 0);
    assert_true(strlen(p.text) < FILTER_TEXT_MAX);
    press(&p, KEYCODE_UP);
    press(&p, 1);
}

/* Enter and Escape end it. */
static void test_ends(void **state)
{
    struct prompt p;
    (void)state;
    prompt_start(&p, "a");
    assert_int_equal(prompt_key(&p, (struct key){.code = KEYCODE_ENTER}), PROMPT_DONE);
    assert_int_equal(prompt_key(&p, (struct key){.code = KEYCODE_ESCAPE}), PROMPT_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_is_bounded),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
