/* SPDX-License-Identifier: MIT
 *
 * Which request the 8259A pair serves first and which it holds back: priorities,
 * nesting across the cascade, masks, end of interrupt, rotation.
 */
#include <string.h>

#include "devices/i8259_fixture.h"

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
}

static void
test_masks(void)
{
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
test_aeoi(void)
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
}

static void
test_special_mask(void)
{
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
}

static void
test_fully_nested(void)
{
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

int
main(void)
{
	test_nesting();
	test_masks();
	test_ocw2();
	test_aeoi();
	test_special_mask();
	test_fully_nested();
	return unit_done();
}
