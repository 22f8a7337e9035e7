/* SPDX-License-Identifier: MIT
 *
 * What becomes of I/O between its submission and its end: a back end (io_uring,
 * or threads) does a job step by step, a write that must be stable is then
 * synced, and at last it waits to be told of:
 *
 *	free -> begun ... -> (unsynced -> syncing) -> done -> free
 *
 * One fdatasync() at a time is under way for a disk, for all the jobs that
 * waited for it when it began: cheaper than one each, and the kernel tells only
 * one caller that it could not write something back.
 *
 * Threads: one at a time, by the board's lock, but for blk_engine_begin().
 */
#ifndef VMM_BLK_ENGINE_H
#define VMM_BLK_ENGINE_H

#include <pthread.h>

#include "vmm/blk_file.h"
#include "vmm/blk_job.h"
#include "vmm/uring.h"

enum { BLK_DISKS_MAX = 8, BLK_JOBS = 128 };

struct blk_disk {
	struct blk_file file;
	enum blk_aio aio; /* as asked for; from the start on, which it is */
	enum blk_sync sync;
	bool lost;	  /* a sync failed, so all do: see blk_engine.c */
	bool room_wanted; /* blk_engine_room() said no */
	unsigned room;	  /* free jobs */
	struct blk_job *free;
	struct blk_list unsynced, syncing;
	struct blk_job sync_job; /* begun: one is under way for `syncing` */
	struct blk_job job[BLK_JOBS];
	struct iovec iovs[BLK_JOBS][BLK_IOVS_MAX];
};

/* blk_threads.c: each disk's own threads, all under one lock. */
struct blk_threads {
	pthread_mutex_t lock;
	struct blk_list ended;
	struct blk_worker {
		struct blk_engine *engine;
		struct blk_disk *disk;
		pthread_cond_t work;
		struct blk_list todo;
	} disk[BLK_DISKS_MAX];
};

struct blk_engine {
	struct blk_disk disk[BLK_DISKS_MAX];
	unsigned disks;
	int event; /* eventfd: blk_engine_next() may have something */
	bool has_uring, has_threads;
	unsigned workers;     /* the latter's threads: each begins */
	void (*worker)(void); /* with that, unless it is NULL */
	struct uring uring;
	unsigned moving;   /* jobs of which the host has a step */
	unsigned awaited;  /* jobs */
	bool to_cancel;	   /* some that were dropped */
	uint8_t sink[512]; /* written to by the host, read by nobody */
	struct blk_threads threads;
	bool hold;
	struct blk_list held, done;
};

/* Sets out to serve the first `disks` disks, of which the caller has filled in
 * `file`, `aio` and `sync`; the rest is zero. NULL, or what the host refused.
 * The first half may be done by a process whose child does all the rest. */
const char *blk_engine_open(struct blk_engine *e, unsigned disks);
const char *blk_engine_start(struct blk_engine *e);

/* devices/blk.h, by number of the disk; is there room again, after a no? Once. */
bool blk_engine_room(struct blk_engine *e, unsigned disk);
bool blk_engine_room_again(struct blk_engine *e, unsigned disk);
enum blk_result blk_engine_submit(
    struct blk_engine *e, unsigned disk, uint32_t tag, const struct blk_io *io);
void blk_engine_stop(struct blk_engine *e, unsigned disk, unsigned queue);
void blk_engine_settle(struct blk_engine *e, unsigned disk);
bool blk_engine_awaited(const struct blk_engine *e);

/* What was submitted may wait for this, which may take a while: it needs no
 * lock. blk_engine_waits() tells whether something does, with the lock. */
bool blk_engine_waits(const struct blk_engine *e);
void blk_engine_begin(struct blk_engine *e);

/* After an event: the next I/O that is done, once. False: no more for now. */
struct blk_done {
	unsigned disk;
	uint32_t tag;
	bool ok;
};
bool blk_engine_next(struct blk_engine *e, struct blk_done *done);

/* Until it is not to hold any more, no step follows another. Is then nothing under
 * way that could touch guest memory or change a disk, nor anything to tell? A
 * sync may go on: it does neither. */
void blk_engine_hold(struct blk_engine *e, bool hold);
bool blk_engine_idle(const struct blk_engine *e);

/* The end, and then who opened it: the files are the caller's alone, to be
 * closed; a little later if I/O was under way, or it came to no end. */
void blk_engine_end(struct blk_engine *e);
void blk_engine_close(struct blk_engine *e);

#endif
