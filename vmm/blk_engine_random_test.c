/* SPDX-License-Identifier: MIT
 *
 * Random requests, many at a time, against a model: both back ends leave the
 * same bytes in the file and in memory. What is under way at the same time does
 * not overlap, for then either order would be right.
 */
#include "vmm/blk_engine_io.h"

enum { SLOTS = 32, SLOT = BYTES / SLOTS, ROUNDS = 24 };

static uint8_t model[BYTES], memory[BYTES];

/* Cut into 1 to 40 pieces, some of them of odd sizes. */
static unsigned
cut(struct iovec *iov, uint64_t offset, size_t bytes, uint64_t *seed)
{
	unsigned n = 0;

	while (bytes > 0) {
		size_t run = 1 + unit_random(seed) % SLOT;

		run = n == 39 ? bytes : MIN(run, bytes);
		iov[n++] = (struct iovec){ memory + offset, run };
		offset += run;
		bytes -= run;
	}
	return n;
}

/* Within the n-th slot of disk, model and memory. */
static void
one(unsigned n, uint64_t *seed)
{
	static const enum blk_op ops[] = { BLK_READ, BLK_READ, BLK_WRITE,
		BLK_WRITE, BLK_WRITE, BLK_ZERO, BLK_DISCARD, BLK_FLUSH };
	struct iovec iov[40];
	uint64_t first = unit_random(seed) % (SLOT / 512);
	uint64_t count = 1 + unit_random(seed) % (SLOT / 512 - first);
	struct blk_io io = { .op = ops[unit_random(seed) % ARRAY_SIZE(ops)],
		.offset = n * SLOT + first * 512,
		.bytes = count * 512,
		.stable = unit_random(seed) % 16 == 0,
		.unmap = unit_random(seed) % 2 == 0 };

	if (io.op == BLK_READ || io.op == BLK_WRITE) {
		io.iov = iov;
		io.iovs = cut(iov, io.offset, io.bytes, seed);
	}
	if (io.op == BLK_READ)
		memset(memory + io.offset, 0xee, io.bytes);
	if (io.op == BLK_WRITE) {
		for (uint64_t i = 0; i < io.bytes; i++)
			memory[io.offset + i] = (uint8_t)unit_random(seed);
		memcpy(model + io.offset, memory + io.offset, io.bytes);
	}
	if (io.op == BLK_ZERO || io.op == BLK_DISCARD) { /* which punches */
		memset(model + io.offset, 0, io.bytes);
		memset(memory + io.offset, 0, io.bytes);
	}
	expect_eq(submit(0, n, &io), BLK_LATER);
	memset(iov, 0xff, sizeof(iov));
}

static void
cases(void)
{
	uint64_t seed = 1;
	int fd;

	begin("random requests against a model", 1, BLK_SYNC_FLUSH);
	memset(model, 0, BYTES);
	memset(memory, 0, BYTES);
	fd = open("0", O_RDONLY | O_CLOEXEC);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned n = 0; n < SLOTS; n++)
			one(n, &seed);
		for (unsigned n = 0; n < SLOTS; n++)
			expect(wait_for(n));
		memset(buffer, 0xee, BYTES);
		check(pread(fd, buffer, BYTES, 0) == BYTES);
		expect(memcmp(buffer, model, BYTES) == 0);
		expect(memcmp(memory, model, BYTES) == 0);
	}
	close(fd);
}

int
main(void)
{
	return run_for_each_back_end(cases);
}
