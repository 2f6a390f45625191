/* survey.h - measures frames, and the packets that come of them, for struct facts. */
#pragma once

#include "base/err.h"
#include "capture/frame.h"
#include "doctor/facts.h"

/* Two frames of one source may be out of order, by several queues of a card; by more than this they
 * are not. */
#define CLOCK_STEP_NS UINT64_C(100000000)

struct survey;

/* `facts` is kept; its ports are named already. `options` is kept. NULL when memory is short. */
struct survey *survey_new(struct facts *facts, const struct daemon_options *options,
                          struct err *err);
void survey_free(struct survey *s);

/* The next frame. */
void survey_frame(struct survey *s, const struct frame *frame);

/* A packet that comes of the latest frame and goes on to be decoded; a copy has `copy` set. */
void survey_packet(struct survey *s, const struct packet *p);

/* Fills in what only the whole tells. */
void survey_finish(struct survey *s);
