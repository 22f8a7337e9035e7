/* SPDX-License-Identifier: MIT
 *
 * How a guest ends the machine, and ACPI's fixed hardware, one of the ways.
 */
#ifndef DEVICES_POWER_H
#define DEVICES_POWER_H

#include "vmm/util.h"

/* `reg` of ports.def: eight for each block, since it counts up with the port. */
enum {
	POWER_PM1_STATUS = 0,  /* 2 bytes */
	POWER_PM1_ENABLE = 2,  /* 2 bytes */
	POWER_PM1_CONTROL = 8, /* 2 bytes */
	POWER_PM_TIMER = 16,   /* 4 bytes */
	POWER_RESET = 24,      /* RST_CNT */
	POWER_SHUTDOWN = 32,   /* the word "Shutdown", byte by byte */
	POWER_DEBUG_EXIT = 40, /* these three: 1, 2 or 4 bytes at any of 4 */
	POWER_EXIT_STATUS = 48,
	POWER_MARK = 56
};

/* For the FADT and the DSDT: \_S5's SLP_TYP (the only sleep that there is),
 * and what to write to POWER_RESET. */
enum { POWER_SLP_TYP_S5 = 0, POWER_RESET_VALUE = 0x0e };

struct power {
	uint16_t status, enable, control; /* PM1 */
	uint64_t toggles; /* of the PM timer's bit 31, as far as in status */
	uint8_t reset_control;
	uint8_t shutdown_bytes; /* of the word, so far */
};

void power_reset(struct power *p);
uint32_t power_read(struct power *p, unsigned reg, unsigned size);
void power_write(struct power *p, unsigned reg, unsigned size, uint32_t value);

/* TIMER_pm_timer is due: bit 31 of the PM timer toggled. */
void power_fire(struct power *p, uint64_t now_ns);

/* The user presses the power button. A guest without ACPI never hears it. */
void power_button(struct power *p);

/* The clock's IRQ 8 rises: it may wake who sleeps, by RTC_STS. */
void power_clock(struct power *p);

#endif
