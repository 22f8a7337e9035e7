/* SPDX-License-Identifier: MIT
 *
 * The I/O APIC against its datasheet (Intel 290566): registers, messages,
 * edges, levels with their EOIs, and how seldom it calls irq_route().
 */
#include "devices/ioapic_fixture.h"

static uint32_t
newest(void)
{
	return fake.msi[(fake.msis - 1) % ARRAY_SIZE(fake.msi)].data;
}

static void
test_registers(void)
{
	begin("registers: power-on");
	expect_eq(reg_read(0), 0);
	expect_eq(reg_read(1), 0x00170020);
	expect_eq(reg_read(2), 0);
	for (unsigned pin = 0; pin < 24; pin++) {
		expect_eq(rte_read(pin), MASKED);
		expect_eq(reg_read((uint8_t)(0x11 + 2 * pin)), 0);
	}
	expect_eq(fake.routes, 0);

	begin("registers: IOREGSEL, ID; version and arbitration are read-only");
	ioapic_mmio_write(&ioapic, IOREGSEL, 4, 0xffffff2a);
	expect_eq(ioapic_mmio_read(&ioapic, IOREGSEL, 4), 0x2a);
	reg_write(0, 0xffffffff);
	expect_eq(reg_read(0), 0x0f000000);
	expect_eq(reg_read(2), 0x0f000000);
	reg_write(1, 0);
	reg_write(2, 0);
	expect_eq(reg_read(1), 0x00170020);
	expect_eq(reg_read(0), 0x0f000000);

	begin("registers: the bits of an RTE that can be written");
	reg_write(0x3e, 0xffffffff);
	reg_write(0x3f, 0xffffffff);
	expect_eq(reg_read(0x3e), 0x0001afff);
	expect_eq(reg_read(0x3f), 0xff000000);
	expect_eq(reg_read(0x3c), MASKED);

	begin("registers: indices and offsets with nothing behind them");
	for (unsigned i = 0; i < 256; i++) {
		if (i < 3 || (i >= 0x10 && i < 0x40))
			continue;
		reg_write((uint8_t)i, 0x12345678);
		expect_eq(reg_read((uint8_t)i), 0);
	}
	for (unsigned pin = 0; pin < 24; pin++)
		expect_eq(rte_read(pin), MASKED);
	ioapic_mmio_write(&ioapic, IOREGSEL, 4, 0x10);
	for (uint32_t at = 0; at < 0x1000; at += 4) {
		if (at == IOREGSEL || at == IOWIN)
			continue;
		ioapic_mmio_write(&ioapic, at, 4, 0x1234);
		expect_eq(ioapic_mmio_read(&ioapic, at, 4), 0);
	}
	expect_eq(rte_read(0), MASKED);
}

static void
test_messages(void)
{
	static const struct {
		uint32_t high, low;
		uint64_t address; /* 0: no message */
		uint32_t data;
	} messages[] = {
		{ 0x00000000, 0x30, 0xfee00000, 0x4030 },
		{ 0xff000000, 0x31, 0xfeeff000, 0x4031 },
		{ 0x03000000, 0xef | LOGICAL, 0xfee03004, 0x40ef },
		{ 0x00ffffff, 0x32 | LOWEST, 0xfee00000, 0x4132 },
		{ 0x00000000, 0x33 | 2 << 8, 0xfee00000, 0x4233 },
		{ 0x00000000, 0x34 | 3 << 8, 0, 0 },
		{ 0x00000000, 0x35 | NMI, 0xfee00000, 0x4435 },
		{ 0x00000000, 0x36 | 5 << 8, 0xfee00000, 0x4536 },
		{ 0x00000000, 0x37 | 6 << 8, 0, 0 },
		{ 0x00000000, 0x38 | EXTINT, 0, 0 },
		{ 0x00000000, 0x39 | LOW_ACTIVE, 0xfee00000, 0x4039 },
		{ 0x01000000, 0x3a | LEVEL, 0xfee01000, 0xc03a },
		{ 0x00000000, 0x3b | LEVEL | LOWEST, 0xfee00000, 0xc13b },
		{ 0x00000000, 0x3c | LEVEL | NMI, 0xfee00000, 0x443c },
		{ 0x00000000, 0x3d | LEVEL | EXTINT, 0, 0 },
		{ 0x00000000, 0x3e | LEVEL | LOW_ACTIVE, 0xfee00000, 0xc03e },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(messages); i++) {
		begin("messages: what an RTE sends");
		reg_write(0x10 + 2 * 9 + 1, messages[i].high);
		rte_write(9, messages[i].low);
		expect_eq(fake.msis, 0);
		line(9, true);
		expect_eq(fake.msis, messages[i].address != 0);
		expect_eq(fake.msi[0].address, messages[i].address);
		expect_eq(fake.msi[0].data, messages[i].data);
	}
}

static void
test_edge(void)
{
	begin("edge: one message for each rise");
	rte_write(4, 0x34);
	line(4, true);
	line(4, true);
	expect_eq(fake.msis, 1);
	line(4, false);
	expect_eq(fake.msis, 1);
	pulse(4);
	expect_eq(fake.msis, 2);
	expect_eq(rte_read(4), 0x34);
	ioapic_eoi(&ioapic, 0x34);
	expect_eq(fake.msis, 2);

	begin("edge: one that arrives masked is lost");
	rte_write(4, 0x34 | MASKED);
	line(4, true);
	rte_write(4, 0x34);
	expect_eq(fake.msis, 0);
	line(4, false);
	line(4, true);
	expect_eq(fake.msis, 1);

	begin("edge: every pin, and none but its own");
	for (unsigned pin = 0; pin < 24; pin++)
		rte_write(pin, 0x40 + pin);
	for (unsigned pin = 0; pin < 24; pin++) {
		line(pin, true);
		expect_eq(fake.msis, pin + 1);
		expect_eq(newest(), 0x4040 + pin);
	}
	expect_eq(fake.routes, 0);
}

static void
test_eoi(void)
{
	begin("level: remote IRR holds it until the EOI, then it sends again");
	rte_write(10, 0x50 | LEVEL);
	line(10, true);
	expect_eq(fake.msis, 1);
	expect_eq(rte_read(10), 0x50 | LEVEL | REMOTE_IRR);
	pulse(10);
	line(10, true);
	expect_eq(fake.msis, 1);
	for (unsigned i = 2; i < 10; i++) {
		ioapic_eoi(&ioapic, 0x50);
		expect_eq(fake.msis, i);
	}
	line(10, false);
	expect_eq(rte_read(10), 0x50 | LEVEL | REMOTE_IRR);
	ioapic_eoi(&ioapic, 0x50);
	expect_eq(rte_read(10), 0x50 | LEVEL);
	expect_eq(fake.msis, 9);

	begin("level: EOI of another vector, EOI of two pins, EOI by register");
	rte_write(10, 0x50 | LEVEL);
	rte_write(11, 0x50 | LEVEL);
	line(10, true);
	line(11, true);
	ioapic_eoi(&ioapic, 0x51);
	expect_eq(fake.msis, 2);
	ioapic_eoi(&ioapic, 0x50);
	expect_eq(fake.msis, 4);
	ioapic_mmio_write(&ioapic, IOEOI, 4, 0x50);
	expect_eq(fake.msis, 6);
}

static void
test_level_masked(void)
{
	begin("level: masked nothing is sent, unmasked what is high then");
	rte_write(10, 0x50 | LEVEL | MASKED);
	pulse(10);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(fake.msis, 0);
	rte_write(10, 0x50 | LEVEL | MASKED);
	line(10, true);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(fake.msis, 1);

	begin("level: masked in service, the EOI comes all the same");
	rte_write(10, 0x50 | LEVEL);
	line(10, true);
	rte_write(10, 0x50 | LEVEL | MASKED);
	expect(fake.route[10].used);
	expect_eq(rte_read(10), 0x50 | LEVEL | MASKED | REMOTE_IRR);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(fake.msis, 1);
	rte_write(10, 0x50 | LEVEL | MASKED);
	ioapic_eoi(&ioapic, 0x50);
	expect_eq(rte_read(10), 0x50 | LEVEL | MASKED);
	expect_eq(fake.msis, 1);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(fake.msis, 2);
}

static void
test_level_changed(void)
{
	begin("level: remote IRR is read-only, and gone when set to edge");
	rte_write(10, 0x50 | LEVEL | REMOTE_IRR);
	expect_eq(rte_read(10), 0x50 | LEVEL);
	line(10, true);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(rte_read(10), 0x50 | LEVEL | REMOTE_IRR);
	rte_write(10, 0x50 | MASKED);
	expect_eq(rte_read(10), 0x50 | MASKED);
	rte_write(10, 0x50 | LEVEL | MASKED);
	expect_eq(rte_read(10), 0x50 | LEVEL | MASKED);
	rte_write(10, 0x50 | LEVEL);
	expect_eq(fake.msis, 2);

	begin("level: the destination may change in service");
	rte_write(10, 0x50 | LEVEL);
	line(10, true);
	reg_write(0x25, 0x02000000);
	expect_eq(fake.msis, 1);
	expect_eq(fake.route[10].address, 0xfee02000);
	ioapic_eoi(&ioapic, 0x50);
	expect_eq(fake.msis, 2);
	expect_eq(fake.msi[1].address, 0xfee02000);
}

static void
test_routes(void)
{
	begin("routes: edge and masked pins have none");
	rte_write(5, 0x35);
	rte_write(5, 0x35 | MASKED);
	rte_write(5, 0x36 | LEVEL | MASKED);
	rte_write(5, 0x36 | LEVEL | NMI);
	rte_write(5, 0x35);
	pulse(5);
	expect_eq(fake.routes, 0);

	begin("routes: told when unmasked, taken back at edge");
	line(5, true);
	rte_write(5, 0x35 | LEVEL);
	expect_eq(fake.routes, 1);
	expect(fake.route[5].used);
	expect_eq(fake.route[5].address, 0xfee00000);
	expect_eq(fake.route[5].data, 0xc035);
	rte_write(5, 0x35);
	expect_eq(fake.routes, 2);
	expect(!fake.route[5].used);

	begin("routes: nothing new, no call");
	rte_write(5, 0x35 | LEVEL);
	for (unsigned i = 0; i < 100; i++) {
		line(5, i % 3);
		rte_write(5, 0x35 | LEVEL);
		reg_write(0x1b, 0x00ffffff);
		rte_write(5, 0x35 | LEVEL | LOW_ACTIVE);
		ioapic_eoi(&ioapic, 0x35);
	}
	expect_eq(fake.routes, 1);
}

static void
test_routes_masked(void)
{
	begin("routes: an interrupt thread's mask and unmask, no call");
	rte_write(5, 0x35 | LEVEL);
	for (unsigned i = 0; i < 100; i++) {
		line(5, true);
		rte_write(5, 0x35 | LEVEL | MASKED);
		ioapic_eoi(&ioapic, 0x35);
		line(5, false);
		rte_write(5, 0x35 | LEVEL);
	}
	expect_eq(fake.msis, 100);
	expect_eq(fake.routes, 1);

	begin("routes: masked and idle, the next write takes it back");
	rte_write(5, 0x35 | LEVEL);
	line(5, true);
	rte_write(5, 0x35 | LEVEL | MASKED);
	ioapic_eoi(&ioapic, 0x35);
	expect_eq(fake.routes, 1);
	reg_write(0x1b, 0x01000000);
	expect_eq(fake.routes, 2);
	expect(!fake.route[5].used);
	rte_write(5, 0x36 | LEVEL | MASKED);
	expect_eq(fake.routes, 2);
	rte_write(5, 0x36 | LEVEL);
	expect_eq(fake.routes, 3);
	expect_eq(fake.route[5].address, 0xfee01000);
	expect_eq(fake.route[5].data, 0xc036);
}

static void
test_reset(void)
{
	begin("reset: takes back the routes there are");
	rte_write(5, 0x35 | LEVEL);
	rte_write(6, 0x36 | LEVEL);
	line(5, true);
	ioapic_reset(&ioapic);
	expect_eq(fake.routes, 4);
	expect(!fake.route[5].used && !fake.route[6].used);
	rte_write(5, 0x35);
	expect_eq(fake.msis, 1);
	line(5, true);
	expect_eq(fake.msis, 2);
}

int
main(void)
{
	test_registers();
	test_messages();
	test_edge();
	test_eoi();
	test_level_masked();
	test_level_changed();
	test_routes();
	test_routes_masked();
	test_reset();
	return unit_done();
}
