/* healthy.h - the facts of a mirror with which nothing is wrong, to be changed by a test. */
#pragma once

#include "doctor/facts.h"

/* Ten seconds of an interface "eth1". Static; good until the next call. */
struct facts *healthy(void);

/* Changes facts by what is written: "judged=12 lack_answers=12"; the names are those of the table
 * in healthy.c. Fails the test for a name that is not there. */
void change(struct facts *facts, const char *changes);
