/* SPDX-License-Identifier: MIT
 *
 * See blk_engine.h. Once a sync has failed, all that follow do: the kernel
 * forgets what it could not write, and the next fdatasync() would succeed
 * without it.
 */
#include "vmm/blk_engine.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vmm/blk_backend.h"

/* In the event's count, past all that is done: blk_engine_end(). */
#define AT_REST ((uint64_t)1 << 63)

void
blk_engine_wake(struct blk_engine *e)
{
	uint64_t one = 1;

	/* It fails only when it has long been ready. */
	if (write(e->event, &one, sizeof(one)) < 0)
		return;
}

/*
 * Jobs.
 */

static void
release(struct blk_engine *e, struct blk_job *job)
{
	struct blk_disk *d = &e->disk[job->disk];

	e->awaited -= job->awaited;
	job->awaited = false;
	job->state = JOB_FREE;
	job->next = d->free;
	d->free = job;
	d->room++;
}

static void
finish(struct blk_engine *e, struct blk_job *job, bool ok)
{
	job->state = JOB_DONE;
	job->ok = ok;
	blk_list_put(&e->done, job);
}

static void
begin(struct blk_engine *e, struct blk_job *job)
{
	job->state = JOB_BEGUN;
	if (e->disk[job->disk].aio == BLK_AIO_URING)
		blk_uring_begin(e, job);
	else
		blk_threads_begin(e, job);
}

static void
begin_step(struct blk_engine *e, struct blk_job *job)
{
	blk_job_step(job);
	e->moving++;
	begin(e, job);
}

static void
go_on(struct blk_engine *e, struct blk_job *job)
{
	if (!e->hold) {
		begin_step(e, job);
		return;
	}
	job->state = JOB_HELD;
	blk_list_put(&e->held, job);
}

static void
begin_sync(struct blk_engine *e, struct blk_disk *d)
{
	if (d->sync_job.state == JOB_BEGUN || d->unsynced.first == NULL)
		return;
	d->syncing = d->unsynced;
	d->unsynced.first = NULL;
	begin(e, &d->sync_job);
}

static void
await_sync(struct blk_engine *e, struct blk_job *job)
{
	struct blk_disk *d = &e->disk[job->disk];

	job->state = JOB_SYNC;
	blk_list_put(&d->unsynced, job);
	begin_sync(e, d);
}

static void
synced(struct blk_engine *e, struct blk_disk *d, bool ok)
{
	struct blk_job *job;

	d->sync_job.state = JOB_FREE;
	d->lost |= !ok;
	while ((job = blk_list_take(&d->syncing)) != NULL)
		finish(e, job, !d->lost);
	begin_sync(e, d);
}

void
blk_ended(struct blk_engine *e, struct blk_job *job, bool ok)
{
	struct blk_disk *d = &e->disk[job->disk];

	if (job == &d->sync_job) {
		synced(e, d, ok);
		return;
	}
	e->moving--;
	if (job->dropped) {
		release(e, job);
	} else if (ok && job->rest.bytes > 0) {
		go_on(e, job);
	} else if (ok && job->io.stable) {
		await_sync(e, job);
	} else {
		finish(e, job, ok);
	}
}

/*
 * The calls of blk_engine.h.
 */

static void
disk_start(struct blk_engine *e, unsigned disk)
{
	struct blk_disk *d = &e->disk[disk];

	for (unsigned i = 0; i < BLK_JOBS; i++) {
		d->job[i].disk = (uint8_t)disk;
		release(e, &d->job[i]);
	}
	d->sync_job.disk = (uint8_t)disk;
	d->sync_job.io.op = BLK_FLUSH;
}

const char *
blk_engine_open(struct blk_engine *e, unsigned disks)
{
	e->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (e->event < 0)
		return strerror(errno);
	e->disks = disks;
	blk_uring_open(e);
	return NULL;
}

const char *
blk_engine_start(struct blk_engine *e)
{
	const char *wrong;

	for (unsigned i = 0; i < e->disks; i++)
		disk_start(e, i);
	wrong = blk_uring_start(e);
	return wrong != NULL ? wrong : blk_threads_start(e);
}

bool
blk_engine_room(struct blk_engine *e, unsigned disk)
{
	struct blk_disk *d = &e->disk[disk];

	d->room_wanted = d->room < BLK_BURST;
	return !d->room_wanted;
}

bool
blk_engine_room_again(struct blk_engine *e, unsigned disk)
{
	return e->disk[disk].room_wanted && blk_engine_room(e, disk);
}

enum blk_result
blk_engine_submit(
    struct blk_engine *e, unsigned disk, uint32_t tag, const struct blk_io *io)
{
	struct blk_disk *d = &e->disk[disk];
	struct blk_job *job = d->free;
	bool writes = io->op == BLK_WRITE || io->op == BLK_ZERO;
	bool stable =
	    d->sync == BLK_SYNC_FLUSH ? io->stable : d->sync == BLK_SYNC_ALWAYS;

	if (io->op == BLK_FLUSH && d->sync == BLK_SYNC_NEVER)
		return BLK_DONE;
	if (d->lost && (io->op == BLK_FLUSH || (writes && stable)))
		return BLK_FAILED;
	check(job != NULL && io->iovs <= BLK_IOVS_MAX);
	d->free = job->next;
	d->room--;
	job->tag = tag;
	job->dropped = job->cancelled = false;
	job->cut = 0;
	job->rest = *io;
	job->rest.stable = writes && stable;
	job->rest.iov = d->iovs[job - d->job];
	for (unsigned i = 0; i < io->iovs; i++)
		job->rest.iov[i] = io->iov[i];
	if (io->op == BLK_FLUSH)
		await_sync(e, job);
	else
		begin_step(e, job);
	return BLK_LATER;
}

bool
blk_engine_waits(const struct blk_engine *e)
{
	return e->has_uring && uring_unsubmitted(&e->uring);
}

void
blk_engine_begin(struct blk_engine *e)
{
	if (!uring_submit(&e->uring))
		blk_engine_wake(e); /* and come back */
}

/* Who drops jobs may be a vCPU, which has no business with the host. */
static void
cancel_dropped(struct blk_engine *e)
{
	e->to_cancel = false;
	for (unsigned n = 0; n < e->disks * BLK_JOBS; n++) {
		struct blk_disk *d = &e->disk[n / BLK_JOBS];
		struct blk_job *job = &d->job[n % BLK_JOBS];

		if (job->state != JOB_BEGUN || !job->dropped || job->cancelled)
			continue;
		job->cancelled = true;
		if (d->aio == BLK_AIO_URING)
			blk_uring_cancel(e, job);
		else
			blk_threads_cancel(e, job);
	}
}

static void
reap(struct blk_engine *e)
{
	struct blk_job *job;

	if (e->to_cancel)
		cancel_dropped(e);
	while (!e->hold && (job = blk_list_take(&e->held)) != NULL)
		begin_step(e, job);
	if (e->has_uring)
		blk_uring_reap(e);
	if (e->has_threads)
		blk_threads_reap(e);
}

bool
blk_engine_next(struct blk_engine *e, struct blk_done *done)
{
	struct blk_job *job;

	reap(e);
	job = blk_list_take(&e->done);
	if (job == NULL)
		return false;
	*done = (struct blk_done){ job->disk, job->tag, job->ok };
	release(e, job);
	return true;
}

void
blk_engine_hold(struct blk_engine *e, bool hold)
{
	e->hold = hold;
	if (!hold && e->disks > 0)
		blk_engine_wake(e);
}

bool
blk_engine_idle(const struct blk_engine *e)
{
	return e->moving == 0 && e->done.first == NULL;
}

static bool
syncs(const struct blk_engine *e)
{
	for (unsigned i = 0; i < e->disks; i++)
		if (e->disk[i].sync_job.state == JOB_BEGUN)
			return true;
	return false;
}

void
blk_engine_end(struct blk_engine *e)
{
	uint64_t at_rest = AT_REST;

	if (e->moving == 0 && !syncs(e) &&
	    write(e->event, &at_rest, sizeof(at_rest)) < 0)
		return; /* it takes a little longer */
}

/* Before Linux 6.13 the ring waits for what is under way, and lets go then. */
void
blk_engine_close(struct blk_engine *e)
{
	uint64_t count;

	if (e->has_uring && read(e->event, &count, sizeof(count)) > 0 &&
	    count >= AT_REST)
		uring_forget(&e->uring);
	if (e->has_uring)
		close(e->uring.fd);
	close(e->event);
}

/*
 * Those whose end somebody awaits. To stop a queue drops its jobs: a sync
 * touches no guest memory and changes nothing, so that who waits for one goes
 * at once; all else is awaited, though not gone on with: what is under way,
 * after it was cancelled, and what the host will not cancel.
 */

static void
await(struct blk_engine *e, struct blk_job *job)
{
	e->awaited += !job->awaited;
	job->awaited = true;
}

/* Frees those in it that are dropped. */
static void
purge(struct blk_engine *e, struct blk_list *list)
{
	struct blk_list all = *list;
	struct blk_job *job;

	list->first = NULL;
	while ((job = blk_list_take(&all)) != NULL) {
		if (job->dropped)
			release(e, job);
		else
			blk_list_put(list, job);
	}
}

void
blk_engine_stop(struct blk_engine *e, unsigned disk, unsigned queue)
{
	struct blk_disk *d = &e->disk[disk];
	bool any = false;

	for (unsigned i = 0; i < BLK_JOBS; i++) {
		struct blk_job *job = &d->job[i];

		if (job->state == JOB_FREE || job->tag >> 16 != queue)
			continue;
		job->dropped = any = true;
		await(e, job);
	}
	if (!any)
		return;
	purge(e, &d->unsynced);
	purge(e, &d->syncing);
	purge(e, &e->held);
	purge(e, &e->done);
	e->to_cancel = true;
	blk_engine_wake(e);
}

void
blk_engine_settle(struct blk_engine *e, unsigned disk)
{
	for (unsigned i = 0; i < BLK_JOBS; i++)
		if (e->disk[disk].job[i].state != JOB_FREE)
			await(e, &e->disk[disk].job[i]);
}

bool
blk_engine_awaited(const struct blk_engine *e)
{
	return e->awaited > 0;
}
