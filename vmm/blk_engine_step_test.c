/* SPDX-License-Identifier: MIT
 *
 * I/O of more than a step: whole if nobody minds, and no more than the step
 * under way if somebody does. Cases come twice, for each back end.
 */
#include "vmm/blk_engine_io.h"

enum { STEP = 2 << 20, LONG = 3 * STEP + 512, SLOT = LONG / 8 };

static uint8_t memory[LONG], copy[LONG];

/* From or to `memory`: from its end, and by eights. */
static enum blk_result
submit_long(uint32_t tag, enum blk_op op)
{
	struct iovec iov[8];

	for (unsigned i = 0; i < 8; i++)
		iov[i] = (struct iovec){ memory + (7 - i) * SLOT, SLOT };
	return submit(0, tag,
	    &(struct blk_io){
		.op = op, .bytes = LONG, .iov = iov, .iovs = ARRAY_SIZE(iov) });
}

static uint64_t
file_bytes(void)
{
	return (uint64_t)lseek(engine->disk[0].file.fd, 0, SEEK_END);
}

/* With nothing in the file, and the host at the first step. */
static void
begin_write(uint32_t tag)
{
	check(ftruncate(engine->disk[0].file.fd, 0) == 0);
	expect_eq(submit_long(tag, BLK_WRITE), BLK_LATER);
	if (blk_engine_waits(engine))
		blk_engine_begin(engine);
	while (file_bytes() == 0)
		usleep(100);
}

static void
test_whole(void)
{
	uint64_t seed = 3;

	begin("a long one, there and back", 1, BLK_SYNC_FLUSH);
	for (unsigned i = 0; i < LONG; i++)
		copy[i] = memory[i] = (uint8_t)unit_random(&seed);
	expect_eq(submit_long(1, BLK_WRITE), BLK_LATER);
	expect(wait_for(1));
	expect_eq(file_bytes(), LONG);
	memset(memory, 0, LONG);
	expect_eq(submit_long(2, BLK_READ), BLK_LATER);
	expect(wait_for(2));
	expect(memcmp(memory, copy, LONG) == 0);
	expect(range(BLK_ZERO, false, 512, LONG - 1024));
	expect(range(BLK_ZERO, true, 512, LONG - 1024));
	expect(range(BLK_DISCARD, false, 0, LONG));
}

static void
test_dropped(void)
{
	begin("a queue stops: no step follows", 1, BLK_SYNC_ALWAYS);
	begin_write(1);
	blk_engine_stop(engine, 0, 0);
	await();
	expect(file_bytes() <= STEP);
	expect(outcome[1] == NONE && blk_engine_idle(engine));
	expect_eq(engine->disk[0].room, BLK_JOBS);
}

static void
test_failed(void)
{
	struct iovec iov[] = { { NULL, STEP }, { memory, STEP } };

	begin("a step fails: none follows, and so has the whole", 1,
	    BLK_SYNC_FLUSH);
	check(ftruncate(engine->disk[0].file.fd, 0) == 0);
	expect(!whole(&(struct blk_io){ .op = BLK_WRITE,
	    .bytes = 2 * STEP,
	    .iov = iov,
	    .iovs = ARRAY_SIZE(iov) }));
	expect_eq(file_bytes(), 0);
	expect(flush());
}

static void
cases(void)
{
	test_whole();
	test_dropped();
	test_failed();
}

int
main(void)
{
	enter_directory();
	for_each_back_end(cases);
	leave_directory();
	return unit_done();
}
