/* SPDX-License-Identifier: MIT
 *
 * Virtio over PCI (virtio 1.3, 4.1) on a map that is fixed: where everything of
 * a device is follows from its number on the bus.
 *
 *	memory, 32 KiB				I/O, 128 ports
 *	0x0000  common configuration  BAR 4	0   legacy header     BAR 0
 *	0x1000  ISR				20  or, with MSI-X, 24:
 *	0x2000  device configuration		    device configuration
 *	0x3000  doorbells, 4 bytes each
 *	0x4000  MSI-X table and PBA   BAR 1
 *
 * Which of BAR 4 and BAR 0 there is, and with it the identity, is up to struct
 * virtio_setup: modern, legacy, or both, which is called transitional.
 */
#ifndef DEVICES_VIRTIO_PCI_H
#define DEVICES_VIRTIO_PCI_H

#include "devices/virtio.h"

/* Where a device's memory and its ports begin. The ports lie where bits 8 and 9
 * are 0, as those of ISA's cards never do: Linux puts no others into a BAR. */
#define VIRTIO_MEMORY(device) (0xc0000000u + (device)*VIRTIO_SIZE)
#define VIRTIO_PORTS(device)                                                   \
	(0xc000u + (device) / 2 * 0x400 + (device) % 2 * VIRTIO_IO_SIZE)

enum { /* offsets into a device's memory, and sizes */
	VIRTIO_COMMON = 0x0000,
	VIRTIO_ISR = 0x1000,
	VIRTIO_DEVICE = 0x2000,
	VIRTIO_NOTIFY = 0x3000,
	VIRTIO_MSIX = 0x4000,
	VIRTIO_REGION_SIZE = 0x1000,
	VIRTIO_SIZE = 0x8000,
	VIRTIO_IO_SIZE = 128
};

enum { VIRTIO_BAR_IO = 0, VIRTIO_BAR_MSIX = 1, VIRTIO_BAR_MEMORY = 4 };

/* Where a driver kicks: see vmm/kick.h. */
#define VIRTIO_DOORBELL(device, queue)                                         \
	(VIRTIO_MEMORY(device) + VIRTIO_NOTIFY + 4 * (queue))
#define VIRTIO_LEGACY_DOORBELL(device) (VIRTIO_PORTS(device) + 16)

/* Power-on, or with `flr` a function level reset: the device and all that is
 * PCI's about it. */
void virtio_pci_reset(
    struct virtio *v, const struct virtio_type *type, bool flr);

/* Configuration space: the dword at `reg`, below 4096; only the bytes in `mask`
 * are written. */
uint32_t virtio_pci_config_read(
    struct virtio *v, const struct virtio_type *type, unsigned reg);
void virtio_pci_config_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, uint32_t value, uint32_t mask);

/* The device's memory: `offset` below VIRTIO_SIZE, `size` 1, 2 or 4, aligned.
 * Ones where it does not decode. */
uint32_t virtio_pci_read(struct virtio *v, const struct virtio_type *type,
    uint32_t offset, unsigned size);
void virtio_pci_write(struct virtio *v, const struct virtio_type *type,
    uint32_t offset, unsigned size, uint32_t value);

/* Its ports: `reg` below VIRTIO_IO_SIZE, `size` 1, 2 or 4, aligned. */
uint32_t virtio_pci_io_read(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size);
void virtio_pci_io_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size, uint32_t value);

/* 4.1.4.9: an access to pci_cfg_data, which goes where v->window says, if that
 * is anywhere; whether or not the BAR decodes. */
uint32_t virtio_pci_window_read(
    struct virtio *v, const struct virtio_type *type);
void virtio_pci_window_write(
    struct virtio *v, const struct virtio_type *type, uint32_t value);

#endif
