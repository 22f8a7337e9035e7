/* SPDX-License-Identifier: MIT
 *
 * COM1 by interrupts, both ways at once: echoes as many bytes as PATTERN2 has,
 * by the chip that the command line names. PC16550D data sheet, 8.6.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"

enum { RBR = 0x3f8, IER = 0x3f9, IIR = 0x3fa, MCR = 0x3fc, LSR = 0x3fd };
enum {
	ERBFI = 1,
	ETBEI = 2,
	FIFO_ENABLE = 1,
	IIR_NONE = 1,
	IIR_THRE = 0x2,
	IIR_DATA = 0x4,
	IIR_TIMEOUT = 0xc,
	OUT2 = 8,
	DR = 1,
	COM1 = 4
};

static uint8_t ring[8192];
static unsigned head, tail;
static bool odd_iir;

static void
receive(void)
{
	while ((inb(LSR) & DR) != 0)
		ring[head++ % sizeof(ring)] = inb(RBR);
	outb(IER, ERBFI | ETBEI);
}

/* Sixteen at a time, as the FIFO holds; silence when there is no more. */
static void
transmit(void)
{
	for (unsigned i = 0; i < 16 && tail != head; i++)
		outb(RBR, ring[tail++ % sizeof(ring)]);
	if (tail == head)
		outb(IER, ERBFI);
}

static void
on_uart(struct frame *frame)
{
	uint8_t iir;

	(void)frame;
	while (((iir = inb(IIR)) & IIR_NONE) == 0) {
		switch (iir & 0xf) {
		case IIR_DATA:
		case IIR_TIMEOUT:
			receive();
			break;
		case IIR_THRE:
			transmit();
			break;
		default:
			odd_iir = true;
			outb(IER, 0);
		}
	}
	irq_eoi(COM1);
}

void
main(void)
{
	irq_route(cmdline(), COM1, on_uart);
	outb(IIR, FIFO_ENABLE);
	outb(MCR, OUT2);
	puts("ready\n");
	outb(IER, ERBFI);
	while (tail < PATTERN2_BYTES && !odd_iir)
		irq_wait();
	outb(IER, 0);
	exit_status(odd_iir ? 2 : 0);
}
