/* moments.c - see moments.h. */
#include "cli/moments.h"

#include <string.h>

void moments_add(struct moments *m, uint64_t time_ns)
{
    struct human day = human_date(time_ns);
    if (!m->any)
        m->day = day;
    m->many = m->many || strcmp(m->day.text, day.text) != 0;
    m->any = true;
}

const char *moments_head(const struct moments *m)
{
    return m->any && !m->many ? m->day.text : "TIME";
}

struct human moments_text(const struct moments *m, uint64_t time_ns)
{
    bool headed = strcmp(moments_head(m), human_date(time_ns).text) == 0;
    return headed ? human_clock_ms(time_ns) : human_moment_ms(time_ns);
}
