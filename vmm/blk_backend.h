/* SPDX-License-Identifier: MIT
 *
 * Between blk_engine.c and its two back ends, blk_uring.c and blk_threads.c.
 *
 * Threads: one at a time, by the board's lock.
 */
#ifndef VMM_BLK_BACKEND_H
#define VMM_BLK_BACKEND_H

#include "vmm/blk_engine.h"

/* Before anything else, perhaps in the parent of the process that does the rest:
 * e->has_uring, if it is wanted and to be had. */
void blk_uring_open(struct blk_engine *e);

/* NULL, or what is wrong. */
const char *blk_uring_start(struct blk_engine *e);
const char *blk_threads_start(struct blk_engine *e);

/* Has the host do a step, job->io, but for `stable`. blk_ended() comes once,
 * perhaps before this returns. */
void blk_uring_begin(struct blk_engine *e, struct blk_job *job);
void blk_threads_begin(struct blk_engine *e, struct blk_job *job);

/* Calls blk_ended() for what has ended meanwhile. */
void blk_uring_reap(struct blk_engine *e);
void blk_threads_reap(struct blk_engine *e);

/* Does what can be done that the job, which is dropped, ends soon. */
void blk_uring_cancel(struct blk_engine *e, struct blk_job *job);
void blk_threads_cancel(struct blk_engine *e, struct blk_job *job);

/* blk_engine.c's: the back end is done with the step. */
void blk_ended(struct blk_engine *e, struct blk_job *job, bool ok);

/* Makes `event` ready. Any thread. */
void blk_engine_wake(struct blk_engine *e);

#endif
