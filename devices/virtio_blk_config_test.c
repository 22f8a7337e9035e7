/* SPDX-License-Identifier: MIT
 *
 * What the block device offers and says of itself (virtio 1.3, 5.2.3 to 5.2.5),
 * before a driver comes and after, and when the disk's size changes.
 */
#include "devices/virtio_blk_driver.h"

static uint32_t
offered(void)
{
	return virtio_pci_io_read(&d.v, &virtio_blk_type, 0, 4);
}

static void
test_features(void)
{
	const uint32_t own = 0xffffff; /* 24 and up: every device's */

	mode = SPLIT;
	power_on("features: FLUSH always, RO or what writes, MQ (5.2.5.2)",
	    false, 1);
	expect_eq(offered() & own, F_ALL);
	power_on("... of a disk to read", true, 1);
	expect_eq(offered() & own, (F_ALL & ~(F(13) | F(14))) | F_RO);
	power_on("... of one with 4 queues", false, 4);
	expect_eq(offered() & own, F_ALL | F(12));
	expect_eq(config_field(34, 2), 4);
}

static void
test_config(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("configuration space (5.2.4)");
		expect_eq(config_field(0, 8), SECTORS);
		expect_eq(config_field(8, 4), 0);
		expect_eq(config_field(12, 4), 254);
		expect_eq(config_field(20, 4), 512);
		expect_eq(config_field(24, 1), 3);
		expect_eq(config_field(26, 2), 8);
		expect_eq(config_field(33, 1), 0); /* 5.2.5.2 */
		expect_eq(config_field(34, 2), 1);
		expect_eq(config_field(36, 4), 1 << 22);
		expect_eq(config_field(40, 4), 32);
		expect_eq(config_field(44, 4), 8);
		expect_eq(config_field(48, 4), 1 << 15);
		expect_eq(config_field(52, 4), 1);
		expect_eq(config_field(56, 4), 1); /* 5.2.6.2; and unused1 */
		expect_eq(config_field(60, 4), 0);
	}
}

/* The fields that are not the driver's, with WCE's byte among them. */
static void
test_write(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("the driver changes `writeback` and nothing else");
		for (unsigned at = 0; at < 64; at++) {
			uint8_t before = config(at);

			if (mode == LEGACY)
				port_out(20 + at, 1, 0xfe);
			else
				common(0x2000 + at, 1, 0xfe);
			expect_eq(config(at), at == 32 ? 0 : before);
		}
		if (mode != LEGACY) {
			common(0x2000 + 32, 4, 0xffffff01);
			expect_eq(config_field(32, 4), 0x00010001);
		}
	}
}

static void
test_legacy_writeback(void)
{
	mode = LEGACY;
	power_on(
	    "a legacy driver's writeback: before any status, and no status "
	    "or feature bit changes it (5.2.5.3)",
	    false, 1);
	for (unsigned value = 0; value < 2; value++) {
		port_out(18, 1, 0);
		set_writeback((uint8_t)value);
		expect_eq(config(32), value);
		for (unsigned status = 1; status < 8; status = 2 * status + 1) {
			port_out(18, 1, status);
			port_out(4, 4, (uint32_t)F_WCE); /* without FLUSH */
			expect_eq(config(32), value);
		}
	}
}

static void
test_resize(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		uint8_t generation;

		begin("capacity changes: the driver is told, and held to it");
		generation = d.v.generation;
		virtio_blk_attach(&d, SECTORS / 2, "id");
		virtio_config_changed(&d.v);
		expect_eq(config_field(0, 8), SECTORS / 2);
		expect(d.v.generation != generation);
		expect(fake.line[pci_intx_line(DISK)]); /* 5.2.6.2 */
		expect_eq(virtio_take_isr(&d.v), 2);
		expect_eq(request(IN, SECTORS / 2 - 1, 512, true), OK);
		expect_eq(request(IN, SECTORS / 2, 512, true), IOERR);
		virtio_blk_attach(&d, SECTORS, "id");
		virtio_config_changed(&d.v);
		expect_eq(request(IN, SECTORS / 2, 512, true), OK);
	}
}

int
main(void)
{
	test_features();
	test_config();
	test_write();
	test_legacy_writeback();
	test_resize();
	return unit_done();
}
