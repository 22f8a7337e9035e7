/* SPDX-License-Identifier: MIT
 *
 * See blk_job.h. A sync is no job with steps: nobody can cut one.
 */
#include "vmm/blk_job.h"

/* Most drivers' requests are one step: Linux asks for 1280 KiB at most, unless
 * it is told otherwise. What may have to be written as zeros is written; a hole
 * is made of what the file system and the page cache know of, at a price that
 * a small step would pay over and over. */
static uint64_t
step_max(enum blk_op op)
{
	return op == BLK_DISCARD ? 64 << 20 : 2 << 20;
}

/* Whoever did the step may have moved the beginning of its last iovec, but not
 * the end. */
static void
take_up(struct blk_job *job)
{
	struct iovec *iov = job->rest.iov;

	if (job->cut == 0)
		return;
	iov->iov_base = (uint8_t *)iov->iov_base + iov->iov_len;
	iov->iov_len = job->cut;
	job->cut = 0;
}

void
blk_job_step(struct blk_job *job)
{
	struct blk_io *io = &job->io, *rest = &job->rest;
	uint64_t left;

	take_up(job);
	*io = *rest;
	left = io->bytes = MIN(rest->bytes, step_max(io->op));
	rest->offset += left;
	rest->bytes -= left;
	for (; rest->iovs > 0 && rest->iov->iov_len <= left; rest->iovs--)
		left -= rest->iov++->iov_len;
	io->iovs -= rest->iovs;
	if (rest->iovs == 0 || left == 0)
		return;
	io->iovs++;
	job->cut = rest->iov->iov_len - left;
	rest->iov->iov_len = left;
}

void
blk_list_put(struct blk_list *list, struct blk_job *job)
{
	job->next = NULL;
	if (list->first == NULL)
		list->first = job;
	else
		list->last->next = job;
	list->last = job;
}

struct blk_job *
blk_list_take(struct blk_list *list)
{
	struct blk_job *job = list->first;

	if (job != NULL)
		list->first = job->next;
	return job;
}
