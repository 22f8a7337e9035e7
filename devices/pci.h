/* SPDX-License-Identifier: MIT
 *
 * PCI bus 0 and the two ways to its configuration space, one model behind
 * both: mechanism #1 (I/O ports) and ECAM (memory).
 */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include "vmm/util.h"

enum { PCI_DEVICES = 32 };

enum pci_slot {
#define SLOT(row, ...) PCI_SLOT_##row,
#include "devices/slots.def"
	PCI_SLOTS
};

/* What the guest can change in a function's header. */
struct pci_function {
	uint16_t command;
};

struct pci {
	uint32_t config_address;
	struct pci_function functions[PCI_SLOTS];
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

void pci_reset(struct pci *p);

/* Mechanism #1: `reg` 0 is CONFIG_ADDRESS, `size` 4; 4 to 7 are CONFIG_DATA,
 * `size` 1, 2 or 4, aligned. */
uint32_t pci_read(struct pci *p, unsigned reg, unsigned size);
void pci_write(struct pci *p, unsigned reg, unsigned size, uint32_t value);

/* ECAM of bus 0: `offset` below 1 MiB, `size` 1, 2 or 4, aligned. */
uint64_t pci_mmio_read(struct pci *p, uint32_t offset, unsigned size);
void pci_mmio_write(
    struct pci *p, uint32_t offset, unsigned size, uint64_t value);

#endif
