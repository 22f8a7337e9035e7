/* SPDX-License-Identifier: MIT
 *
 * The PC's keyboard controller, an 8042 with IBM's program in it, after the
 * PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device
 * Controller" (IBM, October 1990). Nothing is plugged in.
 *
 * Threads: vCPUs, with the board's lock held.
 *
 * Drivers wait from 100 ms to 500 ms for what doesn't answer. So every byte
 * that asks something is answered at once: the controller is well, its two
 * ports are broken, a byte sent to either comes back as 0xfe with the
 * time-out bit. Left out: interrupts, as a driver polls while it looks for
 * devices and finds none; the A20 gate, which is always open, whatever its bit
 * says; the internal RAM but for the command byte.
 */
#include "devices/i8042.h"

#include "vmm/stop.h"

enum {
	COMMAND = 4, /* the register at port 0x64 */
	PORT_A = 8,  /* at port 0x92 */

	STATUS_OBF = 1 << 0,	 /* bit 1, input full, is never set */
	STATUS_SYS = 1 << 2,	 /* the self-test passed */
	STATUS_COMMAND = 1 << 3, /* the last write was to port 0x64 */
	STATUS_UNLOCKED = 1 << 4,
	STATUS_AUX = 1 << 5, /* the output is the auxiliary device's */
	STATUS_TIMEOUT = 1 << 6,

	BYTE_SYS = 1 << 2,
	BYTE_KEYBOARD_OFF = 1 << 4,
	BYTE_AUX_OFF = 1 << 5,
	BYTE_TRANSLATE = 1 << 6,

	OUT_RUN = 1 << 0, /* low: reset */
	OUT_A20 = 1 << 1,

	PORT_A_RESET = 1 << 0,
	PORT_A_A20 = OUT_A20,

	INPUT_UNLOCKED = 1 << 7,

	RESEND = 0xfe,
	SELF_TEST_PASSED = 0x55,
	/* Not 1, clock stuck low: BSD's drivers take that for a good port. */
	CLOCK_STUCK_HIGH = 2,
	CLOCKS_HIGH = 3 /* the keyboard's and the mouse's */
};

static void
answer(struct i8042 *k, uint8_t byte, uint8_t flags)
{
	k->output = byte;
	k->status &= ~(STATUS_AUX | STATUS_TIMEOUT);
	k->status |= STATUS_OBF | flags;
}

static void
set_output_port(struct i8042 *k, uint8_t value)
{
	k->output_port = value;
	if ((value & OUT_RUN) == 0)
		vm_stop(STOP_RESET, 0);
}

/* The auxiliary port stays off whatever is written: absent. */
static void
set_command_byte(struct i8042 *k, uint8_t value)
{
	k->command_byte = value | BYTE_AUX_OFF;
	k->status &= ~STATUS_SYS;
	k->status |= value & BYTE_SYS ? STATUS_SYS : 0;
}

/* A byte to port 0x60: for the command before it, or for the keyboard. */
static void
take_data(struct i8042 *k, uint8_t value)
{
	uint8_t command = k->command;

	k->command = 0;
	k->status &= ~STATUS_COMMAND;
	switch (command) {
	case 0:
		answer(k, RESEND, STATUS_TIMEOUT);
		return;
	case 0x60:
		set_command_byte(k, value);
		return;
	case 0xd1:
		set_output_port(k, value);
		return;
	case 0xd2: /* as if from the keyboard */
	case 0xd3: /* and from the mouse: but no byte ever comes from there */
		answer(k, value, 0);
		return;
	case 0xd4:
		answer(k, RESEND, STATUS_AUX | STATUS_TIMEOUT);
		return;
	default: /* 0x61 to 0x7f, into the RAM */
		return;
	}
}

/* A byte to port 0x64. */
static void
take_command(struct i8042 *k, uint8_t value)
{
	k->command = 0;
	k->status |= STATUS_COMMAND;
	switch (value) {
	case 0x20:
		answer(k, k->command_byte, 0);
		return;
	case 0x21 ... 0x3f:
		answer(k, 0, 0);
		return;
	case 0x60 ... 0x7f:
	case 0xd1 ... 0xd4:
		k->command = value;
		return;
	case 0xa9:
	case 0xab:
		answer(k, CLOCK_STUCK_HIGH, 0);
		return;
	case 0xaa:
		set_command_byte(k, k->command_byte | BYTE_SYS);
		answer(k, SELF_TEST_PASSED, 0);
		return;
	case 0xad:
		k->command_byte |= BYTE_KEYBOARD_OFF;
		return;
	case 0xae:
		k->command_byte &= ~BYTE_KEYBOARD_OFF;
		return;
	case 0xc0:
		answer(k, INPUT_UNLOCKED, 0);
		return;
	case 0xd0:
		answer(k, k->output_port, 0);
		return;
	case 0xe0:
		answer(k, CLOCKS_HIGH, 0);
		return;
	case 0xf0 ... 0xff: /* pulses low what is 0 in bits 0 to 3 */
		if ((value & OUT_RUN) == 0)
			vm_stop(STOP_RESET, 0);
		return;
	default: /* among them 0xa7 and 0xa8, the auxiliary port off and on */
		return;
	}
}

/* System control port A of the PS/2: the same A20 gate, and a reset when bit 0
 * rises. */
static void
write_port_a(struct i8042 *k, uint8_t value)
{
	bool reset = value & ~k->port_a & PORT_A_RESET;

	k->port_a = value & PORT_A_RESET;
	k->output_port &= ~OUT_A20;
	k->output_port |= value & PORT_A_A20;
	if (reset)
		vm_stop(STOP_RESET, 0);
}

uint32_t
i8042_read(struct i8042 *k, unsigned reg, unsigned size)
{
	(void)size;
	if (reg == PORT_A)
		return k->port_a | (k->output_port & OUT_A20);
	if (reg == COMMAND)
		return k->status;
	k->status &= ~(STATUS_OBF | STATUS_AUX | STATUS_TIMEOUT);
	return k->output;
}

void
i8042_write(struct i8042 *k, unsigned reg, unsigned size, uint32_t value)
{
	(void)size;
	if (reg == PORT_A)
		write_port_a(k, (uint8_t)value);
	else if (reg == COMMAND)
		take_command(k, (uint8_t)value);
	else
		take_data(k, (uint8_t)value);
}

/* As firmware leaves it. */
void
i8042_reset(struct i8042 *k)
{
	*k = (struct i8042){
		.status = STATUS_SYS | STATUS_UNLOCKED,
		.command_byte = BYTE_SYS | BYTE_KEYBOARD_OFF | BYTE_AUX_OFF |
		    BYTE_TRANSLATE,
		.output_port = OUT_RUN | OUT_A20,
	};
}
