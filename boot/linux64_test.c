/* SPDX-License-Identifier: MIT
 *
 * A vmlinux, read back by the offsets of zero-page.rst.
 */
#include "boot/elf_fixture.h"
#include "boot/spoil.h"

enum { ZP = LOW_zero_page };

static uint8_t file[0x1100];

/* As vmlinux has it: e_entry is physical, one segment has virtual address 0. */
static const struct segment_of_file good[] = {
	{ LOAD, 0x200, 0xffffffff81000000, 0x200000, 0xd00, 0x3000, 0x1000 },
	{ LOAD, 0xf00, 0, 0x203000, 0x200, 0x200, 0x1000 },
};

static void
fresh(void)
{
	memset(file, 0x90, sizeof(file));
	memset(file, 0, 0x200);
	put_elf64(file, 0x200040, good, 2);
}

static void
test_good(void)
{
	unit_case("vmlinux: entered at e_entry with a zero page made by hand");
	fresh();
	expect(loads(file, sizeof(file), 1));
	expect_sane();
	expect_eq(boot.entry.rip, 0x200040);
	expect_eq(boot.entry.rsi, ZP);
	expect_eq(boot.entry.cs.selector, 0x10);
	expect_eq(get(ZP + 0x1fe, 2), 0xaa55);
	expect(ram_has(ZP + 0x202, "HdrS", 4));
	expect(get(ZP + 0x206, 2) >= 0x20c);
	expect_eq(get(ZP + 0x210, 1), 0xff);
	expect_eq(get(ZP + 0x211, 1), 1);
	expect_eq(get(ZP + 0x228, 4), LOW_cmdline);
	expect_eq(get(ZP + 0x230, 4), 0x200000);
	expect(get(ZP + 0x1e8, 1) > 0);
	expect_eq(get(ZP + 0x2d0 + 8, 8), 0x9fc00);
	expect(ram_has(LOW_cmdline, cmdline, sizeof(cmdline)));
	expect(ram_has(get(ZP + 0x218, 4), module_a, sizeof(module_a)));
	expect_eq(get(ZP + 0x21c, 4), sizeof(module_a));
	expect(ram_has(0x200000, file + 0x200, 0xd00));
	expect(ram_has(0x203000, file + 0xf00, 0x200));

	unit_case("a virtual e_entry is translated");
	put(file + 24, 0xffffffff81000123, 8);
	expect(loads(file, sizeof(file), 0));
	expect_eq(boot.entry.rip, 0x200123);
}

static void
test_bad(void)
{
	char text[2049];

	unit_case("ELF files that are nothing else say what is wrong");
	fresh();
	put(file + 24, 0x300000, 8);
	expect(refused(file, sizeof(file), "e_entry 0x300000: in no PT_LOAD"));
	fresh();
	put(file + 18, 183, 2);
	expect(refused(file, sizeof(file), "e_machine 183"));
	fresh();
	put(file + 64 + 24, LOW_zero_page, 8);
	put(file + 24, LOW_zero_page, 8);
	expect(refused(file, sizeof(file), "overlap mica's zero_page"));
	memset(file, 0, 0x200);
	put_elf32(file, 0x200040, good, 2);
	expect(refused(file, sizeof(file), "is a 32-bit ELF"));
	expect(refused(file, 0x30, "has no ELF header"));

	unit_case("a command line that Linux would cut");
	fresh();
	memset(text, 'x', 2048);
	text[2048] = '\0';
	machine(file, sizeof(file), 0);
	boot.cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "2048 characters, this kernel takes 2047") !=
	    NULL);
	text[2047] = '\0';
	expect(boot_load(&boot));
}

static void
test_spoiled(void)
{
	unit_case("every prefix");
	fresh();
	try_prefixes(file, sizeof(file), sizeof(file), NULL);
	unit_case("20,000 mutations of the headers");
	try_mutations(file, sizeof(file), 0, 64 + 2 * 56, NULL);
}

int
main(void)
{
	test_good();
	test_bad();
	test_spoiled();
	return unit_done();
}
