/* SPDX-License-Identifier: MIT
 *
 * A job is one I/O of a disk between its submission and its end. The host has a
 * step of it at a time, so that what the guest asked for ends soon when it is to
 * end, however much that was.
 *
 * Threads: one at a time, by the board's lock; the step, and `ok`, are the
 * host's while the job is begun.
 */
#ifndef VMM_BLK_JOB_H
#define VMM_BLK_JOB_H

#include <sys/uio.h>

#include "devices/blk.h"

struct blk_job {
	struct blk_io io;   /* this step, or what is left of it; */
	struct blk_io rest; /* and what follows; iov: into its disk's iovs */
	size_t cut;	    /* bytes of this step's last iovec that follow */
	struct blk_job *next;
	uint32_t tag;
	uint8_t disk;
	uint8_t way; /* the back end's */
	enum { JOB_FREE, JOB_BEGUN, JOB_HELD, JOB_SYNC, JOB_DONE } state;
	bool dropped; /* by blk_engine_stop(), */
	bool cancelled;
	bool awaited; /* so, or by blk_engine_settle() */
	bool ok;
};

/* Has the next step be what follows. There is more to do, job->rest.bytes, and
 * nothing left of the step before. */
void blk_job_step(struct blk_job *job);

struct blk_list {
	struct blk_job *first, *last;
};

/* Puts at the end; takes the first, or NULL. */
void blk_list_put(struct blk_list *list, struct blk_job *job);
struct blk_job *blk_list_take(struct blk_list *list);

#endif
