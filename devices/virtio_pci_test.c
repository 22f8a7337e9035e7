/* SPDX-License-Identifier: MIT
 *
 * The modern interface around its common configuration (virtio 1.3, 4.1.4.4 to
 * 4.1.4.6): ISR, device configuration, doorbells, MSI-X; and where nothing is.
 */
#include "devices/virtio_fixture.h"

static void
test_regions(void)
{
	begin("ISR: the first byte of its region, cleared by reading it alone "
	      "(4.1.4.5.1)",
	    true, true);
	expect(negotiate(F_VERSION_1));
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	expect_eq(in(0x1001, 1) | in(0x1004, 4) | in(0x1ffc, 4), 0);
	out(0x1000, 1, 0);
	expect_eq(in(0x1000, 1), 2);
	virtio_config_changed(v);
	expect_eq(in(0x1000, 4), 2);
	expect_eq(in(0x1000, 1), 0);

	begin("device configuration, and 0 behind it", true, true);
	toy.number = 0x12345678;
	expect_eq(in(0x2000, 4), 0x44332211);
	expect_eq(in(0x2004, 4), 0x88776655); /* 4.1.3.2: either half alone */
	expect_eq(in(0x2008, 2), 0x5678);
	expect_eq(in(0x200b, 1), 0x12);
	expect_eq(in(0x200c, 4), 0x00ccbbaa);
	expect_eq(in(0x2010, 4) | in(0x2ffc, 4), 0);
	out(0x2008, 4, 0xfeedbeef);
	expect_eq(toy.number, 0xfeedbeef);
	out(0x2ffc, 4, 0);
	expect_eq(toy.wrote_at, 8);

	begin("doorbells: the place says which queue, any width and value "
	      "(4.1.4.4.1)",
	    true, true);
	out(0x3000, 2, 2);
	out(0x3004, 4, 0x80010001);
	out(0x3008, 1, 0xff);
	expect_eq(fake.kick[TOY][0].posts, 1);
	expect_eq(fake.kick[TOY][1].posts, 1);
	expect_eq(fake.kick[TOY][2].posts, 1);
	expect_eq(in(0x3000, 4), 0);
	out(0x300c, 2, 0);
	out(0x3ffc, 4, 0);
	expect_eq(fake.kicks, 3);
}

static void
test_msix(void)
{
	begin("MSI-X's BAR: by dwords, read by any width", true, true);
	out(0x4008, 4, 0x12345678);
	expect_eq(in(0x4008, 4), 0x12345678);
	expect_eq(in(0x400a, 2), 0x1234);
	expect_eq(in(0x4009, 1), 0x56);
	out(0x4008, 1, 0);
	out(0x400a, 2, 0);
	expect_eq(in(0x4008, 4), 0x12345678);
	expect_eq(in(0x400c, 1), 1);
	toy.v.function.msix.pending = 5;
	expect_eq(in(0x4800, 1), 5);
	expect_eq(in(0x4800, 4), 5);
}

static void
test_nowhere(void)
{
	begin("behind the BARs, and without memory decoding: ones", true, true);
	for (uint32_t at = 0x5000; at < 0x8000; at += 0x400) {
		out(at, 4, 0);
		expect_eq(in(at, 4), 0xffffffff);
	}
	config_out(COMMAND, 1 | MASTER, 0xffff);
	for (uint32_t at = 0; at < 0x8000; at += 0x400)
		expect_eq(in(at, 4), 0xffffffff);
	out(STATUS, 1, 1);
	out(0x3000, 2, 0);
	config_out(COMMAND, SPACES | MASTER, 0xffff);
	expect_eq(in(STATUS, 1), 0);
	expect_eq(fake.kicks, 0);

	begin("legacy alone: MSI-X's memory and no other", false, true);
	expect_eq(in(0, 4), 0xffffffff);
	out(STATUS, 1, 1);
	expect_eq(toy.v.status, 0);
	expect_eq(in(0x400c, 4), 1);
}

int
main(void)
{
	test_regions();
	test_msix();
	test_nowhere();
	return unit_done();
}
