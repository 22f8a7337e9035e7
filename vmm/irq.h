/* SPDX-License-Identifier: MIT
 *
 * Interrupts as the chips see them: wires. devices/ calls these and knows
 * nothing of KVM; unit tests and fuzzers link stand-ins of the same names.
 *
 * Threads: any, with the board's lock held, except where said.
 */
#ifndef VMM_IRQ_H
#define VMM_IRQ_H

#include "vmm/util.h"

/*
 * The lines of the board. Line n is input n of the IOAPIC and, below 16, of
 * the 8259 pair; the ISA numbers are the PC's. One device drives a line,
 * except PCI's (devices/slots.def).
 */
enum {
	IRQ_PIT = 0,
	IRQ_CASCADE = 2, /* the second 8259; no device */
	IRQ_COM1 = 4,
	IRQ_RTC = 8,
	IRQ_SCI = 9, /* ACPI, level */
	IRQ_LINES = 24
};

/* Drive a line high or low. No effect when it has that level already. */
void irq_set(unsigned line, bool high);

/* The same for a line that several drive: it is high while any of them, 0 to
 * 31, wants it. For PCI, whose driver is the device number. */
void irq_share(unsigned line, unsigned driver, bool high);

/* The INTR output of the first 8259: asks vCPU 0 to take an ExtINT. Called by
 * i8259.c at each change. */
void irq_intr(bool high);

/* Send an interrupt message to the local APICs: address and data as MSI has
 * them (Intel SDM volume 3, 11.11). Called by ioapic.c and msix.c. */
void irq_msi(uint64_t address, uint32_t data);

/* Tells the host which message an IOAPIC pin sends while it is set to level
 * and unmasked, or in service, so that the EOI of its vector comes back to
 * ioapic_eoi(); `used` false: the pin sends none. Called by ioapic.c at each
 * change of it. */
void irq_route(unsigned pin, bool used, uint64_t address, uint32_t data);

/*
 * The monitor's half.
 */
/* The message that an IOAPIC pin sends while it is level and unmasked. */
struct route {
	bool used;
	uint64_t address;
	uint32_t data;
};

struct wires {
	bool high[IRQ_LINES];
	uint32_t drivers[IRQ_LINES]; /* of shared ones: who wants it high */
	bool intr;		     /* the first 8259 wants vCPU 0 */
	struct route routes[IRQ_LINES];
};

#endif
