/* SPDX-License-Identifier: MIT
 *
 * The 16550A's interrupts, and the chip as the drivers that probe it see it.
 */
#include "devices/uart8250_fixture.h"

enum { ALL_IRQS = 0x0f };

static void
test_thre(void)
{
	begin("THRE: by ETBEI, by a byte sent; ended by IIR or a byte", 0, 0);
	expect_eq(in(UART_IIR), UART_IIR_NO_INT);
	for (unsigned i = 0; i < 2; i++) { /* enabled again: raised again */
		out(UART_IER, 0);
		expect(!fake.line[IRQ_COM1]);
		out(UART_IER, UART_IER_THRI);
		expect(fake.line[IRQ_COM1]);
		expect_eq(in(UART_IIR), UART_IIR_THRI);
		expect(!fake.line[IRQ_COM1]);
		expect_eq(in(UART_IIR), UART_IIR_NO_INT);
	}
	out(UART_IER, UART_IER_THRI); /* no change: not raised */
	expect_eq(in(UART_IIR), UART_IIR_NO_INT);
	fake.rises[IRQ_COM1] = 0;
	out(UART_TX, 'x');
	out(UART_TX, 'y');
	expect_eq(fake.rises[IRQ_COM1], 2);
	expect_eq(in(UART_IIR), UART_IIR_THRI);
}

static void
test_thre_full(void)
{
	begin("THRE: waits for a full ring to drain", 0, UART_IER_THRI);
	fake.out_full = true;
	out(UART_TX, 'x');
	expect(!fake.line[IRQ_COM1]);
	out(UART_IER, 0);
	out(UART_IER, UART_IER_THRI);
	expect(!fake.line[IRQ_COM1]);
	uart8250_drained(&u); /* but it is full again */
	expect(!fake.line[IRQ_COM1]);
	fake.out_full = false;
	uart8250_drained(&u);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_IIR), UART_IIR_THRI);
	expect_eq(in(UART_IIR), UART_IIR_NO_INT);
}

static void
test_thre_is_the_source(void)
{
	begin("THRE: IIR ends it only when IIR names it", 0, 3);
	out(UART_TX, 'x');
	receive(1);
	expect_eq(in(UART_IIR), UART_IIR_RDI);
	expect_eq(in(UART_IIR), UART_IIR_RDI);
	in(UART_RX);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_IIR), UART_IIR_THRI);
	expect(!fake.line[IRQ_COM1]);
}

static void
test_priority(void)
{
	begin("IIR: line status, data, THRE, modem, in this order", FIFO_ON, 0);
	out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
	out(UART_MCR, UART_MCR_OUT2);
	receive(17);
	out(UART_IER, ALL_IRQS);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_RLSI);
	in(UART_LSR);
	for (unsigned i = 0; i < 16; i++) {
		expect_eq(in(UART_IIR), 0xc0 | UART_IIR_RDI);
		in(UART_RX);
	}
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_THRI);
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_MSI);
	expect(fake.line[IRQ_COM1]);
	in(UART_MSR);
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_NO_INT);
	expect(!fake.line[IRQ_COM1]);
	expect_eq(fake.rises[IRQ_COM1], 1);
}

static void
test_enables(void)
{
	static const uint8_t id_of[] = { UART_IIR_RDI, UART_IIR_THRI,
		UART_IIR_RLSI, UART_IIR_MSI };

	begin("IER: each bit lets its own source through", 0, 0);
	out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
	out(UART_MCR, UART_MCR_OUT2);
	receive(2);
	for (unsigned bit = 0; bit < 4; bit++) {
		out(UART_IER, 1 << bit);
		expect_eq(in(UART_IIR), id_of[bit]);
		out(UART_IER, 0);
		expect_eq(in(UART_IIR), UART_IIR_NO_INT);
	}
}

static void
test_gate(void)
{
	begin("neither OUT2 nor loopback gates the line", 0, UART_IER_RDI);
	receive(1);
	out(UART_MCR, 0);
	expect(fake.line[IRQ_COM1]);
	out(UART_MCR, UART_MCR_LOOP);
	expect(fake.line[IRQ_COM1]);
	in(UART_RX);
	expect(!fake.line[IRQ_COM1]);
}

/* A driver that knows edges only: sends on THRE, reads on data. */
static void
test_edges(void)
{
	unsigned sent = 0, got = 0, seen = 0;

	begin("an edge for each byte sent and each burst received", FIFO_ON, 0);
	out(UART_IER, UART_IER_THRI | UART_IER_RDI);
	for (unsigned i = 0; i < 100; i++) {
		if (i % 10 == 9)
			receive(5);
		if (fake.rises[IRQ_COM1] == seen)
			break;
		seen = fake.rises[IRQ_COM1];
		for (uint32_t id; (id = in(UART_IIR)&0x0f) != 1;) {
			if (id == UART_IIR_THRI)
				break;
			in(UART_RX);
			got++;
		}
		out(UART_TX, 's');
		sent++;
	}
	expect_eq(sent, 100);
	expect_eq(got, 50);
}

/* What Linux's 8250 driver checks, with the values it wants to see. */
static void
test_linux(void)
{
	begin("Linux takes it for a 16550A without bugs", 0, 0);
	out(UART_IER, 0);
	expect_eq(in(UART_IER), 0);
	out(UART_IER, 0x0f);
	expect_eq(in(UART_IER), 0x0f);
	out(UART_IER, 0);
	out(UART_MCR, UART_MCR_LOOP | 0x0a);
	expect_eq(in(UART_MSR)&0xf0, 0x90);
	out(UART_MCR, 0);
	out(UART_LCR, UART_LCR_CONF_MODE_B);
	out(UART_EFR, 0);
	out(UART_LCR, 0);
	out(UART_FCR, FIFO_ON);
	expect_eq(in(UART_IIR) >> 6, 3); /* 16550A */
	out(UART_LCR, UART_LCR_CONF_MODE_A);
	expect(in(UART_EFR) != 0); /* no 16650 */
	out(UART_LCR, UART_LCR_CONF_MODE_B);
	expect(in(UART_EFR) != 0); /* no 16650V2, no Exar */
	out(UART_LCR, 0);
	out(UART_MCR, UART_MCR_LOOP);
	out(UART_LCR, 0xe0);
	expect_eq(in(2) & UART_MCR_LOOP, 0); /* no National's EXCR1 */
	out(UART_LCR, 0);
	out(UART_MCR, 0);
	out(UART_FCR, FIFO_ON | UART_FCR7_64BYTE);
	expect_eq(in(UART_IIR)&0xe0, 0xc0); /* no 16750, */
	out(UART_LCR, UART_LCR_CONF_MODE_A);
	out(UART_FCR, FIFO_ON | UART_FCR7_64BYTE);
	expect_eq(in(UART_IIR)&0xe0, 0xc0); /* nor by DLAB */
	out(UART_LCR, 0);
	out(UART_IER, UART_IER_UUE);
	expect_eq(in(UART_IER), 0);	   /* no XScale */
	for (unsigned i = 0; i < 2; i++) { /* no THRE bug, no TXEN bug */
		out(UART_IER, UART_IER_THRI);
		expect_eq(in(UART_LSR), EMPTY);
		expect_eq(in(UART_IIR), 0xc0 | UART_IIR_THRI);
		out(UART_IER, 0);
	}
}

/* FreeBSD counts how many bytes fit by sending to itself. */
static void
test_freebsd(void)
{
	unsigned count = 0;

	begin("FreeBSD counts 16 bytes of FIFO", 0, 0);
	out(UART_MCR, UART_MCR_LOOP | 0x0b);
	out(UART_FCR, FIFO_ON | UART_FCR_CLEAR_RCVR | UART_FCR_CLEAR_XMIT);
	do {
		out(UART_TX, 0);
		count++;
	} while ((in(UART_LSR)&UART_LSR_OE) == 0 && count < 260);
	expect_eq(count - 1, 16);
}

int
main(void)
{
	test_thre();
	test_thre_full();
	test_thre_is_the_source();
	test_priority();
	test_enables();
	test_gate();
	test_edges();
	test_linux();
	test_freebsd();
	return unit_done();
}
