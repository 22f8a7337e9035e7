/* SPDX-License-Identifier: MIT
 *
 * See uring.h, and io_uring_setup(2), io_uring_enter(2). Each ring is a head
 * and a tail that count freely: the producer stores the tail with release
 * order, which pairs with the consumer's acquire, and the other way round for
 * the head.
 *
 * Left out: polling for submissions or completions, registered buffers.
 */
#include "vmm/uring.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	WANTED = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP |
	    IORING_FEAT_NATIVE_WORKERS
};

static bool
ring_register(int fd, unsigned op, const void *argument, unsigned count)
{
	return syscall(SYS_io_uring_register, fd, op, argument, count) >= 0;
}

/* seccomp does not see what goes through the ring; so it takes, for good, no
 * more than disks need, of no descriptors but theirs. */
static bool
restrict_ring(int fd)
{
	static const struct io_uring_restriction all[] = {
#define TAKES(op) { .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = (op) }
		TAKES(IORING_OP_READV),
		TAKES(IORING_OP_WRITEV),
		TAKES(IORING_OP_FSYNC),
		TAKES(IORING_OP_FALLOCATE),
		TAKES(IORING_OP_ASYNC_CANCEL),
		{ .opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED,
		    .sqe_flags = IOSQE_FIXED_FILE },
		{ .opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED,
		    .sqe_flags = IOSQE_ASYNC },
		{ .opcode = IORING_RESTRICTION_REGISTER_OP,
		    .register_op = IORING_UNREGISTER_FILES },
	};

	return ring_register(
	    fd, IORING_REGISTER_RESTRICTIONS, all, ARRAY_SIZE(all));
}

bool
uring_open(struct uring *u, const struct uring_wish *wish)
{
	struct io_uring_params *p = &u->params;
	int error;

	*p = (struct io_uring_params){ .flags = IORING_SETUP_CQSIZE |
		    IORING_SETUP_R_DISABLED,
		.cq_entries = wish->completions };
	u->fd = (int)syscall(SYS_io_uring_setup, wish->entries, p);
	if (u->fd < 0)
		return false;
	errno = ENOSYS;
	if ((p->features & WANTED) == WANTED &&
	    ring_register(u->fd, IORING_REGISTER_EVENTFD, &wish->event, 1) &&
	    ring_register(
		u->fd, IORING_REGISTER_FILES, wish->files, wish->count) &&
	    restrict_ring(u->fd) &&
	    ring_register(u->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0) &&
	    syscall(SYS_io_uring_enter, u->fd, 0, 0, 0, NULL, 0) == 0)
		return true;
	error = errno;
	close(u->fd);
	errno = error;
	return false;
}

bool
uring_map(struct uring *u)
{
	const struct io_uring_params *p = &u->params;
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

void
uring_forget(struct uring *u)
{
	ring_register(u->fd, IORING_UNREGISTER_FILES, NULL, 0);
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
	u->sqes[tail & u->sq_mask].flags |= IOSQE_FIXED_FILE;
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
