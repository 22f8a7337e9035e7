/* SPDX-License-Identifier: MIT
 *
 * Queues that stop, and disks that settle, in the middle of their I/O. Cases
 * come twice, for each back end.
 */
#include "vmm/blk_engine_io.h"

enum { Q1 = 1 << 16 };

static const struct blk_io flush_io = { .op = BLK_FLUSH };

/* Linux cancels by a ring that is restricted to its files since 5.19. */
static bool
host_cancels(void)
{
	struct uring ring;
	uint64_t id;
	int32_t result = 0;

	check(open_ring(&ring) && uring_map(&ring));
	check(uring_put(&ring,
	    &(struct io_uring_sqe){
		.opcode = IORING_OP_ASYNC_CANCEL, .addr = 1 }));
	check(uring_submit(&ring) && uring_take(&ring, &id, &result));
	return result == -ENOENT;
}

static void
stop(unsigned disk, unsigned queue)
{
	blk_engine_stop(engine, disk, queue);
	await();
}

static void
test_await(void)
{
	begin("all that one disk is at, and no more", 2, BLK_SYNC_FLUSH);
	blk_engine_settle(engine, 0);
	expect(!blk_engine_awaited(engine) && blk_engine_idle(engine));
	for (unsigned i = 0; i < 15; i++)
		expect_eq(submit_at(0, i, BLK_WRITE, i * 512, 512), BLK_LATER);
	expect_eq(submit(0, 15, &flush_io), BLK_LATER);
	expect(!blk_engine_idle(engine));
	blk_engine_settle(engine, 1);
	expect(!blk_engine_awaited(engine));
	blk_engine_settle(engine, 0);
	await();
	for (unsigned i = 0; i < 16; i++)
		expect_eq(outcome[i], true);
	expect(blk_engine_idle(engine));
}

static void
test_stop(void)
{
	static uint8_t file[BYTES];
	enum { PIECE = 16384, PIECES = BYTES / PIECE - 1 };
	int fd;

	begin("a queue stops: nothing of it is heard or seen any more", 2,
	    BLK_SYNC_FLUSH);
	fd = open("0", O_RDONLY | O_CLOEXEC);
	memset(buffer, 0x77, BYTES);
	for (unsigned i = 0; i < PIECES; i++) {
		uint32_t queue = i % 2 ? Q1 : 0;

		expect_eq(submit_at(0, queue + i, BLK_WRITE, i * PIECE, PIECE),
		    BLK_LATER);
		if (i == 32 && blk_engine_waits(engine))
			blk_engine_begin(engine);
	}
	expect_eq(submit(0, 100, &flush_io), BLK_LATER);
	expect_eq(submit(0, 101, &flush_io), BLK_LATER);
	expect_eq(submit_at(1, 200, BLK_READ, PIECES * PIECE, 512), BLK_LATER);
	stop(0, 0);
	check(pread(fd, file, BYTES, 0) == BYTES);
	for (unsigned i = 0; i < PIECES; i += 2)
		memset(buffer + i * PIECE, 0x88, PIECE); /* by nobody */
	for (unsigned i = 1; i < PIECES; i += 2)
		expect(wait_for(Q1 + i));
	expect(wait_for(200));
	turn(0);
	for (unsigned i = 0; i < PIECES; i += 2)
		expect_eq(outcome[i], NONE);
	expect(outcome[100] == NONE && outcome[101] == NONE);
	check(pread(fd, buffer, BYTES, 0) == BYTES);
	for (unsigned i = 0; i < PIECES; i += 2)
		expect(
		    memcmp(buffer + i * PIECE, file + i * PIECE, PIECE) == 0);
	expect_eq(engine->disk[0].room, BLK_JOBS);
	close(fd);

	begin("... and what was done, but not told", 1, BLK_SYNC_FLUSH);
	expect_eq(submit_at(0, 1, BLK_READ, 0, 512), BLK_LATER);
	expect_eq(submit_at(0, Q1, BLK_READ, 0, 512), BLK_LATER);
	if (blk_engine_waits(engine))
		blk_engine_begin(engine);
	usleep(2000);
	blk_engine_stop(engine, 0, 1);
	blk_engine_stop(engine, 0, 0);
	await();
	turn(0);
	expect(outcome[1] == NONE && outcome[Q1] == NONE);
	expect(transfer(BLK_READ, 0, 512));
}

static bool
buffer_is(uint8_t byte)
{
	return buffer[0] == byte &&
	    memcmp(buffer, buffer + 1, sizeof(buffer) - 1) == 0;
}

/* /dev/zero gives 128 MiB at a time. */
static void
test_slow(void)
{
	struct iovec iov[128];

	begin("... while the host is at it, and has more to do", 2,
	    BLK_SYNC_FLUSH);
	become(0, open("/dev/zero", O_RDWR | O_CLOEXEC));
	for (unsigned i = 0; i < ARRAY_SIZE(iov); i++)
		iov[i] = (struct iovec){ buffer, BYTES };
	for (unsigned i = 0; i < 16; i++)
		expect_eq(submit(0, i,
			      &(struct blk_io){ .op = BLK_READ,
				  .bytes = sizeof(buffer) * ARRAY_SIZE(iov),
				  .iov = iov,
				  .iovs = ARRAY_SIZE(iov) }),
		    BLK_LATER);
	if (blk_engine_waits(engine))
		blk_engine_begin(engine);
	usleep(1000);
	stop(0, 0);
	memset(buffer, 0x99, sizeof(buffer));
	usleep(10000);
	turn(0);
	expect(buffer_is(0x99));
	for (unsigned i = 0; i < 16; i++)
		expect_eq(outcome[i], NONE);
	expect_eq(engine->disk[0].room, BLK_JOBS);
}

/* A pipe is a disk that takes its time. */
static void
test_stuck(void)
{
	int ends[2];

	if (aio != BLK_AIO_URING || !host_cancels())
		return;
	begin("a disk that does not answer is cancelled", 2, BLK_SYNC_FLUSH);
	check(pipe2(ends, O_CLOEXEC) == 0);
	become(0, ends[0]);
	memset(buffer, 0, 8192);
	for (unsigned i = 0; i < 8; i++)
		expect_eq(submit_at(0, i, BLK_READ, i * 512, 512), BLK_LATER);
	expect_eq(submit_at(0, Q1, BLK_READ, 8 * 512, 512), BLK_LATER);
	turn(0);
	expect_eq(submit_at(0, 8, BLK_READ, 9 * 512, 512), BLK_LATER);
	expect_eq(submit_at(1, 9, BLK_READ, 10 * 512, 512), BLK_LATER);
	stop(0, 0);
	memset(buffer + 8192, 0x11, 512);
	check(write(ends[1], buffer + 8192, 512) == 512);
	expect(wait_for(Q1) && wait_for(9));
	expect_eq(buffer[4096], 0x11);
	for (unsigned i = 0; i <= 8; i++) {
		expect_eq(outcome[i], NONE);
		expect_eq(buffer[i * 512], i == 8 ? 0x11 : 0);
	}
	begin(
	    "... and what came in part is not gone on with", 1, BLK_SYNC_FLUSH);
	become(0, ends[0]);
	expect_eq(submit_at(0, 1, BLK_READ, 0, 512), BLK_LATER);
	turn(0);
	check(write(ends[1], buffer, 100) == 100);
	stop(0, 0);
	expect_eq(engine->disk[0].room, BLK_JOBS);
	close(ends[0]);
	close(ends[1]);
}

static void
cases(void)
{
	test_await();
	test_stop();
	test_slow();
	test_stuck();
}

int
main(void)
{
	return run_for_each_back_end(cases);
}
