/* SPDX-License-Identifier: MIT
 *
 * A function's header: what can be written, BARs that are sized and stay, and
 * what lets INTA# through (PCI 3.0, 6.1, 6.2).
 */
#include <string.h>

#include "devices/pci_function.h"
#include "tools/unit.h"

enum { COMMAND = 4, BAR0 = 0x10, SUBSYSTEM = 0x2c, LIST = 0x34, LINE = 0x3c };
enum { IO = 1, MEMORY = 2, MASTER = 4, INTX_DISABLE = 1 << 10 };
enum { STATUS_INTERRUPT = 1 << 19, STATUS_LIST = 1 << 20, DEVICE = 9 };

static const struct pci_shape shape = {
	.id = 0x56781234,
	.class_revision = 0x01020304,
	.subsystem = 0x9abcdef0,
	.bar = { { 0xc001, 0xffffff80 }, { 0xc000c000, 0xfffff000 }, { 0, 0 },
	    { 0, 0 }, { 0xc0008004, 0xffffc000 }, { 0, 0xffffffff } },
	.command = 0x0547,
	.capabilities = 0x40,
	.pin = 1,
};

static struct pci_function f;

static void
begin(const char *name)
{
	unit_case(name);
	memset(&f, 0xa5, sizeof(f));
	f.device = DEVICE;
	f.present = true;
	f.msix.vectors = 2;
	pci_function_reset(&f, MEMORY);
}

static uint32_t
in(unsigned reg)
{
	return pci_function_read(&f, &shape, reg);
}

static void
out(unsigned reg, uint32_t value, uint32_t mask)
{
	pci_function_write(&f, &shape, reg, value, mask);
}

static void
test_header(void)
{
	static const uint32_t header[16] = { 0x56781234, 0x00100002, 0x01020304,
		0, 0xc001, 0xc000c000, 0, 0, 0xc0008004, 0, 0, 0x9abcdef0, 0,
		0x40, 0, 0x010a };
	static const uint32_t after[16] = { 0x56781234, 0x00100547, 0x01020304,
		0, 0xffffff81, 0xfffff000, 0, 0, 0xffffc004, 0xffffffff, 0,
		0x9abcdef0, 0, 0x40, 0, 0x01ff };

	begin("the header after a reset, and after ones everywhere");
	for (unsigned i = 0; i < 16; i++)
		expect_eq(in(4 * i), header[i]);
	for (unsigned i = 0; i < 16; i++)
		out(4 * i, ~0u, ~0u);
	for (unsigned i = 0; i < 16; i++)
		expect_eq(in(4 * i), after[i]);
	for (unsigned i = 0; i < 16; i++)
		out(4 * i, 0, ~0u);
	out(LINE, 10, ~0u);
	for (unsigned i = 0; i < 16; i++)
		expect_eq(in(4 * i), i == 1 ? 0x00100000 : header[i]);

	begin("a write reaches its own bytes");
	out(COMMAND, 0x0500, 0xff00);
	expect_eq(in(COMMAND)&0xffff, 0x0502);
	out(COMMAND, 0xffff0000, 0xffff0000);
	expect_eq(in(COMMAND)&0xffff, 0x0502);
	out(LINE, 0xffffff05, 0x000000ff);
	expect_eq(in(LINE), 0x0105);
	out(LINE, 0xffffff00, 0xffffff00);
	expect_eq(in(LINE), 0x0105);
}

static void
test_bars(void)
{
	begin("a BAR: ones size it, anything else shows that it did not move");
	for (unsigned bar = 0; bar < PCI_BARS; bar++) {
		unsigned reg = BAR0 + 4 * bar;
		uint32_t was = in(reg);
		uint32_t type = was & ~shape.bar[bar].mask;

		out(reg, ~0u, ~0u);
		expect_eq(in(reg), shape.bar[bar].mask | type);
		out(reg, was, ~0u);
		expect_eq(in(reg), was);
		out(reg, 0xfffffff0, ~0u); /* the type's bits do not matter */
		expect_eq(in(reg), bar == 5 ? was : shape.bar[bar].mask | type);
		out(reg, 0xd0000000, ~0u);
		expect_eq(in(reg), was);
		out(reg, ~0u, ~0u);
		out(reg, 0, 0xff000000); /* one byte is enough */
		expect_eq(in(reg), was);
	}
}

static void
test_decoding(void)
{
	begin("spaces and memory writes are off until the command says so");
	expect(pci_function_decodes(&f, MEMORY));
	expect(!pci_function_decodes(&f, IO) && !pci_function_masters(&f));
	out(COMMAND, IO | MASTER, ~0u);
	expect(!pci_function_decodes(&f, MEMORY));
	expect(pci_function_decodes(&f, IO) && pci_function_masters(&f));
	f.sleeping = true;
	expect(!pci_function_decodes(&f, IO) && !pci_function_masters(&f));
	f.sleeping = false;
	f.present = false;
	expect(!pci_function_decodes(&f, IO) && !pci_function_masters(&f));
}

static void
test_intx(void)
{
	unsigned line = pci_intx_line(DEVICE);

	begin("INTA#: a level, which Interrupt Disable and MSI-X hold back");
	expect(!fake.line[line]);
	pci_function_interrupt(&f, true);
	expect(fake.line[line]);
	expect_eq(in(COMMAND)&STATUS_INTERRUPT, STATUS_INTERRUPT);
	out(COMMAND, INTX_DISABLE, ~0u);
	expect(!fake.line[line]);
	expect_eq(in(COMMAND)&STATUS_INTERRUPT, STATUS_INTERRUPT); /* 6.2.3 */
	out(COMMAND, 0, ~0u);
	expect(fake.line[line]);
	msix_set_control(&f.msix, 1u << 31);
	pci_function_update(&f);
	expect(!fake.line[line]);
	expect_eq(in(COMMAND)&STATUS_INTERRUPT, 0);
	msix_set_control(&f.msix, 0);
	pci_function_update(&f);
	expect(fake.line[line]);
	f.sleeping = true;
	pci_function_update(&f);
	expect(!fake.line[line]);
	f.sleeping = false;
	pci_function_reset(&f, 0);
	expect(!fake.line[line]);
	expect_eq(in(COMMAND), STATUS_LIST);

	begin("a line that two functions share is high for either");
	pci_function_interrupt(&f, true);
	irq_share(line, DEVICE + 3, true);
	pci_function_interrupt(&f, false);
	expect(fake.line[line]);
	irq_share(line, DEVICE + 3, false);
	expect(!fake.line[line]);
	expect_eq(fake.rises[line], 1);
}

static void
test_messages(void)
{
	begin("a message is a memory write: it waits for Bus Master (6.8)");
	msix_set_control(&f.msix, 1u << 31);
	msix_write(&f.msix, 16, 0xfee00000);
	msix_write(&f.msix, 28, 0);
	pci_function_message(&f, 1);
	expect_eq(fake.msis, 0);
	expect_eq(f.msix.pending, 2);
	out(COMMAND, MASTER, ~0u);
	expect_eq(fake.msis, 1);
	pci_function_message(&f, 1);
	expect_eq(fake.msis, 2);
	f.sleeping = true;
	pci_function_message(&f, 1);
	expect_eq(fake.msis, 2);
	f.sleeping = false;
	pci_function_update(&f);
	expect_eq(fake.msis, 3);
}

static void
test_lines(void)
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
	test_header();
	test_bars();
	test_decoding();
	test_intx();
	test_messages();
	test_lines();
	return unit_done();
}
