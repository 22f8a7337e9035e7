/* SPDX-License-Identifier: MIT
 *
 * Configuration space of a virtio function in its three modes, by the numbers
 * of PCI 3.0 and virtio 1.3, 4.1.2 and 4.1.4: identity, BARs, the walk along
 * the capabilities, the window to the BARs.
 */
#include "devices/virtio_fixture.h"

enum { MSIX_CONTROL = 0x98 };

static uint32_t
config(unsigned reg)
{
	return virtio_pci_config_read(v, &toy_type, reg);
}

static void
config_set(unsigned reg, uint32_t value)
{
	config_out(reg, value, 0xffffffff);
}

static uint8_t
config_byte(unsigned reg)
{
	return (uint8_t)(config(reg & ~3u) >> reg % 4 * 8);
}

static void
test_identity(void)
{
	begin("transitional: ids from 0x1000, revision 0, subsystem is the "
	      "type (4.1.2.3)",
	    true, true);
	expect_eq(config(0x00), 0x10011af4);
	expect_eq(config(0x08), 0x01000000);
	expect_eq(config(0x2c), 0x00021af4);
	begin("legacy alone: the same", false, true);
	expect_eq(config(0x00), 0x10011af4);
	expect_eq(config(0x08), 0x01000000);
	expect_eq(config(0x2c), 0x00021af4);
	begin("modern alone: ids from 0x1040, revision 1, subsystem from 0x40 "
	      "(4.1.2.1)",
	    true, false);
	expect_eq(config(0x00), 0x10421af4);
	expect_eq(config(0x08), 0x01000001);
	expect_eq(config(0x2c), 0x10421af4);
	expect_eq(config(0x3c), 0x100 | pci_intx_line(TOY));
}

/* What sizing finds, and what is there. */
static void
expect_bar(unsigned bar, uint32_t is, uint32_t size)
{
	unsigned reg = 0x10 + 4 * bar;

	expect_eq(config(reg), is);
	config_set(reg, 0xffffffff);
	expect_eq(config(reg), size);
	config_set(reg, 0xd0000000);
	expect_eq(config(reg), is);
}

static void
test_bars(void)
{
	begin("BARs: 0xc880 for 128, 0xc002c000 for 4K, 0xc0028000 for 16K",
	    true, true);
	expect_bar(0, 0x0000c881, 0xffffff81); /* 4.1.4.10, 4.1.5.1.1.1 */
	expect_bar(1, 0xc002c000, 0xfffff000);
	expect_bar(2, 0, 0);
	expect_bar(3, 0, 0);
	expect_bar(4, 0xc0028004, 0xffffc004);
	expect_bar(5, 0, 0xffffffff);
	begin("modern alone: no ports, nor their bit in the command", true,
	    false);
	expect_bar(0, 0, 0);
	expect_bar(4, 0xc0028004, 0xffffc004);
	config_set(COMMAND, 0xffff);
	expect_eq(config(COMMAND) & 0xffff, 0x0546);
	begin("legacy alone: no memory but MSI-X's", false, true);
	expect_bar(0, 0x0000c881, 0xffffff81);
	expect_bar(1, 0xc002c000, 0xfffff000);
	expect_bar(4, 0, 0);
	expect_bar(5, 0, 0);
	config_set(COMMAND, 0xffff);
	expect_eq(config(COMMAND) & 0xffff, 0x0547);
}

struct found {
	unsigned at[6]; /* virtio's, by cfg_type */
	unsigned msix, pm, exp, count;
};

/* As a driver does it: 0x34, then from one to the next. */
static struct found
walk(void)
{
	struct found found = { .count = 0 };
	unsigned at = config_byte(0x34);

	expect_eq(config(COMMAND) >> 20 & 1, 1);
	for (; at != 0 && found.count < 20; at = config_byte(at + 1)) {
		expect(at >= 0x40 && at % 4 == 0);
		found.count++;
		switch (config_byte(at)) {
		case 0x09:
			found.at[config_byte(at + 3) % 6] = at;
			break;
		case 0x11:
			found.msix = at;
			break;
		case 0x01:
			found.pm = at;
			break;
		case 0x10:
			found.exp = at;
			break;
		default:
			expect(!"a capability that was asked for");
		}
	}
	return found;
}

static void
expect_structure(unsigned at, unsigned len, uint32_t offset)
{
	expect_eq(config_byte(at + 2), len);
	expect_eq(config_byte(at + 4), 4);
	expect_eq(config(at + 8), offset);
	expect_eq(config(at + 12), 0x1000);
}

static void
test_capabilities(void)
{
	struct found found;

	begin("transitional: virtio's five, MSI-X (4.1.4.2)", true, true);
	found = walk();
	expect_eq(found.count, 6);
	expect_structure(found.at[1], 16, 0x0000); /* 4.1.4.3.1 */
	expect_structure(found.at[2], 20, 0x3000); /* 4.1.4.4.1 */
	expect_structure(found.at[3], 16, 0x1000); /* 4.1.4.5.1 */
	expect_structure(found.at[4], 16, 0x2000); /* 4.1.4.6.1 */
	expect_eq(config(found.at[2] + 16), 4);
	expect_eq(config_byte(found.at[5] + 2), 20); /* 4.1.4.9.1 */
	expect_eq(config(found.msix) >> 16, 3);	     /* 4 vectors, disabled */
	expect_eq(config(found.msix + 4), 1);
	expect_eq(config(found.msix + 8), 0x801);
	for (unsigned reg = 0x100; reg < 0x1000; reg += 4)
		expect_eq(config(reg), 0xffffffff);

	begin("modern alone: power management and PCI Express, too (4.1.1)",
	    true, false);
	found = walk();
	expect_eq(found.count, 8);
	expect_eq(config(found.pm) >> 16, 3);	  /* D0 and D3hot, no PME# */
	expect_eq(config(found.pm + 4), 8);	  /* no reset between them */
	expect_eq(config(found.exp) >> 16, 0x92); /* integrated endpoint */
	expect_eq(config(found.exp + 4), 0x10008000); /* FLR */
	for (unsigned reg = 0x100; reg < 0x1000; reg += 4)
		expect_eq(config(reg), 0);

	begin("legacy alone: MSI-X", false, true);
	found = walk();
	expect_eq(found.count, 1);
	expect(found.msix != 0);
	for (unsigned reg = 0x40; reg < found.msix; reg += 4) {
		config_set(reg, 0xffffffff);
		expect_eq(config(reg), 0);
	}
	begin("nothing of all this can be written", true, false);
	for (unsigned reg = 0x40; reg < 0x88; reg += 4)
		config_set(reg, 0xffffffff);
	for (unsigned reg = 0xe8; reg < 0x1000; reg += 4)
		config_set(reg, 0xffffffff);
	expect_eq(walk().count, 8);
	expect_structure(walk().at[4], 16, 0x2000);
}

static unsigned window;

static void
aim(unsigned bar, uint32_t offset, uint32_t length)
{
	window = walk().at[5];
	config_set(window + 4, bar);
	config_set(window + 8, offset);
	config_set(window + 12, length);
}

static uint32_t
through(unsigned bar, uint32_t offset, uint32_t length)
{
	aim(bar, offset, length);
	return config(window + 16);
}

static void
test_window(void)
{
	begin("the window reads and writes a BAR that does not decode "
	      "(4.1.4.9.1)",
	    true, true);
	config_set(COMMAND, 0);
	expect_eq(in(NUM_QUEUES, 2), 0xffff);
	expect_eq(through(4, NUM_QUEUES, 2), 3);
	expect_eq(through(4, 0x2000, 4), 0x44332211);
	expect_eq(through(4, 0x2006, 2) & 0xffff, 0x8877);
	expect_eq(through(4, 0x2006, 1) & 0xff, 0x77);
	aim(4, STATUS, 1);
	config_out(window + 16, 1, 0xff);
	expect_eq(toy.v.status, 1);
	expect_eq(through(0, 18, 1) & 0xff, 1); /* the same, by the ports */
	config_out(window + 16, 2, 0xff);
	expect_eq(toy.v.status, 3);
	aim(1, 0x18, 4);
	config_set(window + 16, 0xfeedbeef);
	expect_eq(msix_read(&toy.v.function.msix, 0x18), 0xfeedbeef);
	expect_eq(through(1, 0x18, 4), 0xfeedbeef);

	begin("the window: the first `length` bytes, the others stay", true,
	    true);
	aim(4, 0x2008, 2);
	config_set(window + 16, 0xaabbccdd);
	expect_eq(toy.number, 0xccdd);
	expect_eq(config(window + 16), 0xaabbccdd);
	toy.number = 0x12345678;
	expect_eq(config(window + 16), 0xaabb5678);
	config_out(window + 16, 0x9900, 0xff00);
	expect_eq(toy.number, 0x12349978);
	expect_eq(config_byte(window + 4), 4);
	config_out(window + 8, 0x00340000, 0x00ff0000);
	expect_eq(config(window + 8), 0x342008);

	begin(
	    "the window: one access a time, for what reading does", true, true);
	expect(negotiate(F_VERSION_1));
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	aim(4, 0x1000, 1);
	config_out(window + 16, 0, 0xff); /* a write is no read */
	expect_eq(toy.v.isr, 2);
	expect_eq(config(window + 16) & 0xff, 2);
	expect_eq(config(window + 16) & 0xff, 0);
	begin("the window to a doorbell", true, true);
	aim(4, 0x3004, 2);
	config_set(window + 16, 1);
	expect_eq(fake.kick[TOY][1].posts, 1);
}

static void
test_window_nowhere(void)
{
	static const struct {
		uint32_t bar, offset, length;
	} bad[] = { { 2, 0, 4 }, { 3, 0, 4 }, { 5, 0, 4 }, { 6, 0, 4 },
		{ 255, 0, 4 }, { 4, 0, 0 }, { 4, 0, 3 }, { 4, 0, 5 },
		{ 4, 0, 8 }, { 4, 0, 0xffffffff }, { 4, 2, 4 }, { 4, 1, 2 },
		{ 4, 0x4000, 4 }, { 4, 0xfffffffc, 4 }, { 4, 0x80000000, 1 },
		{ 1, 0x1000, 4 }, { 0, 128, 1 }, { 0, 127, 2 },
		{ 0, 0xfffffffe, 2 } };

	begin("the window to nowhere: nothing is read, nothing written "
	      "(4.1.4.9.2)",
	    true, true);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		aim(bad[i].bar, bad[i].offset, bad[i].length);
		config_set(window + 16, 0xdeadbeef);
		expect_eq(config(window + 16), 0xdeadbeef);
		expect_eq(toy.v.status | toy.v.queue_select | toy.wrote_at, 0);
		expect_eq(toy.v.device_feature_select, 0);
		expect_eq(toy.v.function.msix.entry[0].address, 0);
	}
	begin("the window to a BAR that this mode has not", true, false);
	aim(0, 18, 1);
	config_set(window + 16, 1);
	expect_eq(toy.v.status, 0);
}

static void
test_msix_control(void)
{
	begin("MSI-X control: enable and mask, each byte alone, size stays",
	    true, true);
	config_out(MSIX_CONTROL, 0xffffffff, 0x00ffffff);
	expect_eq(config(MSIX_CONTROL) >> 16, 3);
	config_out(MSIX_CONTROL, 0xffffffff, 0xff000000);
	expect_eq(config(MSIX_CONTROL) >> 16, 0xc003);
	expect(toy.v.function.msix.enabled && toy.v.function.msix.masked);
	config_out(MSIX_CONTROL, 0, 0x00ff0000);
	expect_eq(config(MSIX_CONTROL) >> 16, 0xc003);
	config_out(MSIX_CONTROL, 0x80000000, 0xffff0000);
	expect_eq(config(MSIX_CONTROL) >> 16, 0x8003);

	begin("enabling MSI-X takes INTA# away, unmasking sends", true, true);
	expect(negotiate(F_VERSION_1));
	out(CONFIG_VECTOR, 2, 0);
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	expect(fake.line[pci_intx_line(TOY)]);
	out(0x4000, 4, 0xfee00000);
	out(0x400c, 4, 0);
	config_set(MSIX_CONTROL, 0xc0000000);
	expect(!fake.line[pci_intx_line(TOY)]);
	virtio_config_changed(v);
	expect_eq(fake.msis, 0);
	config_set(MSIX_CONTROL, 0x80000000);
	expect_eq(fake.msis, 1);
}

int
main(void)
{
	test_identity();
	test_bars();
	test_capabilities();
	test_window();
	test_window_nowhere();
	test_msix_control();
	return unit_done();
}
