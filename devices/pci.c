/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space, after PCI Local Bus 3.0 (mechanism #1: 3.2.2.3.2)
 * and PCI Express Base 4.0 (ECAM: 7.2.2). The functions are those of slots.def;
 * nothing can be plugged in or moved.
 *
 * Threads: vCPUs, with the board's lock held.
 *
 * Left out: other buses, hence type 1 cycles; functions 1 to 7; special cycles;
 * mechanism #2.
 */
#include <linux/pci_regs.h>

#include "devices/pci.h"

/* Order, overlap and reach, as in pio.c. */
enum {
#define BRIDGE(row, device, ...) FLOOR_##row, DEVICE_##row = (device),
#define VIRTIO			 BRIDGE
#include "devices/slots.def"
};

#define BRIDGE(row, device, ...)                                               \
	_Static_assert(DEVICE_##row >= FLOOR_##row,                            \
	    "slots.def: row " #row " has the device number of a row before, "  \
	    "or a lower one");                                                 \
	_Static_assert((device) < PCI_DEVICES,                                 \
	    "slots.def: row " #row ": a bus has 32 devices");
#define VIRTIO BRIDGE
#include "devices/slots.def"

#define BRIDGE(row, device, vendor, id, class, revision)                       \
	_Static_assert((vendor) < 0xffff && (id) <= 0xffff &&                  \
		(class) <= 0xffffff && (revision) <= 0xff,                     \
	    "slots.def: row " #row ": an identity has 16, 16, 24, 8 bits");
#define VIRTIO(...)
#include "devices/slots.def"

/* A bridge to the host has an identity and no more: no BAR, no capability, no
 * interrupt. */
#define BRIDGE(row, device, vendor, id, class, revision)                       \
	static const struct pci_shape shape_of_##row = {                       \
		(uint32_t)(id) << 16 | (vendor),                               \
		(uint32_t)(class) << 8 | (revision),                           \
		.command =                                                     \
		    PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR \
	};
#define VIRTIO(...)
#include "devices/slots.def"

enum {
	ADDRESS_ENABLE = 1u << 31,
	ADDRESS_BITS = 0x80fffffc, /* 3.2.2.3.2: the others read 0 */
};

/* A dword of function 0 of a device. A conventional function does not answer
 * above byte 255: no claim, ones. */
static uint32_t
device_read(struct pci *p, unsigned device, unsigned reg)
{
	switch (device) {
#define BRIDGE(row, device, ...)                                               \
	case (device):                                                         \
		if (reg >= PCI_CFG_SPACE_SIZE)                                 \
			return ~0u;                                            \
		if (reg >= PCI_HEADER_SIZE)                                    \
			return 0;                                              \
		return pci_function_read(&p->row, &shape_of_##row, reg);
#define VIRTIO(...)
#include "devices/slots.def"
	default:
		return virtio_bus_config_read(&p->virtio, device, reg);
	}
}

static void
device_write(
    struct pci *p, unsigned device, unsigned reg, uint32_t value, uint32_t mask)
{
	switch (device) {
#define BRIDGE(row, device, ...)                                               \
	case (device):                                                         \
		if (reg < PCI_HEADER_SIZE)                                     \
			pci_function_write(                                    \
			    &p->row, &shape_of_##row, reg, value, mask);       \
		return;
#define VIRTIO(...)
#include "devices/slots.def"
	default:
		virtio_bus_config_write(&p->virtio, device, reg, value, mask);
	}
}

/* Functions but 0 are nobody. */
static uint32_t
config_read(struct pci *p, unsigned devfn, unsigned reg, unsigned size)
{
	unsigned lane = reg % 4;

	if (devfn % 8 != 0)
		return ~0u;
	return device_read(p, devfn / 8, reg - lane) >> (8 * lane) &
	    (uint32_t)ones(size);
}

/* The bytes that are not written keep their value. */
static void
config_write(
    struct pci *p, unsigned devfn, unsigned reg, unsigned size, uint32_t value)
{
	unsigned shift = 8 * (reg % 4);

	if (devfn % 8 == 0)
		device_write(p, devfn / 8, reg - reg % 4, value << shift,
		    (uint32_t)ones(size) << shift);
}

/* Does CONFIG_DATA lead to bus 0? */
static bool
selects(const struct pci *p)
{
	return (p->config_address & ADDRESS_ENABLE) != 0 &&
	    (p->config_address >> 16 & 0xff) == 0;
}

uint32_t
pci_read(struct pci *p, unsigned reg, unsigned size)
{
	uint32_t address = p->config_address;

	if (reg < 4)
		return address;
	if (!selects(p))
		return ~0u;
	return config_read(
	    p, address >> 8 & 0xff, (address & 0xfc) + reg - 4, size);
}

void
pci_write(struct pci *p, unsigned reg, unsigned size, uint32_t value)
{
	uint32_t address = p->config_address;

	if (reg < 4)
		p->config_address = value & ADDRESS_BITS;
	else if (selects(p))
		config_write(p, address >> 8 & 0xff, (address & 0xfc) + reg - 4,
		    size, value);
}

uint64_t
pci_mmio_read(struct pci *p, uint32_t offset, unsigned size)
{
	return config_read(p, offset >> 12, offset & 0xfff, size);
}

void
pci_mmio_write(struct pci *p, uint32_t offset, unsigned size, uint64_t value)
{
	config_write(p, offset >> 12, offset & 0xfff, size, (uint32_t)value);
}

void
pci_reset(struct pci *p)
{
	p->config_address = 0;
#define BRIDGE(row, n, ...)                                                    \
	p->row.device = (n);                                                   \
	p->row.present = true;                                                 \
	pci_function_reset(&p->row, 0);
#define VIRTIO(...)
#include "devices/slots.def"
	virtio_bus_reset(&p->virtio);
}
