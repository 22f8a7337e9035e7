/* SPDX-License-Identifier: MIT
 *
 * The 8259A pair against its datasheet (order number 231468): initialisation,
 * triggering, poll. i8259_priority_test.c has what comes first and what waits;
 * i8259_random_test.c holds it all against a model.
 */
#include <string.h>

#include "devices/i8259_fixture.h"

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
test_icw_count(void)
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
}

static void
test_icw1(void)
{
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
test_edge(void)
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

	/* No sequence of accesses gets there: INT falls with the request. */
	begin("edge: gone between the two INTAs, IR15 of a served IR2");
	line(12, true);
	pic.slave.edge = 0;
	expect_eq(i8259_ack(&pic), 0x2f);
	expect_eq(isr(0), 0x04);
	expect_eq(isr(SLAVE), 0x00);
	out(COMMAND, EOI);
	pulse(12);
	expect_eq(i8259_ack(&pic), 0x2c);

	begin("IRQ 2 is no input");
	line(2, true);
	expect_eq(irr(0), 0x00);
	line(8, true);
	line(2, false);
	expect_eq(irr(0), 0x04);
}

static void
test_elcr(void)
{
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
	test_icw_count();
	test_icw1();
	test_edge();
	test_elcr();
	test_poll();
	return unit_done();
}
