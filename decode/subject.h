/* subject.h - a topic, subject, routing key, queue or the like, brought to bounded variety: what
 * stands for one thing of many becomes *, words stay. Whoever publishes and whoever is delivered to
 * have the same text for the same name, so that they can be joined by it.
 *
 * A name is words between the separators . / : and -. A word becomes * if it is a number, a UUID or
 * other hex, an address of mail, long, or looks random; a run of digits inside a word that stays
 * does ("sensor17" -> "sensor*"), but not in a version ("v12"). Of three or more * in a row one is
 * left. Behind a prefix that brokers and clients put in front of names that they make up
 * ("_INBOX.", "amq.gen-", ...) all is one *. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum {
    SUBJECT_MAX = 128,      /* of a text, with its end */
    SUBJECT_WORDS_MAX = 16, /* the rest is told as ... */
};

/* Writes that text, in canonical form and always terminated. False: it was cut. */
bool subject_template(char text[SUBJECT_MAX], struct bytes name);

/* Likewise, for a field that is no longer than that. */
bool subject_text(char *text, size_t size, struct bytes name);

/* Fills in method ("publish") and operation ("publish orders.*.created", or the verb alone for an
 * empty name), and notes what is cut. */
void subject_note(struct exchange *x, const char *verb, struct bytes name);
