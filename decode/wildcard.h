/* wildcard.h - names of things that programs may make many of (topics, collections), in words of
 * bounded variety: "reply.3f2a9c1b-0001-4a5b-8c9d-0123456789ab" is "reply.*", "orders-20240131" is
 * "orders-*". The same name has the same text wherever it comes up. */
#pragma once

#include "base/bytes.h"

/* Writes `name` in canonical form, with * for each piece of letters and digits that is an
 * identifier: a UUID, four digits in a row, or eight hex digits and more with a number among them.
 * False: it was cut. */
bool wildcard_name(char *text, size_t size, struct bytes name);
