/* SPDX-License-Identifier: MIT
 *
 * PCI bus 0 and the two ways to its configuration space, one model behind
 * both: mechanism #1 (I/O ports) and ECAM (memory).
 */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include "devices/virtio_bus.h"

struct pci {
	uint32_t config_address;
#define BRIDGE(row, ...) struct pci_function row;
#define VIRTIO(...)
#include "devices/slots.def"
	struct virtio_bus virtio;
};

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
