/* SPDX-License-Identifier: MIT
 *
 * The keyboard controller, without a keyboard or a mouse: there for the reset
 * line behind it, and so that drivers find out quickly.
 */
#ifndef DEVICES_I8042_H
#define DEVICES_I8042_H

#include "vmm/util.h"

struct i8042 {
	uint8_t output; /* the output buffer: one byte */
	uint8_t status; /* as port 0x64 reads */
	uint8_t command_byte;
	uint8_t output_port;
	uint8_t port_a;	 /* bit 0; bit 1 is the output port's */
	uint8_t command; /* the one that waits for its data byte, or 0 */
};

void i8042_reset(struct i8042 *k);

/* `reg` 0 is port 0x60, data; 4 is port 0x64, status and commands; 8 is port
 * 0x92, the PS/2's short cut to two of its outputs. `size` 1. */
uint32_t i8042_read(struct i8042 *k, unsigned reg, unsigned size);
void i8042_write(struct i8042 *k, unsigned reg, unsigned size, uint32_t value);

#endif
