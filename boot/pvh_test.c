/* SPDX-License-Identifier: MIT
 *
 * hvm_start_info as Xen's start_info.h lays it out, read from RAM by offset.
 */
#include "boot/elf_fixture.h"
#include "boot/spoil.h"

static uint8_t file[0x2200];

static const struct segment_of_file good[] = {
	{ LOAD, 0x1000, 0xffffffff81000000, 0x100000, 0x1000, 0x4000, 0x1000 },
	{ LOAD, 0x2000, 0xffffffff81004000, 0x8000, 0x100, 0x100, 0x1000 },
	{ NOTE, 0x2100, 0, 0, 0x30, 0x30, 4 },
};
enum { NOTE_AT = 0x2100, LEAST = 0x2130 };

static void
put_note(unsigned descsz)
{
	put(file + NOTE_AT, 4, 4);
	put(file + NOTE_AT + 4, descsz, 4);
	put(file + NOTE_AT + 8, 18, 4);
	memcpy(file + NOTE_AT + 12, "Xen", 4);
	put(file + NOTE_AT + 16, 0x100020, descsz);
}

static void
fresh(bool is64)
{
	memset(file, 0, sizeof(file));
	memset(file + 0x1000, 0x90, 0x1000);
	memset(file + 0x2000, 0x91, 0x100);
	(is64 ? put_elf64 : put_elf32)(file, 0x1000000, good, 3);
	put_note(is64 ? 8 : 4);
}

static void
expect_machine(void)
{
	const struct entry *e = &boot.entry;

	expect_eq(e->rip, 0x100020);
	expect_eq(e->rbx, LOW_start_info);
	expect_eq(e->cr0, 0x11);
	expect_eq(e->cr4 | e->efer, 0);
	expect_eq(e->cs.base | e->ds.base | e->tr.base, 0);
	expect_eq(e->cs.limit & e->ds.limit, 0xffffffff);
	expect_eq(e->tr.limit, 0x67);
	expect(get(LOW_gdt + 8, 8) != 0);
	expect_eq(get(0x100000, 1), 0x90);
	expect_eq(get(0x100fff, 2), 0x90); /* then bss */
	expect_eq(get(0x80ff, 1), 0x91);
}

static void
expect_map(gpa_t table, unsigned count)
{
	struct e820_entry map[E820_MAX];

	expect_eq(table % 8, 0);
	expect_eq(count, e820_build(&mem, map));
	for (unsigned i = 0; i < count; i++) {
		expect_eq(get(table + i * 24, 8), map[i].base);
		expect_eq(get(table + i * 24 + 8, 8), map[i].size);
		expect_eq(get(table + i * 24 + 16, 8), map[i].type);
	}
}

static void
test_good(bool is64)
{
	gpa_t info = LOW_start_info, list, a, b;

	unit_case(is64 ? "ELF64: start info, map, modules" : "ELF32");
	fresh(is64);
	expect(loads(file, sizeof(file), 2));
	expect_sane();
	expect_machine();
	expect_eq(get(info, 4), 0x336ec578);
	expect_eq(get(info + 4, 4), 1);	 /* version */
	expect_eq(get(info + 8, 4), 0);	 /* flags */
	expect_eq(get(info + 12, 4), 2); /* nr_modules */
	list = get(info + 16, 8);
	expect(ram_has(get(info + 24, 8), cmdline, sizeof(cmdline)));
	expect_eq(get(info + 32, 8), 0); /* rsdp */
	expect_map(get(info + 40, 8), (unsigned)get(info + 48, 4));
	expect_eq(get(info + 52, 4), 0);

	expect(list > info && list + 64 <= LOW_LAST_start_info);
	a = get(list, 8);
	b = get(list + 32, 8);
	expect(a % 4096 == 0 && b % 4096 == 0);
	expect_eq(get(list + 8, 8), sizeof(module_a));
	expect_eq(get(list + 40, 8), sizeof(module_b));
	expect(ram_has(a, module_a, sizeof(module_a)));
	expect(ram_has(b, module_b, sizeof(module_b)));
	expect(ram_has(get(list + 16, 8), "one two", 8));
	expect_eq(get(list + 48, 8), 0); /* no command line */
	expect_eq(get(list + 24, 8) | get(list + 56, 8), 0);
}

static void
test_rsdp(void)
{
	unit_case("no modules; the RSDP's address");
	fresh(true);
	machine(file, sizeof(file), 0);
	memset(ram, 0, sizeof(ram));
	boot.acpi = true;
	expect(boot_load(&boot));
	expect_eq(get(LOW_start_info + 12, 4), 0);
	expect_eq(get(LOW_start_info + 16, 8), 0);
	expect_eq(get(LOW_start_info + 32, 8), LOW_acpi);
}

/* Is it refused by this loader once `value` is at `at`? */
static bool
bad(unsigned at, uint64_t value, unsigned bytes, const char *error)
{
	fresh(true);
	put(file + at, value, bytes);
	machine(file, sizeof(file), 2);
	boot.loader = boot_loader("pvh");
	if (!boot_load(&boot) && strstr(boot.error, error) != NULL)
		return true;
	printf("# error is \"%s\"\n", boot.error);
	return false;
}

static void
test_bad(void)
{
	enum { PADDR0 = 64 + 24, MEMSZ0 = 64 + 40, PADDR1 = PADDR0 + 56 };

	unit_case("what is refused");
	expect(bad(NOTE_AT + 8, 17, 4, "no note XEN_ELFNOTE_PHYS32_ENTRY"));
	expect(bad(NOTE_AT + 4, 9, 4, "n_descsz 9"));
	expect(bad(NOTE_AT + 16, 0x104000, 8, "0x104000: in no PT_LOAD"));
	expect(bad(NOTE_AT + 16, 0x1000100020, 8, "in no PT_LOAD"));
	expect(bad(NOTE_AT + 16, 0, 8, "has no note"));
	expect(bad(PADDR0, UINT64_MAX - 0x100, 8, "in no PT_LOAD"));
	expect(bad(PADDR1, LOW_start_info, 8, "overlap mica's start_info"));
	expect(bad(PADDR1, LOW_cmdline - 0xff, 8, "overlap mica's cmdline"));
	expect(bad(PADDR1, LOW_LAST_gdt, 8, "overlap mica's gdt"));
	expect(bad(PADDR1, RAM_SIZE - 0xff, 8, "not in RAM"));
	expect(bad(PADDR1, UINT64_MAX - 0xfe, 8, "not in RAM"));
	expect(bad(MEMSZ0, UINT64_MAX, 8, "not in RAM"));
	expect(bad(PADDR1, 0x103fff, 8, "overlap PT_LOAD 0"));

	unit_case("where no row of this loader is, a kernel may lie");
	fresh(true);
	put(file + PADDR1, LOW_page_tables, 8);
	expect(loads(file, sizeof(file), 1));
}

static void
test_too_long(void)
{
	static char text[BOOT_CMDLINE_MAX + 1];

	unit_case("command lines that do not fit");
	fresh(true);
	memset(text, 'x', sizeof(text) - 1);
	machine(file, sizeof(file), 0);
	boot.cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "command line: 16384 characters") != NULL);
	text[BOOT_CMDLINE_MAX - 1] = '\0';
	expect(boot_load(&boot));
	machine(file, sizeof(file), 1);
	boot.modules[0].cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "a module's command line") != NULL);
	unit_case("a module that does not fit");
	machine(file, sizeof(file), 2);
	boot.modules[1].image.size = RAM_SIZE;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "module 1: no room") != NULL);
}

static void
test_spoiled(void)
{
	const struct loader *pvh = boot_loader("pvh");

	unit_case("every prefix");
	fresh(true);
	try_prefixes(file, sizeof(file), LEAST, NULL);
	unit_case("20,000 mutations of the headers and of the note");
	fresh(true);
	memmove(file + 0x200, file + NOTE_AT, 0x30);
	put(file + 64 + 2 * 56 + 8, 0x200, 8);
	try_mutations(file, sizeof(file), 0, 0x230, pvh);
}

int
main(void)
{
	test_good(true);
	test_good(false);
	test_rsdp();
	test_bad();
	test_too_long();
	test_spoiled();
	return unit_done();
}
