/* SPDX-License-Identifier: MIT
 *
 * The 16550A against its data sheet: registers, receiver, transmitter, modem.
 */
#include "devices/uart8250_fixture.h"

static void
test_reset(void)
{
	static const struct {
		unsigned reg;
		uint32_t value;
	} rows[] = { { UART_RX, 0 }, { UART_IER, 0 }, { UART_IIR, 1 },
		{ UART_LCR, 0 }, { UART_MCR, 0 }, { UART_LSR, EMPTY },
		{ UART_MSR, 0xb0 }, { UART_SCR, 0 } };

	unit_case("reset: the data sheet's values, and a divisor of 1");
	memset(&u, 0xa5, sizeof(u));
	fake.line[IRQ_COM1] = true;
	uart8250_reset(&u);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		expect_eq(in(rows[i].reg), rows[i].value);
	out(UART_LCR, UART_LCR_DLAB);
	expect_eq(in(UART_DLL), 1);
	expect_eq(in(UART_DLM), 0);
	expect(!fake.line[IRQ_COM1]);
	expect_eq(uart8250_room(&u), 1);
}

static void
test_registers(void)
{
	static const struct {
		unsigned reg;
		uint32_t bits;
	} rows[] = { { UART_IER, 0x0f }, { UART_MCR, 0x1f }, { UART_SCR, 0xff },
		{ UART_LCR, 0xff } };

	begin("registers: the bits that exist stay, no others", 0, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		out(rows[i].reg, 0xff);
		expect_eq(in(rows[i].reg), rows[i].bits);
		out(rows[i].reg, 0);
		expect_eq(in(rows[i].reg), 0);
	}
	in(UART_MSR);
	out(UART_LSR, 0xff);
	out(UART_MSR, 0xff);
	expect_eq(in(UART_LSR), EMPTY);
	expect_eq(in(UART_MSR), 0xb0);
}

static void
test_divisor(void)
{
	begin("DLAB: divisor and IER keep apart; nothing is sent", 0, 5);
	out(UART_LCR, UART_LCR_DLAB | 3);
	out(UART_DLL, 0);
	out(UART_DLM, 0);
	expect_eq(in(UART_DLL) | in(UART_DLM), 0);
	out(UART_DLL, 0x0c);
	out(UART_DLM, 0xfe);
	out(UART_LCR, 3);
	expect_eq(in(UART_IER), 5);
	expect_eq(fake.out_len, 0);
	receive(1);
	expect_eq(in(UART_RX), 'a');
	out(UART_LCR, UART_LCR_DLAB | 3);
	expect_eq(in(UART_DLL), 0x0c);
	expect_eq(in(UART_DLM), 0xfe);
}

static void
test_transmit(void)
{
	begin("transmit: in order; a full ring shows in LSR, loses nothing", 0,
	    0);
	for (unsigned i = 0; i < 4; i++) {
		fake.out_full = i >= 2;
		out(UART_TX, 'A' + i);
		expect_eq(in(UART_LSR), i < 2 ? EMPTY : 0);
	}
	fake.out_full = false;
	out(UART_TX, 'E');
	expect_eq(in(UART_IIR), UART_IIR_NO_INT);
	expect_eq(fake.out_len, 5);
	expect(memcmp(fake.out, "ABCDE", 5) == 0);
}

static void
test_receive_byte(void)
{
	begin("no FIFO: one byte, one interrupt, overrun overwrites", 0, 5);
	receive(1);
	expect_eq(uart8250_room(&u), 0);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_IIR), UART_IIR_RDI);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR);
	expect_eq(in(UART_RX), 'a');
	expect(!fake.line[IRQ_COM1]);
	expect_eq(in(UART_LSR), EMPTY);
	expect_eq(in(UART_RX), in(UART_RX)); /* stale, and harmless */
	expect_eq(uart8250_room(&u), 1);
	receive(2);
	expect_eq(in(UART_IIR), UART_IIR_RLSI);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_OE);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR);
	expect_eq(in(UART_RX), 'b');
	expect_eq(in(UART_LSR), EMPTY);
}

static uint32_t
data_id(unsigned count, unsigned level)
{
	if (count == 0)
		return 0xc0 | UART_IIR_NO_INT;
	return 0xc0 | (count >= level ? UART_IIR_RDI : UART_IIR_RX_TIMEOUT);
}

static void
test_triggers(void)
{
	static const struct {
		uint32_t fcr;
		unsigned level;
	} rows[] = { { 0x01, 1 }, { 0x41, 4 }, { 0x81, 8 }, { 0xc1, 14 } };

	unit_case("FIFO: data at the trigger level, time-out below it");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned level = rows[i].level;

		fresh(rows[i].fcr, UART_IER_RDI);
		for (unsigned n = 0; n <= 16; n++) {
			expect_eq(in(UART_IIR), data_id(n, level));
			expect_eq(fake.line[IRQ_COM1], n > 0);
			expect_eq(uart8250_room(&u), 16 - n);
			uart8250_receive(&u, (uint8_t)n);
		}
		for (unsigned n = 16; n > 0; n--) {
			expect_eq(in(UART_IIR), data_id(n, level));
			expect_eq(in(UART_RX), 16 - n);
		}
		expect_eq(in(UART_IIR), 0xc1);
		expect_eq(fake.rises[IRQ_COM1], 1);
	}
}

static void
test_fifo_overrun(void)
{
	begin("FIFO: the 17th byte is lost and told at once", FIFO_ON,
	    UART_IER_RLSI);
	receive(16);
	expect(!fake.line[IRQ_COM1]);
	receive(1);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_RLSI);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_OE);
	expect(!fake.line[IRQ_COM1]);
	for (unsigned i = 0; i < 16; i++)
		expect_eq(in(UART_RX), 'a' + i);
	expect_eq(in(UART_LSR), EMPTY);
}

static void
test_fcr(void)
{
	static const struct {
		uint32_t before, write, iir;
		unsigned left; /* of three bytes, or of one without FIFOs */
	} rows[] = {
		{ 0x01, 0x01, 0xc4, 3 }, /* trigger 1 stays */
		{ 0x01, 0xc1, 0xcc, 3 }, /* trigger 14 */
		{ 0x41, 0x43, 0xc1, 0 }, /* clear */
		{ 0x41, 0x45, 0xcc, 3 }, /* clear the transmitter's only */
		{ 0x41, 0x00, 0x01, 0 }, /* FIFOs off: clears */
		{ 0x41, 0xc2, 0x01, 0 }, /* with any other bits */
		{ 0x00, 0x01, 0xc1, 0 }, /* FIFOs on: the same */
		{ 0x00, 0xc6, 0x04, 1 }, /* nothing counts without bit 0 */
		{ 0x41, 0x79, 0xcc, 3 }, /* DMA mode; bits 4 and 5: nothing */
	};

	unit_case("FCR: clears, levels, and bits that do nothing");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh(rows[i].before, UART_IER_RDI);
		receive(rows[i].before & 1 ? 3 : 1);
		out(UART_FCR, rows[i].write);
		expect_eq(in(UART_IIR), rows[i].iir);
		expect_eq(fake.line[IRQ_COM1], rows[i].left != 0);
		expect_eq(u.rx_count, rows[i].left);
		expect_eq(in(UART_LSR)&UART_LSR_DR, rows[i].left != 0);
	}
}

static void
test_modem(void)
{
	static const struct {
		uint8_t mcr, msr;
	} rows[] = {
		/* each after the one before */
		{ 0x10, 0x0b }, /* loopback: CTS, DSR, DCD fall */
		{ 0x10, 0x00 }, /* read once */
		{ 0x11, 0x22 }, /* DTR is DSR */
		{ 0x13, 0x31 }, /* RTS is CTS */
		{ 0x17, 0x70 }, /* OUT1 is RI; a ring begins: no delta */
		{ 0x1f, 0xf8 }, /* OUT2 is DCD */
		{ 0x1b, 0xb4 }, /* a ring ends: TERI */
		{ 0x10, 0x0b }, /* all low */
		{ 0x00, 0xbb }, /* the modem again */
		{ 0x0f, 0xb0 }, /* and it hears nothing of MCR */
	};

	begin("MSR: loopback routes MCR to it, with deltas", 0, UART_IER_MSI);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		out(UART_MCR, rows[i].mcr);
		expect_eq(in(UART_IIR) == UART_IIR_MSI,
		    (rows[i].msr & UART_MSR_ANY_DELTA) != 0);
		expect_eq(in(UART_MSR), rows[i].msr);
		expect_eq(in(UART_MSR), rows[i].msr & 0xf0);
	}
	out(UART_MCR, 0x10);
	out(UART_MCR, 0x13);
	expect_eq(in(UART_MSR), 0x3b); /* deltas gather */
}

static void
test_loopback(void)
{
	begin("loopback: THR to the receiver, the far end waits", FIFO_ON, 0);
	out(UART_MCR, UART_MCR_LOOP);
	expect_eq(uart8250_room(&u), 0);
	receive(1); /* lost: the pin is cut off */
	uart8250_break(&u);
	fake.out_full = true;
	for (unsigned i = 0; i < 17; i++) {
		expect_eq(in(UART_LSR), EMPTY | (i > 0 ? UART_LSR_DR : 0));
		out(UART_TX, i);
	}
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_OE);
	for (unsigned i = 0; i < 16; i++)
		expect_eq(in(UART_RX), i);
	expect_eq(in(UART_LSR), EMPTY);
	expect_eq(fake.out_len, 0);
	expect_eq(fake.input_wanted, 0);
	out(UART_MCR, 0);
	expect_eq(uart8250_room(&u), 16);
	expect(fake.input_wanted > 0);
}

static void
test_break(void)
{
	begin("break: a zero byte, told when it is the first", FIFO_ON,
	    UART_IER_RLSI);
	receive(1);
	uart8250_break(&u);
	receive(1);
	expect(!fake.line[IRQ_COM1]);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_FIFOE);
	expect_eq(in(UART_RX), 'a');
	expect_eq(in(UART_IIR), 0xc0 | UART_IIR_RLSI);
	expect(fake.line[IRQ_COM1]);
	expect_eq(
	    in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_BI | UART_LSR_FIFOE);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR);
	expect(!fake.line[IRQ_COM1]);
	expect_eq(in(UART_RX), 0);
	expect_eq(in(UART_RX), 'a');
	uart8250_break(&u);
	uart8250_break(&u);
	out(UART_FCR, FIFO_ON | UART_FCR_CLEAR_RCVR);
	in(UART_LSR);
	receive(2);
	in(UART_RX);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR);
	out(UART_FCR, 0);
	uart8250_break(&u);
	expect(fake.line[IRQ_COM1]);
	expect_eq(in(UART_LSR), EMPTY | UART_LSR_DR | UART_LSR_BI);
}

static void
test_want_input(void)
{
	begin(
	    "input is asked for when the receiver is empty again", FIFO_ON, 0);
	receive(16);
	for (unsigned i = 0; i < 16; i++) {
		expect_eq(fake.input_wanted, 0);
		in(UART_RX);
	}
	expect_eq(fake.input_wanted, 1);
	in(UART_RX);
	expect_eq(fake.input_wanted, 1);
	receive(16);
	out(UART_FCR, FIFO_ON | UART_FCR_CLEAR_RCVR);
	expect_eq(fake.input_wanted, 2);
	receive(16);
	out(UART_FCR, 0);
	expect_eq(fake.input_wanted, 3);
}

static void
test_random(void)
{
	uint64_t state = 1;

	begin("any sequence keeps the chip sane", 0, 0);
	for (unsigned i = 0; i < 300000; i++) {
		uint64_t r = unit_random(&state);
		unsigned reg = r >> 8 & 7;

		fake.out_full = (r >> 40 & 7) == 0;
		if ((r & 3) == 0)
			expect(in(reg) <= 0xff);
		else if ((r & 3) == 1)
			out(reg, (uint32_t)(r >> 16));
		else if ((r & 0xfc) == 0)
			uart8250_break(&u);
		else if (uart8250_room(&u) > 0)
			uart8250_receive(&u, (uint8_t)(r >> 16));
		expect(u.rx_count <= (u.fcr & 1 ? 16 : 1));
		expect(u.rx_first < 16);
		expect((u.fcr & 0x36) == 0 && (u.fcr == 0 || u.fcr & 1));
		expect(u.rx_count > 0 || u.rx_breaks == 0);
		expect(!fake.line[IRQ_COM1] || u.ier != 0);
		expect_eq(uart8250_room(&u) == 0,
		    u.mcr & 0x10 || u.rx_count == (u.fcr & 1 ? 16 : 1));
	}
}

int
main(void)
{
	test_reset();
	test_registers();
	test_divisor();
	test_transmit();
	test_receive_byte();
	test_triggers();
	test_fifo_overrun();
	test_fcr();
	test_modem();
	test_loopback();
	test_break();
	test_want_input();
	test_random();
	return unit_done();
}
