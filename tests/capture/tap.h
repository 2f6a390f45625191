/* tap.h - interfaces in a network namespace of the test's own. Only root can have one. */
#pragma once

#include <stdbool.h>

/* A group set-up of cmocka: enters the namespace, where `lo` is up. */
int tap_enter_namespace(void **state);

/* Skips the test if there is no namespace. */
void tap_need_namespace(void);

/* An interface that lives as long as the descriptor, and carries the frames written to it. */
int tap_new(const char *name);

void tap_set_up(const char *interface, bool up);
