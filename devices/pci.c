/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space, after PCI Local Bus 3.0 (mechanism #1: 3.2.2.3.2;
 * headers: 6.1 and 6.2) and PCI Express Base 4.0 (ECAM: 7.2.2). The functions
 * are those of slots.def; nothing can be plugged in or moved.
 *
 * Threads: vCPUs, with the board's lock held.
 *
 * Left out: other buses, hence bridges and type 1 cycles; functions 1 to 7;
 * special cycles; mechanism #2.
 */
#include <linux/pci_regs.h>

#include "devices/pci.h"

/* Order, overlap and reach, as in pio.c. */
enum {
#define SLOT(row, device, ...) FLOOR_##row, DEVICE_##row = (device),
#include "devices/slots.def"
};

#define SLOT(row, device, vendor, id, class, revision)                         \
	_Static_assert(DEVICE_##row >= FLOOR_##row,                            \
	    "slots.def: row " #row " has the device number of a row before, "  \
	    "or a lower one");                                                 \
	_Static_assert((device) < PCI_DEVICES,                                 \
	    "slots.def: row " #row ": a bus has 32 devices");                  \
	_Static_assert((vendor) < 0xffff && (id) <= 0xffff &&                  \
		(class) <= 0xffffff && (revision) <= 0xff,                     \
	    "slots.def: row " #row ": an identity has 16, 16, 24, 8 bits");
#include "devices/slots.def"

static const struct identity {
	uint16_t vendor, id;
	uint32_t class_revision;
} identities[] = {
#define SLOT(row, device, vendor, id, class, revision)                         \
	{ (vendor), (id), (uint32_t)(class) << 8 | (revision) },
#include "devices/slots.def"
};

enum {
	ADDRESS_ENABLE = 1u << 31,
	ADDRESS_BITS = 0x80fffffc, /* 3.2.2.3.2: the others read 0 */
	COMMAND_BITS =
	    PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR
};

/* Device number and function to slot; PCI_SLOTS: nobody there. */
static enum pci_slot
slot_at(unsigned devfn)
{
	switch (devfn) {
#define SLOT(row, device, ...)                                                 \
	case (device) << 3:                                                    \
		return PCI_SLOT_##row;
#include "devices/slots.def"
	default:
		return PCI_SLOTS;
	}
}

/*
 * One register of a function's header, 6.1. What isn't here reads 0: no
 * capabilities, no status bit that can be set, header type 0, one function,
 * no BAR, no interrupt pin.
 *
 * A conventional function does not answer above byte 255: no claim, ones.
 */
static uint32_t
function_read(const struct pci *p, enum pci_slot slot, unsigned reg)
{
	const struct identity *identity = &identities[slot];

	switch (reg) {
	case PCI_VENDOR_ID:
		return (uint32_t)identity->id << 16 | identity->vendor;
	case PCI_COMMAND:
		return p->functions[slot].command;
	case PCI_CLASS_REVISION:
		return identity->class_revision;
	default:
		return reg < PCI_CFG_SPACE_SIZE ? 0 : ~0u;
	}
}

static void
function_write(struct pci *p, enum pci_slot slot, unsigned reg, uint32_t value)
{
	if (reg == PCI_COMMAND)
		p->functions[slot].command = value & COMMAND_BITS;
}

static uint32_t
config_read(const struct pci *p, unsigned devfn, unsigned reg, unsigned size)
{
	enum pci_slot slot = slot_at(devfn);
	unsigned lane = reg % 4;

	if (slot == PCI_SLOTS)
		return ~0u;
	return function_read(p, slot, reg - lane) >> (8 * lane) &
	    (uint32_t)ones(size);
}

/* The bytes that are not written keep their value. */
static void
config_write(
    struct pci *p, unsigned devfn, unsigned reg, unsigned size, uint32_t value)
{
	enum pci_slot slot = slot_at(devfn);
	unsigned lane = reg % 4;
	uint32_t mask = (uint32_t)ones(size) << (8 * lane);
	uint32_t old;

	if (slot == PCI_SLOTS)
		return;
	old = function_read(p, slot, reg - lane);
	value = (old & ~mask) | (value << (8 * lane) & mask);
	function_write(p, slot, reg - lane, value);
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
	*p = (struct pci){ .config_address = 0 };
}
