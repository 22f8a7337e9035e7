/* SPDX-License-Identifier: MIT
 *
 * The 8259A pair against its datasheet (order number 231468): each command,
 * priorities, nesting, cascade, triggering. i8259_random_test.c holds it
 * against a model.
 */
#include <string.h>

#include "devices/i8259.h"
#include "tools/unit.h"

enum { COMMAND = 0, DATA = 1, SLAVE = 2, ELCR1 = 4, ELCR2 = 5 };
enum { EOI = 0x20, SPECIFIC = 0x60, READ_IRR = 0x0a, READ_ISR = 0x0b };
enum { POLL = 0x0c, SET_SMM = 0x68, RESET_SMM = 0x48 };

static struct i8259 pic;

static void
out(unsigned reg, uint8_t value)
{
	i8259_write(&pic, reg, 1, value);
}

static uint8_t
in(unsigned reg)
{
	return (uint8_t)i8259_read(&pic, reg, 1);
}

static uint8_t
irr(unsigned chip)
{
	out(chip, READ_IRR);
	return in(chip);
}

static uint8_t
isr(unsigned chip)
{
	out(chip, READ_ISR);
	return in(chip);
}

static void
line(unsigned n, bool high)
{
	i8259_set_line(&pic, n, high);
}

static void
pulse(unsigned n)
{
	line(n, false);
	line(n, true);
}

/* As every PC's kernel does: vectors 0x20 and 0x28, nothing masked. */
static void
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

static void
begin(const char *name)
{
	unit_case(name);
	i8259_reset(&pic);
	init(1, 1);
}

/* The master's levels from the highest priority down, whatever is in service
 * or requested: asks a copy, and puts the chip back. */
static const char *
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

static void
test_power_on(void)
{
	unit_case("power-on: no INTR before the ICWs, the mask reads back");
	i8259_reset(&pic);
	for (unsigned i = 0; i < 16; i++)
		pulse(i);
	expect(!fake.intr);
	out(DATA, 0xfb);
	expect_eq(in(DATA), 0xfb);
	out(DATA, 0x00);
	expect(!fake.intr);
	expect_eq(i8259_ack(&pic), 7);
	expect_eq(isr(0), 0);
	expect_eq(in(ELCR1) | in(ELCR2), 0);

	unit_case("reset: lines and INTR fall");
	i8259_reset(&pic);
	init(1, 1);
	line(3, true);
	expect(fake.intr);
	i8259_reset(&pic);
	expect(!fake.intr);
	init(1, 1);
	expect_eq(irr(0), 0);
}

static void
test_icws(void)
{
	static const struct {
		uint8_t icw1;
		uint8_t more;
	} sequences[] = {
		{ 0x10, 2 },		  /* ICW2, ICW3 */
		{ 0x11, 3 },		  /* ... and ICW4 */
		{ 0x12, 1 },		  /* SNGL: no ICW3 */
		{ 0x13, 2 }, { 0x1d, 3 }, /* LTIM, ADI: no difference */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(sequences); i++) {
		begin("ICWs: as many as ICW1 says, INTR after the last");
		out(COMMAND, sequences[i].icw1);
		line(5, true);
		for (unsigned k = 0; k < sequences[i].more; k++) {
			expect(!fake.intr);
			out(DATA, k == 0 ? 0x77 : 0x01);
			expect_eq(in(DATA), 0x00);
		}
		expect(fake.intr);
		expect_eq(i8259_ack(&pic), 0x75);
		out(DATA, 0xff); /* OCW1 by now */
		expect_eq(in(DATA), 0xff);
	}

	begin("ICW1: clears mask, latches, service, priority, modes");
	line(1, true);
	line(4, true);
	line(0, true);
	i8259_ack(&pic);
	out(DATA, 0x0f);
	out(COMMAND, 0xc3);
	out(COMMAND, SET_SMM);
	out(COMMAND, 0x80);
	out(COMMAND, READ_ISR);
	init(1, 1);
	expect(!fake.intr);
	expect_eq(in(COMMAND), 0x00); /* IRR: the edges are gone */
	expect_eq(isr(0), 0x00);
	expect_eq(in(DATA), 0x00);
	expect(strcmp(order(), "01234567") == 0);
	pulse(1);
	expect_eq(i8259_ack(&pic), 0x21);
	out(DATA, 0x02); /* without special mask mode 1 shuts out 4 */
	pulse(4);
	expect(!fake.intr);

	begin("ICW1: a level request outlives it, ICW4 does not");
	init(3, 1);
	out(ELCR1, 0x08);
	line(3, true);
	out(COMMAND, 0x10);
	out(DATA, 0x20);
	out(DATA, 0x04);
	expect_eq(i8259_ack(&pic), 0x23);
	expect_eq(isr(0), 0x08);

	begin("ICW1, SNGL: IR2 is the master's own");
	out(COMMAND, 0x13);
	out(DATA, 0x40);
	out(DATA, 0x01);
	line(9, true);
	expect_eq(i8259_ack(&pic), 0x42);
	expect_eq(isr(SLAVE), 0x00);
}

static void
test_nesting(void)
{
	static const uint8_t vectors[] = { 0x20, 0x21, 0x28, 0x29, 0x2a, 0x2b,
		0x2c, 0x2d, 0x2e, 0x2f, 0x23, 0x24, 0x25, 0x26, 0x27 };

	begin("priorities: 0, 1, 8 to 15, 3 to 7");
	for (unsigned i = 0; i < 16; i++)
		line(15 - i, true);
	expect_eq(irr(0), 0xff);
	expect_eq(irr(SLAVE), 0xff);
	for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++) {
		expect(fake.intr);
		expect_eq(i8259_ack(&pic), vectors[i]);
		if (vectors[i] >= 0x28)
			out(SLAVE, EOI);
		out(COMMAND, EOI);
	}
	expect(!fake.intr);
	expect_eq(fake.line[2], 0);

	begin("nesting: shut out are the level itself and those below");
	line(4, true);
	expect_eq(i8259_ack(&pic), 0x24);
	expect(!fake.intr);
	pulse(4);
	line(5, true);
	expect(!fake.intr);
	line(3, true);
	expect(fake.intr);
	expect_eq(i8259_ack(&pic), 0x23);
	expect_eq(isr(0), 0x18);
	out(COMMAND, EOI);
	expect_eq(isr(0), 0x10);
	expect(!fake.intr);
	out(COMMAND, EOI);
	expect_eq(i8259_ack(&pic), 0x24);
	out(COMMAND, EOI);
	expect_eq(i8259_ack(&pic), 0x25);

	begin("masks: hold back, and do not forget");
	out(DATA, 0x10);
	line(4, true);
	expect(!fake.intr);
	expect_eq(irr(0), 0x10);
	out(DATA, 0x00);
	expect(fake.intr);
	out(DATA, 0x10);
	expect(!fake.intr);

	begin("masks: of the slave, and of the cascade");
	out(SLAVE | DATA, 0x02);
	line(9, true);
	expect(!fake.intr);
	expect_eq(irr(0), 0x00);
	out(SLAVE | DATA, 0x00);
	expect_eq(irr(0), 0x04);
	expect(fake.intr);
	out(DATA, 0x04);
	expect(!fake.intr);
	out(DATA, 0x00);
	expect_eq(i8259_ack(&pic), 0x29);
}

static void
test_triggering(void)
{
	begin("edge: one request an edge");
	line(6, true);
	expect_eq(irr(0), 0x40);
	expect_eq(i8259_ack(&pic), 0x26);
	expect_eq(irr(0), 0x00);
	out(COMMAND, EOI);
	expect(!fake.intr);
	line(6, true);
	expect(!fake.intr);
	pulse(6);
	expect(fake.intr);

	begin("edge: one that falls before the INTA leaves IR7 and no service");
	line(3, true);
	line(3, false);
	expect(!fake.intr);
	expect_eq(irr(0), 0x00);
	expect_eq(i8259_ack(&pic), 0x27);
	expect_eq(isr(0), 0x00);
	line(12, true);
	expect_eq(irr(0), 0x04);
	line(12, false);
	expect_eq(irr(0), 0x00);
	expect_eq(i8259_ack(&pic), 0x27);
	expect_eq(isr(0) | isr(SLAVE), 0x00);

	begin("level: requests as long as it is high");
	out(ELCR1, 0x20);
	line(5, true);
	expect_eq(i8259_ack(&pic), 0x25);
	expect_eq(irr(0), 0x20);
	expect(!fake.intr);
	out(COMMAND, EOI);
	expect_eq(i8259_ack(&pic), 0x25);
	line(5, false);
	out(COMMAND, EOI);
	expect(!fake.intr);
	expect_eq(irr(0), 0x00);

	begin("level: on the slave");
	out(ELCR2, 0x04);
	line(10, true);
	for (unsigned i = 0; i < 3; i++) {
		expect_eq(i8259_ack(&pic), 0x2a);
		out(SLAVE, EOI);
		expect(!fake.intr);
		out(COMMAND, EOI);
		expect(fake.intr);
	}
	line(10, false);
	expect(!fake.intr);

	begin("ELCR: 0, 1, 2, 8 and 13 stay edge");
	out(ELCR1, 0xff);
	out(ELCR2, 0xff);
	expect_eq(in(ELCR1), 0xf8);
	expect_eq(in(ELCR2), 0xde);

	begin("IRQ 2 is no input");
	line(2, true);
	expect_eq(irr(0), 0x00);
	line(8, true);
	line(2, false);
	expect_eq(irr(0), 0x04);
}

/* OCW2 with levels 2, 5 and 7 of the master in service: what is left, and the
 * order of priority. */
static void
test_ocw2(void)
{
	static const struct {
		const char *name;
		uint8_t command;
		uint8_t isr;
		const char *order;
	} commands[] = {
		{ "OCW2: non-specific EOI", 0x20, 0xa0, "01234567" },
		{ "OCW2: specific EOI", 0x65, 0x84, "01234567" },
		{ "OCW2: specific EOI of an idle level", 0x61, 0xa4,
		    "01234567" },
		{ "OCW2: rotate on non-specific EOI", 0xa0, 0xa0, "34567012" },
		{ "OCW2: rotate on specific EOI", 0xe5, 0x84, "67012345" },
		{ "OCW2: set priority", 0xc3, 0xa4, "45670123" },
		{ "OCW2: no operation", 0x47, 0xa4, "01234567" },
		{ "OCW2: rotate in AEOI, set", 0x80, 0xa4, "01234567" },
		{ "OCW2: rotate in AEOI, clear", 0x00, 0xa4, "01234567" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		begin(commands[i].name);
		line(7, true);
		i8259_ack(&pic);
		line(5, true);
		i8259_ack(&pic);
		line(8, true);
		i8259_ack(&pic);
		expect_eq(isr(0), 0xa4);
		out(COMMAND, commands[i].command);
		expect_eq(isr(0), commands[i].isr);
		expect(strcmp(order(), commands[i].order) == 0);
	}

	begin("OCW2: non-specific EOI goes by the rotated priority");
	out(COMMAND, 0xc3); /* 4 is highest */
	line(3, true);
	i8259_ack(&pic);
	line(6, true);
	expect_eq(i8259_ack(&pic), 0x26);
	out(COMMAND, EOI);
	expect_eq(isr(0), 0x08);
	out(COMMAND, 0xa0);
	expect(strcmp(order(), "45670123") == 0);
	out(COMMAND, 0xa0); /* nothing in service: nothing rotates */
	expect(strcmp(order(), "45670123") == 0);
}

static void
test_modes(void)
{
	begin("AEOI: nothing stays in service");
	init(3, 3);
	line(4, true);
	line(9, true);
	line(14, true);
	expect_eq(i8259_ack(&pic), 0x29);
	expect_eq(isr(0) | isr(SLAVE), 0x00);
	expect_eq(i8259_ack(&pic), 0x2e); /* INT fell between the two */
	expect_eq(i8259_ack(&pic), 0x24);
	expect(!fake.intr);

	begin("AEOI: rotates when told, and stops");
	init(3, 1);
	out(COMMAND, 0x80);
	line(4, true);
	i8259_ack(&pic);
	expect(strcmp(order(), "56701234") == 0);
	out(COMMAND, 0x00);
	pulse(6);
	i8259_ack(&pic);
	expect(strcmp(order(), "56701234") == 0);

	begin("special mask mode: a masked level shuts out none");
	line(1, true);
	i8259_ack(&pic);
	line(4, true);
	out(DATA, 0x02);
	expect(!fake.intr);
	out(COMMAND, SET_SMM);
	expect(fake.intr);
	out(COMMAND, 0x28); /* SMM without ESMM: no action */
	out(COMMAND, 0x08);
	expect(fake.intr);
	out(COMMAND, EOI); /* not the masked one's */
	expect_eq(isr(0), 0x02);
	expect_eq(i8259_ack(&pic), 0x24);
	out(COMMAND, EOI);
	expect_eq(isr(0), 0x02);
	pulse(4);
	out(COMMAND, RESET_SMM);
	expect(!fake.intr);
	out(COMMAND, EOI);
	expect_eq(isr(0), 0x00);

	begin("special fully nested: the slave's higher levels come through");
	init(0x11, 1);
	line(12, true);
	expect_eq(i8259_ack(&pic), 0x2c);
	line(13, true);
	line(3, true);
	expect(!fake.intr); /* lower on the slave, lower on the master */
	line(9, true);
	expect(fake.intr);
	expect_eq(i8259_ack(&pic), 0x29);
	expect_eq(isr(SLAVE), 0x12);
	out(SLAVE, EOI);
	expect_eq(isr(SLAVE), 0x10);
	expect(!fake.intr);
	out(SLAVE, EOI);
	expect_eq(i8259_ack(&pic), 0x2d);
	out(SLAVE, EOI);
	out(COMMAND, EOI);
	expect_eq(i8259_ack(&pic), 0x23);

	begin("fully nested: the slave waits for the master's EOI");
	line(12, true);
	expect_eq(i8259_ack(&pic), 0x2c);
	line(9, true);
	expect(!fake.intr);
	out(COMMAND, EOI);
	expect_eq(i8259_ack(&pic), 0x29);
}

static void
test_poll(void)
{
	begin("poll: the next read is an INTA, at either address");
	line(3, true);
	line(5, true);
	out(COMMAND, POLL);
	expect_eq(in(COMMAND), 0x83);
	expect_eq(isr(0), 0x08);
	expect(!fake.intr);
	expect_eq(irr(0), 0x20);
	out(COMMAND, POLL);
	expect_eq(in(DATA)&0x80, 0x00); /* 3 is in service */
	expect_eq(in(DATA), 0x00);	/* one read only */
	out(COMMAND, EOI);
	out(COMMAND, POLL | READ_ISR); /* poll goes before read */
	expect_eq(in(DATA), 0x85);
	expect_eq(in(COMMAND), 0x20);

	begin("poll: of the slave takes its INT away");
	line(11, true);
	expect_eq(irr(0), 0x04);
	out(SLAVE, POLL);
	expect_eq(in(SLAVE), 0x83);
	expect_eq(irr(0), 0x00);
	expect(!fake.intr);
	expect_eq(isr(SLAVE), 0x08);

	begin("poll: of the master leaves the slave's for a second poll");
	line(11, true);
	out(COMMAND, POLL);
	expect_eq(in(COMMAND), 0x82);
	expect_eq(isr(SLAVE), 0x00);
	out(SLAVE, POLL);
	expect_eq(in(SLAVE), 0x83);

	begin("poll: another OCW3 takes it back");
	line(3, true);
	out(COMMAND, POLL);
	out(COMMAND, READ_IRR);
	expect_eq(in(COMMAND), 0x08);
}

int
main(void)
{
	test_power_on();
	test_icws();
	test_nesting();
	test_triggering();
	test_ocw2();
	test_modes();
	test_poll();
	return unit_done();
}
