/* SPDX-License-Identifier: MIT
 *
 * See uring.h, and io_uring_setup(2), io_uring_enter(2). Each ring is a head
 * and a tail that count freely: the producer stores the tail with release
 * order, which pairs with the consumer's acquire, and the other way round for
 * the head.
 *
 * Left out: polling for submissions or completions, registered files, buffers.
 */
#include "vmm/uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	WANTED = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP |
	    IORING_FEAT_NATIVE_WORKERS
};

static bool
map(struct uring *u, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	size_t cq =
	    p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
	uint8_t *ring =
	    mmap(NULL, MAX(sq, cq), prot, flags, u->fd, IORING_OFF_SQ_RING);
	uint32_t *array;

	if (ring == MAP_FAILED)
		return false;
	u->sqes = mmap(NULL, p->sq_entries * sizeof(struct io_uring_sqe), prot,
	    flags, u->fd, IORING_OFF_SQES);
	if (u->sqes == MAP_FAILED) {
		munmap(ring, MAX(sq, cq));
		return false;
	}
	u->sq_head = (void *)(ring + p->sq_off.head);
	u->sq_tail = (void *)(ring + p->sq_off.tail);
	u->cq_head = (void *)(ring + p->cq_off.head);
	u->cq_tail = (void *)(ring + p->cq_off.tail);
	u->cqes = (void *)(ring + p->cq_off.cqes);
	u->sq_mask = p->sq_entries - 1;
	u->cq_mask = p->cq_entries - 1;
	array = (void *)(ring + p->sq_off.array);
	for (uint32_t i = 0; i < p->sq_entries; i++)
		array[i] = i;
	return true;
}

/* seccomp does not see what goes through the ring; so it takes, for good, no
 * more than disks need, and no descriptor but those that we have. */
static bool
restrict_ring(int fd)
{
	static const uint8_t calls[] = { IORING_OP_READV, IORING_OP_WRITEV,
		IORING_OP_FSYNC, IORING_OP_FALLOCATE, IORING_OP_ASYNC_CANCEL };
	struct io_uring_restriction all[ARRAY_SIZE(calls) + 1] = {
		[ARRAY_SIZE(
		    calls)] = { .opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED,
		    .sqe_flags = IOSQE_ASYNC },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		all[i].opcode = IORING_RESTRICTION_SQE_OP;
		all[i].sqe_op = calls[i];
	}
	return syscall(SYS_io_uring_register, fd, IORING_REGISTER_RESTRICTIONS,
		   all, ARRAY_SIZE(all)) == 0 &&
	    syscall(SYS_io_uring_register, fd, IORING_REGISTER_ENABLE_RINGS,
		NULL, 0) == 0;
}

bool
uring_open(struct uring *u, unsigned entries, unsigned completions, int event)
{
	struct io_uring_params p = { .flags = IORING_SETUP_CQSIZE |
		    IORING_SETUP_R_DISABLED,
		.cq_entries = completions };
	int error;

	u->fd = (int)syscall(SYS_io_uring_setup, entries, &p);
	if (u->fd < 0)
		return false;
	errno = ENOSYS;
	if ((p.features & WANTED) == WANTED &&
	    syscall(SYS_io_uring_register, u->fd, IORING_REGISTER_EVENTFD,
		&event, 1) == 0 &&
	    restrict_ring(u->fd) &&
	    syscall(SYS_io_uring_enter, u->fd, 0, 0, 0, NULL, 0) == 0 &&
	    map(u, &p))
		return true;
	error = errno;
	close(u->fd);
	errno = error;
	return false;
}

static uint32_t
unsubmitted(const struct uring *u)
{
	return __atomic_load_n(u->sq_tail, __ATOMIC_RELAXED) -
	    __atomic_load_n(u->sq_head, __ATOMIC_ACQUIRE);
}

bool
uring_put(struct uring *u, const struct io_uring_sqe *sqe)
{
	uint32_t tail = *u->sq_tail;

	if (unsubmitted(u) > u->sq_mask && !uring_submit(u))
		return false;
	u->sqes[tail & u->sq_mask] = *sqe;
	__atomic_store_n(u->sq_tail, tail + 1, __ATOMIC_RELEASE);
	return true;
}

bool
uring_unsubmitted(const struct uring *u)
{
	return unsubmitted(u) > 0;
}

/* Another thread may do the same at this moment: then one of them submits
 * nothing, which is no failure. */
bool
uring_submit(struct uring *u)
{
	uint32_t n;

	while ((n = unsubmitted(u)) > 0)
		if (syscall(SYS_io_uring_enter, u->fd, n, 0, 0, NULL, 0) < 0 &&
		    errno != EINTR)
			return false;
	return true;
}

void
uring_wait(struct uring *u)
{
	syscall(
	    SYS_io_uring_enter, u->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

bool
uring_take(struct uring *u, uint64_t *user_data, int32_t *result)
{
	uint32_t head = *u->cq_head;
	const struct io_uring_cqe *cqe = &u->cqes[head & u->cq_mask];

	if (head == __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*user_data = cqe->user_data;
	*result = cqe->res;
	__atomic_store_n(u->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}
