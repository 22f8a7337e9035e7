/* SPDX-License-Identifier: MIT
 *
 * Disks by threads that wait for the host, where there is no io_uring. Each
 * disk has its own, so that a slow one holds up no other: four, if it is alone.
 *
 * Threads: the loop's, with the board's lock held; and theirs, which take the
 * one of struct blk_threads for their lists alone.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "vmm/blk_backend.h"

enum { WORKERS = 4 };

static void *
work(void *argument)
{
	struct blk_worker *w = argument;
	struct blk_threads *t = &w->engine->threads;
	struct blk_job *job;

	if (w->engine->worker != NULL)
		w->engine->worker();
	pthread_mutex_lock(&t->lock);
	for (;;) {
		while ((job = blk_list_take(&w->todo)) == NULL)
			pthread_cond_wait(&w->work, &t->lock);
		pthread_mutex_unlock(&t->lock);
		job->ok = blk_file_io(&w->disk->file, &job->io);
		pthread_mutex_lock(&t->lock);
		blk_list_put(&t->ended, job);
		blk_engine_wake(w->engine);
	}
	return argument;
}

/* Signals are for the others. */
static const char *
start_workers(struct blk_worker *w, unsigned count)
{
	pthread_t thread;
	sigset_t all, before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < count && error == 0; i++)
		error = pthread_create(&thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0 ? NULL : "no thread could be had for aio=threads";
}

const char *
blk_threads_start(struct blk_engine *e)
{
	struct blk_threads *t = &e->threads;
	unsigned disks = 0;
	const char *wrong = NULL;

	pthread_mutex_init(&t->lock, NULL);
	for (unsigned i = 0; i < e->disks; i++)
		disks += e->disk[i].aio == BLK_AIO_THREADS;
	e->has_threads = disks > 0;
	for (unsigned i = 0; i < e->disks && wrong == NULL; i++) {
		if (e->disk[i].aio != BLK_AIO_THREADS)
			continue;
		t->disk[i].engine = e;
		t->disk[i].disk = &e->disk[i];
		pthread_cond_init(&t->disk[i].work, NULL);
		wrong = start_workers(&t->disk[i], MAX(WORKERS / disks, 1));
		e->workers += MAX(WORKERS / disks, 1);
	}
	return wrong;
}

void
blk_threads_begin(struct blk_engine *e, struct blk_job *job)
{
	struct blk_worker *w = &e->threads.disk[job->disk];

	pthread_mutex_lock(&e->threads.lock);
	blk_list_put(&w->todo, job);
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&e->threads.lock);
}

void
blk_threads_reap(struct blk_engine *e)
{
	struct blk_list ended;
	struct blk_job *job;

	pthread_mutex_lock(&e->threads.lock);
	ended = e->threads.ended;
	e->threads.ended.first = NULL;
	pthread_mutex_unlock(&e->threads.lock);
	while ((job = blk_list_take(&ended)) != NULL)
		blk_ended(e, job, job->ok);
}

/* What no worker has begun yet, none will. */
void
blk_threads_cancel(struct blk_engine *e, struct blk_job *job)
{
	struct blk_worker *w = &e->threads.disk[job->disk];
	struct blk_list all, *to;
	struct blk_job *one;

	pthread_mutex_lock(&e->threads.lock);
	all = w->todo;
	w->todo.first = NULL;
	while ((one = blk_list_take(&all)) != NULL) {
		to = one == job ? &e->threads.ended : &w->todo;
		blk_list_put(to, one);
	}
	pthread_mutex_unlock(&e->threads.lock);
}
