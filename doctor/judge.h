/* judge.h - one finding each: a function that looks at the facts and says whether it is so.
 * Inside doctor/. */
#pragma once

#include "doctor/findings.h"

/* Return whether there is something to say, and then fill in the finding, all of which is zero but
 * `share` (less than 0) before. What is about one port is asked for each. */
typedef bool judge_facts(const struct facts *facts, struct finding *f);
typedef bool judge_port(const struct facts *facts, const struct port *port, struct finding *f);

/* The tables; each ends with NULL. */
extern judge_port *const judges_of_arrival[];
extern judge_facts *const judges_of_sides[];
extern judge_facts *const judges_of_loss[];
extern judge_port *const judges_of_port_loss[];
extern judge_facts *const judges_of_shape[];
extern judge_port *const judges_of_port_shape[];
extern judge_facts *const judges_of_content[];

static inline double share_of(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

/* By the share of what is concerned. */
static inline enum gravity gravity_of(double share, double warning, double serious)
{
    return share >= serious ? SERIOUS : share >= warning ? WARNING : NOTE;
}

#define SAY(field, ...) snprintf((field), sizeof(field), __VA_ARGS__)
