/* SPDX-License-Identifier: MIT
 *
 * I/O of more than a step: whole if nobody minds, and no more than the step
 * under way, or for now, if somebody does. Cases come twice, for each back end.
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
rest(void)
{
	blk_engine_hold(engine, true);
	while (!blk_engine_idle(engine))
		turn(-1);
	turn(0);
}

static void
test_held(void)
{
	begin("held: no step follows until it is not", 2, BLK_SYNC_FLUSH);
	begin_write(1);
	begin_write(2);
	rest();
	expect_eq(file_bytes(), STEP);
	expect(outcome[1] == NONE && outcome[2] == NONE);
	blk_engine_settle(engine, 0);
	expect(blk_engine_awaited(engine));
	blk_engine_hold(engine, false);
	await();
	expect(outcome[1] == true && outcome[2] == true);
	expect_eq(file_bytes(), LONG);

	begin("... nor if its queue stops meanwhile", 1, BLK_SYNC_FLUSH);
	begin_write(1);
	rest();
	blk_engine_stop(engine, 0, 0);
	await();
	blk_engine_hold(engine, false);
	turn(0);
	expect_eq(file_bytes(), STEP);
	expect(outcome[1] == NONE && blk_engine_idle(engine));
	expect_eq(engine->disk[0].room, BLK_JOBS);

	begin("... but what is short ends, and syncs move nothing", 1,
	    BLK_SYNC_FLUSH);
	blk_engine_hold(engine, true);
	expect(transfer(BLK_READ, 0, 512));
	expect_eq(submit(0, 1, &(struct blk_io){ .op = BLK_FLUSH }), BLK_LATER);
	expect(blk_engine_idle(engine));
	expect(wait_for(1));
	expect(blk_engine_idle(engine));
}

static void
test_told(void)
{
	struct blk_done done;
	unsigned told = 0;

	begin("at rest when all that is done is told", 1, BLK_SYNC_FLUSH);
	for (uint32_t tag = 1; tag <= 2; tag++)
		expect_eq(submit(0, tag,
			      &(struct blk_io){ .op = BLK_READ,
				  .bytes = 512,
				  .iov = &(struct iovec){ memory, 512 },
				  .iovs = 1 }),
		    BLK_LATER);
	if (blk_engine_waits(engine))
		blk_engine_begin(engine);
	usleep(2000); /* both by then, most of the time */
	while (told < 2) {
		expect(!blk_engine_idle(engine));
		told += blk_engine_next(engine, &done);
	}
	expect(blk_engine_idle(engine));
}

static void
cases(void)
{
	test_whole();
	test_dropped();
	test_failed();
	test_held();
	test_told();
}

int
main(void)
{
	return run_for_each_back_end(cases);
}
