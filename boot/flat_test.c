/* SPDX-License-Identifier: MIT
 *
 * Raw images in each mode, and what is refused.
 */
#include "boot/spoil.h"

static const uint8_t code[] = { 0xb8, 0x34, 0x12, 0xf4 };

static bool
load(enum entry_mode mode, gpa_t at, size_t size)
{
	memset(ram, 0, sizeof(ram));
	machine(code, size, 0);
	boot.cmdline = "";
	boot.loader = boot_loader("flat");
	boot.flat_mode = mode;
	boot.flat_address = at;
	return boot_load(&boot);
}

static void
test_modes(void)
{
	unit_case("real: CS:IP is the address");
	expect(load(ENTRY_REAL, 0x7c00, sizeof(code)));
	expect(ram_has(0x7c00, code, sizeof(code)));
	expect_eq(boot.entry.cs.selector, 0x7c0);
	expect_eq(boot.entry.cs.base, 0x7c00);
	expect_eq(boot.entry.rip, 0);
	expect(load(ENTRY_REAL, 0xffff3, sizeof(code)));
	expect_eq(boot.entry.cs.base + boot.entry.rip, 0xffff3);
	expect_eq(boot.entry.cs.selector, 0xffff);
	expect_eq(boot.entry.cr0 & 1, 0);

	unit_case("protected");
	expect(load(ENTRY_PROTECTED, 0x100003, sizeof(code)));
	expect_eq(boot.entry.rip, 0x100003);
	expect_eq(boot.entry.cr0, 0x11);
	expect(get(LOW_gdt + boot.entry.cs.selector, 8) != 0);

	unit_case("long");
	expect(load(ENTRY_LONG, RAM_SIZE - sizeof(code), sizeof(code)));
	expect_eq(boot.entry.rip, RAM_SIZE - sizeof(code));
	expect_eq(boot.entry.cr3, LOW_page_tables);
	expect(get(LOW_page_tables, 8) != 0);
	expect_eq(
	    boot.entry.rax | boot.entry.rbx | boot.entry.rsi | boot.entry.rdi,
	    0);
}

static bool
says(const char *error)
{
	return strstr(boot.error, error) != NULL;
}

static void
test_refusals(void)
{
	unit_case("what can't be: empty, too high, on the tables, a module");
	expect(!load(ENTRY_LONG, 0x1000, 0) && says("empty"));
	expect(!load(ENTRY_REAL, MIB, 4) && says("1 MiB"));
	expect(!load(ENTRY_LONG, RAM_SIZE - 3, 4) && says("not in RAM"));
	expect(!load(ENTRY_LONG, UINT64_MAX, 4) && says("not in RAM"));
	expect(!load(ENTRY_LONG, LOW_page_tables - 1, 4) &&
	    says("mica's page_tables"));
	expect(!load(ENTRY_PROTECTED, LOW_gdt, 4) && says("mica's gdt"));
	expect(load(ENTRY_PROTECTED, LOW_page_tables, 4));
	expect(load(ENTRY_REAL, LOW_gdt, 4));
	machine(code, sizeof(code), 1);
	boot.loader = boot_loader("flat");
	expect(!boot_load(&boot) && says("module"));
	expect(!flat_probe(&boot.kernel));
}

int
main(void)
{
	test_modes();
	test_refusals();
	return unit_done();
}
