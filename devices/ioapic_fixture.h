/* SPDX-License-Identifier: MIT
 *
 * For the tests of the I/O APIC: the chip, its registers by index, its pins,
 * and the bits of a redirection table entry (RTE).
 */
#ifndef DEVICES_IOAPIC_FIXTURE_H
#define DEVICES_IOAPIC_FIXTURE_H

#include <string.h>

#include "devices/ioapic.h"
#include "tools/unit.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10, IOEOI = 0x40 };
enum { LOGICAL = 1 << 11, LOW_ACTIVE = 1 << 13, REMOTE_IRR = 1 << 14 };
enum { LEVEL = 1 << 15, MASKED = 1 << 16 };
enum { LOWEST = 1 << 8, NMI = 4 << 8, EXTINT = 7 << 8 };

static struct ioapic ioapic;

static inline void
begin(const char *name)
{
	unit_case(name);
	memset(&ioapic, 0, sizeof(ioapic));
	ioapic_reset(&ioapic);
}

static inline void
reg_write(uint8_t index, uint32_t value)
{
	ioapic_mmio_write(&ioapic, IOREGSEL, 4, index);
	ioapic_mmio_write(&ioapic, IOWIN, 4, value);
}

static inline uint32_t
reg_read(uint8_t index)
{
	ioapic_mmio_write(&ioapic, IOREGSEL, 4, index);
	return (uint32_t)ioapic_mmio_read(&ioapic, IOWIN, 4);
}

static inline void
rte_write(unsigned pin, uint32_t low)
{
	reg_write((uint8_t)(0x10 + 2 * pin), low);
}

static inline uint32_t
rte_read(unsigned pin)
{
	return reg_read((uint8_t)(0x10 + 2 * pin));
}

static inline void
line(unsigned pin, bool high)
{
	ioapic_set_line(&ioapic, pin, high);
}

static inline void
pulse(unsigned pin)
{
	line(pin, true);
	line(pin, false);
}

#endif
