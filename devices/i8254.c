/* SPDX-License-Identifier: MIT
 *
 * Intel 8254 (datasheet, order number 231164-005) and port B of the PIIX: the
 * registers, IRQ 0 and its timer. What a counter does is in i8254_counter.c.
 * Threads: see i8254.h.
 *
 * Tick n begins n / 1193182 s after the clock's zero, exactly.
 */
#include "devices/i8254_counter.h"
#include "devices/ticks.h"
#include "vmm/irq.h"
#include "vmm/loop.h"

#define HZ	      1193182
#define MIN_PERIOD_NS 100000 /* between two interrupts of modes 2 and 3 */

enum { CONTROL = 3 }; /* the register; 0 to 2 are counters, 4 is port B */
enum { READ_BACK_NO_STATUS = 0x10, READ_BACK_NO_COUNT = 0x20 };
enum { PORT_B_GATE2 = 0x01, PORT_B_REFRESH = 0x10, PORT_B_OUT2 = 0x20 };
enum { PORT_B_WRITABLE = 0x0f, REFRESH_TICKS = 18 }; /* 15 us */

static void
write_control(struct i8254 *pit, uint8_t value)
{
	unsigned select = value >> 6;

	if (select == 3) { /* read-back, of any of the three */
		for (unsigned i = 0; i < 3; i++)
			if (value >> (i + 1) & 1)
				counter_latch(&pit->counter[i], pit->now,
				    !(value & READ_BACK_NO_COUNT),
				    !(value & READ_BACK_NO_STATUS));
	} else if ((value & RW_BOTH) == 0) {
		counter_latch(&pit->counter[select], pit->now, true, false);
	} else {
		counter_program(&pit->counter[select], pit->now, value & 0x3f);
	}
}

static void
advance(struct i8254 *pit, uint64_t now_ns)
{
	pit->now = MAX(pit->now, ticks_of(now_ns, HZ));
	for (unsigned i = 0; i < 3; i++)
		counter_settle(&pit->counter[i], pit->now);
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

	irq_set(IRQ_PIT, c->mode != 0 || counter_out(c, pit->now));
	pit->rise = counter_next_rise(*c, pit->now);
	at_ns = pit->rise == NEVER ? TIMER_OFF : ns_of_ticks(pit->rise, HZ);
	if (counter_repeats(c))
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
		return counter_read(&pit->counter[reg], pit->now);
	if (reg == CONTROL)
		return 0; /* no such read */
	/* Guests wait for OUT 2 to rise: without a chip it floats high. */
	return pit->port_b |
	    (pit->now / REFRESH_TICKS & 1 ? PORT_B_REFRESH : 0) |
	    (pit->absent || counter_out(&pit->counter[2], pit->now)
		    ? PORT_B_OUT2
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
		counter_write(&pit->counter[reg], pit->now, (uint8_t)value);
	} else if (reg == CONTROL) {
		write_control(pit, (uint8_t)value);
	} else {
		pit->port_b = value & PORT_B_WRITABLE;
		counter_set_gate(
		    &pit->counter[2], pit->now, value & PORT_B_GATE2);
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
		counter_program(&pit->counter[i], 0, RW_BOTH);
		pit->counter[i].gate = i < 2;
	}
	arm(pit);
}
