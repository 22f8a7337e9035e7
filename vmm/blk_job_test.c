/* SPDX-License-Identifier: MIT
 *
 * A job's steps, one after another, are the job: every byte once, in its place,
 * however the host moves the iovecs meanwhile; and none is long.
 */
#include "vmm/blk_job.h"

#include <string.h>

#include "tools/unit.h"
#include "vmm/blk_file.h"

enum { STEP_MOST = 2 << 20, SPAN = 16 << 20 };

static struct blk_job job;
static struct iovec iov[BLK_IOVS_MAX];
static uint8_t *const base = (uint8_t *)0x100000000;

/* As a back end does it: as many bytes at a time as the host likes. */
static void
do_step(uint64_t *seed)
{
	struct blk_io *io = &job.io;

	while (io->bytes > 0) {
		uint64_t n = 1 + unit_random(seed) % io->bytes;

		blk_iov_advance(&io->iov, &io->iovs, n);
		io->offset += n;
		io->bytes -= n;
	}
}

/* What the iovecs of a step say, as far as they are one run of memory. */
static void
expect_run(const uint8_t *at, uint64_t bytes)
{
	for (unsigned i = 0; i < job.io.iovs; i++) {
		if (job.io.iov[i].iov_len > 0)
			expect(job.io.iov[i].iov_base == at);
		at += job.io.iov[i].iov_len;
		expect(job.io.iov[i].iov_len <= bytes);
		bytes -= job.io.iov[i].iov_len;
	}
	expect_eq(bytes, 0);
}

static void
begin(enum blk_op op, uint64_t bytes, unsigned iovs)
{
	memset(&job, 0, sizeof(job));
	job.rest = (struct blk_io){ .op = op,
		.stable = true,
		.offset = 512,
		.bytes = bytes,
		.iov = iovs > 0 ? iov : NULL,
		.iovs = iovs };
}

static void
expect_steps(uint64_t bytes, uint64_t most, uint64_t *seed)
{
	uint64_t at = 0;

	while (job.rest.bytes > 0) {
		blk_job_step(&job);
		expect(job.io.bytes > 0 && job.io.bytes <= most);
		expect(job.io.bytes == most || at + job.io.bytes == bytes);
		expect_eq(job.io.offset, 512 + at);
		expect(job.io.stable);
		if (job.io.iov != NULL)
			expect_run(base + at, job.io.bytes);
		at += job.io.bytes;
		do_step(seed);
	}
	expect_eq(at, bytes);
}

static void
test_pieces(void)
{
	uint64_t seed = 5;

	unit_case("iovecs of all lengths, some of none");
	for (unsigned round = 0; round < 300; round++) {
		unsigned iovs = 1 + (unsigned)unit_random(&seed) % BLK_IOVS_MAX;
		uint64_t bytes = 0;

		for (unsigned i = 0; i < iovs; i++) {
			uint64_t length = unit_random(&seed) %
			    (1ull << unit_random(&seed) % 25);

			iov[i] = (struct iovec){ base + bytes, length };
			bytes += length;
		}
		begin(round % 2 ? BLK_READ : BLK_WRITE, bytes, iovs);
		expect_steps(bytes, STEP_MOST, &seed);
	}
}

static void
test_edges(void)
{
	static const uint64_t lengths[] = { 512, STEP_MOST - 512, STEP_MOST,
		STEP_MOST + 512, 2 * STEP_MOST, 3ull * STEP_MOST - 512,
		0xfffffe00 };
	uint64_t seed = 6;

	unit_case("a step's length and its neighbours");
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		iov[0] = (struct iovec){ base, lengths[i] };
		begin(BLK_READ, lengths[i], 1);
		expect_steps(lengths[i], STEP_MOST, &seed);
		iov[0].iov_base = base;
		iov[0].iov_len = 512;
		iov[1] = (struct iovec){ base + 512, lengths[i] };
		begin(BLK_WRITE, lengths[i] + 512, 2);
		expect_steps(lengths[i] + 512, STEP_MOST, &seed);
		iov[0] = (struct iovec){ base, lengths[i] };
		iov[1] = (struct iovec){ base + lengths[i], 512 };
		begin(BLK_READ, lengths[i] + 512, 2);
		expect_steps(lengths[i] + 512, STEP_MOST, &seed);
	}
}

static void
test_ranges(void)
{
	uint64_t seed = 7;

	unit_case("ranges have no iovecs");
	begin(BLK_ZERO, SPAN, 0);
	expect_steps(SPAN, STEP_MOST, &seed);
	begin(BLK_DISCARD, (uint64_t)SPAN * 128, 0);
	expect_steps((uint64_t)SPAN * 128, 64 << 20, &seed);
}

int
main(void)
{
	test_pieces();
	test_edges();
	test_ranges();
	return unit_done();
}
