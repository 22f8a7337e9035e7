/* SPDX-License-Identifier: MIT
 *
 * A PCI function as far as its standard header goes: identity, command and
 * status, base addresses that can be sized but not moved, INTA#, and MSI-X
 * behind it. What a function is comes from its device as a struct pci_shape;
 * what the guest does to it is in struct pci_function.
 */
#ifndef DEVICES_PCI_FUNCTION_H
#define DEVICES_PCI_FUNCTION_H

#include "devices/msix.h"

enum { PCI_DEVICES = 32, PCI_BARS = 6, PCI_HEADER_SIZE = 0x40 };

/* Registers in the form in which they are read. */
struct pci_shape {
	uint32_t id, class_revision, subsystem;
	struct {
		uint32_t value; /* address and type */
		uint32_t mask;	/* bits of the address that are not 0 by its
				 * size; 0: no such register */
	} bar[PCI_BARS];
	uint16_t command;     /* the bits that can be set */
	uint8_t capabilities; /* where their list begins; 0: none */
	uint8_t pin;	      /* 1: INTA#; 0: none */
};

struct pci_function {
	/* What the machine has: set once, kept by every reset. */
	uint8_t device; /* number on the bus */
	bool present;

	uint16_t command;
	uint8_t line;	 /* Interrupt Line: firmware's word to the driver */
	uint8_t sized;	 /* bit n: BAR n was written with ones */
	bool sleeping;	 /* in D3hot */
	bool interrupts; /* wants INTA#, if nothing forbids it */
	struct msix msix;
};

/* The line that INTA# of a device drives. Lines that no other device of the
 * board uses, so that they can be level; three of them, so that functions
 * without MSI-X share less. */
static inline unsigned
pci_intx_line(unsigned device)
{
	static const uint8_t lines[] = { 10, 11, 5 };

	return lines[device % ARRAY_SIZE(lines)];
}

/* The bytes of `old` that `mask` covers replaced by `value`'s. */
static inline uint32_t
pci_merge(uint32_t old, uint32_t value, uint32_t mask)
{
	return (old & ~mask) | (value & mask);
}

/* As a reset leaves it, with `command`. */
void pci_function_reset(struct pci_function *f, uint16_t command);

/* A dword of the header: `reg` below PCI_HEADER_SIZE, a multiple of 4. Only the
 * bytes in `mask` are written. */
uint32_t pci_function_read(
    const struct pci_function *f, const struct pci_shape *shape, unsigned reg);
void pci_function_write(struct pci_function *f, const struct pci_shape *shape,
    unsigned reg, uint32_t value, uint32_t mask);

/* Does it answer in a space, PCI_COMMAND_IO or PCI_COMMAND_MEMORY? May it write
 * to memory, messages among that? */
bool pci_function_decodes(const struct pci_function *f, uint16_t space);
bool pci_function_masters(const struct pci_function *f);

/* The device wants INTA#, or no longer. */
void pci_function_interrupt(struct pci_function *f, bool wanted);

/* The device has an event for an MSI-X vector of its own. */
void pci_function_message(struct pci_function *f, unsigned vector);

/* To be called when the guest has changed what lets interrupts through: MSI-X's
 * registers, `sleeping`. */
void pci_function_update(struct pci_function *f);

#endif
