/* SPDX-License-Identifier: MIT
 *
 * Disks by io_uring: one ring for all. A completion may be a part of the job:
 * the rest is submitted anew, and zeros are had by the first of several ways
 * that the host knows.
 *
 * Threads: the loop's, with the board's lock held; it submits without it.
 */
#include <errno.h>
#include <linux/falloc.h>
#include <string.h>

#include "vmm/blk_backend.h"

enum {
	ENTRIES = 256,

	/* All jobs, a sync for each disk, and what is cancelled of one while
	 * what was cancelled before waits to be submitted. */
	COMPLETIONS = 2048,

	/* What is in the page cache, the kernel copies while we submit: no more
	 * than this, for the loop has timers to fire. A worker of the kernel's
	 * copies the rest. */
	INLINE_MAX = 128 << 10,

	CANCEL = 1 /* user_data; else a job's address */
};
_Static_assert(
    COMPLETIONS >= BLK_DISKS_MAX * (BLK_JOBS + 1) + BLK_JOBS + ENTRIES,
    "completions would overflow");

/* job->way of a ZERO. A hole leaves a file's size alone, so that where one was
 * cut off reading has to show that the zeros are there. */
enum { PUNCH, READ_BACK, ZERO_RANGE, WRITE_ZEROS };

void
blk_uring_open(struct blk_engine *e)
{
	bool wanted = false;
	int files[BLK_DISKS_MAX];

	for (unsigned i = 0; i < e->disks; i++) {
		bool its = e->disk[i].aio != BLK_AIO_THREADS;

		files[i] = its ? e->disk[i].file.fd : -1;
		wanted |= its;
	}
	e->has_uring = wanted &&
	    uring_open(&e->uring,
		&(struct uring_wish){
		    ENTRIES, COMPLETIONS, e->event, files, e->disks });
}

const char *
blk_uring_start(struct blk_engine *e)
{
	bool demanded = false;

	for (unsigned i = 0; i < e->disks; i++)
		demanded |= e->disk[i].aio == BLK_AIO_URING;
	if (e->has_uring && !uring_map(&e->uring))
		return strerror(errno);
	if (demanded && !e->has_uring)
		return "aio=io_uring: this host has or allows no io_uring of"
		       " Linux 5.12 or later; aio=threads needs none";
	for (unsigned i = 0; i < e->disks; i++)
		if (e->disk[i].aio == BLK_AIO_ANY)
			e->disk[i].aio =
			    e->has_uring ? BLK_AIO_URING : BLK_AIO_THREADS;
	return NULL;
}

static void
put_transfer(struct io_uring_sqe *sqe, const struct blk_job *job, bool write)
{
	sqe->opcode = write ? IORING_OP_WRITEV : IORING_OP_READV;
	sqe->addr = (uintptr_t)job->io.iov;
	sqe->len = job->io.iovs;
	if (job->io.bytes > INLINE_MAX)
		sqe->flags = IOSQE_ASYNC;
}

static void
put_fallocate(
    struct io_uring_sqe *sqe, const struct blk_job *job, unsigned mode)
{
	sqe->opcode = IORING_OP_FALLOCATE;
	sqe->addr = job->io.bytes;
	sqe->len = mode;
}

static void
put_zero(struct io_uring_sqe *sqe, struct blk_engine *e, struct blk_job *job)
{
	struct blk_io *io = &job->io;
	struct iovec *iovs =
	    e->disk[job->disk].iovs[job - e->disk[job->disk].job];

	io->iov = iovs;
	switch (job->way) {
	case PUNCH:
		put_fallocate(
		    sqe, job, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
		break;
	case READ_BACK:
		iovs[0] = (struct iovec){ e->sink, sizeof(e->sink) };
		io->iovs = 1;
		put_transfer(sqe, job, false);
		sqe->off += io->bytes - sizeof(e->sink);
		break;
	case ZERO_RANGE:
		put_fallocate(sqe, job, FALLOC_FL_ZERO_RANGE);
		break;
	case WRITE_ZEROS:
		io->iovs = blk_iov_zeros(iovs, BLK_IOVS_MAX, io->bytes);
		put_transfer(sqe, job, true);
		break;
	}
}

static void
put(struct blk_engine *e, struct blk_job *job)
{
	struct io_uring_sqe sqe = { .fd = job->disk,
		.off = job->io.offset,
		.user_data = (uintptr_t)job };

	switch (job->io.op) {
	case BLK_READ:
	case BLK_WRITE:
		put_transfer(&sqe, job, job->io.op == BLK_WRITE);
		break;
	case BLK_FLUSH:
		sqe.opcode = IORING_OP_FSYNC;
		sqe.fsync_flags = IORING_FSYNC_DATASYNC;
		break;
	case BLK_DISCARD:
		put_fallocate(
		    &sqe, job, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
		break;
	case BLK_ZERO:
		put_zero(&sqe, e, job);
		break;
	}
	if (uring_put(&e->uring, &sqe))
		return;
	blk_ended(e, job, false);
	blk_engine_wake(e);
}

void
blk_uring_begin(struct blk_engine *e, struct blk_job *job)
{
	job->way = job->io.unmap ? PUNCH : ZERO_RANGE;
	put(e, job);
}

/* As far as it got: fewer bytes than asked for is the end of a file that was
 * cut off, a disk that is full, or a host that does not do more at once. */
static void
moved(struct blk_engine *e, struct blk_job *job, int32_t result)
{
	struct blk_io *io = &job->io;

	if (result > 0) {
		io->offset += (uint64_t)result;
		io->bytes -= (uint64_t)result;
		blk_iov_advance(&io->iov, &io->iovs, (size_t)result);
	}
	if (result <= 0 || io->bytes == 0)
		blk_ended(e, job, result > 0);
	else
		put(e, job);
}

/* Whatever the reason why the host cannot: the next way is the judge. */
static void
zeroed(struct blk_engine *e, struct blk_job *job, int32_t result)
{
	switch (job->way) {
	case PUNCH:
		job->way = result == 0 ? READ_BACK : ZERO_RANGE;
		break;
	case READ_BACK:
		if (result == sizeof(e->sink)) {
			blk_ended(e, job, true);
			return;
		}
		job->way = ZERO_RANGE;
		break;
	case ZERO_RANGE:
		if (result == 0) {
			blk_ended(e, job, true);
			return;
		}
		job->way = WRITE_ZEROS;
		break;
	case WRITE_ZEROS:
		moved(e, job, result);
		return;
	}
	put(e, job);
}

static void
completed(struct blk_engine *e, struct blk_job *job, int32_t result)
{
	if (job->dropped) {
		blk_ended(e, job, false);
		return;
	}
	if (result == -EINTR) {
		put(e, job);
		return;
	}
	switch (job->io.op) {
	case BLK_READ:
	case BLK_WRITE:
		moved(e, job, result);
		break;
	case BLK_FLUSH:
		blk_ended(e, job, result == 0);
		break;
	case BLK_DISCARD: /* a hint, unless the storage is broken */
		blk_ended(e, job, result != -EIO);
		break;
	case BLK_ZERO:
		zeroed(e, job, result);
		break;
	}
}

void
blk_uring_reap(struct blk_engine *e)
{
	uint64_t user_data;
	int32_t result;

	while (uring_take(&e->uring, &user_data, &result))
		if (user_data != CANCEL)
			completed(e, (void *)(uintptr_t)user_data, result);
}

/* A job that has not begun, or that waits, ends at once; what a disk is doing
 * goes on, and before Linux 5.19 all does: it takes no IOSQE_FIXED_FILE here. */
void
blk_uring_cancel(struct blk_engine *e, struct blk_job *job)
{
	uring_put(&e->uring,
	    &(struct io_uring_sqe){ .opcode = IORING_OP_ASYNC_CANCEL,
		.addr = (uintptr_t)job,
		.user_data = CANCEL });
}
