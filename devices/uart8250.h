/* SPDX-License-Identifier: MIT
 *
 * COM1: a 16550A as the PC wires it. Its far end is vmm/term.h.
 */
#ifndef DEVICES_UART8250_H
#define DEVICES_UART8250_H

#include "vmm/util.h"

enum { UART8250_FIFO = 16 };

struct uart8250 {
	uint8_t ier, fcr, lcr, mcr, scr, dll, dlm; /* the bits that exist */
	uint8_t errors; /* OE and BI of LSR, until it is read */
	uint8_t deltas; /* the low half of MSR, until it is read */
	bool thre;	/* its interrupt, until told by IIR or THR fills */

	/* The receiver: a ring, of which RBR alone is used without FIFOs. */
	uint8_t rx[UART8250_FIFO];
	uint8_t rx_first, rx_count;
	uint16_t rx_breaks; /* the rx[] that are breaks and not yet the first */
};

void uart8250_reset(struct uart8250 *u);

/* `reg` is A2 to A0 of the data sheet, `size` 1. */
uint32_t uart8250_read(struct uart8250 *u, unsigned reg, unsigned size);
void uart8250_write(
    struct uart8250 *u, unsigned reg, unsigned size, uint32_t value);

/* How many bytes may be received now without loss. The guest's emptying the
 * receiver, and whatever else ends a zero, calls term_want_input(). */
unsigned uart8250_room(const struct uart8250 *u);

/* A byte, or a break, arrives. Without room it is an overrun, or in loopback
 * lost. Whoever has several bytes gives them all, as far as there is room, in
 * one hold of the board's lock: to the guest they then came as one burst. */
void uart8250_receive(struct uart8250 *u, uint8_t byte);
void uart8250_break(struct uart8250 *u);

/* term_full() was true and is no more. */
void uart8250_drained(struct uart8250 *u);

#endif
