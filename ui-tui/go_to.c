/* go_to.c - see go_to.h. */
#include "ui-tui/go_to.h"

#include <string.h>

#include "base/bytes.h"
#include "base/human.h"
#include "store/moment.h"

enum { PART_MAX = 128 };

static const uint64_t span_default_ns = UINT64_C(900) * 1000000000;

/* What stands before `at` in the text, and what after the `gap` bytes there. */
static void split(const char *text, const char *at, size_t gap, char ret[2][PART_MAX])
{
    bytes_to_text(ret[0], PART_MAX, (struct bytes){(const uint8_t *)text, (size_t)(at - text)});
    bytes_to_text(ret[1], PART_MAX, bytes_of_text(at + gap));
}

static bool is_recorded(uint64_t from_ns, uint64_t to_ns, struct range history, struct err *err)
{
    if (from_ns >= to_ns)
        return err_set(err, "that ends before it begins");
    if (to_ns > history.from_ns && from_ns < history.to_ns)
        return true;
    struct human from = human_moment(history.from_ns), to = human_moment(history.to_ns);
    return err_set(err, "recorded is %s to %s", from.text, to.text);
}

static bool read_range(const char *text, const char *at, size_t gap, struct range history,
                       struct go_to *ret, struct err *err)
{
    char part[2][PART_MAX];
    struct moment from, to;
    split(text, at, gap, part);
    if (!moment_read(part[0], &from, err) || !moment_read(part[1], &to, err))
        return false;
    struct range r = {moment_resolve(from, history.to_ns), moment_resolve(to, history.to_ns)};
    if (!is_recorded(r.from_ns, r.to_ns, history, err))
        return false;
    *ret = (struct go_to){r.to_ns - r.from_ns, r.to_ns < history.to_ns ? r.to_ns : 0};
    return true;
}

static bool read_moment(const char *text, struct range history, struct go_to *ret, struct err *err)
{
    struct moment moment;
    if (!moment_read(text, &moment, err))
        return false;
    uint64_t since_ns = ret->since_ns ? ret->since_ns : span_default_ns;
    uint64_t to_ns = moment_resolve(moment, history.to_ns);
    if (to_ns >= history.to_ns) { /* now */
        ret->until_ns = 0;
        return true;
    }
    if (!is_recorded(to_ns > since_ns ? to_ns - since_ns : 0, to_ns, history, err))
        return false;
    *ret = (struct go_to){since_ns, to_ns};
    return true;
}

bool go_to_read(const char *text, struct range history, struct go_to *ret, struct err *err)
{
    const char *at = strstr(text, " to ");
    uint64_t length_ns;
    if (at)
        return read_range(text, at, strlen(" to "), history, ret, err);
    if (!strcmp(text, "all")) {
        *ret = (struct go_to){0, 0};
        return true;
    }
    if (moment_read_length(text, &length_ns) && length_ns) {
        *ret = (struct go_to){length_ns, 0};
        return true;
    }
    return read_moment(text, history, ret, err);
}
