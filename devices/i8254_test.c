/* SPDX-License-Identifier: MIT
 *
 * The 8254 against its datasheet (order number 231164): the figures of the
 * modes, access, latches, and when IRQ 0 comes. Beyond the usual length for
 * its tables. i8254_random_test.c holds it against a model.
 */
#include "devices/i8254.h"
#include "tools/unit.h"

#define HZ     1193182
#define SECOND 1000000000

static struct i8254 pit;
static unsigned fires;

static uint64_t
tick_at(uint64_t ns)
{
	return (uint64_t)((unsigned __int128)ns * HZ / SECOND);
}

/* The first nanosecond of a tick. */
static uint64_t
ns_at(uint64_t tick)
{
	return (uint64_t)(((unsigned __int128)tick * SECOND + HZ - 1) / HZ);
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	expect_eq(timer, TIMER_pit);
	fires++;
	i8254_fire(&pit, now_ns);
}

/* To the middle of the tick `n` ticks on, with every timer in time. */
static void
pass(uint64_t n)
{
	unit_advance(ns_at(tick_at(fake.now_ns) + n) + 400, fire);
}

static void
out(unsigned reg, uint8_t value)
{
	i8254_write(&pit, reg, 1, value);
}

static uint8_t
in(unsigned reg)
{
	return (uint8_t)i8254_read(&pit, reg, 1);
}

static void
begin(const char *name)
{
	unit_case(name);
	fires = 0;
	fake.now_ns = 12345678;
	i8254_reset(&pit);
}

static void
gate(bool high)
{
	out(4, high);
}

static bool
out2(void)
{
	return in(4) >> 5 & 1;
}

/* Two bytes of count, the way every driver does it. */
static void
set(unsigned counter, uint8_t control, uint16_t count)
{
	out(3, (uint8_t)(counter << 6 | 0x30 | control));
	out(counter, (uint8_t)count);
	out(counter, (uint8_t)(count >> 8));
}

static uint16_t
latched(unsigned counter)
{
	uint8_t low;

	out(3, (uint8_t)(counter << 6));
	low = in(counter);
	return (uint16_t)(low | in(counter) << 8);
}

static uint8_t
status(unsigned counter)
{
	out(3, (uint8_t)(0xe0 | 2u << counter));
	return in(counter);
}

/* One figure of the datasheet on counter 2: what the program does before each
 * CLK pulse (a digit: writes that count, g: gate low, G: gate high, s: gate
 * low and high), then CE and OUT after it ("?" and -1: undefined). */
struct figure {
	const char *name;
	uint8_t mode;
	const char *events;
	const char *out;
	int ce[16];
};

#define F 0x10000 /* F - 1 is what follows 0 */

static const struct figure figures[] = {
	{ "mode 0: N + 1 pulses after the write", 0, "4.......", "LLLLHHHH",
	    { 4, 3, 2, 1, 0, F - 1, F - 2, F - 3 } },
	{ "mode 0: the gate holds", 0, "3.gG....", "LLLLHHHH",
	    { 3, 2, 2, 1, 0, F - 1, F - 2, F - 3 } },
	{ "mode 0: loads without a gate", 0, "g3.G....", "LLLLLHHH",
	    { -1, 3, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 0: a new count", 0, "3..2....", "LLLLLHHH",
	    { 3, 2, 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 0: a new count after the end", 0, "1..2....", "LHHLLHHH",
	    { 1, 0, F - 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 1: armed, then triggered", 1, "3.s.....", "HHLLLHHH",
	    { -1, -1, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 1: no count, no shot", 1, "s.s3.s..", "HHHHHLLL",
	    { -1, -1, -1, -1, -1, 3, 2, 1 } },
	{ "mode 1: retriggered", 1, "3s..s...", "HLLLLLLH",
	    { -1, 3, 2, 1, 3, 2, 1, 0 } },
	{ "mode 1: the level does not matter", 1, "2s.g....", "HLLHHHHH",
	    { -1, 2, 1, 0, F - 1, F - 2, F - 3, F - 4 } },
	{ "mode 1: a new count waits", 1, "2s4...s.", "HLLHHHLL",
	    { -1, 2, 1, 0, F - 1, F - 2, 4, 3 } },
	{ "mode 2: low for one in N", 2, "3.......", "HHLHHLHH",
	    { 3, 2, 1, 3, 2, 1, 3, 2 } },
	{ "mode 2: the gate stops, then starts anew", 2, "3.gG....", "HHHHHLHH",
	    { 3, 2, 2, 3, 2, 1, 3, 2 } },
	{ "mode 2: the gate lifts OUT", 2, "2.g.G...", "HLHHHLHL",
	    { 2, 1, 1, 1, 2, 1, 2, 1 } },
	{ "mode 2: a new count waits", 2, "4.5.....", "HHHLHHHH",
	    { 4, 3, 2, 1, 5, 4, 3, 2 } },
	{ "mode 2: ... but not for a trigger", 2, "4.5s....", "HHHHHHHL",
	    { 4, 3, 2, 5, 4, 3, 2, 1 } },
	{ "mode 2: ... and not with the gate low", 2, "3.g5..G.", "HHHHHHHH",
	    { 3, 2, 2, 2, 2, 2, 5, 4 } },
	{ "mode 2: loads without a gate", 2, "g3.G....", "HHHHHLHH",
	    { -1, 3, 3, 3, 2, 1, 3, 2 } },
	{ "mode 2: 1 is taken for 2", 2, "1.......", "HLHLHLHL",
	    { 2, 1, 2, 1, 2, 1, 2, 1 } },
	{ "mode 3: even", 3, "4.......", "HHLLHHLL",
	    { 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 3: odd", 3, "5.........", "HHHLLHHHLL",
	    { 4, 2, 0, 4, 2, 4, 2, 0, 4, 2 } },
	{ "mode 3: the gate lifts OUT", 3, "4..g.G....", "HHLHHHHLLH",
	    { 4, 2, 4, 4, 4, 4, 2, 4, 2, 4 } },
	{ "mode 3: a new count waits for the half", 3, "8.4.......",
	    "HHHHLLHHLL", { 8, 6, 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 3: ... of an odd one too", 3, "5...3.....", "HHHLLHHLHH",
	    { 4, 2, 0, 4, 2, 2, 0, 2, 2, 0 } },
	{ "mode 3: ... but not for a trigger", 3, "8.4s....", "HHHHHLLH",
	    { 8, 6, 4, 4, 2, 4, 2, 4 } },
	{ "mode 3: 1 is taken for 2", 3, "1.......", "HLHLHLHL",
	    { 2, 2, 2, 2, 2, 2, 2, 2 } },
	{ "mode 4: one strobe", 4, "3.......", "HHHLHHHH",
	    { 3, 2, 1, 0, F - 1, F - 2, F - 3, F - 4 } },
	{ "mode 4: the gate holds", 4, "g3.G....", "HHHHHLHH",
	    { -1, 3, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 4: the gate does not hold the strobe", 4, "2..g.G..",
	    "HHLHHHHH", { 2, 1, 0, 0, 0, F - 1, F - 2, F - 3 } },
	{ "mode 4: a new count", 4, "3..2....", "HHHHHLHH",
	    { 3, 2, 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 5: triggered", 5, "3.s.....", "HHHHHLHH",
	    { -1, -1, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 5: retriggered", 5, "3s..s...", "HHHHHHHL",
	    { -1, 3, 2, 1, 3, 2, 1, 0 } },
	{ "mode 5: a new count waits, the level is nothing", 5, "3s5g..s.",
	    "HHHHLHHH", { -1, 3, 2, 1, 0, F - 1, 5, 4 } },
	{ "mode 6 is mode 2", 6, "3.......", "HHLHHLHH",
	    { 3, 2, 1, 3, 2, 1, 3, 2 } },
	{ "mode 7 is mode 3", 7, "4.......", "HHLLHHLL",
	    { 4, 2, 4, 2, 4, 2, 4, 2 } },
};

static void
do_event(char event)
{
	if (event == 'g' || event == 's')
		gate(false);
	if (event == 'G' || event == 's')
		gate(true);
	if (event >= '0' && event <= '9')
		out(2, (uint8_t)(event - '0'));
}

static void
test_figures(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++) {
		const struct figure *f = &figures[i];

		begin(f->name);
		gate(true);
		out(3, (uint8_t)(0x90 | f->mode << 1));
		expect_eq(out2(), f->mode != 0);
		for (unsigned k = 0; f->events[k] != 0; k++) {
			do_event(f->events[k]);
			pass(1);
			expect_eq(out2(), f->out[k] == 'H');
			/* LSB only: the count's low byte. */
			if (f->ce[k] >= 0)
				expect_eq(in(2), f->ce[k] & 0xff);
		}
	}
}

static void
test_strobe(void)
{
	begin("mode 4: the gate does not touch the strobe");
	gate(true);
	set(2, 8, 2);
	pass(3);
	for (unsigned i = 0; i < 4; i++) {
		expect(!out2());
		gate(i % 2);
	}
	pass(1);
	expect(out2());
}

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
test_interrupts(void)
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

int
main(void)
{
	test_figures();
	test_strobe();
	test_power_on();
	test_access();
	test_latch();
	test_counts();
	test_interrupts();
	test_lateness();
	test_port_b();
	return unit_done();
}
