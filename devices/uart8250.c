/* SPDX-License-Identifier: MIT
 *
 * The 16550A UART, after National Semiconductor's PC16550D data sheet (June
 * 1995); section numbers are its own. The PC's gate in INTR, which OUT2 opens,
 * is left out as QEMU leaves it out: small kernels (xv6) never open it.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 *
 * The line is infinitely fast and faultless. So there is no baud rate (the
 * divisor is stored and never used), no parity or framing error, no word
 * length; a break that the guest sends is heard by nobody.
 */
#include <linux/serial_reg.h>

#include "devices/uart8250.h"
#include "vmm/irq.h"
#include "vmm/term.h"

enum {
	IER_BITS = UART_IER_RDI | UART_IER_THRI | UART_IER_RLSI | UART_IER_MSI,
	MCR_BITS = UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT1 | UART_MCR_OUT2 |
	    UART_MCR_LOOP,
	FCR_BITS =
	    UART_FCR_ENABLE_FIFO | UART_FCR_DMA_SELECT | UART_FCR_TRIGGER_MASK,
	IIR_FIFOS = 0xc0
};

static bool
fifos(const struct uart8250 *u)
{
	return (u->fcr & UART_FCR_ENABLE_FIFO) != 0;
}

static bool
loopback(const struct uart8250 *u)
{
	return (u->mcr & UART_MCR_LOOP) != 0;
}

static unsigned
rx_depth(const struct uart8250 *u)
{
	return fifos(u) ? UART8250_FIFO : 1;
}

static unsigned
rx_trigger(const struct uart8250 *u)
{
	static const uint8_t levels[] = { 1, 4, 8, 14 };

	return levels[u->fcr >> 6]; /* 0 without FIFOs */
}

static bool
thr_empty(const struct uart8250 *u)
{
	return loopback(u) || !term_full();
}

/* 8.6: the pending source of highest priority. */
static uint8_t
interrupt_id(const struct uart8250 *u)
{
	if ((u->ier & UART_IER_RLSI) != 0 && u->errors != 0)
		return UART_IIR_RLSI;
	if ((u->ier & UART_IER_RDI) != 0 && u->rx_count >= rx_trigger(u))
		return UART_IIR_RDI;
	/*
	 * The character time-out: bytes below the trigger level, and four
	 * character times without another. There is no timer: what the far
	 * end has at hand arrives in one hold of the lock, so whenever the
	 * guest looks, the line has fallen silent.
	 */
	if ((u->ier & UART_IER_RDI) != 0 && u->rx_count > 0)
		return UART_IIR_RX_TIMEOUT;
	if ((u->ier & UART_IER_THRI) != 0 && u->thre)
		return UART_IIR_THRI;
	if ((u->ier & UART_IER_MSI) != 0 && u->deltas != 0)
		return UART_IIR_MSI;
	return UART_IIR_NO_INT;
}

static void
update_irq(const struct uart8250 *u)
{
	irq_set(IRQ_COM1, interrupt_id(u) != UART_IIR_NO_INT);
}

static void
want_input(const struct uart8250 *u)
{
	if (uart8250_room(u) > 0)
		term_want_input();
}

/* A break counts once it is the first in the FIFO (8.4, bit 4). */
static void
reveal(struct uart8250 *u)
{
	unsigned first = 1u << u->rx_first;

	if (u->rx_count > 0 && (u->rx_breaks & first) != 0) {
		u->rx_breaks &= ~first;
		u->errors |= UART_LSR_BI;
	}
}

static void
rx_push(struct uart8250 *u, uint8_t byte, bool is_break)
{
	unsigned slot;

	if (u->rx_count == rx_depth(u)) {
		/* 8.4, bit 1: the shift register is overwritten, or RBR. */
		u->errors |= UART_LSR_OE;
		if (fifos(u))
			return;
		u->rx_count = 0;
	}
	slot = (u->rx_first + u->rx_count++) % UART8250_FIFO;
	u->rx[slot] = byte;
	if (is_break)
		u->rx_breaks |= 1u << slot;
	reveal(u);
}

static uint8_t
rx_pop(struct uart8250 *u)
{
	uint8_t byte = u->rx[u->rx_first];

	if (u->rx_count == 0)
		return byte;
	u->rx_first = (u->rx_first + 1) % UART8250_FIFO;
	u->rx_count--;
	reveal(u);
	if (u->rx_count == 0)
		want_input(u);
	return byte;
}

static void
rx_clear(struct uart8250 *u)
{
	u->rx_count = 0;
	u->rx_breaks = 0;
	want_input(u);
}

/* INTR falls while the byte is in THR, so each byte sent is an edge. */
static void
transmit(struct uart8250 *u, uint8_t byte)
{
	u->thre = false;
	update_irq(u);
	if (loopback(u))
		rx_push(u, byte, false);
	else
		term_put(byte);
	u->thre = thr_empty(u);
}

/* Enabling THRE's interrupt while THR is empty raises it (8.7): drivers start
 * to send that way. */
static void
write_ier(struct uart8250 *u, uint8_t value)
{
	if ((value & ~u->ier & UART_IER_THRI) != 0 && thr_empty(u))
		u->thre = true;
	u->ier = value & IER_BITS;
}

/* 8.5. The other bits count only with bit 0; changing that clears the FIFOs.
 * There is no transmit FIFO to clear: what was sent is gone. */
static void
write_fcr(struct uart8250 *u, uint8_t value)
{
	uint8_t change = u->fcr ^ value;

	u->fcr = value & UART_FCR_ENABLE_FIFO ? value & FCR_BITS : 0;
	if ((change & UART_FCR_ENABLE_FIFO) != 0 ||
	    (fifos(u) && (value & UART_FCR_CLEAR_RCVR) != 0))
		rx_clear(u);
}

/* Bits 7 to 4 of MSR: the modem is ready, or the looped outputs (8.8). */
static uint8_t
modem_inputs(const struct uart8250 *u)
{
	if (!loopback(u))
		return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
	return (uint8_t)((u->mcr & UART_MCR_OUT2 ? UART_MSR_DCD : 0) |
	    (u->mcr & UART_MCR_OUT1 ? UART_MSR_RI : 0) |
	    (u->mcr & UART_MCR_DTR ? UART_MSR_DSR : 0) |
	    (u->mcr & UART_MCR_RTS ? UART_MSR_CTS : 0));
}

/* A delta bit is its input's bit four places down; RI's is set by the end of
 * a ring only (8.9, bit 2). */
static void
write_mcr(struct uart8250 *u, uint8_t value)
{
	bool was_loopback = loopback(u);
	uint8_t before = modem_inputs(u), change;

	u->mcr = value & MCR_BITS;
	change = before ^ modem_inputs(u);
	if ((before & UART_MSR_RI) == 0)
		change &= ~UART_MSR_RI;
	u->deltas |= change >> 4;
	if (was_loopback)
		want_input(u);
}

static uint8_t
read_iir(struct uart8250 *u)
{
	uint8_t id = interrupt_id(u);

	if (id == UART_IIR_THRI)
		u->thre = false;
	return id | (fifos(u) ? IIR_FIFOS : 0);
}

static uint8_t
read_lsr(struct uart8250 *u)
{
	uint8_t lsr = u->errors;

	if (u->rx_count > 0)
		lsr |= UART_LSR_DR;
	if (thr_empty(u))
		lsr |= UART_LSR_THRE | UART_LSR_TEMT;
	if (fifos(u) && ((lsr & UART_LSR_BI) != 0 || u->rx_breaks != 0))
		lsr |= UART_LSR_FIFOE;
	u->errors = 0;
	return lsr;
}

static uint8_t
read_msr(struct uart8250 *u)
{
	uint8_t msr = modem_inputs(u) | u->deltas;

	u->deltas = 0;
	return msr;
}

static uint8_t
read_register(struct uart8250 *u, unsigned reg)
{
	bool dlab = (u->lcr & UART_LCR_DLAB) != 0;

	switch (reg) {
	case UART_RX:
		return dlab ? u->dll : rx_pop(u);
	case UART_IER:
		return dlab ? u->dlm : u->ier;
	case UART_IIR:
		return read_iir(u);
	case UART_LCR:
		return u->lcr;
	case UART_MCR:
		return u->mcr;
	case UART_LSR:
		return read_lsr(u);
	case UART_MSR:
		return read_msr(u);
	default:
		return u->scr;
	}
}

uint32_t
uart8250_read(struct uart8250 *u, unsigned reg, unsigned size)
{
	uint8_t value = read_register(u, reg);

	(void)size;
	update_irq(u);
	return value;
}

void
uart8250_write(struct uart8250 *u, unsigned reg, unsigned size, uint32_t value)
{
	uint8_t byte = (uint8_t)value;
	bool dlab = (u->lcr & UART_LCR_DLAB) != 0;

	(void)size;
	if (reg == UART_DLL && dlab)
		u->dll = byte;
	else if (reg == UART_DLM && dlab)
		u->dlm = byte;
	else if (reg == UART_TX)
		transmit(u, byte);
	else if (reg == UART_IER)
		write_ier(u, byte);
	else if (reg == UART_FCR)
		write_fcr(u, byte);
	else if (reg == UART_LCR)
		u->lcr = byte;
	else if (reg == UART_MCR)
		write_mcr(u, byte);
	else if (reg == UART_SCR)
		u->scr = byte;
	update_irq(u); /* LSR and MSR are read-only */
}

/* In loopback the input pin is cut off (8.8): whoever can, waits. */
unsigned
uart8250_room(const struct uart8250 *u)
{
	return loopback(u) ? 0 : rx_depth(u) - u->rx_count;
}

static void
arrive(struct uart8250 *u, uint8_t byte, bool is_break)
{
	if (!loopback(u))
		rx_push(u, byte, is_break);
	update_irq(u);
}

void
uart8250_receive(struct uart8250 *u, uint8_t byte)
{
	arrive(u, byte, false);
}

/* It fills one place, with a zero (8.4, bit 4). */
void
uart8250_break(struct uart8250 *u)
{
	arrive(u, 0, true);
}

void
uart8250_drained(struct uart8250 *u)
{
	u->thre = thr_empty(u);
	update_irq(u);
}

/* Master reset leaves the divisor undefined: ours is 115200 baud, as firmware
 * sets it, since early consoles divide by what they find. */
void
uart8250_reset(struct uart8250 *u)
{
	*u = (struct uart8250){ .dll = 1 };
	update_irq(u);
}
