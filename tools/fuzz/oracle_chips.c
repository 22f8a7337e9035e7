/* SPDX-License-Identifier: MIT
 *
 * What must be true of the other chips: indices and counts of their FIFOs and
 * state machines within what there is, and lines that say what their registers
 * say. Each from the chip's data sheet.
 */
#include <linux/serial_reg.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"

/* What each chip hears is what the wires carry. */
void
oracle_wires(void)
{
	const struct i8259 *pic = &fuzz_board->pic;
	uint32_t lines = 0;

	for (unsigned i = 0; i < IRQ_LINES; i++)
		lines |= (uint32_t)fuzz.line[i] << i;
	check((pic->master.line & ~4) == (lines & 0xff & ~4u));
	check(pic->slave.line == (lines >> 8 & 0xff));
	check((bool)pic->intr == fuzz.intr);
	/* the PIT is the IOAPIC's pin 2, as on every PC */
	check(fuzz_board->ioapic.lines == ((lines & ~5u) | (lines & 1) << 2));
	check(fuzz_board->ioapic.routed == fuzz.routed);
}

/* 8259A, "fully nested mode", "rotation", "special mask mode", "special fully
 * nested mode": the IR that is to be served next, or -1. */
static int
asks(const struct i8259_chip *c)
{
	enum { SFNM = 0x10 };
	unsigned serving = c->special_mask ? c->isr & ~c->imr : c->isr;
	unsigned asking = c->line & (c->elcr | c->edge) & ~c->imr;
	unsigned again = c->icw4 & SFNM ? c->cascade : 0;

	if (!c->ready)
		return -1;
	for (unsigned rank = 0; rank < 8; rank++) {
		unsigned ir = (c->lowest + 1u + rank) % 8, above = 0;

		for (unsigned i = 0; i < rank; i++)
			above |= 1u << (c->lowest + 1u + i) % 8;
		if ((asking >> ir & 1) == 0 || (serving & above) != 0)
			continue;
		if ((serving >> ir & 1) == 0 || (again >> ir & 1) != 0)
			return (int)ir;
	}
	return -1;
}

unsigned
oracle_vector(void)
{
	enum { SNGL = 2, SPURIOUS = 7 };
	const struct i8259_chip *c = &fuzz_board->pic.master;
	int ir = asks(c);

	if (ir == 2 && (c->icw1 & SNGL) == 0) {
		c = &fuzz_board->pic.slave;
		ir = asks(c);
	}
	return c->icw2 | (ir < 0 ? SPURIOUS : (unsigned)ir);
}

/* What is to be served is told: the slave's to the master, and further. */
static void
judge_interrupts(const struct i8259 *pic)
{
	check((pic->master.line >> 2 & 1) == (asks(&pic->slave) >= 0));
	check(fuzz.intr == (asks(&pic->master) >= 0));
}

static void
judge_pic(const struct i8259_chip *c)
{
	check(c->lowest < 8 && c->icw_next <= 4 && c->icw_next != 1);
	check(c->ready <= 1 && (!c->ready || c->icw_next == 0));
	check((c->icw2 & 7) == 0);
}

/* 82093AA: remote IRR is a level pin's alone. */
static void
judge_ioapic(const struct ioapic *io)
{
	enum { REMOTE_IRR = 1 << 14, LEVEL = 1 << 15, MASKED = 1 << 16 };

	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		uint64_t rte = io->rte[pin];
		bool level = (rte & LEVEL) && (rte & 0x700) <= 0x100;

		check((rte & REMOTE_IRR) == 0 || level);
		/* sent, if it is high and nothing forbids */
		check(!level || (io->lines >> pin & 1) == 0 ||
		    (rte & (REMOTE_IRR | MASKED)) != 0);
	}
}

/* PC16550D, 8.6: INTR is high while a source that is enabled is pending. */
static void
judge_uart(const struct uart8250 *u)
{
	bool fifos = u->fcr & UART_FCR_ENABLE_FIFO;
	bool pending = ((u->ier & UART_IER_RLSI) && u->errors != 0) ||
	    ((u->ier & UART_IER_RDI) && u->rx_count > 0) ||
	    ((u->ier & UART_IER_THRI) && u->thre) ||
	    ((u->ier & UART_IER_MSI) && u->deltas != 0);

	check(u->rx_first < UART8250_FIFO);
	check(u->rx_count <= (fifos ? UART8250_FIFO : 1));
	check(fuzz.line[IRQ_COM1] == pending);
}

/* 8.6.3, table III: the first of what is enabled. A byte may be told of as one
 * that waits, too. */
static unsigned
serial_source(const struct uart8250 *u, unsigned told)
{
	if ((u->ier & UART_IER_RLSI) && u->errors != 0)
		return UART_IIR_RLSI;
	if ((u->ier & UART_IER_RDI) && u->rx_count > 0)
		return told == UART_IIR_RX_TIMEOUT ? told : UART_IIR_RDI;
	if ((u->ier & UART_IER_THRI) && u->thre)
		return UART_IIR_THRI;
	if ((u->ier & UART_IER_MSI) && u->deltas != 0)
		return UART_IIR_MSI;
	return UART_IIR_NO_INT;
}

/*
 * One access, by how the chip was before.
 */

static struct uart8250 com1;
static struct i8254 pit;

void
oracle_chip_is(unsigned region)
{
	if (region == FUZZ_PORT_com1)
		com1 = fuzz_board->com1;
	if (region == FUZZ_PORT_pit)
		pit = fuzz_board->pit;
}

/* 8.4, 8.5, 8.6.1: bytes come out in their order, and once. */
static void
judge_serial(unsigned reg, uint64_t value)
{
	bool divisor = com1.lcr & UART_LCR_DLAB;

	if (reg == UART_IIR)
		check(
		    (value & 15) == serial_source(&com1, (unsigned)value & 15));
	if (reg == UART_LSR)
		check((value & UART_LSR_DR) == (com1.rx_count > 0));
	if (reg != UART_RX || divisor || com1.rx_count == 0)
		return;
	check(value == com1.rx[com1.rx_first]);
	check(fuzz_board->com1.rx_count == com1.rx_count - 1);
}

/* 82C54, "read-back command": the status that was latched, then the count that
 * was, by bytes; and a latch holds until it is read. */
static void
judge_latch(unsigned reg, uint64_t value)
{
	enum { MSB = 0x20, BOTH = 0x30 };
	const struct i8254_counter *was = &pit.counter[reg];
	const struct i8254_counter *now = &fuzz_board->pit.counter[reg];
	unsigned bytes = was->control & BOTH;
	bool high = bytes == MSB || (bytes == BOTH && was->read_msb);

	if (was->status_latched) {
		check(value == was->status && !now->status_latched);
		check(now->count_latched == was->count_latched);
	} else if (was->count_latched) {
		check(value == (high ? was->ol >> 8 : was->ol & 0xffu));
		check(now->count_latched == (bytes == BOTH && !high));
	}
	check(!now->count_latched || now->ol == was->ol);
}

void
oracle_chip_read(unsigned region, unsigned reg, unsigned size, uint64_t value)
{
	if (region == FUZZ_PORT_com1 && size == 1)
		judge_serial(reg, value);
	if (region == FUZZ_PORT_pit && size == 1 && reg < 3 && !pit.absent)
		judge_latch(reg, value);
}

/* "Counter latch command": one that is latched already is left alone. */
void
oracle_chip_wrote(unsigned region, unsigned reg, unsigned size, uint64_t value)
{
	bool latches = (value & 0x30) == 0 || (value & 0xc0) == 0xc0;

	if (region != FUZZ_PORT_pit || reg != 3 || size != 1 || !latches)
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(pit.counter); i++) {
		const struct i8254_counter *was = &pit.counter[i];
		const struct i8254_counter *now = &fuzz_board->pit.counter[i];

		check(!was->count_latched ||
		    (now->count_latched && now->ol == was->ol));
		check(!was->status_latched ||
		    (now->status_latched && now->status == was->status));
	}
}

/*
 * After each operation.
 */

static void
judge_pit(const struct i8254 *p)
{
	for (unsigned i = 0; i < 3; i++) {
		const struct i8254_counter *c = &p->counter[i];

		check(c->mode <= 5 && c->phase <= 2 && c->high <= 1);
		check(c->write_msb <= 1 && c->read_msb <= 1);
		check(c->start <= p->now);
	}
	check(p->port_b <= 0x0f);
}

/* Page 13: SET clears UIE; IRQF is any flag whose enable is set; and PIE's ticks
 * come. The chain is less than a second off; no time is shown that is yet to
 * come. */
static void
judge_rtc(const struct mc146818 *rtc)
{
	enum { A = 10, B, C, D, UIP = 0x80, IRQF = 0x80, VRT = 0x80 };
	enum { SET = 0x80, UIE = 0x10, FLAGS = 0x70, SECOND_NS = 1000000000 };
	bool raised = rtc->cmos[B] & rtc->cmos[C] & FLAGS;

	check(fuzz.line[IRQ_RTC] == raised);
	check((rtc->cmos[A] & UIP) == 0 && rtc->cmos[D] == VRT);
	check((rtc->cmos[C] & ~(FLAGS | IRQF)) == 0);
	check(rtc->lost <= 1 << 20);
	check(rtc->phase_ns < SECOND_NS);
	check(rtc->second <= (fuzz.now_ns + rtc->phase_ns) / SECOND_NS);
	check((rtc->cmos[B] & SET) == 0 || (rtc->cmos[B] & UIE) == 0);
}

/* ACPI 4.8.3.1: the SCI; of timer, button and clock alone. */
static void
judge_power(const struct power *p)
{
	check(fuzz.line[IRQ_SCI] == ((p->status & p->enable) != 0));
	check((p->status & ~0x501) == 0);
	check(p->shutdown_bytes < 8);
}

static void
judge_fw_cfg(const struct fw_cfg *f)
{
	check(f->count <= FW_CFG_ITEMS && f->used <= FW_CFG_BYTES);
}

void
oracle_chips(void)
{
	judge_pic(&fuzz_board->pic.master);
	judge_pic(&fuzz_board->pic.slave);
	judge_interrupts(&fuzz_board->pic);
	judge_ioapic(&fuzz_board->ioapic);
	judge_uart(&fuzz_board->com1);
	judge_pit(&fuzz_board->pit);
	judge_rtc(&fuzz_board->rtc);
	judge_power(&fuzz_board->power);
	judge_fw_cfg(&fuzz_board->fw_cfg);
}
