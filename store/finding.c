/* finding.c - see finding.h. */
#include "store/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct insight_row *findings_add(struct findings *f)
{
    if (f->len == f->room) {
        size_t room = f->room ? 2 * f->room : 8;
        struct insight_row *row = realloc(f->row, room * sizeof *row);
        if (!row)
            return NULL;
        f->row = row;
        f->room = room;
    }
    struct insight_row *row = &f->row[f->len++];
    *row = (struct insight_row){0};
    return row;
}

static int compare(const void *left, const void *right)
{
    const struct insight_row *a = left, *b = right;
    int order = (a->weight < b->weight) - (a->weight > b->weight);
    if (!order)
        order = strcmp(a->kind, b->kind);
    if (!order)
        order = strcmp(a->subject, b->subject);
    return order ? order : strcmp(a->title, b->title);
}

void findings_sort(struct findings *f)
{
    if (f->len)
        qsort(f->row, f->len, sizeof *f->row, compare);
}

void finding_say(char *text, size_t size, const char *format, ...)
{
    char whole[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(whole, sizeof whole, format, args);
    va_end(args);
    text_clean(text, size, bytes_of_text(whole));
}

struct human finding_count(uint64_t count)
{
    char digits[24];
    struct human h = {0};
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (size_t i = 0, at = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            h.text[at++] = ',';
        h.text[at++] = digits[i];
    }
    return h;
}

struct human finding_number(uint64_t count, const char *thing)
{
    struct human h;
    snprintf(h.text, sizeof h.text, "%.18s %.10s%s", finding_count(count).text, thing,
             count == 1 ? "" : "s");
    return h;
}

void finding_place(const char *address, uint16_t port, char *text, size_t size)
{
    if (!address[0])
        address = "external";
    snprintf(text, size, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
}

struct finding_name finding_name(const char *name)
{
    struct finding_name f;
    text_clean(f.text, sizeof f.text, bytes_of_text(name));
    return f;
}

struct finding_phrase finding_part(const struct imbalance *found)
{
    struct finding_phrase f;
    struct human share = found->share < 1 ? human_share(found->share) : (struct human){"all"};
    snprintf(f.text, sizeof f.text, "%s of the %s calls", share.text,
             finding_count(found->calls).text);
    return f;
}

/* With as many digits as the greatest share has, so that both add up. */
static struct human rest_of(double share)
{
    struct human h = human_share(share);
    if (share >= 0.01)
        snprintf(h.text, sizeof h.text, "%.0f %%", 100 * share);
    return share > 0 ? h : (struct human){"none"};
}

struct finding_phrase finding_rest(const struct imbalance *found, const char *whose,
                                   const char *thing)
{
    struct finding_phrase f;
    struct human share = rest_of(1 - found->share);
    size_t others = found->len - 1;
    if (others == 1)
        snprintf(f.text, sizeof f.text, "%s other %s takes %s", whose, thing, share.text);
    else
        snprintf(f.text, sizeof f.text, "%s %zu other %ss take %s", whose, others, thing,
                 share.text);
    return f;
}

struct evidence *finding_evidence(struct insight_row *row, const struct portion *p, uint64_t calls)
{
    if (row->evidence_len++ >= EVIDENCE_MAX)
        return NULL;
    struct evidence *e = &row->evidence[row->evidence_len - 1];
    e->share = calls ? (double)p->calls / (double)calls : 0;
    int used = snprintf(e->figure, sizeof e->figure, "%.1f %% of calls: %s", 100 * e->share,
                        finding_number(p->calls, "call").text);
    if (p->open_calls && used > 0 && (size_t)used < sizeof e->figure)
        used += snprintf(e->figure + used, sizeof e->figure - (size_t)used, ", %s open",
                         finding_count(p->open_calls).text);
    if (p->connections && used > 0 && (size_t)used < sizeof e->figure)
        snprintf(e->figure + used, sizeof e->figure - (size_t)used, ", %s",
                 finding_number(p->connections, "connection").text);
    return e;
}
