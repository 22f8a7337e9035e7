/* SPDX-License-Identifier: MIT
 *
 * The block device against drivers that mean it ill, or do not know better:
 * requests without their parts, the wrong way round, off the end of the disk;
 * and at last random ones against a model. None of them reaches the disk but by
 * right, and each is answered.
 */
#include "devices/virtio_blk_driver.h"

enum { FAR = 1 << 30 };

static void
test_parts(void)
{
	static const struct element no_status[] = { { HEADER, 16, false } },
				    no_header[] = { { STATUS, 1, true } },
				    short_header[] = { { HEADER, 15, false },
					    { STATUS, 1, true } },
				    empty[] = { { HEADER, 0, false } },
				    all_written[] = { { DATA, 16, true },
					    { STATUS, 1, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("parts missing: a request without a status is used "
		      "without one, others fail");
		put_header(FLUSH, 0);
		expect_eq(chain_status(no_status, 1), NOT_SAID);
		expect_eq(last_len, 0);
		expect_eq(chain_status(empty, 1), NOT_SAID);
		expect_eq(chain_status(no_header, 1), IOERR);
		expect_eq(last_len, 1);
		expect_eq(chain_status(short_header, 2), IOERR);
		expect_eq(chain_status(all_written, 2), IOERR);
		expect_eq(last_len, 0);
		expect_eq(fake.disk.ios, 0);
		expect_eq(d.v.faults, 0);
		expect_eq(request(FLUSH, 0, 0, false), OK);
	}
}

static void
test_direction(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("data the wrong way round");
		memset(at(DATA), 0x77, 1024);
		expect_eq(request(IN, 0, 512, false), IOERR);
		expect_eq(last_len, 1);
		expect_eq(request(OUT, 0, 512, true), IOERR);
		expect_eq(last_len, 0);
		expect_eq(request(DISCARD, 0, 16, true), IOERR);
		expect_eq(request(ZEROES, 0, 16, true), IOERR);
		expect_eq(fake.disk.ios, 0);
		expect_eq(get(DATA, 1), 0x77);
	}
}

static void
test_types(void)
{
	static const uint32_t unknown[] = { 2, 3, 6, 7, 9, 10, 12, 14, 15, 16,
		17, 18, 20, 22, 24, 26, 0x80000000, 0x80000001, 0xffffffff };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("unknown types: UNSUPP (5.2.6.2)");
		for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++)
			expect_eq(request(unknown[i], 0, 512, i & 1), UNSUPP);
		expect_eq(fake.disk.ios, 0);

		begin("features not accepted: UNSUPP");
		drive(F_FLUSH);
		put_range(0, 0, 1, 0);
		expect_eq(request(DISCARD, 0, 16, false), UNSUPP);
		expect_eq(request(ZEROES, 0, 16, false), UNSUPP);
		expect_eq(fake.disk.ios, 0);
	}
}

static void
test_bounds(void)
{
	static const uint64_t past[] = { SECTORS, SECTORS + 1, 1ull << 32,
		(1ull << 32) + 1, 1ull << 54, 1ull << 55, 1ull << 63,
		~0ull >> 9, ~0ull - 1, ~0ull };
	static const uint32_t lengths[] = { 1, 511, 513, 1023, 4097 };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("sectors past the end, and that wrap");
		for (unsigned i = 0; i < ARRAY_SIZE(past); i++) {
			expect_eq(request(IN, past[i], 512, true), IOERR);
			expect_eq(last_len, 0);
			expect_eq(request(OUT, past[i], 512, false), IOERR);
			expect_eq(last_len, 1);
		}
		expect_eq(request(IN, SECTORS - 1, 1024, true), IOERR);
		expect_eq(request(OUT, 1, SECTORS * 512, false), IOERR);
		expect_eq(request(OUT, SECTORS + 1, 0, false), IOERR);

		for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
			expect_eq(request(IN, 0, lengths[i], true), IOERR);
			expect_eq(request(OUT, 0, lengths[i], false), IOERR);
		}
		expect_eq(fake.disk.ios, 0);
	}
}

static void
test_read_only(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		power_on("RO is offered: IOERR whatever the driver accepted "
			 "(5.2.6.2)",
		    true, 1);
		drive(mode & 1 ? F_FLUSH | F_RO : 0);
		put_range(0, 0, 1, 0);
		expect_eq(request(OUT, 0, 512, false), IOERR);
		expect_eq(request(OUT, 0, 0, false), IOERR);
		expect_eq(request(DISCARD, 0, 16, false), IOERR);
		expect_eq(request(ZEROES, 0, 16, false), IOERR);
		expect_eq(fake.disk.ios, 0);
		expect_eq(request(IN, 0, 512, true), OK);
		expect_eq(request(FLUSH, 0, 0, false), OK);
	}
}

static uint8_t
range(uint32_t type, uint64_t sector, uint32_t sectors, uint32_t flags)
{
	put_range(0, sector, sectors, flags);
	return request(type, 0, 16, false);
}

static void
test_range_limits(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("ranges: flags (5.2.6.2)");
		for (unsigned bit = 0; bit < 32; bit++) {
			expect_eq(range(DISCARD, 0, 1, 1u << bit), UNSUPP);
			if (bit > 0)
				expect_eq(
				    range(ZEROES, 0, 1, 1u << bit), UNSUPP);
		}
		expect_eq(fake.disk.ios, 0);

		begin("ranges: where, and how much");
		expect_eq(range(DISCARD, SECTORS, 1, 0), IOERR);
		expect_eq(range(ZEROES, SECTORS - 1, 2, 0), IOERR);
		expect_eq(range(DISCARD, ~0ull, 1, 0), IOERR);
		expect_eq(range(DISCARD, ~0ull, ~0u, 0), IOERR);
		expect_eq(range(ZEROES, 1ull << 55, 1, 0), IOERR);
		virtio_blk_attach(&d, FAR, "");
		expect_eq(range(DISCARD, 0, (1 << 22) + 1, 0), IOERR);
		expect_eq(range(ZEROES, 0, (1 << 15) + 1, 0), IOERR);
		expect_eq(range(ZEROES, 0, ~0u, 0), IOERR);
		expect_eq(fake.disk.ios, 0);
		expect_eq(range(DISCARD, SECTORS, 0, 0), OK);
		expect_eq(fake.disk.ios, 0);

		begin("ranges: how many");
		for (unsigned n = 0; n <= 33; n++)
			put_range(n, n, 1, 0);
		expect_eq(request(DISCARD, 0, 0, false), IOERR);
		expect_eq(request(DISCARD, 0, 15, false), IOERR);
		expect_eq(request(DISCARD, 0, 17, false), IOERR);
		expect_eq(request(DISCARD, 0, 33 * 16, false), IOERR);
		expect_eq(request(ZEROES, 0, 2 * 16, false), IOERR);
		expect_eq(fake.disk.ios, 0);
		expect_eq(request(DISCARD, 0, 32 * 16, false), OK);
		expect_eq(fake.disk.ios, 32);

		begin("ranges: one that is wrong, and nothing is done");
		for (unsigned n = 0; n < 5; n++)
			put_range(n, n == 4 ? SECTORS : n, 1, 0);
		expect_eq(request(DISCARD, 0, 5 * 16, false), IOERR);
		expect_eq(fake.disk.ios, 0);
	}
}

static void
test_failure(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("what the host cannot do is IOERR");
		fake.disk.fail = true;
		put_range(0, 0, 1, 0);
		put_range(1, 1, 1, 0);
		expect_eq(request(IN, 0, 512, true), IOERR);
		expect_eq(last_len, 0);
		expect_eq(request(ZEROES, 0, 16, false), IOERR);
		expect_eq(request(DISCARD, 0, 32, false), IOERR);
		expect_eq(fake.disk.ios, 3); /* the first range is enough */
		expect_eq(request(OUT, 0, 512, false), IOERR);
		expect_eq(last_len, 1);
		fake.disk.fail = false;
		expect_eq(request(OUT, 0, 512, false), OK);
	}
}

/* A request with its data cut at random, and what 5.2.6 says to it. */
static uint8_t
model(uint8_t *disk, uint32_t type, uint64_t sector, uint32_t len)
{
	if (len % 512 != 0 || sector > SECTORS || len / 512 > SECTORS - sector)
		return IOERR;
	if (type == OUT)
		memcpy(disk + sector * 512, at(DATA), len);
	return OK;
}

static uint8_t
random_request(uint64_t *seed, uint32_t type, uint64_t sector, uint32_t len)
{
	struct element e[16] = { { HEADER, 16, false } };
	unsigned n = 1;

	put_header(type, sector);
	for (uint32_t done = 0; done < len; n++) {
		uint32_t run = (uint32_t)(unit_random(seed) % (len / 4 + 1));

		run = n == 14 ? len - done : MIN(run, len - done);
		e[n] = (struct element){ DATA + done, run, type == IN };
		done += run;
	}
	e[n++] = (struct element){ STATUS, 1, true };
	return chain_status(e, n);
}

static void
test_random(void)
{
	static uint8_t disk[sizeof(image)];
	uint64_t seed = 1;

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("random requests against a model");
		memset(image, 0, sizeof(image));
		memset(disk, 0, sizeof(disk));
		for (unsigned i = 0; i < 2000; i++) {
			uint32_t type = unit_random(&seed) >> 33 & 1;
			uint64_t sector = unit_random(&seed) % (SECTORS + 4);
			uint32_t len = 512 * (unit_random(&seed) % 9);
			uint8_t want;

			len += unit_random(&seed) % 8 == 0;
			memset(at(DATA), (int)i, 8 * 512);
			want = model(disk, type, sector, len);
			expect_eq(
			    random_request(&seed, type, sector, len), want);
			expect_eq(last_len,
			    type == OUT || len == 0 ? 1
				: want == OK	    ? len + 1
						    : 0);
			if (type == IN && want == OK)
				expect(memcmp(disk + sector * 512, at(DATA),
					   len) == 0);
		}
		expect(memcmp(disk, image, sizeof(disk)) == 0);
		expect(virtq_sane(&d.queue[0].ring, guest_ram));
	}
}

int
main(void)
{
	test_parts();
	test_direction();
	test_types();
	test_bounds();
	test_read_only();
	test_range_limits();
	test_failure();
	test_random();
	return unit_done();
}
