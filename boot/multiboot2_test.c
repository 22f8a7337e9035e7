/* SPDX-License-Identifier: MIT
 *
 * Multiboot 2.0, headers made and information read by its figures' offsets.
 */
#include "boot/mb2_fixture.h"
#include "boot/spoil.h"

enum { INFO = LOW_multiboot };

static void
fresh_elf(void)
{
	begin(true);
	end();
}

/* Loaded from file offset 0x200 to 0x700: 0x300000 to 0x300500, bss behind. */
static void
fresh_by_address(void)
{
	begin(false);
	put4(tag(2, 0, 24), 0x300008, 0x300000, 0x300500, 0x304000);
	put(tag(3, 0, 12), 0x300100, 4);
	end();
}

/* The information's first tag of this type; 0: there is none. */
static gpa_t
find(unsigned type)
{
	for (gpa_t at = INFO + 8; at < INFO + get(INFO, 4);
	     at += (get(at + 4, 4) + 7) & ~(uint64_t)7)
		if (get(at, 4) == type)
			return at;
	return 0;
}

/* The same where there must be one. */
static gpa_t
info(unsigned type)
{
	gpa_t at = find(type);

	return expect(at != 0) ? at : RAM_SIZE - 64;
}

static void
expect_state(uint64_t entry)
{
	expect_eq(boot.entry.rax, 0x36d76289);
	expect_eq(boot.entry.rbx, INFO);
	expect_eq(boot.entry.rip, entry);
	expect_eq(boot.entry.cr0, 0x11);
	expect(get(LOW_gdt + 8, 8) != 0);
}

static void
test_images(void)
{
	unit_case("an ELF by p_paddr");
	fresh_elf();
	expect(loads(file, sizeof(file), 1));
	expect_sane();
	expect_state(0x201020);
	expect(ram_has(0x200000, file + 0x300, 0x100));
	expect(ram_has(0x201000, file + 0x400, 0x600));
	expect_eq(get(info(3) + 8, 4), 0x203000); /* behind its bss */
	expect(find(21) == 0);

	unit_case("an image by its address tag");
	fresh_by_address();
	expect(loads(file, sizeof(file), 1));
	expect_sane();
	expect_state(0x300100);
	expect(ram_has(0x300000, file + 0x200, 0x500));
	expect_eq(get(0x300500, 8), 0);
	expect_eq(get(info(3) + 8, 4), 0x304000);

	unit_case("load_addr -1 and no ends: the whole file");
	begin(false);
	put4(tag(2, 0, 24), 0x300208, UINT32_MAX, 0, 0);
	put(tag(3, 0, 12), 0x300100, 4);
	end();
	expect(loads(file, sizeof(file), 0));
	expect(ram_has(0x300000, file, sizeof(file)));

	unit_case("the entry address tag of an ELF comes before e_entry");
	begin(true);
	put(tag(3, 0, 12), 0x200010, 4);
	end();
	expect(loads(file, sizeof(file), 0));
	expect_state(0x200010);
}

static void
expect_map(gpa_t at)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(&mem, map);

	expect_eq(get(at + 4, 4), 16 + 24 * count);
	expect_eq(get(at + 8, 4), 24);
	expect_eq(get(at + 12, 4), 0);
	for (unsigned i = 0; i < count; i++) {
		expect_eq(get(at + 16 + i * 24, 8), map[i].base);
		expect_eq(get(at + 24 + i * 24, 8), map[i].size);
		expect_eq(get(at + 32 + i * 24, 8), map[i].type);
	}
}

static void
test_info(void)
{
	gpa_t at;

	unit_case("information: each tag");
	fresh_elf();
	memset(ram, 0, sizeof(ram));
	machine(file, sizeof(file), 2);
	boot.acpi = true;
	expect(boot_load(&boot));
	expect_eq(get(INFO + 4, 4), 0);
	at = info(1);
	expect_eq(get(at + 4, 4), 8 + 29);
	expect(ram_has(at + 8, "a_kernel console=ttyS0 quiet", 29));
	at = info(2);
	expect_eq(get(at + 4, 4), 13);
	expect(ram_has(at + 8, "mica", 5));
	at = info(4);
	expect_eq(get(at + 4, 4), 16);
	expect_eq(get(at + 8, 4), 639);
	expect_eq(get(at + 12, 4), RAM_SIZE / 1024 - 1024);
	expect_map(info(6));
	at = info(14);
	expect_eq(get(at + 4, 4), 8 + 20);
	expect(ram_has(at + 8, ram + LOW_acpi, 20));
	at = info(15);
	expect_eq(get(at + 4, 4), 8 + 36);
	expect(ram_has(at + 8, ram + LOW_acpi, 36));
	expect(ram_has(at + 8, "RSD PTR ", 8));

	at = info(3);
	expect_eq(get(at + 4, 4), 16 + 14);
	expect_eq(get(at + 8, 4) % 4096, 0);
	expect_eq(get(at + 12, 4) - get(at + 8, 4), sizeof(module_a));
	expect(ram_has(get(at + 8, 4), module_a, sizeof(module_a)));
	expect(ram_has(at + 16, "mod.a one two", 14));
	at += 32; /* the next module */
	expect_eq(get(at, 4), 3);
	expect_eq(get(at + 4, 4), 16 + 7);
	expect(ram_has(get(at + 8, 4), module_b, sizeof(module_b)));
	expect(ram_has(at + 16, "mod.b ", 7));
	at = info(0);
	expect_eq(get(at + 4, 4), 8);
	expect_eq(at + 8, INFO + get(INFO, 4));

	unit_case("no RSDP, no tag of it");
	expect(loads(file, sizeof(file), 0));
	expect(find(14) == 0 && find(15) == 0 && find(3) == 0);
}

/* The ELF with a relocatable tag; where it went, or 0. */
static uint64_t
relocated(uint32_t min, uint32_t max, uint32_t align, uint32_t preference)
{
	begin(true);
	put4(tag(10, 0, 24), min, max, align, preference);
	end();
	if (!loads(file, sizeof(file), 1))
		return 0;
	expect_sane();
	expect_eq(boot.entry.rip, get(info(21) + 8, 4) + 0x1020);
	expect_eq(get(info(21) + 4, 4), 12);
	expect(ram_has(boot.entry.rip - 0x20, file + 0x400, 0x600));
	return get(info(21) + 8, 4);
}

static void
test_relocatable(void)
{
	uint32_t all = UINT32_MAX;

	unit_case("relocatable: as linked, lowest, highest");
	expect_eq(relocated(0, all, 4096, 0), 0x200000);
	expect_eq(relocated(0, all, 4096, 1), 0x100000);
	expect_eq(relocated(0x180001, all, 4096, 1), 0x181000);
	expect_eq(relocated(0, all, 0x200000, 2), RAM_SIZE - 0x200000);
	expect_eq(relocated(0, 0x600000, 4096, 2), 0x600000 - 0x3000);
	expect_eq(relocated(0, all, 4096, 2), RAM_SIZE - 0x3000);

	expect_eq(get(info(3) + 8, 4), 0x100000); /* a module: there is room */

	unit_case("as linked only where the tag allows it");
	expect_eq(relocated(0x200001, all, 4096, 0), 0x201000);
	expect_eq(relocated(0, 0x201fff, 4096, 0), 0x100000);
	expect_eq(relocated(0, all, 0x400000, 0), 0x400000);

	unit_case("nowhere");
	expect_eq(relocated(0, 0x100fff, 4096, 0), 0);
	expect(strstr(boot.error, "no room in RAM for 0x2800") != NULL);
	expect_eq(relocated(RAM_SIZE, all, 4096, 1), 0);
	expect_eq(relocated(0x600000, 0x500000, 4096, 1), 0);
	expect_eq(relocated(all, all, 1u << 31, 1), 0);
	expect_eq(relocated(0, all, 0, 1), 0);
	expect_eq(relocated(0, all, 3, 1), 0);
	expect(strstr(boot.error, "align 0x3") != NULL);
}

/* The fields are judged as Multiboot 1's; only load_addr -1 is of its own. */
static void
test_address(void)
{
	unit_case("a header that would lie before the file's load address");
	begin(false);
	put4(tag(2, 0, 24), AT - 1, UINT32_MAX, 0, 0);
	put(tag(3, 0, 12), 0, 4);
	end();
	expect(refused(file, sizeof(file), "header_addr 0x207"));

	unit_case("an address tag without an entry address tag");
	begin(false);
	put4(tag(2, 0, 24), 0x300008, 0x300000, 0, 0);
	end();
	expect(refused(file, sizeof(file), "without an entry address tag"));
}

static void
test_too_long(void)
{
	static char text[BOOT_CMDLINE_MAX];

	unit_case("information that does not fit its row");
	memset(text, 'x', sizeof(text) - 1);
	fresh_elf();
	machine(file, sizeof(file), 0);
	boot.cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "command line: ") == boot.error);
	machine(file, sizeof(file), 2);
	text[0x3f00] = '\0';
	boot.modules[1].cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "a module's string: ") == boot.error);
}

static void
test_spoiled(void)
{
	const struct loader *multiboot2 = boot_loader("multiboot2");

	unit_case("every prefix");
	fresh_by_address();
	try_prefixes(file, sizeof(file), 0x700, NULL);
	fresh_elf();
	try_prefixes(file, sizeof(file), sizeof(file), multiboot2);

	unit_case("20,000 mutations by address, relocatable");
	begin(false);
	put4(tag(2, 0, 24), 0x300008, 0x300000, 0x300500, 0x304000);
	put(tag(3, 0, 12), 0x300100, 4);
	put4(tag(10, OPTIONAL, 24), 0x100000, 0x700000, 4096, 2);
	put(tag(1, 0, 12), 6, 4);
	end();
	try_mutations(file, sizeof(file), AT + 16, next - AT - 16, multiboot2);
	unit_case("20,000 mutations of an ELF");
	begin(true);
	put4(tag(10, OPTIONAL, 24), 0x100000, 0x700000, 4096, 0);
	end();
	try_mutations(file, sizeof(file), 0, next, multiboot2);
}

int
main(void)
{
	test_images();
	test_info();
	test_relocatable();
	test_address();
	test_too_long();
	test_spoiled();
	return unit_done();
}
