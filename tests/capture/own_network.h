/* own_network.h - a network namespace for one test program, with a /sys that shows it. */
#pragma once

#include <stdbool.h>

/* For cmocka's group setup: moves into it, where there are rights for that; "lo" is then up. */
int own_network_enter(void **state);

/* Skips the test if there was no such right. */
void own_network_need(void);

/* An interface that lives as long as the descriptor, and carries the frames written to it. */
int own_network_tap(const char *name);

void own_network_set_up(const char *interface, bool up);
