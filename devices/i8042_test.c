/* SPDX-License-Identifier: MIT
 *
 * The keyboard controller: each command's answer, each way to reset, and what
 * the drivers of Linux and the BSDs conclude from it.
 */
#include <string.h>

#include "devices/i8042.h"
#include "tools/unit.h"

enum {
	DATA = 0,
	COMMAND = 4,
	OBF = 0x01,
	FROM_AUX = 0x20,
	TIMEOUT = 0x40,
	NONE = -1
};

static struct i8042 kbd;

static uint32_t
in(unsigned reg)
{
	return i8042_read(&kbd, reg, 1);
}

static void
out(unsigned reg, uint32_t value)
{
	i8042_write(&kbd, reg, 1, value);
}

static void
fresh(void)
{
	memset(&kbd, 0xa5, sizeof(kbd));
	i8042_reset(&kbd);
	fake.stop = STOP_NOT;
}

static void
begin(const char *name)
{
	unit_case(name);
	fresh();
}

/* What is in the output buffer, which it empties; NONE. */
static int
answer(void)
{
	return in(COMMAND)&OBF ? (int)in(DATA) : NONE;
}

static int
ask(uint32_t command)
{
	out(COMMAND, command);
	return answer();
}

static void
test_commands(void)
{
	static const struct {
		int command, data, answer;
		uint32_t flags; /* of the answer */
	} rows[] = {
		{ 0x20, NONE, 0x74, 0 },
		{ 0x21, NONE, 0x00, 0 },
		{ 0x3f, NONE, 0x00, 0 },
		{ 0x60, 0x07, NONE, 0 },
		{ 0x61, 0xff, NONE, 0 },
		{ 0x7f, 0xff, NONE, 0 },
		{ 0xa7, NONE, NONE, 0 },
		{ 0xa8, NONE, NONE, 0 },
		{ 0xa9, NONE, 0x02, 0 },
		{ 0xaa, NONE, 0x55, 0 },
		{ 0xab, NONE, 0x02, 0 },
		{ 0xad, NONE, NONE, 0 },
		{ 0xae, NONE, NONE, 0 },
		{ 0xc0, NONE, 0x80, 0 },
		{ 0xd0, NONE, 0x03, 0 },
		{ 0xd1, 0xdf, NONE, 0 },
		{ 0xd2, 0x1c, 0x1c, 0 },
		{ 0xd3, 0x5a, 0x5a, 0 },
		{ 0xd4, 0xf4, 0xfe, FROM_AUX | TIMEOUT },
		{ 0xe0, NONE, 0x03, 0 },
		{ 0xff, NONE, NONE, 0 },
		{ 0x00, NONE, NONE, 0 },
		{ NONE, 0xff, 0xfe, TIMEOUT },
		{ NONE, 0xed, 0xfe, TIMEOUT },
	};

	unit_case("each command answers at once, or never");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		expect_eq(in(COMMAND), 0x14);
		if (rows[i].command != NONE)
			out(COMMAND, (uint32_t)rows[i].command);
		if (rows[i].data != NONE)
			out(DATA, (uint32_t)rows[i].data);
		expect_eq(in(COMMAND) & (FROM_AUX | TIMEOUT), rows[i].flags);
		expect_eq(answer(), rows[i].answer);
		expect_eq(in(COMMAND), rows[i].data == NONE ? 0x1c : 0x14);
	}
	expect_eq(fake.stop, STOP_NOT);
}

static void
test_reset(void)
{
	static const struct {
		int command, data;
		bool resets;
	} rows[] = {
		{ 0xfe, NONE, true }, /* as Linux and BIOSes do */
		{ 0xf0, NONE, true },
		{ 0xfc, NONE, true },
		{ 0xff, NONE, false },
		{ 0xf1, NONE, false },
		{ 0xd1, 0xfe, true },
		{ 0xd1, 0x00, true },
		{ 0xd1, 0x01, false }, /* A20 only */
		{ 0x60, 0xfe, false },
		{ NONE, 0xfe, false },
	};

	unit_case("what resets the machine, and what doesn't");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		if (rows[i].command != NONE)
			out(COMMAND, (uint32_t)rows[i].command);
		if (rows[i].data != NONE)
			out(DATA, (uint32_t)rows[i].data);
		expect_eq(fake.stop, rows[i].resets ? STOP_RESET : STOP_NOT);
	}
}

static void
test_command_byte(void)
{
	begin("the command byte is kept, but the auxiliary port stays off");
	out(COMMAND, 0x60);
	out(DATA, 0x43);
	expect_eq(in(COMMAND)&0x04, 0); /* SYS follows it */
	expect_eq(ask(0x20), 0x63);
	out(COMMAND, 0xad);
	expect_eq(ask(0x20), 0x73);
	out(COMMAND, 0xae);
	expect_eq(ask(0x20), 0x63);
	expect_eq(ask(0xaa), 0x55);
	expect_eq(in(COMMAND)&0x04, 0x04);
	expect_eq(ask(0x20), 0x67);
	out(COMMAND, 0xd1);
	out(DATA, 0xa5);
	out(DATA, 0x00); /* to the keyboard again */
	expect_eq(answer(), 0xfe);
	expect_eq(fake.stop, STOP_NOT);
	expect_eq(ask(0xd0), 0xa5);
}

static void
test_latch(void)
{
	begin("one byte of output: the newest, until it is read");
	out(COMMAND, 0xaa);
	out(COMMAND, 0xab);
	expect_eq(answer(), 0x02);
	expect_eq(answer(), NONE);
	expect_eq(in(DATA), 0x02); /* stale, and harmless */
	out(COMMAND, 0xd4);
	out(DATA, 0xf4);
	out(COMMAND, 0xaa);
	expect_eq(in(COMMAND) & (FROM_AUX | TIMEOUT), 0);
	expect_eq(answer(), 0x55);
	out(COMMAND, 0xd1); /* another command: the byte is not its any more */
	out(COMMAND, 0xae);
	out(DATA, 0x00);
	expect_eq(fake.stop, STOP_NOT);
	expect_eq(answer(), 0xfe);
}

static void
test_drivers(void)
{
	begin("Linux finds a controller without mouse");
	expect_eq(answer(), NONE); /* it flushes: nothing there */
	expect_eq(ask(0xaa), 0x55);
	expect_eq(ask(0x20), ask(0x20));
	out(COMMAND, 0xd3);
	out(DATA, 0x5a);
	expect_eq(in(COMMAND)&FROM_AUX, 0); /* no loop, hence 0xa9: */
	expect_eq(answer(), 0x5a);
	expect_eq(ask(0xa9), 2);
	out(COMMAND, 0xa8);
	expect_eq(ask(0x20) & 0x20, 0x20); /* nor can it be enabled */

	begin("the BSDs' keyboard gives up after its retries");
	expect(ask(0xab) > 1);
	for (unsigned i = 0; i < 6; i++) {
		out(DATA, 0xff);
		expect_eq(answer(), 0xfe);
	}
	expect_eq(in(COMMAND)&0x02, 0);
}

static void
test_port_a(void)
{
	enum { PORT_A = 8 };

	begin("port A: the A20 gate's bit is the output port's");
	expect_eq(in(PORT_A), 2);
	out(PORT_A, 0xfc);
	expect_eq(in(PORT_A), 0);
	expect_eq(ask(0xd0), 1);
	out(COMMAND, 0xd1);
	out(DATA, 3);
	expect_eq(in(PORT_A), 2);
	expect_eq(fake.stop, STOP_NOT);

	begin("port A: bit 0 resets when it rises");
	out(PORT_A, 2);
	expect_eq(fake.stop, STOP_NOT);
	out(PORT_A, 3);
	expect_eq(fake.stop, STOP_RESET);
	expect_eq(in(PORT_A), 3);
	fake.stop = STOP_NOT;
	out(PORT_A, 3);
	expect_eq(fake.stop, STOP_NOT);
}

int
main(void)
{
	test_commands();
	test_reset();
	test_command_byte();
	test_latch();
	test_drivers();
	test_port_a();
	return unit_done();
}
