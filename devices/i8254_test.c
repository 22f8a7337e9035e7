/* SPDX-License-Identifier: MIT
 *
 * The 8254 against its datasheet (order number 231164): access to the counters,
 * latches, read-back, the lengths of counts, and port B. The modes are in
 * i8254_counter_test.c, the interrupts in i8254_irq_test.c; i8254_random_test.c
 * holds it all against a model.
 */
#include "devices/i8254_fixture.h"

static void
test_power_on(void)
{
	begin("power-on: nothing counts, nothing wakes the host");
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);
	expect(!fake.line[IRQ_PIT]);
	expect_eq(in(3), 0);
	for (unsigned i = 0; i < 3; i++)
		expect_eq(status(i), 0x70);
	pass(100000);
	expect_eq(latched(0), 0);
	expect_eq(fires, 0);

	begin("reset takes the line and the timer back");
	set(0, 4, 1000);
	expect(fake.line[IRQ_PIT]);
	i8254_reset(&pit);
	expect(!fake.line[IRQ_PIT]);
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);
}

static void
test_access(void)
{
	begin("access: low byte, high byte, both");
	gate(true);
	out(3, 0x90);
	out(2, 0x34);
	pass(1);
	expect_eq(in(2), 0x34);
	expect_eq(in(2), 0x34);
	out(3, 0xa0);
	out(2, 0x34);
	pass(1);
	expect_eq(in(2), 0x34);
	pass(1);
	expect_eq(in(2), 0x33);
	out(3, 0xb0);
	out(2, 0x34);
	pass(5); /* half a count is none */
	out(2, 0x12);
	pass(1);
	expect_eq(in(2), 0x34);
	expect_eq(in(2), 0x12);

	begin("access: reads and writes have a flip-flop each");
	gate(true);
	set(2, 8, 0x5678);
	pass(1);
	expect_eq(in(2), 0x78);
	out(2, 0xbc);
	expect_eq(in(2), 0x56);
	out(2, 0x9a);
	pass(1);
	expect_eq(in(2), 0xbc);
	out(3, 0xb8); /* a control word resets both */
	out(2, 0x21);
	out(2, 0x43);
	pass(1);
	expect_eq(in(2), 0x21);

	begin("access: in mode 0 the first byte stops, in 4 it does not");
	gate(true);
	set(2, 0, 5);
	pass(3);
	out(2, 9);
	pass(3);
	expect_eq(latched(2), 3);
	expect(!out2());
	out(2, 0);
	pass(2);
	expect_eq(latched(2), 8);
	set(2, 8, 5);
	pass(3);
	out(2, 9);
	pass(3);
	expect_eq(latched(2), 0);
	out(2, 0);
	pass(1);
	expect_eq(latched(2), 9);
}

static void
test_latch(void)
{
	begin("latch: holds until read, and a second one changes nothing");
	gate(true);
	set(2, 0, 0x1234);
	pass(2);
	out(3, 0x80);
	pass(0x40);
	out(3, 0x80);
	expect_eq(in(2), 0x33);
	out(3, 0x80);
	expect_eq(in(2), 0x12);
	expect_eq(in(2), 0xf3);
	expect_eq(in(2), 0x11);

	begin("latch: a control word unlatches, another counter's does not");
	gate(true);
	set(2, 0, 0x1234);
	pass(1);
	out(3, 0xc8); /* count and status */
	set(1, 0, 0x4321);
	pass(1);
	expect_eq(in(2), 0x30);
	expect_eq(in(2), 0x34);
	expect_eq(in(2), 0x12);
	out(3, 0xc8);
	set(2, 0, 0x4321);
	pass(1);
	expect_eq(in(2), 0x21);

	begin("latch: between two bytes it starts at the first again");
	gate(true);
	set(2, 0, 0x1234);
	pass(1);
	expect_eq(in(2), 0x34);
	expect_eq(latched(2), 0x1234);
}

static void
test_read_back(void)
{
	begin("read-back: any of three, status before count");
	set(0, 4, 0x1111);
	set(1, 4, 0x2222);
	pass(1);
	out(3, 0xc2); /* counter 0: both */
	out(3, 0xd4); /* counter 1: count */
	out(3, 0xe6); /* 0 and 1: status; 0 has one */
	pass(1);
	expect_eq(in(0), 0xb4);
	expect_eq(in(0), 0x11);
	expect_eq(in(0), 0x11);
	expect_eq(in(0), 0x10);
	expect_eq(in(1), 0xb4);
	expect_eq(in(1), 0x22);
	expect_eq(in(1), 0x22);
	out(3, 0xf6); /* neither */
	expect_eq(in(1), 0x21);

	begin("read-back: null count, as the datasheet's example has it");
	out(3, 0x74);
	expect_eq(status(1), 0xf4); /* a control word sets it */
	out(1, 4);
	out(1, 0);
	expect_eq(status(1), 0xf4);
	pass(1);
	expect_eq(status(1), 0xb4); /* CR went to CE */
	out(1, 6);
	expect_eq(status(1), 0xb4); /* the second byte of two sets it */
	out(1, 0);
	expect_eq(status(1), 0xf4);
	pass(3);
	expect_eq(status(1), 0x74); /* the cycle's last tick: OUT is low */
	pass(1);
	expect_eq(status(1), 0xb4);
	out(3, 0x7f); /* the mode as it was written */
	expect_eq(status(1), 0xff);
}

static void
test_counts(void)
{
	begin("count 0 is 65536");
	set(0, 0, 0);
	pass(1);
	expect_eq(latched(0), 0);
	pass(1);
	expect_eq(latched(0), 0xffff);
	pass(65534);
	expect_eq(status(0), 0x30);
	pass(1);
	expect_eq(status(0), 0xb0);
	expect_eq(latched(0), 0);
	pass(65536 * 7 + 5);
	expect_eq(latched(0), 0x10000 - 5);

	begin("count 0 is 10000 in BCD");
	set(0, 1, 0);
	pass(2);
	expect_eq(latched(0), 0x9999);
	pass(9998);
	expect_eq(status(0), 0x31);
	pass(1);
	expect_eq(status(0), 0xb1);
	pass(1);
	expect_eq(latched(0), 0x9999);
	set(0, 1, 0x2000);
	pass(2);
	expect_eq(latched(0), 0x1999);
	set(0, 7, 0x0201);
	pass(2);
	expect_eq(latched(0), 0x0198);

	begin("BCD: digits above 9 weigh what they are");
	set(0, 1, 0xffff);
	pass(1);
	expect_eq(latched(0), 0x6665);
	pass(16664);
	expect_eq(status(0), 0x31);
	pass(1);
	expect_eq(status(0), 0xb1);
}

static void
test_port_b(void)
{
	uint64_t toggles = 0, before;

	begin("port B: four bits are kept, OUT 2 and refresh are read");
	out(4, 0xff);
	expect_eq(in(4) & ~0x10, 0x0f);
	out(4, 0x00);
	expect_eq(in(4) & ~0x10, 0x00);
	out(3, 0xb6); /* mode 3: OUT high */
	expect_eq(in(4) & ~0x10, 0x20);

	begin("port B: refresh changes every 15 us");
	before = in(4);
	for (unsigned i = 0; i < 100000; i++) {
		fake.now_ns += 1000;
		toggles += (in(4) ^ before) >> 4 & 1;
		before = in(4);
	}
	expect(toggles >= 6600 && toggles <= 6667);
}

static void
test_absent(void)
{
	begin("absent: ones at its ports, IRQ 0 low, port B as ever");
	pit.absent = 1;
	fake.rises[IRQ_PIT] = 0;
	i8254_reset(&pit);
	set(0, 4, 1000);
	set(2, 0, 1000);
	pass(5000);
	for (unsigned reg = 0; reg < 4; reg++)
		expect_eq(in(reg), 0xff);
	expect_eq(fake.rises[IRQ_PIT], 0);
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);
	out(4, 0x0a);
	expect_eq(in(4) & ~0x10, 0x2a); /* OUT 2 floats high */
	out(4, 0x0f);
	expect_eq(in(4) & ~0x10, 0x2f);
	pass(5000);
	expect(out2());
	expect_eq(fake.rises[IRQ_PIT], 0);
	pit.absent = 0;
}

int
main(void)
{
	test_power_on();
	test_access();
	test_latch();
	test_read_back();
	test_counts();
	test_port_b();
	test_absent();
	return unit_done();
}
