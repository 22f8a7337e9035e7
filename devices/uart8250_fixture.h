/* SPDX-License-Identifier: MIT
 *
 * For the tests of the UART: one chip, its registers by number, and the states
 * that the cases begin with.
 */
#ifndef DEVICES_UART8250_FIXTURE_H
#define DEVICES_UART8250_FIXTURE_H

#include <linux/serial_reg.h>
#include <string.h>

#include "devices/uart8250.h"
#include "tools/unit.h"

enum { FIFO_ON = UART_FCR_ENABLE_FIFO, EMPTY = UART_LSR_THRE | UART_LSR_TEMT };

static struct uart8250 u;

static uint32_t
in(unsigned reg)
{
	return uart8250_read(&u, reg, 1);
}

static void
out(unsigned reg, uint32_t value)
{
	uart8250_write(&u, reg, 1, value);
}

static void
receive(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		uart8250_receive(&u, (uint8_t)('a' + i));
}

/* A chip after reset whose interrupts in `ier` reach the line. */
static void
fresh(uint32_t fcr, uint32_t ier)
{
	memset(&u, 0xa5, sizeof(u));
	uart8250_reset(&u);
	out(UART_MCR, UART_MCR_OUT2);
	out(UART_FCR, fcr);
	out(UART_IER, ier);
	in(UART_IIR); /* takes THRE's first interrupt */
	fake.input_wanted = 0;
	fake.rises[IRQ_COM1] = 0;
}

static void
begin(const char *name, uint32_t fcr, uint32_t ier)
{
	unit_case(name);
	fresh(fcr, ier);
}

#endif
