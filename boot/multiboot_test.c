/* SPDX-License-Identifier: MIT
 *
 * Multiboot 0.6.96, information read by the offsets of its figure in 3.3.
 */
#include "boot/elf_fixture.h"
#include "boot/spoil.h"

enum { INFO = LOW_multiboot };

/* The header's fields, from its own offset, AT. */
enum {
	AT = 0x104,
	HEADER_ADDR = 12,
	LOAD_ADDR = 16,
	LOAD_END = 20,
	BSS_END = 24,
	ENTRY = 28
};

static uint8_t file[0x800];

static void
put_header(uint8_t *at, uint32_t flags)
{
	put(at, 0x1badb002, 4);
	put(at + 4, flags, 4);
	put(at + 8, 0u - 0x1badb002 - flags, 4);
}

/* Loaded from file offset 0x100 to 0x600: 0x200000 to 0x200500, bss behind. */
static void
fresh_by_address(void)
{
	memset(file, 0x90, sizeof(file));
	put_header(file + AT, 0x10003);
	put(file + AT + HEADER_ADDR, 0x200004, 4);
	put(file + AT + LOAD_ADDR, 0x200000, 4);
	put(file + AT + LOAD_END, 0x200500, 4);
	put(file + AT + BSS_END, 0x201000, 4);
	put(file + AT + ENTRY, 0x200040, 4);
}

static void
fresh_elf(bool is64)
{
	static const struct segment_of_file segments[] = {
		{ LOAD, 0x100, 0xc0008000, 0x8000, 0x100, 0x100, 4 },
		{ LOAD, 0x200, 0xc0400000, 0x400000, 0x600, 0x2000, 4 },
	};

	memset(file, 0x90, sizeof(file));
	memset(file, 0, 0x100);
	(is64 ? put_elf64 : put_elf32)(file, 0xc0400010, segments, 2);
	put_header(file + AT, 3);
}

static void
expect_state(uint64_t entry)
{
	const struct entry *e = &boot.entry;

	expect_eq(e->rax, 0x2badb002);
	expect_eq(e->rbx, INFO);
	expect_eq(e->rip, entry);
	expect_eq(e->cr0, 0x11);
	expect_eq(e->cs.base | e->ds.base, 0);
	expect_eq(e->cs.limit & e->ds.limit, 0xffffffff);
	expect(get(LOW_gdt + 8, 8) != 0);
}

static void
test_images(void)
{
	unit_case("an image by address fields");
	fresh_by_address();
	expect(loads(file, sizeof(file), 2));
	expect_sane();
	expect_state(0x200040);
	expect(ram_has(0x200000, file + 0x100, 0x500));
	expect_eq(get(0x200500, 8), 0);
	expect_eq(get(INFO + 20, 4), 2);
	expect_eq(get(get(INFO + 24, 4), 4), 0x201000); /* behind bss */

	unit_case("no load_end_addr, no bss_end_addr: all of the file");
	put(file + AT + LOAD_END, 0, 8);
	expect(loads(file, sizeof(file), 1));
	expect(ram_has(0x200000, file + 0x100, 0x700));
	expect_eq(get(get(INFO + 24, 4), 4), 0x201000);

	unit_case("ELF32 and ELF64 by p_paddr");
	for (unsigned is64 = 0; is64 < 2; is64++) {
		fresh_elf(is64);
		expect(loads(file, sizeof(file), 1));
		expect_sane();
		expect_state(0x400010);
		expect(ram_has(0x8000, file + 0x100, 0x100));
		expect(ram_has(0x400000, file + 0x200, 0x600));
		expect_eq(get(get(INFO + 24, 4), 4), 0x402000);
	}

	unit_case("address fields within an ELF come first");
	fresh_by_address();
	memcpy(file, "\177ELF\2\1\1", 7);
	expect(loads(file, sizeof(file), 0));
	expect_state(0x200040);
}

static void
expect_mmap(void)
{
	gpa_t at = get(INFO + 48, 4), end = at + get(INFO + 44, 4);
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(&mem, map), i = 0;

	for (; at < end && i < count; i++) {
		expect_eq(get(at, 4), 20);
		expect_eq(get(at + 4, 8), map[i].base);
		expect_eq(get(at + 12, 8), map[i].size);
		expect_eq(get(at + 20, 4), map[i].type);
		at += 4 + get(at, 4);
	}
	expect_eq(i, count);
	expect_eq(at, end);
}

static void
test_info(void)
{
	gpa_t mods;

	unit_case("information: memory, command line, modules, map, name");
	fresh_by_address();
	expect(loads(file, sizeof(file), 2));
	expect_eq(get(INFO, 4), 0x24d);
	expect_eq(get(INFO + 4, 4), 639);
	expect_eq(get(INFO + 8, 4), RAM_SIZE / 1024 - 1024);
	expect_eq(get(INFO + 16, 4), LOW_cmdline);
	expect(ram_has(LOW_cmdline, "a_kernel console=ttyS0 quiet", 29));
	expect(ram_has(get(INFO + 64, 4), "mica", 5));
	expect_mmap();
	expect_eq(get(INFO + 12, 4), 0); /* boot_device */
	for (unsigned i = 28; i < 44; i += 4)
		expect_eq(get(INFO + i, 4), 0); /* syms */
	for (unsigned i = 68; i < 120; i += 4)
		expect_eq(get(INFO + i, 4), 0); /* apm_table and on */
	expect_eq(get(INFO + 52, 8) | get(INFO + 60, 4), 0); /* drives */

	mods = get(INFO + 24, 4);
	expect_eq(get(mods, 4) % 4096, 0);
	expect_eq(get(mods + 16, 4) % 4096, 0);
	expect_eq(get(mods + 4, 4) - get(mods, 4), sizeof(module_a));
	expect_eq(get(mods + 20, 4) - get(mods + 16, 4), sizeof(module_b));
	expect(ram_has(get(mods, 4), module_a, sizeof(module_a)));
	expect(ram_has(get(mods + 16, 4), module_b, sizeof(module_b)));
	expect(ram_has(get(mods + 8, 4), "mod.a one two", 14));
	expect(ram_has(get(mods + 24, 4), "mod.b ", 7));
	expect_eq(get(mods + 12, 4) | get(mods + 28, 4), 0);
}

static void
test_bad(void)
{
	unit_case("the kernel on mica's own");
	fresh_by_address();
	put(file + AT + HEADER_ADDR, LOW_multiboot + 4, 4);
	put(file + AT + LOAD_ADDR, LOW_multiboot, 4);
	put(file + AT + LOAD_END, 0, 8);
	put(file + AT + ENTRY, LOW_multiboot + 8, 4);
	expect(refused(file, sizeof(file), "overlap mica's multiboot"));

	unit_case("an image that ends in its header");
	fresh_by_address();
	expect(refused(file, AT + 31, "no room for the address fields"));
	put_header(file + AT, 3);
	expect(refused(file, sizeof(file), "has no ELF header"));
}

static void
test_flags(void)
{
	unit_case("flags: video is a wish, the unknown low ones are refused");
	fresh_elf(false);
	put_header(file + AT, 7);
	expect(loads(file, sizeof(file), 0));
	put_header(file + AT, 0xfffe0000);
	expect(loads(file, sizeof(file), 0));
	put_header(file + AT, 8);
	expect(refused(file, sizeof(file), "flags 0x8"));
	put_header(file + AT, 0x8000);
	expect(refused(file, sizeof(file), "flags 0x8000"));
}

/* Is a header found at `at`, with `error` in its checksum? */
static bool
found(unsigned at, unsigned error)
{
	static uint8_t large[8200];
	struct image image = { "", -1, large, sizeof(large) };

	memset(large, 0, sizeof(large));
	put_header(large + at, 0);
	large[at + 8] += error;
	return multiboot_probe(&image);
}

static void
test_search(void)
{
	unit_case("the header is found in 8192 bytes, at multiples of 4");
	expect(found(0, 0) && found(8192 - 12, 0));
	expect(!found(0, 1));
	expect(!found(8192 - 8, 0));
	expect(!found(2, 0));
}

static void
test_too_long(void)
{
	static char text[BOOT_CMDLINE_MAX];

	unit_case("strings that do not fit");
	memset(text, 'x', sizeof(text) - 1);
	fresh_by_address();
	machine(file, sizeof(file), 0);
	boot.cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "command line: ") == boot.error);
	text[BOOT_CMDLINE_MAX - 10] = '\0'; /* with "a_kernel " it just fits */
	expect(boot_load(&boot));
	machine(file, sizeof(file), 1);
	boot.modules[0].cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "a module's string: ") == boot.error);
}

static void
test_spoiled(void)
{
	const struct loader *multiboot = boot_loader("multiboot");

	unit_case("every prefix");
	fresh_by_address();
	try_prefixes(file, sizeof(file), 0x600, NULL);
	fresh_elf(false);
	try_prefixes(file, sizeof(file), sizeof(file), multiboot);

	unit_case("20,000 mutations by address");
	fresh_by_address();
	try_mutations(file, sizeof(file), AT + 12, 20, multiboot);
	unit_case("20,000 mutations of an ELF");
	fresh_elf(false);
	try_mutations(file, sizeof(file), 0, AT + 12, multiboot);
}

int
main(void)
{
	test_images();
	test_info();
	test_bad();
	test_flags();
	test_search();
	test_too_long();
	test_spoiled();
	return unit_done();
}
