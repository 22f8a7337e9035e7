/* SPDX-License-Identifier: MIT
 *
 * The I/O APIC: 24 pins, each redirected to the local APICs as a message.
 * Threads: any, with the board's lock held.
 */
#ifndef DEVICES_IOAPIC_H
#define DEVICES_IOAPIC_H

#include "vmm/util.h"

enum { IOAPIC_PINS = 24 };

struct ioapic {
	uint64_t rte[IOAPIC_PINS]; /* the redirection table */
	uint32_t lines;		   /* the pins as they are now, a bit each */
	uint32_t routed;	   /* pins whose message irq_route() has */
	uint8_t select;		   /* IOREGSEL */
	uint8_t id;		   /* 0 to 15 */
};

/* Power-on: all pins low and masked. The struct was zeroed or in use. */
void ioapic_reset(struct ioapic *ioapic);

/* The window's registers; size is 4. */
uint64_t ioapic_mmio_read(
    struct ioapic *ioapic, uint32_t offset, unsigned size);
void ioapic_mmio_write(
    struct ioapic *ioapic, uint32_t offset, unsigned size, uint64_t value);

/* Drive a pin, below IOAPIC_PINS. High is asserted, whatever INTPOL says. */
void ioapic_set_line(struct ioapic *ioapic, unsigned pin, bool high);

/* A local APIC has ended the interrupt `vector`: level pins of that vector
 * may send again, and do at once if they are still high. */
void ioapic_eoi(struct ioapic *ioapic, uint8_t vector);

#endif
