/* SPDX-License-Identifier: MIT
 *
 * A bzImage by its 16-bit entry. Offsets are boot.rst's. What the BIOS's code
 * does when it runs is for guests to see; here are its vectors and its map.
 */
#include "boot/spoil.h"

enum { SECTS = 2, KERNEL = (SECTS + 1) * 512, SIZE = KERNEL + 0x800 };

/* offsets in the file and in the segment of the setup code */
enum {
	SETUP_SECTS = 0x1f1,
	SYSSIZE = 0x1f4,
	VID_MODE = 0x1fa,
	BOOT_FLAG = 0x1fe,
	HEADER = 0x202,
	VERSION = 0x206,
	TYPE_OF_LOADER = 0x210,
	LOADFLAGS = 0x211,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	HEAP_END_PTR = 0x224,
	CMD_LINE_PTR = 0x228,
	INITRD_ADDR_MAX = 0x22c,
	XLOADFLAGS = 0x236,
	CMDLINE_SIZE = 0x238,
	PREF_ADDRESS = 0x258,
	SIZE_INIT = 0x260,
};

static uint8_t file[SIZE];

static void
fresh(unsigned version)
{
	memset(file, 0xcc, sizeof(file));
	put(file + SETUP_SECTS, SECTS, 1);
	put(file + SYSSIZE, 0x80, 4);
	put(file + BOOT_FLAG, 0xaa55, 2);
	put(file + HEADER - 2, 0x66eb, 2); /* ends at 0x268 */
	memcpy(file + HEADER, "HdrS", 4);
	put(file + VERSION, version, 2);
	put(file + LOADFLAGS, 1, 1);
	put(file + INITRD_ADDR_MAX, 0x5fffff, 4);
	put(file + XLOADFLAGS, 0, 2);
	put(file + CMDLINE_SIZE, 100, 4);
	put(file + PREF_ADDRESS, 0x100000, 8);
	put(file + SIZE_INIT, 0x80000, 4);
	memset(file + KERNEL, 0xf4, 0x800);
}

static void
test_state(void)
{
	const struct entry *e = &boot.entry;

	unit_case("real mode, at the segment's 0x200");
	fresh(0x20c);
	expect(loads(file, SIZE, 2));
	expect_sane();
	expect_eq(e->cs.selector, 0x1020);
	expect_eq(e->cs.base, 0x10200);
	expect_eq(e->rip, 0);
	expect_eq(e->ds.selector, 0x1000);
	expect_eq(e->ds.base, 0x10000);
	expect_eq(e->rsp, 0xe000);
	expect_eq(e->cr0 & 0x80000001, 0);
	expect_eq(e->idt_base, 0);
	expect_eq(e->idt_limit, 0x3ff);
	expect(ram_has(0x100000, file + KERNEL, 0x800));
	expect_eq(get(0x100800, 1), 0);
}

static void
test_setup(void)
{
	gpa_t setup = 0x10000, initrd;

	unit_case("setup code: the loader's fields, and no other byte");
	fresh(0x20c);
	expect(loads(file, SIZE, 2));
	expect_eq(get(setup + VID_MODE, 2), 0xffff);
	expect_eq(get(setup + TYPE_OF_LOADER, 1), 0xff);
	expect_eq(get(setup + LOADFLAGS, 1), 0x81);
	expect_eq(get(setup + HEAP_END_PTR, 2), 0xe000 - 0x200);
	expect_eq(get(setup + CMD_LINE_PTR, 4), 0x1e000);
	expect(ram_has(0x1e000, cmdline, sizeof(cmdline)));
	initrd = get(setup + RAMDISK_IMAGE, 4);
	expect_eq(initrd, 0x600000 - 0x2000);
	expect_eq(get(setup + RAMDISK_SIZE, 4), 16 + sizeof(module_b));
	expect(ram_has(initrd, module_a, sizeof(module_a)));
	memcpy(ram + setup + VID_MODE, file + VID_MODE, 2);
	memcpy(ram + setup + TYPE_OF_LOADER, file + TYPE_OF_LOADER, 2);
	memcpy(ram + setup + RAMDISK_IMAGE, file + RAMDISK_IMAGE, 8);
	memcpy(ram + setup + HEAP_END_PTR, file + HEAP_END_PTR, 2);
	memcpy(ram + setup + CMD_LINE_PTR, file + CMD_LINE_PTR, 4);
	expect(ram_has(setup, file, KERNEL));
	expect_eq(get(setup + KERNEL, 8), 0);
}

static void
test_bios(void)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(&mem, map);

	unit_case(
	    "every vector points to code; the map is where INT 15h looks");
	fresh(0x20c);
	expect(loads(file, SIZE, 0));
	for (unsigned i = 0; i < 256; i++) {
		gpa_t at = get(i * 4 + 2, 2) * 16 + get(i * 4, 2);

		expect_eq(at, i == 0x15 ? LOW_bios + 0x10 : LOW_bios);
	}
	expect_eq(get(LOW_bios, 1), 0x55);
	expect_eq(get(LOW_bios + 8, 1), 0xcf);
	expect_eq(get(LOW_bios + 0x5f, 1), 0xcf);
	expect_eq(get(LOW_bios + 0x60, 4), 0);
	expect_eq(get(LOW_bios + 0x7c, 4), count * 20);
	expect(ram_has(LOW_bios + 0x80, map, count * 20));
}

static void
test_versions(void)
{
	unit_case("2.02: no initrd_addr_max, no cmdline_size, no init_size");
	fresh(0x202);
	put(file + CMDLINE_SIZE, 1, 4);
	put(file + PREF_ADDRESS, UINT64_MAX, 8);
	put(file + SYSSIZE, 0xffff0001, 4);
	expect(loads(file, SIZE, 2));
	expect_eq(get(0x10000 + RAMDISK_IMAGE, 4), RAM_SIZE - 0x2000);
	expect(ram_has(0x100000, file + KERNEL, 0x800));

	unit_case("older ones and zImages are refused");
	fresh(0x201);
	expect(refused(file, SIZE, "version 0x201"));
	fresh(0x20c);
	put(file + LOADFLAGS, 0, 1);
	expect(refused(file, SIZE, "a zImage"));

	unit_case("a 64-bit kernel by force: its initrd stays below 4 GiB");
	fresh(0x20c);
	put(file + XLOADFLAGS, 3, 2);
	machine(file, SIZE, 2);
	boot.loader = boot_loader("linux16");
	expect(boot_load(&boot));
	expect_eq(get(0x10000 + RAMDISK_IMAGE, 4), 0x600000 - 0x2000);
}

static bool
bad(unsigned at, uint64_t value, unsigned bytes, const char *error)
{
	fresh(0x20c);
	put(file + at, value, bytes);
	return refused(file, SIZE, error);
}

static void
test_bad(void)
{
	static uint8_t large[0xa000];
	char text[0x2001];

	unit_case("fields that can't be");
	expect(bad(SETUP_SECTS, 7, 1, "setup_sects 7"));
	expect(bad(SYSSIZE, 0x81, 4, "syssize 0x81"));
	expect(bad(PREF_ADDRESS, UINT64_MAX, 8, "exceed 64 bits"));
	expect(bad(PREF_ADDRESS, RAM_SIZE - 0x7ffff, 8, "not in RAM"));
	expect(bad(INITRD_ADDR_MAX, 0x180000, 4, "initrd: no room"));
	expect(bad(CMDLINE_SIZE, 18, 4, "this kernel takes 18"));

	unit_case("setup code that reaches into its own heap");
	fresh(0x20c);
	memcpy(large, file, KERNEL);
	put(large + SETUP_SECTS, 63, 1);
	expect(loads(large, sizeof(large), 0));
	put(large + SETUP_SECTS, 64, 1);
	expect(refused(large, sizeof(large), "setup_sects 64: more than"));

	unit_case("a command line has the rest of the segment");
	fresh(0x20c);
	put(file + CMDLINE_SIZE, UINT32_MAX, 4);
	memset(text, 'x', 0x2000);
	text[0x2000] = '\0';
	machine(file, SIZE, 0);
	boot.cmdline = text;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "this kernel takes 8191") != NULL);
	text[0x1fff] = '\0';
	expect(boot_load(&boot));
	expect_eq(get(0x1fffe, 4), 'x');
}

static void
test_spoiled(void)
{
	unit_case("every prefix");
	fresh(0x20c);
	try_prefixes(file, SIZE, SIZE - 15, NULL);
	unit_case("20,000 mutations of the header");
	try_mutations(file, SIZE, SETUP_SECTS, 0x268 - SETUP_SECTS,
	    boot_loader("linux16"));
}

int
main(void)
{
	test_state();
	test_setup();
	test_bios();
	test_versions();
	test_bad();
	test_spoiled();
	return unit_done();
}
