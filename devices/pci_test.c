/* SPDX-License-Identifier: MIT
 *
 * Configuration space by both mechanisms, against slots.def.
 */
#include <string.h>

#include "devices/pci.h"
#include "tools/unit.h"

enum { ENABLE = 1u << 31 };

static struct pci pci;

static const struct {
	unsigned device;
	uint32_t id, class_revision;
} slots[] = {
#define SLOT(row, device, vendor, id, class, revision)                         \
	{ device, (uint32_t)(id) << 16 | (vendor),                             \
		(uint32_t)(class) << 8 | (revision) },
#include "devices/slots.def"
};

static void
begin(const char *name)
{
	unit_case(name);
	memset(&pci, 0xa5, sizeof(pci));
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
	unsigned next = 0;

	begin("bus 0 is slots.def, the rest reads ones");
	for (unsigned devfn = 0; devfn < 256; devfn++) {
		uint32_t id = 0xffffffff, class_revision = 0xffffffff;

		if (next < PCI_SLOTS && slots[next].device << 3 == devfn) {
			id = slots[next].id;
			class_revision = slots[next++].class_revision;
		}
		expect_eq(ecam(devfn, 0, 4), id);
		expect_eq(ecam(devfn, 8, 4), class_revision);
		expect_eq(port_read(devfn << 8, 0, 4), id);
		expect_eq(port_read(devfn << 8, 8, 4), class_revision);
	}
	expect_eq(next, PCI_SLOTS);
	expect_eq(ecam(0, 0, 4), 0x00081b36);
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
	port_write(1 << 8, 4, 2, 0);  /* function 1 */
	port_write(1 << 11, 4, 2, 0); /* device 1 */
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

static void
test_intx(void)
{
	unsigned shared[IRQ_LINES] = { 0 };

	unit_case("INTA# drives a line that no ISA device has, evenly");
	for (unsigned device = 0; device < PCI_DEVICES; device++)
		shared[pci_intx_line(device)]++;
	for (unsigned line = 0; line < IRQ_LINES; line++) {
		if (line == 5 || line == 10 || line == 11)
			expect(shared[line] >= PCI_DEVICES / 3);
		else
			expect_eq(shared[line], 0);
	}
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
	test_intx();
	return unit_done();
}
