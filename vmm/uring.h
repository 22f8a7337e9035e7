/* SPDX-License-Identifier: MIT
 *
 * io_uring(7) by its system calls: a ring of submissions, a ring of
 * completions, and an eventfd that tells of these.
 *
 * Threads: uring_put() and uring_take() one at a time, by a lock of the
 * caller's; uring_submit() from any thread without it.
 */
#ifndef VMM_URING_H
#define VMM_URING_H

#include <linux/io_uring.h>

#include "vmm/util.h"

struct uring {
	int fd; /* owned */
	struct io_uring_params params;
	uint32_t sq_mask, cq_mask;
	uint32_t *sq_head, *sq_tail, *cq_head, *cq_tail; /* shared: */
	struct io_uring_sqe *sqes;			 /* the kernel's */
	const struct io_uring_cqe *cqes;
};

struct uring_wish {
	unsigned entries, completions; /* room for so many: powers of two */
	int event;		       /* counts up with each completion */
	const int *files; /* all that it will ever reach; -1: none */
	unsigned count;
};

/* A submission names a file by its number in `files`. False, with errno set and
 * nothing left open, when the host will not, or knows io_uring only as it was
 * before Linux 5.12: no threads of the process, other limits than its. */
bool uring_open(struct uring *u, const struct uring_wish *wish);

/* Before the calls below, in the process that makes them, which may be a child.
 * False with errno: no memory. */
bool uring_map(struct uring *u);

/* Lets go of the files, at once where nothing is under way: the kernel would
 * some milliseconds after the last process that has the ring. */
void uring_forget(struct uring *u);

/* Puts a submission into the ring, where it waits for uring_submit(); its `fd`
 * is a file's number. False when the ring is full and the host takes none out
 * of it. */
bool uring_put(struct uring *u, const struct io_uring_sqe *sqe);

/* Is there any to submit? */
bool uring_unsubmitted(const struct uring *u);

/* Has the host begin all. False: not all, for lack of memory; once more. */
bool uring_submit(struct uring *u);

/* Takes a completion: the submission's user_data, and its result or -errno.
 * False when there is none. The caller sees to it that there are never more
 * outstanding than there is room for. */
bool uring_take(struct uring *u, uint64_t *user_data, int32_t *result);

#endif
