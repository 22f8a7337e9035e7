/* SPDX-License-Identifier: MIT
 *
 * Random programs for the MC146818: every register, SET, rates, alarms, the
 * four forms of the time, the divider, with waits around the ends of seconds.
 */
#include "tools/diff_chips_rtc.h"

#define SECOND 1000000000

enum { SHIFT = 7, SPIN_NS = 2 << SHIFT };
enum { OVERHEAD_NS = 35 << SHIFT }; /* from the end of OP_UNTIL to an access */

/* Compares the interrupts of before, too. */
static void
wait_by(struct rtc_state *s, enum op op, uint64_t value)
{
	struct judgement *j = add(s->p, op, 0, (uint32_t)value);

	j->forget = s->irqs != WHY_equal;
	j->why = s->irqs;
}

/* Until an access that follows at once is `ns` into a second. */
static void
wait_until(struct rtc_state *s, uint64_t ns)
{
	wait_by(s, OP_UNTIL, (ns + SECOND - OVERHEAD_NS) % SECOND);
}

/* QEMU's clock is right in a sleep only if no timer of its ends before it; so
 * no sleep goes past an interrupt. */
static void
wait_periods(struct rtc_state *s)
{
	unsigned rs = s->a & A_RS;
	uint64_t period = SECOND / 32768ull << (rs < 3 ? rs + 6 : rs - 1);
	uint64_t ns = below(s->seed, MIN(period * 8, SECOND));

	wait_by(s, OP_SPIN, ns / SPIN_NS + 1);
}

/* To the end of a second and beyond, or not quite. */
static void
wait_second(struct rtc_state *s)
{
	uint64_t before = 2000000 + below(s->seed, 1000000);

	wait_until(s, s->phase + SECOND - before);
	wait_by(s, OP_SPIN, (before + below(s->seed, 2000000)) / SPIN_NS);
	if (below(s->seed, 4))
		wait_by(s, OP_SPIN, 2000000 / SPIN_NS);
}

static void
wait_anything(struct rtc_state *s)
{
	static const uint32_t before[] = { 0, 0, 100, 243000, 245000, 1000000,
		2227000, 2229000, 2500000 };
	uint64_t to = before[below(s->seed, ARRAY_SIZE(before))];

	if (below(s->seed, 3) == 0)
		wait_by(s, OP_SLEEP, below(s->seed, 3ull * SECOND));
	else
		wait_until(
		    s, s->phase + SECOND - to + 10 + below(s->seed, 1000));
}

static void
wait(struct rtc_state *s)
{
	if (s->b & B_PIE && s->a & A_RS)
		wait_periods(s);
	else if (below(s->seed, 4) == 0)
		wait_by(s, OP_SPIN, 1 + below(s->seed, 500));
	else if (s->b & (B_AIE | B_UIE))
		wait_second(s);
	else
		wait_anything(s);
}

/* From here on nothing of the time is comparable. */
static void
all_because(struct rtc_state *s, enum why why)
{
	s->time = s->flags = s->irqs = why;
}

static void
read_time(struct rtc_state *s, unsigned reg)
{
	struct judgement *j = diff_get(s, reg);

	if (s->time != WHY_equal && reg != REG_SECONDS_ALARM &&
	    reg != REG_MINUTES_ALARM && reg != REG_HOURS_ALARM)
		except(j, 0xff, s->time);
	else if (reg == REG_WEEKDAY && s->weekday)
		except(j, 0xff, WHY_weekday);
}

static void
read_flags(struct rtc_state *s)
{
	struct judgement *j = diff_get(s, REG_C);

	if (!(s->b & B_PIE))
		except(j, B_PIE, WHY_flag_without_enable);
	if (s->alarm != WHY_equal)
		except(j, B_AIE | (s->b & B_AIE ? C_IRQF : 0), s->alarm);
	if (s->flags != WHY_equal)
		except(j, 0xff, s->flags);
}

/* QEMU's UIP is up in the last part of the time for which mica's is. */
static void
read_a(struct rtc_state *s)
{
	struct judgement *j = diff_get(s, REG_A);

	if (s->time != WHY_equal)
		except(j, A_UIP, s->time);
	else
		allow(j, A_UIP, WHY_uip);
}

static void
read_something(struct rtc_state *s)
{
	switch (below(s->seed, 8)) {
	case 0 ... 2:
		read_time(s, (unsigned)below(s->seed, 10));
		break;
	case 3:
		read_time(s, REG_CENTURY);
		break;
	case 4:
		read_a(s);
		break;
	case 5:
		diff_get(s, REG_B);
		add(s->p, OP_IN1, 0x70, 0); /* write-only */
		break;
	case 6:
		read_flags(s);
		break;
	default:
		diff_get(s, REG_D);
		break;
	}
}

static void
set_and_clear(struct rtc_state *s)
{
	int64_t time = diff_time(s->seed);
	enum why flags = s->flags, irqs = s->irqs;

	if (s->b & B_AIE && s->b & B_PIE)
		return; /* whose interrupt is it? */
	diff_put(s, REG_B, s->b | B_SET);
	s->flags = WHY_flag_in_set;
	if (s->b & B_AIE)
		s->irqs = WHY_flag_in_set;
	s->b &= (uint8_t)~B_UIE;
	diff_get(s, REG_B);
	wait(s);
	if (below(s->seed, 2))
		read_something(s);
	if (below(s->seed, 4) == 0) {
		diff_put(s, REG_SECONDS, diff_form(s, 59) | 0x80);
		except(diff_get(s, REG_SECONDS), 0x80, WHY_seconds_bit);
		diff_put_time(s, time);
	} else if (below(s->seed, 4) == 0) {
		s->weekday = true;
		diff_put(s, REG_WEEKDAY, (uint8_t)(1 + below(s->seed, 7)));
	}
	read_flags(s);
	wait_by(s, OP_SPIN, 1);
	s->flags = flags;
	s->irqs = irqs;
	diff_put(s, REG_B, s->b);
}

/* The second begins anew; the periods of QEMU do not. */
static void
hold_divider(struct rtc_state *s)
{
	diff_put(s, REG_A, 0x60 | s->a);
	if (s->b & B_PIE && s->a & A_RS)
		s->flags = s->irqs = WHY_divider;
	wait(s);
	if (below(s->seed, 2))
		read_something(s);
	add(s->p, OP_OUT1, 0x70, REG_A);
	if (!(s->b & B_PIE)) {
		s->phase = below(s->seed, SECOND);
		wait_until(s, s->phase + SECOND / 2);
	}
	add(s->p, OP_OUT1, 0x71, s->a);
}

static void
other_divider(struct rtc_state *s)
{
	uint8_t dv = (uint8_t)below(s->seed, 6) << 4;

	s->a = (s->a & A_RS) | dv;
	diff_put(s, REG_A, s->a | (below(s->seed, 2) ? A_UIP : 0));
	if (dv > 0x20)
		all_because(s, WHY_test_divider);
	else if (s->b & B_PIE && (s->a & A_RS) - 1u < 2 && dv < 0x20)
		s->flags = s->irqs = WHY_fast_rates;
}

static void
other_enables(struct rtc_state *s)
{
	s->b ^= below(s->seed, 4) << 4; /* AIE, UIE */
	diff_put(s, REG_B, s->b);
	if (s->b & B_AIE && s->alarm)
		s->irqs = s->alarm;
}

static void
write_memory(struct rtc_state *s)
{
	unsigned at = (unsigned)(0x40 + below(s->seed, 0x40));

	diff_put(s, at, (uint8_t)below(s->seed, 256));
	diff_get(s, at);
	diff_put(s, below(s->seed, 2) ? REG_C : REG_D, 0x5a);
}

/* What the two take so differently that nothing after it can be compared. */
static void
part_ways(struct rtc_state *s)
{
	switch (below(s->seed, 5)) {
	case 0:
		diff_put(
		    s, REG_MINUTES, diff_form(s, (unsigned)below(s->seed, 60)));
		all_because(s, WHY_written_running);
		break;
	case 1:
		s->b ^= below(s->seed, 2) ? B_DM : B_24;
		diff_put(s, REG_B, s->b);
		all_because(s, WHY_other_form);
		s->alarm = WHY_other_form;
		break;
	case 2:
		diff_put(s, 0x37, 0x19);
		all_because(s, WHY_century_twice);
		break;
	case 3:
		s->a = (uint8_t)((s->a & A_DV) | below(s->seed, 16));
		diff_put(s, REG_A, s->a);
		s->flags = s->irqs = WHY_other_rate;
		break;
	default:
		s->b |= B_PIE;
		diff_put(s, REG_B, s->b);
		s->flags = s->irqs = WHY_other_rate;
		break;
	}
}

static void
one_step(struct rtc_state *s)
{
	switch (below(s->seed, 24)) {
	case 0:
		set_and_clear(s);
		break;
	case 1:
		hold_divider(s);
		break;
	case 2:
		other_divider(s);
		break;
	case 3:
		other_enables(s);
		break;
	case 4:
		write_memory(s);
		break;
	case 5:
		part_ways(s);
		break;
	default:
		read_something(s);
		break;
	}
}

/* In step with the second of the guest's clock: half of it after the divider
 * left its reset. Then the time, under SET, and the interrupts, at a time at
 * which every period begins. */
static void
begin(struct rtc_state *s)
{
	int64_t time = diff_time(s->seed);

	s->irqs = WHY_before;
	add(s->p, OP_OUT1, 0x21, 0xfb); /* no interrupts but ours */
	diff_put(s, REG_B, B_24);
	except(diff_get(s, REG_C), 0xff, WHY_before);
	wait_by(s, OP_SPIN, 100);
	diff_put(s, REG_A, 0x66);
	s->b = B_24; /* QEMU's second goes wrong in years far from ours */
	diff_put_time(s, time);
	add(s->p, OP_OUT1, 0x70, REG_A);
	wait_until(s, SECOND / 2);
	add(s->p, OP_OUT1, 0x71, 0x20);
	s->a = 0x20 | (uint8_t)below(s->seed, 16);
	s->b = (uint8_t)below(s->seed, 16);
	diff_put(s, REG_A, s->a);
	diff_put(s, REG_B, B_SET | s->b);
	diff_put_time(s, time);
	diff_put_alarm(s, time);
	diff_put(s, REG_B, s->b);
	wait_until(s, SECOND / 2);
	except(diff_get(s, REG_C), 0xff, WHY_before);
	s->b |= below(s->seed, 8) << 4;
	if ((s->a & A_RS) > 10 && below(s->seed, 16))
		s->b &= (uint8_t)~B_PIE; /* too slow */
	diff_put(s, REG_B, s->b);
	s->irqs = s->b & B_AIE ? s->alarm : WHY_equal;
}

static void
generate(struct program *p, uint64_t *seed)
{
	struct rtc_state s = { .seed = seed, .p = p };

	begin(&s);
	for (unsigned i = 0; i < 10 && p->steps < 120; i++) {
		wait(&s);
		for (uint64_t n = below(seed, 4); n > 0; n--)
			if (p->steps < 120)
				one_step(&s);
	}
	wait_by(&s, OP_SPIN, 100);
}

const struct kind diff_rtc = { .name = "mc146818",
	.shift = SHIFT,
	.line = IRQ_RTC,
	.generate = generate };
