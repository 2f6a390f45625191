/* traffic.h - what a window of the graph says of the mirror it was made from. */
#pragma once

#include "doctor/facts.h"
#include "graph/delta.h"

void traffic_measure(const struct delta *d, struct traffic *ret);
