/* SPDX-License-Identifier: MIT
 *
 * The 8259 with the UART's transmitter as a source that the guest commands:
 * registers, poll command, delivery, EOI. 8259A data sheet.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"

enum { IER = 0x3f9, IIR = 0x3fa, MCR = 0x3fc };
enum { ETBEI = 2, IIR_THRE = 2, OUT2 = 8, COM1 = 4 };
enum { READ_IRR = 0x0a, READ_ISR = 0x0b, POLL = 0x0c };

static volatile unsigned interrupts;

static uint8_t
ocw3(uint8_t command)
{
	outb(PIC_COMMAND, command);
	return inb(PIC_COMMAND);
}

/* The transmitter is empty, so enabling its interrupt raises the line. */
static void
raise_line(void)
{
	outb(IER, 0);
	outb(IER, ETBEI);
}

static void
on_com1(struct frame *frame)
{
	(void)frame;
	interrupts++;
	expect_eq(ocw3(READ_ISR), 1 << COM1, "ISR in the handler");
	expect_eq(inb(IIR) & 0xf, IIR_THRE, "IIR in the handler");
	pic_eoi(COM1);
}

static void
check_registers(void)
{
	expect_eq(inb(PIC_MASK), 0xff, "IMR");
	outb(PIC_MASK, 0xa5);
	expect_eq(inb(PIC_MASK), 0xa5, "IMR is what was written");
	outb(PIC_MASK, 0xff);
	expect_eq(ocw3(READ_IRR) & 1 << COM1, 0, "IRR before");
	raise_line();
	expect_eq(ocw3(READ_IRR) & 1 << COM1, 1 << COM1, "IRR, though masked");
	expect_eq(ocw3(READ_ISR), 0, "ISR before");
}

static void
check_poll(void)
{
	outb(PIC_MASK, (uint8_t) ~(1u << COM1));
	expect_eq(ocw3(POLL), 0x80 | COM1, "poll command");
	expect_eq(ocw3(READ_ISR), 1 << COM1, "ISR after the poll");
	expect_eq(ocw3(READ_IRR) & 1 << COM1, 0, "IRR: the edge is taken");
	expect_eq(inb(IIR) & 0xf, IIR_THRE, "IIR");
	pic_eoi(COM1);
	expect_eq(ocw3(READ_ISR), 0, "ISR after the EOI");
	expect_eq(ocw3(POLL) & 0x80, 0, "nothing more to poll");
}

static void
check_delivery(void)
{
	irq_handle(PIC_VECTOR + COM1, on_com1);
	irq_init();
	outb(PIC_MASK, 0xff);
	raise_line();
	irq_enable();
	for (unsigned i = 0; i < 20; i++)
		inb(PIC_MASK);
	expect_eq(interrupts, 0, "none while masked");
	irq_disable();
	outb(PIC_MASK, (uint8_t) ~(1u << COM1));
	irq_wait();
	expect_eq(interrupts, 1, "one when unmasked");
	irq_enable();
	for (unsigned i = 0; i < 20; i++)
		inb(PIC_MASK);
	expect_eq(interrupts, 1, "and no second for the same edge");
	raise_line();
	inb(PIC_MASK);
	expect_eq(interrupts, 2, "another edge, another interrupt");
	irq_disable();
}

void
main(void)
{
	pic_init();
	outb(MCR, OUT2);
	inb(IIR);
	check_registers();
	check_poll();
	check_delivery();
}
