/* SPDX-License-Identifier: MIT
 *
 * When the 8254's counter 0 makes IRQ 0, mode by mode, how often the host wakes
 * for it, and a loop thread that comes late.
 */
#include "devices/i8254_fixture.h"

/* Mode 2 or 3 for `periods` periods: the line rises at the tick where it
 * should, each time, and the host wakes for nothing else. */
static void
expect_periods(uint8_t control, uint16_t count, uint32_t n, unsigned periods)
{
	uint64_t first = tick_at(fake.now_ns) + 1;
	unsigned rises, woken = fires;

	set(0, control, count);
	rises = fake.rises[IRQ_PIT];
	for (unsigned i = 1; i <= periods; i++) {
		uint64_t at = ns_at(first + (uint64_t)i * n);

		unit_advance(at - 1, fire);
		expect_eq(fake.rises[IRQ_PIT], rises + i - 1);
		unit_advance(at, fire);
		expect_eq(fake.rises[IRQ_PIT], rises + i);
		expect(fake.line[IRQ_PIT]);
	}
	expect_eq(fires - woken, periods);
}

static void
test_periodic(void)
{
	begin("IRQ 0: mode 2, every period, no drift, one wake-up each");
	expect_periods(4, 11932, 11932, 2000);
	expect_periods(4, 120, 120, 2000);
	expect_periods(4, 0, 65536, 100);
	expect_periods(5, 0x0999, 999, 1000);

	begin("IRQ 0: mode 3");
	expect_periods(6, 1193, 1193, 2000);
	expect_periods(6, 0, 65536, 100);
	expect_periods(7, 0, 10000, 1000);

	begin("IRQ 0: mode 2, the new count after this period");
	set(0, 4, 1000);
	pass(1);
	out(0, 0xd0);
	out(0, 0x07); /* 2000 */
	fake.rises[IRQ_PIT] = 0;
	pass(999);
	expect_eq(fake.rises[IRQ_PIT], 0);
	pass(1);
	expect_eq(fake.rises[IRQ_PIT], 1);
	pass(1999);
	expect_eq(fake.rises[IRQ_PIT], 1);
	pass(1);
	expect_eq(fake.rises[IRQ_PIT], 2);

	begin("IRQ 0: mode 3, the new count after this half");
	set(0, 6, 1000);
	pass(1);
	out(0, 0xd0);
	out(0, 0x07);
	fake.rises[IRQ_PIT] = 0;
	pass(500 + 999);
	expect_eq(fake.rises[IRQ_PIT], 0);
	pass(1);
	expect_eq(fake.rises[IRQ_PIT], 1);
}

static void
test_once(void)
{
	begin("IRQ 0: mode 0 once, low until then and at a new count");
	set(0, 0, 1000);
	pass(1000);
	expect(!fake.line[IRQ_PIT]);
	pass(1);
	expect(fake.line[IRQ_PIT]);
	pass(1000000);
	expect_eq(fires, 1);
	out(0, 1);
	expect(!fake.line[IRQ_PIT]);
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);

	begin("IRQ 0: mode 4 once, after the strobe");
	set(0, 8, 1000);
	expect(fake.line[IRQ_PIT]);
	fake.rises[IRQ_PIT] = 0;
	pass(1001);
	expect_eq(fake.rises[IRQ_PIT], 0);
	pass(1);
	expect_eq(fake.rises[IRQ_PIT], 1);
	pass(1000000);
	expect_eq(fires, 1);

	begin("IRQ 0: mode 4, a new count during the strobe");
	set(0, 8, 1000);
	pass(1001);
	out(0, 100);
	out(0, 0);
	fake.rises[IRQ_PIT] = 0;
	pass(1);
	expect_eq(fake.rises[IRQ_PIT], 1);
	pass(101);
	expect_eq(fake.rises[IRQ_PIT], 2);
}

static void
test_never(void)
{
	begin("IRQ 0: none in modes 1 and 5, nothing triggers them");
	set(0, 2, 100);
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);
	set(0, 10, 100);
	expect_eq(fake.timer_at[TIMER_pit], TIMER_OFF);
	expect_eq(fake.rises[IRQ_PIT], 1); /* OUT high from mode 1 on */

	begin("IRQ 0: the other counters do not touch it");
	set(1, 4, 20);
	set(2, 0, 20);
	pass(1000);
	expect_eq(fires, 0);
	expect_eq(fake.rises[IRQ_PIT], 0);
}

static void
test_lateness(void)
{
	uint64_t load;

	begin("a late loop: one interrupt, then in phase");
	load = tick_at(fake.now_ns) + 1;
	set(0, 4, 10000);
	fake.rises[IRQ_PIT] = 0;
	fake.now_ns = ns_at(load + 10000 * 7 + 3000);
	i8254_fire(&pit, fake.now_ns);
	expect_eq(fake.rises[IRQ_PIT], 1);
	expect_eq(fake.timer_at[TIMER_pit], ns_at(load + 10000 * 8));

	begin("a rise that the loop has missed comes with the next write");
	set(0, 4, 10000);
	fake.rises[IRQ_PIT] = 0;
	fake.now_ns += SECOND;
	(void)latched(2);
	expect_eq(fake.rises[IRQ_PIT], 1);

	begin("a wake-up too early or too much does nothing");
	load = tick_at(fake.now_ns) + 1;
	set(0, 4, 10000);
	fake.rises[IRQ_PIT] = 0;
	i8254_fire(&pit, fake.now_ns);
	expect_eq(fake.rises[IRQ_PIT], 0);
	expect_eq(fake.timer_at[TIMER_pit], ns_at(load + 10000));

	begin("a clock read before the lock was taken changes nothing");
	set(0, 4, 10000);
	pass(5);
	expect_eq(latched(0), 9996);
	i8254_fire(&pit, fake.now_ns - 7000);
	expect_eq(latched(0), 9996);

	begin("no more than 10,000 wake-ups a second; the count is right");
	load = tick_at(fake.now_ns) + 1;
	set(0, 4, 2);
	unit_advance(fake.now_ns + SECOND, fire);
	expect(fires <= 10000 && fires > 9900);
	set(0, 4, 7);
	load = tick_at(fake.now_ns) + 1;
	for (unsigned i = 0; i < 1000; i++) {
		pass(1);
		expect_eq(latched(0), 7 - (tick_at(fake.now_ns) - load) % 7);
	}

	begin("years of uptime");
	fake.now_ns = (uint64_t)1 << 62;
	load = tick_at(fake.now_ns) + 1;
	set(0, 4, 10000);
	expect_eq(fake.timer_at[TIMER_pit], ns_at(load + 10000));
	fake.now_ns += (uint64_t)1 << 60;
	expect_eq(latched(0), 10000 - (tick_at(fake.now_ns) - load) % 10000);
}

int
main(void)
{
	test_periodic();
	test_once();
	test_never();
	test_lateness();
	return unit_done();
}
