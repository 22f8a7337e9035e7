/* SPDX-License-Identifier: MIT
 *
 * One counter of an Intel 8254 (datasheet, order number 231164-005): modes,
 * gate, count and latches. See i8254_counter.h.
 * Left out: a count of 1 in modes 2 and 3, illegal, is 2.
 *
 * Nothing ticks. A counter is the tick at which its CE had a known value, and
 * all else follows from the clock, so no period drifts. What a program does
 * during tick n the CLK pulse n + 1 sees: the "next CLK pulse" of the
 * datasheet.
 */
#include "devices/i8254_counter.h"

enum { IDLE, HELD, COUNTING }; /* awaits a load; gated off; decrements */
enum { STATUS_NULL_COUNT = 0x40, STATUS_OUT = 0x80 };

bool
counter_repeats(const struct i8254_counter *c)
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
	return n == 1 && counter_repeats(c) ? 2 : n;
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

bool
counter_out(const struct i8254_counter *c, uint64_t now)
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

void
counter_settle(struct i8254_counter *c, uint64_t now)
{
	if (c->load_at <= now) {
		load(c, c->load_at);
		c->load_at = NEVER;
		c->high = 1;
		c->phase =
		    c->gate || c->mode == 1 || c->mode == 5 ? COUNTING : HELD;
	}
	if (c->phase == COUNTING && counter_repeats(c))
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

void
counter_set_gate(struct i8254_counter *c, uint64_t now, bool gate)
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

void
counter_write(struct i8254_counter *c, uint64_t now, uint8_t byte)
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
	if (c->mode % 4 == 0 || (counter_repeats(c) && c->phase == IDLE))
		c->load_at = now + 1;
}

uint8_t
counter_read(struct i8254_counter *c, uint64_t now)
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

void
counter_latch(struct i8254_counter *c, uint64_t now, bool count, bool status)
{
	if (count && !c->count_latched) {
		c->ol = register_of(c, now);
		c->count_latched = 1;
		c->read_msb = 0;
	}
	if (status && !c->status_latched) {
		c->status = c->control |
		    (counter_out(c, now) ? STATUS_OUT : 0) |
		    (c->null_count ? STATUS_NULL_COUNT : 0);
		c->status_latched = 1;
	}
}

void
counter_program(struct i8254_counter *c, uint64_t now, uint8_t control)
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

uint64_t
counter_next_rise(struct i8254_counter c, uint64_t now)
{
	if (c.mode == 4 && !counter_out(&c, now)) /* the strobe is on */
		return now + 1;
	if (c.load_at != NEVER) {
		now = c.load_at;
		counter_settle(&c, now);
	}
	if (c.phase != COUNTING)
		return NEVER;
	if (c.mode == 3 && c.high)
		counter_settle(&c, c.start + cycle_of(&c));
	if (counter_repeats(&c))
		return c.start + cycle_of(&c);
	if (c.mode % 4 == 0 && ce_of(&c, now) > 0)
		return c.start + (uint64_t)c.ce + (c.mode == 4);
	return NEVER;
}
