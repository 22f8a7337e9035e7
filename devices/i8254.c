/* SPDX-License-Identifier: MIT
 *
 * Intel 8254 (datasheet, order number 231164-005) and port B of the PIIX.
 * Threads: see i8254.h. Left out: a count of 1 in modes 2 and 3, illegal, is 2.
 *
 * Nothing ticks. A counter is the tick at which its CE had a known value, and
 * all else follows from the clock: tick n begins n / 1193182 s after the
 * clock's zero, exactly, so no period drifts. What a program does during tick
 * n the CLK pulse n + 1 sees: the "next CLK pulse" of the datasheet.
 */
#include "devices/i8254.h"
#include "devices/ticks.h"
#include "vmm/irq.h"
#include "vmm/loop.h"

#define NEVER	      (~(uint64_t)0)
#define MIN_PERIOD_NS 100000 /* between two interrupts of modes 2 and 3 */

enum { IDLE, HELD, COUNTING }; /* awaits a load; gated off; decrements */
enum { CONTROL = 3 }; /* the register; 0 to 2 are counters, 4 is port B */
enum { BCD = 0x01, RW_LSB = 0x10, RW_MSB = 0x20, RW_BOTH = 0x30 };
enum { READ_BACK_NO_STATUS = 0x10, READ_BACK_NO_COUNT = 0x20 };
enum { STATUS_NULL_COUNT = 0x40, STATUS_OUT = 0x80 };
enum { PORT_B_GATE2 = 0x01, PORT_B_REFRESH = 0x10, PORT_B_OUT2 = 0x20 };
enum { PORT_B_WRITABLE = 0x0f, REFRESH_TICKS = 18 }; /* 15 us */

#define HZ 1193182

static bool
repeats(const struct i8254_counter *c)
{
	return c->mode == 2 || c->mode == 3;
}

/* How many counts CE has before it wraps. */
static int64_t
modulus(const struct i8254_counter *c)
{
	return c->control & BCD ? 10000 : 0x10000;
}

/* The count that a register's value stands for; 0 is the longest. Digits
 * above 9 weigh what they are. Never 0; never 1 in modes 2 and 3. */
static uint32_t
count_of(const struct i8254_counter *c, uint16_t value)
{
	uint32_t n = value;

	if (c->control & BCD)
		n = (value >> 12) * 1000 + (value >> 8 & 15) * 100 +
		    (value >> 4 & 15) * 10 + (value & 15);
	if (n == 0)
		return (uint32_t)modulus(c);
	return n == 1 && repeats(c) ? 2 : n;
}

/* CE now. A settled counter only. */
static int64_t
ce_of(const struct i8254_counter *c, uint64_t now)
{
	uint64_t elapsed = now - c->start;

	if (c->phase != COUNTING)
		return c->ce;
	if (c->mode == 3)
		elapsed *= 2;
	return (int64_t)((uint64_t)c->ce - elapsed);
}

/* CE as the processor reads it. */
static uint16_t
register_of(const struct i8254_counter *c, uint64_t now)
{
	int64_t n = ce_of(c, now) % modulus(c);

	if (n < 0)
		n += modulus(c);
	if (c->control & BCD)
		n = n / 1000 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 |
		    n % 10;
	return (uint16_t)n;
}

static bool
out_of(const struct i8254_counter *c, uint64_t now)
{
	int64_t left = ce_of(c, now);

	switch (c->mode) {
	case 0:
		return c->phase != IDLE && left <= 0;
	case 1:
		return c->phase == IDLE || left <= 0;
	case 2:
		return c->phase != COUNTING || left != 1;
	case 3:
		return c->phase != COUNTING || c->high;
	default: /* a strobe of one tick, though the gate may hold CE at 0 */
		return c->phase == IDLE || left != 0 ||
		    (c->phase == HELD && now > c->start);
	}
}

/* CR to CE at pulse `at`. Mode 3 counts even numbers. */
static void
load(struct i8254_counter *c, uint64_t at)
{
	c->cycle = c->cr;
	c->ce = count_of(c, c->cr) & (c->mode == 3 ? ~1u : ~0u);
	c->start = at;
	c->null_count = 0;
}

/* How long modes 2 and 3 go on before they reload CE: a period, half of it. */
static uint32_t
cycle_of(const struct i8254_counter *c)
{
	uint32_t n = count_of(c, c->cycle);

	return c->mode == 2 ? n : (n + c->high) / 2;
}

/* Moves `start` to the cycle of `now`. A new count comes in at the end of the
 * one in which it was written. No count is 0, see count_of(). */
static void
reload(struct i8254_counter *c, uint64_t now)
{
	if (now - c->start < cycle_of(c))
		return;
	c->start += cycle_of(c);
	c->high ^= 1;
	if (c->null_count)
		load(c, c->start);
	c->start = now - (now - c->start) % count_of(c, c->cycle);
	if (now - c->start >= cycle_of(c)) {
		c->start += cycle_of(c);
		c->high ^= 1;
	}
}

/* Does what the pulses up to `now` have done. */
static void
settle(struct i8254_counter *c, uint64_t now)
{
	if (c->load_at <= now) {
		load(c, c->load_at);
		c->load_at = NEVER;
		c->high = 1;
		c->phase =
		    c->gate || c->mode == 1 || c->mode == 5 ? COUNTING : HELD;
	}
	if (c->phase == COUNTING && repeats(c))
		reload(c, now);
}

/* Enters a phase with CE as it is now. */
static void
enter(struct i8254_counter *c, uint64_t now, uint8_t phase)
{
	c->ce = ce_of(c, now);
	c->start = now;
	c->phase = phase;
}

/* "Gate Pin Operations Summary": a rise triggers modes 1, 2, 3 and 5, in 0 and
 * 4 counting goes on; a fall stops it, but in 1 and 5. */
static void
set_gate(struct i8254_counter *c, uint64_t now, bool gate)
{
	if (gate == c->gate)
		return;
	c->gate = gate;
	if (gate && c->mode % 4 != 0 && c->armed)
		c->load_at = now + 1;
	if (gate && c->mode % 4 == 0 && c->phase == HELD) {
		if (c->ce == 0 && now > c->start) /* mode 4 has strobed */
			c->ce -= modulus(c);
		enter(c, now, COUNTING);
	}
	if (!gate && c->mode != 1 && c->mode != 5 && c->phase == COUNTING)
		enter(c, now, HELD);
}

static void
write_counter(struct i8254_counter *c, uint64_t now, uint8_t byte)
{
	unsigned rw = c->control & RW_BOTH;

	if (c->mode == 0) { /* stops, OUT low, from the first byte on */
		enter(c, now, IDLE);
		c->load_at = NEVER;
	}
	if (rw == RW_BOTH && (c->write_msb ^= 1)) {
		c->cr_low = byte;
		return;
	}
	c->cr = rw == RW_LSB ? byte : (uint16_t)(byte << 8 | c->cr_low);
	c->armed = c->null_count = 1;
	if (c->mode % 4 == 0 || (repeats(c) && c->phase == IDLE))
		c->load_at = now + 1;
}

static uint8_t
read_counter(struct i8254_counter *c, uint64_t now)
{
	uint16_t count = c->count_latched ? c->ol : register_of(c, now);
	unsigned rw = c->control & RW_BOTH;

	if (c->status_latched) {
		c->status_latched = 0;
		return c->status;
	}
	if (rw == RW_BOTH && (c->read_msb ^= 1))
		return (uint8_t)count;
	c->count_latched = 0;
	return (uint8_t)(rw == RW_LSB ? count : count >> 8);
}

/* A latch holds until it is read. One between two bytes starts at the first
 * again: the datasheet is silent, and so nobody stays out of step. */
static void
latch(struct i8254_counter *c, uint64_t now, bool count, bool status)
{
	if (count && !c->count_latched) {
		c->ol = register_of(c, now);
		c->count_latched = 1;
		c->read_msb = 0;
	}
	if (status && !c->status_latched) {
		c->status = c->control | (out_of(c, now) ? STATUS_OUT : 0) |
		    (c->null_count ? STATUS_NULL_COUNT : 0);
		c->status_latched = 1;
	}
}

/* All control logic is reset; CE stays as it is until a count is loaded. */
static void
program(struct i8254_counter *c, uint64_t now, uint8_t control)
{
	uint8_t mode = control >> 1 & 7;

	*c = (struct i8254_counter){
		.start = now,
		.ce = ce_of(c, now),
		.load_at = NEVER,
		.control = control,
		.mode = mode > 5 ? mode - 4 : mode, /* M2 of 2, 3: any */
		.phase = IDLE,
		.gate = c->gate,
		.null_count = 1,
	};
}

static void
write_control(struct i8254 *pit, uint8_t value)
{
	unsigned select = value >> 6;

	if (select == 3) { /* read-back, of any of the three */
		for (unsigned i = 0; i < 3; i++)
			if (value >> (i + 1) & 1)
				latch(&pit->counter[i], pit->now,
				    !(value & READ_BACK_NO_COUNT),
				    !(value & READ_BACK_NO_STATUS));
	} else if ((value & RW_BOTH) == 0) {
		latch(&pit->counter[select], pit->now, true, false);
	} else {
		program(&pit->counter[select], pit->now, value & 0x3f);
	}
}

static void
advance(struct i8254 *pit, uint64_t now_ns)
{
	pit->now = MAX(pit->now, ticks_of(now_ns, HZ));
	for (unsigned i = 0; i < 3; i++)
		settle(&pit->counter[i], pit->now);
}

/* The tick at which a counter whose gate stays high has OUT rise next. */
static uint64_t
next_rise(struct i8254_counter c, uint64_t now)
{
	if (c.mode == 4 && !out_of(&c, now)) /* the strobe is on */
		return now + 1;
	if (c.load_at != NEVER) {
		now = c.load_at;
		settle(&c, now);
	}
	if (c.phase != COUNTING)
		return NEVER;
	if (c.mode == 3 && c.high)
		settle(&c, c.start + cycle_of(&c));
	if (repeats(&c))
		return c.start + cycle_of(&c);
	if (c.mode % 4 == 0 && ce_of(&c, now) > 0)
		return c.start + (uint64_t)c.ce + (c.mode == 4);
	return NEVER;
}

/* IRQ 0 for a rise of OUT 0 in the past. */
static void
deliver(struct i8254 *pit, uint64_t now_ns)
{
	if (pit->rise > pit->now)
		return;
	pit->rise = NEVER;
	pit->fired_ns = now_ns;
	irq_set(IRQ_PIT, false);
	irq_set(IRQ_PIT, true);
}

/* The line is OUT in mode 0. In the others OUT rests high, and the line dips
 * only just before OUT's next rise: the host wakes once a period. A late loop
 * makes up for nothing: one rise, and on in phase. Short periods lose
 * interrupts, never counts. */
static void
arm(struct i8254 *pit)
{
	const struct i8254_counter *c = &pit->counter[0];
	uint64_t at_ns;

	irq_set(IRQ_PIT, c->mode != 0 || out_of(c, pit->now));
	pit->rise = next_rise(*c, pit->now);
	at_ns = pit->rise == NEVER ? TIMER_OFF : ns_of_ticks(pit->rise, HZ);
	if (repeats(c))
		at_ns = MAX(at_ns, pit->fired_ns + MIN_PERIOD_NS);
	loop_timer(TIMER_pit, at_ns);
}

void
i8254_fire(struct i8254 *pit, uint64_t now_ns)
{
	advance(pit, now_ns);
	deliver(pit, now_ns);
	arm(pit);
}

uint32_t
i8254_read(struct i8254 *pit, unsigned reg, unsigned size)
{
	(void)size; /* 1 */
	advance(pit, loop_now_ns());
	if (reg <= CONTROL && pit->absent)
		return 0xff;
	if (reg < CONTROL)
		return read_counter(&pit->counter[reg], pit->now);
	if (reg == CONTROL)
		return 0; /* no such read */
	/* Guests wait for OUT 2 to rise: without a chip it floats high. */
	return pit->port_b |
	    (pit->now / REFRESH_TICKS & 1 ? PORT_B_REFRESH : 0) |
	    (pit->absent || out_of(&pit->counter[2], pit->now) ? PORT_B_OUT2
							       : 0);
}

void
i8254_write(struct i8254 *pit, unsigned reg, unsigned size, uint32_t value)
{
	uint64_t now_ns = loop_now_ns();

	(void)size; /* 1 */
	if (reg <= CONTROL && pit->absent)
		return;
	advance(pit, now_ns);
	deliver(pit, now_ns);
	if (reg < CONTROL) {
		write_counter(&pit->counter[reg], pit->now, (uint8_t)value);
	} else if (reg == CONTROL) {
		write_control(pit, (uint8_t)value);
	} else {
		pit->port_b = value & PORT_B_WRITABLE;
		set_gate(&pit->counter[2], pit->now, value & PORT_B_GATE2);
	}
	arm(pit);
}

/* The datasheet leaves power-on open. As if mode 0 had been set: a counter that
 * runs before anybody asks wakes the host for nothing. */
void
i8254_reset(struct i8254 *pit)
{
	*pit = (struct i8254){ .absent = pit->absent };
	for (unsigned i = 0; i < 3; i++) {
		program(&pit->counter[i], 0, RW_BOTH);
		pit->counter[i].gate = i < 2;
	}
	arm(pit);
}
