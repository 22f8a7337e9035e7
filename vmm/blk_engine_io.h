/* SPDX-License-Identifier: MIT
 *
 * I/O of a disk engine under test, a call each; and other disks for it.
 */
#ifndef VMM_BLK_ENGINE_IO_H
#define VMM_BLK_ENGINE_IO_H

#include <poll.h>

#include "vmm/blk_engine_fixture.h"

/* Has a disk with nothing under way be another file. */
static inline void
become(unsigned disk, int fd)
{
	engine->disk[disk].file.fd = fd;
	if (engine->has_uring) {
		close(engine->uring.fd);
		blk_uring_open(engine);
		expect(blk_uring_start(engine) == NULL);
	}
}

/* Lets the host know, and takes what is done. */
static inline void
turn(int timeout_ms)
{
	struct pollfd event = { .fd = engine->event, .events = POLLIN };
	struct blk_done done;
	uint64_t count;

	if (blk_engine_waits(engine))
		blk_engine_begin(engine);
	if (poll(&event, 1, timeout_ms) == 1)
		expect(read(engine->event, &count, sizeof(count)) > 0);
	while (blk_engine_next(engine, &done)) {
		expect(done.disk < engine->disks && done.tag < TAGS);
		expect_eq(outcome[done.tag], NONE); /* once */
		outcome[done.tag] = done.ok;
	}
}

static inline bool
wait_for(uint32_t tag)
{
	while (outcome[tag] == NONE)
		turn(-1);
	return outcome[tag];
}

/* Until what was ended is over. */
static inline void
await(void)
{
	while (blk_engine_awaited(engine))
		turn(-1);
}

static inline enum blk_result
submit(unsigned disk, uint32_t tag, const struct blk_io *io)
{
	outcome[tag] = NONE;
	return blk_engine_submit(engine, disk, tag, io);
}

/* An I/O of `bytes` at buffer + offset. */
static inline enum blk_result
submit_at(
    unsigned disk, uint32_t tag, enum blk_op op, uint64_t offset, size_t bytes)
{
	return submit(disk, tag,
	    &(struct blk_io){ .op = op,
		.offset = offset,
		.bytes = bytes,
		.iov = &(struct iovec){ buffer + offset, bytes },
		.iovs = 1 });
}

/* One I/O of disk 0 from beginning to end. */
static inline bool
whole(const struct blk_io *io)
{
	enum blk_result result = submit(0, 0, io);

	return result == BLK_LATER ? wait_for(0) : result == BLK_DONE;
}

/* In two pieces, the first of an odd size; the iovecs do not outlive the call
 * that submits them. */
static inline bool
transfer(enum blk_op op, uint64_t offset, size_t bytes)
{
	struct iovec iov[] = { { buffer, bytes / 3 },
		{ buffer + bytes / 3, bytes - bytes / 3 } };
	enum blk_result result = submit(0, 0,
	    &(struct blk_io){ .op = op,
		.offset = offset,
		.bytes = bytes,
		.iov = iov,
		.iovs = 2 });

	memset(iov, 0xff, sizeof(iov));
	return result == BLK_LATER ? wait_for(0) : result == BLK_DONE;
}

static inline bool
range(enum blk_op op, bool unmap, uint64_t offset, uint64_t bytes)
{
	return whole(&(struct blk_io){
	    .op = op, .unmap = unmap, .offset = offset, .bytes = bytes });
}

static inline bool
flush(void)
{
	return whole(&(struct blk_io){ .op = BLK_FLUSH });
}

#endif
