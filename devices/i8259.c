/* SPDX-License-Identifier: MIT
 *
 * Two Intel 8259A as a PC has them (datasheet, order number 231468-003) with
 * the ELCR of the PIIX (82371, order number 290550). Threads: see i8259.h.
 *
 * Left out, as the PIIX leaves it out: LTIM (the ELCR decides per line), ICW3
 * (taken, but the slave is on IR2 whatever it says), buffered mode, and the
 * CALL of the MCS-80: without ICW4's uPM the vector is what it is with it.
 */
#include "devices/i8259.h"
#include "vmm/irq.h"

enum {
	ICW1_IC4 = 0x01,
	ICW1_SNGL = 0x02,
	ICW1_SELECT = 0x10,
	ICW4_AEOI = 0x02,
	ICW4_SFNM = 0x10,
	OCW2_LEVEL = 0x07,
	OCW3_RIS = 0x01,
	OCW3_RR = 0x02,
	OCW3_POLL = 0x04,
	OCW3_SELECT = 0x08,
	OCW3_SMM = 0x20,
	OCW3_ESMM = 0x40,
	POLL_REQUEST = 0x80,

	CASCADE_IR = 2,
	SPURIOUS_IR = 7,
	ELCR1_WRITABLE = 0xf8, /* 0, 1 and 2 are edge: timer, keyboard, slave */
	ELCR2_WRITABLE = 0xde, /* 8 and 13: clock, coprocessor */
};

static uint8_t
bit(unsigned ir)
{
	return (uint8_t)(1u << (ir & 7));
}

/* A request lasts while its line is high: one that falls before the INTA is
 * gone, and the INTA finds another or IR7 ("edge triggered mode"). */
static uint8_t
irr(const struct i8259_chip *c)
{
	return c->line & (c->elcr | c->edge);
}

static void
set_ir(struct i8259_chip *c, unsigned ir, bool high)
{
	if (!high) {
		c->line &= ~bit(ir);
	} else if (!(c->line & bit(ir))) {
		c->line |= bit(ir);
		c->edge |= bit(ir);
	}
}

/* The in-service bits that count: special mask mode disregards masked ones,
 * for the resolver as for the non-specific EOI. */
static uint8_t
in_service(const struct i8259_chip *c)
{
	return c->special_mask ? c->isr & ~c->imr : c->isr;
}

/* The IR that drives INT, or -1. Walks from the highest priority down to the
 * first level in service, which shuts out itself and what is below it; only
 * the slave's, in special fully nested mode, does not shut out itself. */
static int
request(const struct i8259_chip *c)
{
	uint8_t asking = irr(c) & ~c->imr;
	uint8_t serving = in_service(c);
	uint8_t reentrant = c->icw4 & ICW4_SFNM ? c->cascade : 0;

	for (unsigned i = 1; c->ready && i <= 8; i++) {
		unsigned ir = (c->lowest + i) & 7;

		if (asking & bit(ir) & (~serving | reentrant))
			return (int)ir;
		if (serving & bit(ir))
			break;
	}
	return -1;
}

/* Carries the slave's INT to the master and the master's to the processor. */
static void
update(struct i8259 *pic)
{
	bool intr;

	set_ir(&pic->master, CASCADE_IR, request(&pic->slave) >= 0);
	intr = request(&pic->master) >= 0;
	if (intr != pic->intr) {
		pic->intr = intr;
		irq_intr(intr);
	}
}

static unsigned
inta(struct i8259_chip *c)
{
	int ir = request(c);

	if (ir < 0)
		return SPURIOUS_IR;
	c->edge &= ~bit((unsigned)ir);
	if (!(c->icw4 & ICW4_AEOI))
		c->isr |= bit((unsigned)ir);
	else if (c->rotate)
		c->lowest = (uint8_t)ir;
	return (unsigned)ir;
}

/* INT falls with the INTA and rises again for the next request: the master's
 * IR2 is edge triggered and must see that. */
static unsigned
inta_slave(struct i8259 *pic)
{
	set_ir(&pic->master, CASCADE_IR, false);
	return inta(&pic->slave);
}

uint8_t
i8259_ack(struct i8259 *pic)
{
	struct i8259_chip *c = &pic->master;
	unsigned ir = inta(c);

	if (c->cascade & bit(ir) && !(c->icw1 & ICW1_SNGL)) {
		c = &pic->slave;
		ir = inta_slave(pic);
	}
	update(pic);
	return c->icw2 | (uint8_t)ir;
}

void
i8259_set_line(struct i8259 *pic, unsigned line, bool high)
{
	check(line < 16);
	if (line == CASCADE_IR)
		return;
	set_ir(line < 8 ? &pic->master : &pic->slave, line & 7, high);
	update(pic);
}

/* Starts the initialisation: all but the lines and their ELCR is as new. The
 * datasheet does not list ISR; guests that start over rely on it. */
static void
write_icw1(struct i8259_chip *c, uint8_t value)
{
	*c = (struct i8259_chip){
		.line = c->line,
		.elcr = c->elcr,
		.cascade = c->cascade,
		.icw1 = value,
		.icw_next = 2,
		.lowest = 7,
	};
}

/* A0 = 1: the rest of the ICWs, in their order, and OCW1. */
static void
write_data(struct i8259_chip *c, uint8_t value)
{
	uint8_t icw4 = c->icw1 & ICW1_IC4 ? 4 : 0;

	switch (c->icw_next) {
	case 2:
		c->icw2 = value & 0xf8;
		c->icw_next = c->icw1 & ICW1_SNGL ? icw4 : 3;
		break;
	case 3:
		c->icw_next = icw4;
		break;
	case 4:
		c->icw4 = value;
		c->icw_next = 0;
		break;
	default:
		c->imr = value;
		return;
	}
	c->ready = c->icw_next == 0;
}

/* Non-specific EOI: the level of highest priority in service, 8 if none. */
static unsigned
highest_served(const struct i8259_chip *c)
{
	for (unsigned i = 1; i <= 8; i++)
		if (in_service(c) & bit(c->lowest + i))
			return (c->lowest + i) & 7;
	return 8;
}

static void
end_of_interrupt(struct i8259_chip *c, unsigned ir, bool rotate)
{
	if (ir > 7)
		return;
	c->isr &= ~bit(ir);
	if (rotate)
		c->lowest = (uint8_t)ir;
}

static void
write_ocw2(struct i8259_chip *c, uint8_t value)
{
	unsigned level = value & OCW2_LEVEL;

	switch (value >> 5) { /* R, SL, EOI */
	case 0:
	case 4:
		c->rotate = value >> 7;
		break;
	case 1:
	case 5:
		end_of_interrupt(c, highest_served(c), value >> 7);
		break;
	case 3:
	case 7:
		end_of_interrupt(c, level, value >> 7);
		break;
	case 6:
		c->lowest = (uint8_t)level;
		break;
	default: /* 2: no operation */
		break;
	}
}

static void
write_ocw3(struct i8259_chip *c, uint8_t value)
{
	c->poll = (value & OCW3_POLL) != 0;
	if (value & OCW3_RR)
		c->read_isr = value & OCW3_RIS;
	if (value & OCW3_ESMM)
		c->special_mask = (value & OCW3_SMM) != 0;
}

static void
write_command(struct i8259_chip *c, uint8_t value)
{
	if (value & ICW1_SELECT)
		write_icw1(c, value);
	else if (value & OCW3_SELECT)
		write_ocw3(c, value);
	else
		write_ocw2(c, value);
}

void
i8259_write(struct i8259 *pic, unsigned reg, unsigned size, uint32_t value)
{
	struct i8259_chip *c = reg & 2 ? &pic->slave : &pic->master;

	(void)size; /* 1 */
	switch (reg) {
	case 4:
		pic->master.elcr = value & ELCR1_WRITABLE;
		break;
	case 5:
		pic->slave.elcr = value & ELCR2_WRITABLE;
		break;
	default:
		if (reg & 1)
			write_data(c, (uint8_t)value);
		else
			write_command(c, (uint8_t)value);
		break;
	}
	update(pic);
}

/* The read that a poll command turned into an INTA, at either A0. */
static uint8_t
read_poll(struct i8259 *pic, struct i8259_chip *c)
{
	uint8_t word = 0;

	c->poll = 0;
	if (request(c) >= 0)
		word = POLL_REQUEST |
		    (uint8_t)(c == &pic->slave ? inta_slave(pic) : inta(c));
	update(pic);
	return word;
}

uint32_t
i8259_read(struct i8259 *pic, unsigned reg, unsigned size)
{
	struct i8259_chip *c = reg & 2 ? &pic->slave : &pic->master;

	(void)size; /* 1 */
	if (reg >= 4)
		return reg == 4 ? pic->master.elcr : pic->slave.elcr;
	if (c->poll)
		return read_poll(pic, c);
	if (reg & 1)
		return c->imr;
	return c->read_isr ? c->isr : irr(c);
}

void
i8259_reset(struct i8259 *pic)
{
	*pic = (struct i8259){
		.master = { .lowest = 7, .cascade = 1 << CASCADE_IR },
		.slave = { .lowest = 7 },
		.intr = pic->intr,
	};
	update(pic);
}
