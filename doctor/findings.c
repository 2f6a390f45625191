/* findings.c - see findings.h. */
#include "doctor/findings.h"

#include <stdlib.h>

#include "doctor/judge.h"

/* In the order in which findings of one gravity are told: from the cable inwards. */
static judge_port *const *const by_port[] = {judges_of_arrival, judges_of_port_loss,
                                             judges_of_port_shape};
static judge_facts *const *const by_facts[] = {judges_of_sides, judges_of_loss, judges_of_shape,
                                               judges_of_content};

enum { BY_PORT = sizeof by_port / sizeof *by_port, BY_FACTS = sizeof by_facts / sizeof *by_facts };

const char *gravity_name(enum gravity gravity)
{
    static const char *const names[] = {"serious", "warning", "note"};
    return names[gravity];
}

struct list {
    struct finding *finding;
    size_t len;
};

/* The place for one more, or NULL. */
static struct finding *place(struct list *l)
{
    if (l->len == FINDINGS_MAX)
        return NULL;
    l->finding[l->len] = (struct finding){.share = -1};
    return &l->finding[l->len];
}

static void ask_of_port(const struct facts *facts, const struct port *port, struct list *l)
{
    for (size_t i = 0; i < BY_PORT; i++)
        for (judge_port *const *judge = by_port[i]; *judge; judge++) {
            struct finding *f = place(l);
            if (!f)
                return;
            f->port = port->name;
            l->len += (*judge)(facts, port, f);
        }
}

static void ask_of_all(const struct facts *facts, struct list *l)
{
    for (size_t i = 0; i < BY_FACTS; i++)
        for (judge_facts *const *judge = by_facts[i]; *judge; judge++) {
            struct finding *f = place(l);
            if (!f)
                return;
            l->len += (*judge)(facts, f);
        }
}

/* A stable sort; there are few. */
static void sort(struct list *l)
{
    for (size_t i = 1; i < l->len; i++)
        for (size_t j = i; j && l->finding[j].gravity < l->finding[j - 1].gravity; j--) {
            struct finding swapped = l->finding[j];
            l->finding[j] = l->finding[j - 1];
            l->finding[j - 1] = swapped;
        }
}

size_t findings_make(const struct facts *facts, struct finding *ret)
{
    struct list l = {.finding = ret};
    for (uint16_t i = 0; i < facts->port_len; i++)
        ask_of_port(facts, &facts->port[i], &l);
    ask_of_all(facts, &l);
    sort(&l);
    return l.len;
}

enum gravity findings_worst(const struct finding *finding, size_t len)
{
    return len ? finding[0].gravity : GRAVITIES;
}
