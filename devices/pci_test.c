/* SPDX-License-Identifier: MIT
 *
 * Configuration space by both mechanisms, against slots.def.
 */
#include <string.h>

#include "devices/pci.h"
#include "tools/unit.h"

enum { ENABLE = 1u << 31 };

static struct pci pci;

static void
begin(const char *name)
{
	unit_case(name);
	memset(&pci, 0, sizeof(pci));
	virtio_bus_configure(&pci.virtio, &unit_devices);
	pci_reset(&pci);
}

static uint32_t
port_read(uint32_t address, unsigned reg, unsigned size)
{
	pci_write(&pci, 0, 4, ENABLE | address | (reg & 0xfc));
	return pci_read(&pci, 4 + reg % 4, size) & (uint32_t)ones(size);
}

static void
port_write(uint32_t address, unsigned reg, unsigned size, uint32_t value)
{
	pci_write(&pci, 0, 4, ENABLE | address | (reg & 0xfc));
	pci_write(&pci, 4 + reg % 4, size, value);
}

static uint32_t
ecam(unsigned devfn, unsigned reg, unsigned size)
{
	return (uint32_t)pci_mmio_read(&pci, devfn << 12 | reg, size) &
	    (uint32_t)ones(size);
}

static void
test_address(void)
{
	begin("CONFIG_ADDRESS: reserved bits read 0");
	expect_eq(pci_read(&pci, 0, 4), 0);
	pci_write(&pci, 0, 4, 0xffffffff);
	expect_eq(pci_read(&pci, 0, 4), 0x80fffffc);
	pci_write(&pci, 0, 4, 0x80000000); /* as drivers probe for it */
	expect_eq(pci_read(&pci, 0, 4), 0x80000000);
}

static void
test_slots(void)
{
	/* slots.def once more, with every device there. */
	const struct {
		unsigned device;
		uint32_t id, class_revision;
	} slots[] = {
#define BRIDGE(row, device, vendor, id, class, revision)                       \
	{ device, (uint32_t)(id) << 16 | (vendor),                             \
		(uint32_t)(class) << 8 | (revision) },
#define VIRTIO(row, device, type)                                              \
	{ device, (uint32_t)type##_type.transitional << 16 | 0x1af4,           \
		type##_type.pci_class << 8 },
#include "devices/slots.def"
	};
	unsigned next = 0;

	begin("bus 0 is slots.def, the rest reads ones");
	for (unsigned devfn = 0; devfn < 256; devfn++) {
		uint32_t id = 0xffffffff, class_revision = 0xffffffff;

		if (next < ARRAY_SIZE(slots) &&
		    slots[next].device << 3 == devfn) {
			id = slots[next].id;
			class_revision = slots[next++].class_revision;
		}
		expect_eq(ecam(devfn, 0, 4), id);
		expect_eq(ecam(devfn, 8, 4), class_revision);
		expect_eq(port_read(devfn << 8, 0, 4), id);
		expect_eq(port_read(devfn << 8, 8, 4), class_revision);
	}
	expect_eq(next, ARRAY_SIZE(slots));
	expect_eq(ecam(0, 0, 4), 0x00081b36);

	unit_case("... and without the devices that nobody wants");
	memset(&pci, 0, sizeof(pci));
	pci_reset(&pci);
	for (unsigned devfn = 8; devfn < 256; devfn++) {
		pci_mmio_write(&pci, devfn << 12 | 4, 4, 7);
		expect_eq(ecam(devfn, 0, 4), 0xffffffff);
		expect_eq(ecam(devfn, 4, 4), 0xffffffff);
		expect_eq(port_read(devfn << 8, 0x3c, 1), 0xff);
	}
}

static void
test_unselected(void)
{
	begin("mechanism #1: disabled or another bus: ones, writes vanish");
	port_write(0, 4, 2, 4);
	expect_eq(port_read(0, 4, 2), 4);
	for (uint32_t bus = 1; bus < 256; bus++) {
		expect_eq(port_read(bus << 16, 0, 4), 0xffffffff);
		port_write(bus << 16, 4, 2, 0);
	}
	expect_eq(port_read(0, 4, 2), 4);
	pci_write(&pci, 0, 4, 4);
	expect_eq(pci_read(&pci, 4, 4), 0xffffffff);
	pci_write(&pci, 4, 2, 0);
	port_write(1 << 8, 4, 2, 0);   /* function 1 */
	port_write(31 << 11, 4, 2, 0); /* device 31 */
	expect_eq(port_read(0, 4, 2), 4);
}

static void
test_header(void)
{
	static const uint32_t header[64] = { 0x00081b36, 0, 0x06000000 };

	begin("host bridge: every byte, word and dword, by both mechanisms");
	for (unsigned reg = 0; reg < 256; reg++) {
		for (unsigned size = 1; size <= 4; size *= 2) {
			uint32_t want = header[reg / 4] >> (reg % 4 * 8) &
			    (uint32_t)ones(size);

			if (reg % size != 0)
				continue;
			expect_eq(port_read(0, reg, size), want);
			expect_eq(ecam(0, reg, size), want);
		}
	}
	for (unsigned reg = 256; reg < 4096; reg += 4)
		expect_eq(ecam(0, reg, 4), 0xffffffff);
	expect_eq(ecam(0, 0xfff, 1), 0xff);
}

static void
test_writes(void)
{
	begin("host bridge: three bits of the command register, no more");
	for (unsigned reg = 0; reg < 4096; reg += 4)
		pci_mmio_write(&pci, reg, 4, 0xffffffff);
	for (unsigned reg = 0; reg < 256; reg += 4)
		port_write(0, reg, 4, 0xffffffff);
	expect_eq(ecam(0, 0, 4), 0x00081b36);
	expect_eq(ecam(0, 4, 4), 0x00000144);
	expect_eq(ecam(0, 8, 4), 0x06000000);
	for (unsigned reg = 12; reg < 256; reg += 4)
		expect_eq(ecam(0, reg, 4), 0);
	expect_eq(ecam(0, 256, 4), 0xffffffff);
	for (unsigned reg = 0; reg < 4096; reg += reg == 0 ? 8 : 4)
		pci_mmio_write(&pci, reg, 4, 0);
	expect_eq(ecam(0, 4, 4), 0x00000144);
}

static void
test_write_widths(void)
{
	begin("a write changes its own bytes only");
	port_write(0, 4, 2, 0x0144);
	port_write(0, 5, 1, 0xff);
	expect_eq(ecam(0, 4, 2), 0x0144);
	port_write(0, 4, 1, 0x00);
	expect_eq(ecam(0, 4, 2), 0x0100);
	pci_mmio_write(&pci, 5, 1, 0x00);
	pci_mmio_write(&pci, 4, 1, 0xffffffffffffff04);
	expect_eq(ecam(0, 4, 2), 0x0004);
	pci_mmio_write(&pci, 6, 2, 0x0000);
	port_write(0, 7, 1, 0x00);
	expect_eq(ecam(0, 4, 4), 0x0004);
	pci_mmio_write(&pci, 4, 4, 0x0100);
	expect_eq(port_read(0, 4, 4), 0x0100);
	pci_reset(&pci);
	expect_eq(ecam(0, 4, 4), 0);
}

/* A register behind the header, which has an effect when it is read. */
static void
test_both_ways(void)
{
	const unsigned rng = 1 << 11, devfn = 1 << 3;

	begin("a device's own registers by both ways, at every width");
	port_write(rng, 4, 2, 7);
	for (unsigned reg = 0; reg < 256; reg++)
		for (unsigned size = 1; size <= 4; size *= 2)
			if (reg % size == 0)
				expect_eq(port_read(rng, reg, size),
				    ecam(devfn, reg, size));
	port_write(rng, 0x88, 1, 4);
	port_write(rng, 0x8d, 1, 0x20);
	port_write(rng, 0x90, 1, 2);
	expect_eq(ecam(devfn, 0x88, 4), 4);
	expect_eq(ecam(devfn, 0x8c, 4), 0x2000);
	expect_eq(ecam(devfn, 0x8c, 2), 0x2000);
	expect_eq(ecam(devfn, 0x90, 4), 2);
	port_write(rng | 1 << 8, 0x88, 1, 0); /* function 1 */
	expect_eq(ecam(devfn, 0x88, 4), 4);
	expect_eq(ecam(devfn + 1, 0, 4), 0xffffffff);
}

int
main(void)
{
	test_address();
	test_slots();
	test_unselected();
	test_header();
	test_writes();
	test_write_widths();
	test_both_ways();
	return unit_done();
}
