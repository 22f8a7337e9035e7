/* SPDX-License-Identifier: MIT
 *
 * For the tests of the 8259A pair: the chips, set up as every PC's kernel does,
 * their registers and lines, and the master's order of priority.
 */
#ifndef DEVICES_I8259_FIXTURE_H
#define DEVICES_I8259_FIXTURE_H

#include "devices/i8259.h"
#include "tools/unit.h"

enum { COMMAND = 0, DATA = 1, SLAVE = 2, ELCR1 = 4, ELCR2 = 5 };
enum { EOI = 0x20, SPECIFIC = 0x60, READ_IRR = 0x0a, READ_ISR = 0x0b };
enum { POLL = 0x0c, SET_SMM = 0x68, RESET_SMM = 0x48 };

static struct i8259 pic;

static inline void
out(unsigned reg, uint8_t value)
{
	i8259_write(&pic, reg, 1, value);
}

static inline uint8_t
in(unsigned reg)
{
	return (uint8_t)i8259_read(&pic, reg, 1);
}

static inline uint8_t
irr(unsigned chip)
{
	out(chip, READ_IRR);
	return in(chip);
}

static inline uint8_t
isr(unsigned chip)
{
	out(chip, READ_ISR);
	return in(chip);
}

static inline void
line(unsigned n, bool high)
{
	i8259_set_line(&pic, n, high);
}

static inline void
pulse(unsigned n)
{
	line(n, false);
	line(n, true);
}

/* As every PC's kernel does: vectors 0x20 and 0x28, nothing masked. */
static inline void
init(uint8_t icw4_master, uint8_t icw4_slave)
{
	out(COMMAND, 0x11);
	out(DATA, 0x20);
	out(DATA, 0x04);
	out(DATA, icw4_master);
	out(SLAVE | COMMAND, 0x11);
	out(SLAVE | DATA, 0x28);
	out(SLAVE | DATA, 0x02);
	out(SLAVE | DATA, icw4_slave);
}

static inline void
begin(const char *name)
{
	unit_case(name);
	i8259_reset(&pic);
	init(1, 1);
}

/* The master's levels from the highest priority down, whatever is in service
 * or requested: asks a copy, and puts the chip back. */
static inline const char *
order(void)
{
	static char levels[9];
	struct i8259 saved = pic;

	for (unsigned i = 0; i < 8; i++)
		out(COMMAND, SPECIFIC | (uint8_t)i);
	out(SLAVE, SPECIFIC);
	out(DATA, 0);
	for (unsigned i = 0; i < 8; i++)
		pulse(i == 2 ? 8 : i);
	for (unsigned i = 0; i < 8; i++) {
		uint8_t ir = i8259_ack(&pic) & 0x0f;

		ir = ir == 8 ? 2 : ir;
		levels[i] = (char)('0' + ir);
		out(COMMAND, SPECIFIC | ir);
	}
	pic = saved;
	return levels;
}

#endif
