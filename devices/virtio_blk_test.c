/* SPDX-License-Identifier: MIT
 *
 * The block device as drivers mean it (virtio 1.3, 5.2): each request over
 * each kind of ring, cache modes, I/O that takes its time.
 */
#include "devices/virtio_blk_driver.h"

static void
fill(void *to, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = (uint8_t)(unit_random(&seed) >> 40);
}

static void
test_transfer(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("OUT writes, IN reads, nothing else");
		fill(image, sizeof(image), 1);
		fill(at(DATA), 4096, 2);
		expect_eq(request(OUT, 40, 4096, false), OK);
		expect_eq(last_len, 1);
		expect_eq(fake.disk.io.op, BLK_WRITE);
		expect(memcmp(image + 40 * 512, at(DATA), 4096) == 0);
		memset(at(DATA), 0, 8192);
		expect_eq(request(IN, 39, 5120, true), OK);
		expect_eq(last_len, 5121);
		expect(memcmp(image + 39 * 512, at(DATA), 5120) == 0);
		expect_eq(get(DATA + 5120, 8), 0);
		expect_eq(request(IN, SECTORS - 1, 512, true), OK);
		expect_eq(request(IN, SECTORS, 0, true), OK);
		expect_eq(last_len, 1);
		expect_eq(fake.disk.ios, 3);
	}
}

/* 2.7.4.1: descriptors begin and end anywhere. */
static void
test_layout(void)
{
	static const struct element out[] = { { HEADER, 3, false },
		{ HEADER + 3, 0, false }, { HEADER + 3, 20, false },
		{ DATA, 505, false }, { STATUS, 0, true },
		{ STATUS, 1, true } };
	static const struct element in[] = { { HEADER, 16, false },
		{ DATA, 1, true }, { DATA + 1, 511, true },
		{ STATUS - 512, 513, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("any layout (2.7.4.1)");
		memset(image, 0, sizeof(image));
		put_header(OUT, 9);
		fill(at(HEADER + 16), 7, 3);
		fill(at(DATA), 505, 4);
		expect_eq(chain_status(out, ARRAY_SIZE(out)), OK);
		expect(memcmp(image + 9 * 512, at(HEADER + 16), 7) == 0);
		expect(memcmp(image + 9 * 512 + 7, at(DATA), 505) == 0);
		put_header(IN, 9);
		expect_eq(chain_status(in, ARRAY_SIZE(in)), OK);
		expect_eq(last_len, 1025);
		expect(memcmp(image + 9 * 512, at(DATA), 512) == 0);
		expect_eq(get(STATUS - 512, 8), 0);
	}
}

static void
test_get_id(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("GET_ID: 20 bytes, no more and no less (5.2.6.1)");
		expect_eq(request(GET_ID, 0, 20, true), OK);
		expect_eq(last_len, 21);
		expect(memcmp(at(DATA), "disk-of-25-characters", 20) == 0);
		expect_eq(get(DATA + 20, 1), 0);
		expect_eq(request(GET_ID, 0, 19, true), IOERR);
		expect_eq(request(GET_ID, 0, 21, true), IOERR);
		expect_eq(request(GET_ID, 0, 20, false), IOERR);
		virtio_blk_attach(&d, SECTORS, "ab");
		expect_eq(request(GET_ID, 0, 20, true), OK);
		expect_eq(get(DATA, 4), 'a' | 'b' << 8);
	}
}

static void
test_ranges(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("DISCARD and WRITE_ZEROES (5.2.6.2)");
		memset(image, 0x11, sizeof(image));
		put_range(0, 8, 8, 0);
		put_range(1, 32, 0, 0);
		put_range(2, SECTORS - 1, 1, 0);
		expect_eq(request(DISCARD, 0, 48, false), OK);
		expect_eq(last_len, 1);
		expect_eq(fake.disk.ios, 2);
		expect_eq(image[8 * 512 - 1], 0x11);
		expect_eq(image[8 * 512], 0xdd);
		expect_eq(image[16 * 512 - 1], 0xdd);
		expect_eq(image[16 * 512], 0x11);
		expect_eq(image[sizeof(image) - 1], 0xdd);
		put_range(0, 100, 2, 0);
		expect_eq(request(ZEROES, 0, 16, false), OK);
		expect(fake.disk.io.op == BLK_ZERO && !fake.disk.io.unmap);
		expect_eq(image[100 * 512], 0);
		expect_eq(image[102 * 512 - 1], 0);
		expect_eq(image[102 * 512], 0x11);
		put_range(0, 100, 2, 1);
		expect_eq(request(ZEROES, 0, 16, false), OK);
		expect(fake.disk.io.unmap);
	}
}

static bool
write_is_stable(void)
{
	expect_eq(request(OUT, 0, 512, false), OK);
	return fake.disk.io.stable;
}

/* 5.2.6.2's three cases. */
static void
test_cache(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("FLUSH");
		expect_eq(request(FLUSH, 77777, 0, false), OK);
		expect_eq(fake.disk.io.op, BLK_FLUSH);
		expect_eq(request(5, 0, 0, false), OK);
		expect_eq(fake.disk.ios, 2);
		fake.disk.fail = true;
		expect_eq(request(FLUSH, 0, 0, false), IOERR);

		begin("a driver that cannot flush writes through");
		expect(!write_is_stable());
		drive(F_ALL & ~F_WCE);
		expect(!write_is_stable());
		drive(F_ALL & ~F_WCE & ~F_FLUSH);
		expect(write_is_stable());
		drive(F_ALL & ~F_FLUSH);
		expect_eq(config(32), mode == LEGACY); /* 5.2.5.2, 5.2.5.3 */
		expect_eq(write_is_stable(), mode != LEGACY);

		begin("writeback is the driver's to change, until reset");
		expect_eq(config(32), 1);
		set_writeback(0);
		expect_eq(config(32), 0);
		expect(write_is_stable());
		put_range(0, 0, 1, 0);
		expect_eq(request(ZEROES, 0, 16, false), OK);
		expect(fake.disk.io.stable);
		set_writeback(1);
		expect(!write_is_stable());
		set_writeback(0);
		drive(F_ALL);
		expect_eq(config(32), 1);
	}
}

static void
offer_in(unsigned n)
{
	struct element e[] = { { HEADER + 16 * n, 16, false },
		{ DATA + 512 * n, 512, true }, { STATUS + n, 1, true } };

	put(HEADER + 16 * n, 8, IN);
	put(HEADER + 16 * n + 8, 8, n);
	put(STATUS + n, 1, NOT_SAID);
	offer_chain(0, e, ARRAY_SIZE(e));
}

static void
test_later(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		unsigned line = pci_intx_line(DISK);

		begin("I/O that is done later, in another order");
		fake.disk.later = true;
		for (unsigned n = 0; n < 3; n++)
			offer_in(n);
		kick(0);
		expect_eq(fake.disk.ios, 3);
		expect(!taken(0) && !fake.line[line]);
		virtio_blk_done(&d, fake.disk.tags[2], true);
		virtio_blk_flush(&d);
		expect_eq(get(STATUS, 3), NOT_SAID << 8 | NOT_SAID);
		expect_eq(taken(0), mode != IN_ORDER);
		expect_eq(fake.line[line], mode != IN_ORDER);
		virtio_blk_done(&d, fake.disk.tags[0], false);
		virtio_blk_done(&d, fake.disk.tags[1], true);
		virtio_blk_flush(&d);
		expect_eq(get(STATUS, 3), IOERR);
		expect(taken(0) && taken(0) && fake.line[line]);

		begin(
		    "ranges: done when the last is, and as one of them failed");
		fake.disk.later = true;
		for (unsigned n = 0; n < 3; n++)
			put_range(n, 8 * n, 8, 0);
		put_header(DISCARD, 0);
		put(STATUS, 1, NOT_SAID);
		offer_chain(0,
		    (struct element[]){ { HEADER, 16, false },
			{ DATA, 48, false }, { STATUS, 1, true } },
		    3);
		kick(0);
		for (unsigned n = 0; n < 3; n++) {
			expect(!taken(0) && get(STATUS, 1) == NOT_SAID);
			virtio_blk_done(&d, fake.disk.tags[n], n != 1);
			virtio_blk_flush(&d);
		}
		expect(taken(0));
		expect_eq(get(STATUS, 1), IOERR);
	}
}

static void
end_three(void)
{
	for (unsigned n = 0; n < 3; n++)
		virtio_blk_done(&d, fake.disk.tags[n], true);
	virtio_blk_flush(&d);
}

static void
begin_three(const char *name)
{
	begin(name);
	fake.disk.later = true;
	fake.disk.settle = end_three;
	for (unsigned n = 0; n < 3; n++)
		offer_in(n);
	kick(0);
}

/* PCI 6.2.2: Bus Master; PM 1.2, 5.4.1: none in D3hot. */
static void
test_bus_master(void)
{
	enum { COMMAND = 4, BUS_MASTER = 4, PM_CONTROL = 0xa8, D3HOT = 3 };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin_three("what a disk is at ends before its bus mastering");
		virtio_pci_config_write(
		    &d.v, &virtio_blk_type, COMMAND, 0, 3); /* the others */
		virtio_pci_config_write(
		    &d.v, &virtio_blk_type, COMMAND, ~0u, BUS_MASTER);
		expect_eq(fake.disk.settles, 0);
		expect(!taken(0));
		virtio_pci_config_write(
		    &d.v, &virtio_blk_type, COMMAND, 0, BUS_MASTER);
		expect_eq(fake.disk.settles, 1);
		expect(taken(0) && taken(0) && taken(0) && !taken(0));
		expect_eq(get(STATUS, 3), OK);
		expect(!pci_function_masters(&d.v.function));
		virtio_pci_config_write(
		    &d.v, &virtio_blk_type, COMMAND, 0, BUS_MASTER);
		expect_eq(fake.disk.settles, 1);
	}
	mode = SPLIT;
	begin_three("... and before it sleeps");
	d.v.setup.legacy = false; /* then it can */
	virtio_pci_config_write(&d.v, &virtio_blk_type, PM_CONTROL, 0, 3);
	virtio_pci_config_write(
	    &d.v, &virtio_blk_type, PM_CONTROL, D3HOT, 0xff00);
	expect_eq(fake.disk.settles, 0);
	virtio_pci_config_write(&d.v, &virtio_blk_type, PM_CONTROL, D3HOT, 3);
	expect_eq(fake.disk.settles, 1);
	expect(taken(0) && taken(0) && taken(0));
}

static void
test_reset(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("reset in the middle of I/O: what was in flight is gone");
		fake.disk.later = true;
		offer_in(0);
		kick(0);
		expect_eq(fake.disk.stops, 0);
		if (mode == LEGACY)
			port_out(18, 1, 0);
		else
			common(0x14, 1, 0);
		expect_eq(fake.disk.stops, 1);
		expect_eq(get(STATUS, 1), NOT_SAID);
		kick(0);
		expect(!taken(0));
		fake.disk.later = false;
		drive(F_ALL);
		expect_eq(request(IN, 0, 512, true), OK);
	}
}

static void
test_room(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("no room for more I/O: buffers wait until there is");
		offer_in(0);
		fake.disk.full = true;
		fake.kicks = 0;
		kick(0);
		expect(!taken(0));
		expect_eq(fake.disk.ios, 0);
		expect_eq(fake.kicks, 0); /* it would turn in circles */
		fake.disk.full = false;
		virtio_blk_room(&d);
		expect_eq(fake.kicks, 1);
		kick(0);
		expect(taken(0));
		expect_eq(get(STATUS, 1), OK);
	}
}

static void
test_turns(void)
{
	mode = LEGACY;
	begin("a kick is 64 requests at most; the loop comes back");
	for (unsigned n = 0; n < 80; n++)
		offer_in(n);
	fake.kicks = 0;
	kick(0);
	expect_eq(fake.disk.ios, 64);
	expect_eq(fake.kicks, 1);
	kick(0);
	expect_eq(fake.disk.ios, 80);
	expect_eq(fake.kicks, 1);
	for (unsigned n = 0; n < 80; n++)
		expect(taken(0) && get(STATUS + n, 1) == OK);

	begin("... or 8 MiB, whatever comes of them");
	put_header(IN, SECTORS);
	for (unsigned n = 0; n < 20; n++)
		offer_chain(0,
		    (struct element[]){ { HEADER, 16, false },
			{ DATA, 1 << 18, true }, { DATA, 1 << 18, true },
			{ STATUS, 1, true } },
		    4);
	kick(0);
	for (unsigned n = 0; n < 16; n++)
		expect(taken(0));
	expect(!taken(0));
	kick(0);
	expect(taken(0));
}

int
main(void)
{
	test_transfer();
	test_layout();
	test_get_id();
	test_ranges();
	test_cache();
	test_later();
	test_bus_master();
	test_reset();
	test_room();
	test_turns();
	return unit_done();
}
