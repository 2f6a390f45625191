/* when.c - see when.h. */
#include "store/when.h"

#include <stddef.h>
#include <string.h>

#include "base/human.h"
#include "store/handle.h"

static bool read_one(const char *word, const char *text, const char *dashes, struct moment *ret,
                     bool *ret_has, struct err *err)
{
    struct err why;
    *ret_has = text != NULL;
    if (!text || moment_read(text, ret, &why))
        return true;
    return err_set(err, "%s%s: %s", dashes, word, why.text);
}

bool when_read(struct when *ret, const struct when_words *words, struct err *err)
{
    const char *d = words->dashes;
    if (!read_one("from", words->from, d, &ret->from, &ret->has_from, err) ||
        !read_one("to", words->to, d, &ret->to, &ret->has_to, err) ||
        !read_one("at", words->at, d, &ret->at, &ret->has_at, err))
        return false;
    if (ret->has_at && (ret->has_from || ret->has_to))
        return err_set(err, "%sat is one moment: it excludes %sfrom and %sto", d, d, d);
    if (ret->has_since && (ret->has_from || ret->has_to))
        return err_set(err,
                       "%ssince counts back from the end, or from %sat: it excludes %sfrom and "
                       "%sto",
                       d, d, d, d);
    if (ret->has_from && ret->has_to && ret->from.kind == MOMENT_FIXED &&
        ret->to.kind == MOMENT_FIXED && ret->from.ns >= ret->to.ns)
        return err_set(err, "%sfrom has to be before %sto", d, d);
    return true;
}

bool when_read_range(const char *text, struct when *ret, struct err *err)
{
    char from[64];
    const char *dots = strstr(text, "..");
    if (!dots || (dots == text && !dots[2]) || dots - text >= (ptrdiff_t)sizeof from)
        return err_set(err,
                       "\"%.60s\" is no range; write FROM..TO, as in 10:00..11:00, -1h.. or "
                       "2026-03-01..2026-03-02",
                       text);
    memcpy(from, text, (size_t)(dots - text));
    from[dots - text] = '\0';
    *ret = (struct when){0};
    return when_read(
        ret, &(struct when_words){from[0] ? from : NULL, dots[2] ? dots + 2 : NULL, NULL, ""}, err);
}

/* "... the database covers A to B". */
static bool outside(const char *what, struct range all, bool *ret_asked, struct err *err)
{
    *ret_asked = true;
    if (!all.to_ns)
        return err_set(err, "%s: there is nothing in the database yet", what);
    return err_set(err, "%s: the database covers %s to %s", what, human_moment(all.from_ns).text,
                   human_moment(all.to_ns).text);
}

/* The finest window that has this moment in it. */
static bool find_window(struct query *q, uint64_t at_ns, struct range *ret, bool *ret_found,
                        struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q,
                                   "SELECT start_ns, end_ns FROM capture_window "
                                   "WHERE start_ns <= ?1 AND end_ns > ?1 ORDER BY level LIMIT 1",
                                   err);
    if (!s)
        return false;
    bind_count(s, 1, at_ns);
    *ret_found = question_row(q, s, &failed, err);
    if (*ret_found)
        *ret = (struct range){column_count(s, 0), column_count(s, 1)};
    sqlite3_finalize(s);
    return !failed;
}

static bool resolve_at(const struct when *s, struct query *q, struct range all, struct range *ret,
                       bool *ret_asked, struct err *err)
{
    bool found;
    uint64_t at_ns = moment_resolve(s->at, all.to_ns);
    if (at_ns == all.to_ns && at_ns) /* "now": the newest window */
        at_ns--;
    if (at_ns < all.from_ns || at_ns >= all.to_ns)
        return outside("nothing is known of that moment", all, ret_asked, err);
    if (!find_window(q, at_ns, ret, &found, err))
        return false;
    if (!found)
        return outside("nothing was captured at that moment", all, ret_asked, err);
    if (s->has_since && s->since_ns)
        ret->from_ns = s->since_ns < ret->to_ns ? ret->to_ns - s->since_ns : 0;
    else if (s->has_since)
        ret->from_ns = all.from_ns;
    return true;
}

bool when_resolve(const struct when *s, struct query *q, struct range *ret, bool *ret_asked,
                  struct err *err)
{
    struct range all;
    *ret_asked = false;
    if (!s->has_at && !s->has_from && !s->has_to)
        return query_since(q, s->since_ns, ret, err);
    if (!query_history(q, &all, err))
        return false;
    if (s->has_at)
        return resolve_at(s, q, all, ret, ret_asked, err);
    *ret = all;
    if (s->has_from)
        ret->from_ns = moment_resolve(s->from, all.to_ns);
    if (s->has_to)
        ret->to_ns = moment_resolve(s->to, all.to_ns);
    if (s->has_from && s->has_to && ret->from_ns >= ret->to_ns) {
        *ret_asked = true;
        return err_set(err, "the range ends before it begins: %s to %s",
                       human_moment(ret->from_ns).text, human_moment(ret->to_ns).text);
    }
    if (ret->from_ns >= all.to_ns || ret->to_ns <= all.from_ns)
        return outside("nothing is known of that range", all, ret_asked, err);
    if (ret->from_ns < all.from_ns) /* so that rates are those of the time that is known */
        ret->from_ns = all.from_ns;
    if (ret->to_ns > all.to_ns)
        ret->to_ns = all.to_ns;
    return true;
}
