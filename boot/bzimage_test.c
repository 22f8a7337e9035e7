/* SPDX-License-Identifier: MIT
 *
 * A bzImage by its 64-bit entry. Offsets are boot.rst's and zero-page.rst's.
 */
#include "boot/spoil.h"

enum { SECTS = 3, KERNEL = (SECTS + 1) * 512, SIZE = KERNEL + 0x1000 };
enum { PREF = 0x200000, INIT_SIZE = 0x300000, ZP = LOW_zero_page };

/* offsets in the file and, but for the kernel, in the zero page */
enum {
	SETUP_SECTS = 0x1f1,
	SYSSIZE = 0x1f4,
	BOOT_FLAG = 0x1fe,
	JUMP = 0x200,
	HEADER = 0x202,
	VERSION = 0x206,
	TYPE_OF_LOADER = 0x210,
	LOADFLAGS = 0x211,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	CMD_LINE_PTR = 0x228,
	INITRD_ADDR_MAX = 0x22c,
	KERNEL_ALIGNMENT = 0x230,
	RELOCATABLE = 0x234,
	XLOADFLAGS = 0x236,
	CMDLINE_SIZE = 0x238,
	SETUP_DATA = 0x250,
	PREF_ADDRESS = 0x258,
	SIZE_INIT = 0x260,
	HANDOVER_OFFSET = 0x264
};

static uint8_t file[SIZE];

static void
fresh(void)
{
	memset(file, 0xcc, sizeof(file));
	memset(file + SETUP_SECTS, 0, 0x268 - SETUP_SECTS);
	put(file + SETUP_SECTS, SECTS, 1);
	put(file + SYSSIZE, 0x1000 / 16, 4);
	put(file + BOOT_FLAG, 0xaa55, 2);
	put(file + JUMP, 0x66eb, 2); /* to 0x268 */
	memcpy(file + HEADER, "HdrS", 4);
	put(file + VERSION, 0x20f, 2);
	put(file + LOADFLAGS, 1, 1);
	put(file + INITRD_ADDR_MAX, 0x7fffffff, 4);
	put(file + KERNEL_ALIGNMENT, 0x200000, 4);
	put(file + RELOCATABLE, 1, 1);
	put(file + XLOADFLAGS, 1, 2);
	put(file + CMDLINE_SIZE, 2047, 4);
	put(file + PREF_ADDRESS, PREF, 8);
	put(file + SIZE_INIT, INIT_SIZE, 4);
	put(file + HANDOVER_OFFSET, 0x190, 4);
	memset(file + KERNEL, 0xf4, 0x1000);
}

static void
test_entry(void)
{
	const struct entry *e = &boot.entry;

	unit_case("the kernel at pref_address, entered 0x200 behind");
	fresh();
	expect(loads(file, SIZE, 0));
	expect_sane();
	expect(ram_has(PREF, file + KERNEL, 0x1000));
	expect_eq(get(PREF + 0x1000, 8), 0);
	expect_eq(e->rip, PREF + 0x200);
	expect_eq(e->rsi, ZP);
	expect_eq(e->cs.selector, 0x10);
	expect_eq(e->ds.selector, 0x18);
	expect_eq(e->cr0, 0x80000011);
	expect_eq(e->cr3, LOW_page_tables);
	expect(get(LOW_page_tables, 8) != 0 && get(LOW_gdt + 16, 8) != 0);
}

static void
test_zero_page(void)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(&mem, map);

	unit_case("the zero page: header, map, pointers, nothing else");
	fresh();
	memset(ram, 0, sizeof(ram));
	machine(file, SIZE, 0);
	boot.acpi = true;
	expect(boot_load(&boot));
	expect_eq(get(ZP + 0x70, 8), LOW_acpi);
	expect_eq(get(ZP + 0x1e8, 1), count);
	expect(ram_has(ZP + 0x2d0, map, 20 * count));
	expect_eq(get(ZP + TYPE_OF_LOADER, 1), 0xff);
	expect_eq(get(ZP + CMD_LINE_PTR, 4), LOW_cmdline);
	expect(ram_has(LOW_cmdline, cmdline, sizeof(cmdline)));
	expect_eq(get(ZP + RAMDISK_IMAGE, 8), 0);
	expect_eq(get(ZP + SETUP_DATA, 8), 0); /* there is no seed */

	/* What is left is the file's header, and zeros. */
	put(ram + ZP + 0x70, 0, 8);
	put(ram + ZP + 0x1e8, 0, 1);
	memset(ram + ZP + 0x2d0, 0, 20 * count);
	put(ram + ZP + TYPE_OF_LOADER, 0, 1);
	put(ram + ZP + CMD_LINE_PTR, 0, 4);
	expect(
	    ram_has(ZP + SETUP_SECTS, file + SETUP_SECTS, 0x268 - SETUP_SECTS));
	memset(ram + ZP + SETUP_SECTS, 0, 0x268 - SETUP_SECTS);
	for (unsigned i = 0; i < 4096; i += 8)
		expect_eq(get(ZP + i, 8), 0);

	unit_case("a header that ends early, as its jump says");
	put(file + JUMP, 0x62eb, 2); /* to 0x264 */
	expect(loads(file, SIZE, 0));
	expect_eq(get(ZP + SIZE_INIT, 4), INIT_SIZE);
	expect_eq(get(ZP + HANDOVER_OFFSET, 4), 0);
}

static void
test_seed(void)
{
	unit_case("a seed for the random number generator, as setup_data");
	fresh();
	memset(ram, 0, sizeof(ram));
	machine(file, SIZE, 0);
	for (unsigned i = 0; i < 32; i++)
		boot.seed[i] = (uint8_t)(i * 7);
	expect(boot_load(&boot));
	expect_eq(get(ZP + SETUP_DATA, 8), LOW_setup_data);
	expect_eq(get(LOW_setup_data, 8), 0); /* next */
	expect_eq(get(LOW_setup_data + 8, 4), 9);
	expect_eq(get(LOW_setup_data + 12, 4), 32);
	expect(ram_has(LOW_setup_data + 16, boot.seed, 32));
}

static void
test_initrd(void)
{
	uint64_t size = ((sizeof(module_a) + 3) & ~3u) + sizeof(module_b);
	gpa_t at;

	unit_case("modules become one initrd, at the top of RAM");
	fresh();
	expect(loads(file, SIZE, 2));
	expect_sane();
	at = get(ZP + RAMDISK_IMAGE, 4);
	expect_eq(at, (RAM_SIZE - size) & ~(uint64_t)4095);
	expect_eq(get(ZP + RAMDISK_SIZE, 4), size);
	expect_eq(get(ZP + 0xc0, 4) | get(ZP + 0xc4, 4), 0); /* ext_ */
	expect(ram_has(at, module_a, sizeof(module_a)));
	expect(ram_has(at + 16, module_b, sizeof(module_b)));
}

static void
test_initrd_above(void)
{
	const struct gmem two = { .host = ram,
		.low_size = PREF + INIT_SIZE,
		.high_size = RAM_SIZE - PREF - INIT_SIZE };
	static uint8_t big[PREF - MIB + 1]; /* not between 1 and 2 MiB */

	unit_case("an initrd above 4 GiB");
	fresh();
	put(file + XLOADFLAGS, 3, 2);
	memset(ram, 0, sizeof(ram));
	machine(file, SIZE, 1);
	boot.mem = &two;
	boot.modules[0].image.data = big;
	boot.modules[0].image.size = sizeof(big);
	expect(boot_load(&boot));
	expect_eq(get(ZP + 0xc0, 4), 1); /* ext_ramdisk_image */
	expect_eq(get(ZP + 0xc4, 4), 0);
	expect_eq(get(ZP + RAMDISK_IMAGE, 4),
	    (two.high_size - sizeof(big)) & ~(uint64_t)4095);
	expect_eq(get(ZP + RAMDISK_SIZE, 4), sizeof(big));
}

static bool
bad(unsigned at, uint64_t value, unsigned bytes, const char *error)
{
	fresh();
	put(file + at, value, bytes);
	return refused(file, SIZE, error);
}

static void
test_bad(void)
{
	unit_case("fields that can't be");
	expect(bad(SETUP_SECTS, 11, 1, "setup_sects 11 says 0x1800 bytes"));
	expect(bad(SETUP_SECTS, 10, 1, "the file has 0x200"));
	expect(bad(SYSSIZE, 0x101, 4, "syssize 0x101 says 0x1010 bytes"));
	expect(bad(SYSSIZE, 0, 4, "syssize 0x0"));
	expect(bad(SYSSIZE, UINT32_MAX, 4, "syssize"));
	expect(
	    bad(SYSSIZE, 0x20, 4, "init_size 0x300000: the kernel has 0x200"));
	expect(bad(LOADFLAGS, 0, 1, "loadflags 0x0 without LOADED_HIGH"));
	expect(bad(KERNEL_ALIGNMENT, 0, 4, "kernel_alignment 0x0"));
	expect(bad(KERNEL_ALIGNMENT, 0x300000, 4, "0x300000 is no power of"));
	expect(bad(PREF_ADDRESS, PREF + 1, 8, "pref_address 0x200001"));
	expect(bad(PREF_ADDRESS, 0, 8, "overlap mica's"));
	expect(bad(PREF_ADDRESS, 0x600000, 8,
	    "init_size: 0x300000 bytes at "
	    "0x600000 are not in RAM"));
	expect(bad(PREF_ADDRESS, -(uint64_t)0x200000, 8, "not in RAM"));
	expect(bad(SIZE_INIT, 0xfff, 4, "init_size 0xfff"));
	expect(bad(SIZE_INIT, UINT32_MAX, 4, "not in RAM"));
	expect(bad(CMDLINE_SIZE, 18, 4, "19 characters, this kernel takes 18"));
	expect(bad(JUMP, 0x5eeb, 2, "init_size 0x0"));

	unit_case("setup_sects 0 means 4; a kernel may end in a paragraph");
	fresh();
	put(file + SETUP_SECTS, 0, 1);
	put(file + SYSSIZE, 0xe0, 4);
	expect(loads(file, SIZE - 15, 0));
	expect(ram_has(PREF, file + 5 * 512, 0xe00 - 15));
	expect_eq(get(PREF + 0xe00 - 15, 1), 0);
	expect(refused(file, SIZE - 16, "syssize 0xe0"));

	unit_case("not relocatable is as good; what follows is not loaded");
	fresh();
	put(file + RELOCATABLE, 0, 1);
	put(file + SYSSIZE, 0x80, 4);
	expect(loads(file, SIZE, 0));
	expect_eq(get(PREF + 0x7ff, 2), 0xf4);
}

static void
test_spoiled(void)
{
	unit_case("every prefix");
	fresh();
	try_prefixes(file, SIZE, SIZE - 15, NULL);
	unit_case("20,000 mutations of the header");
	try_mutations(file, SIZE, SETUP_SECTS, 0x268 - SETUP_SECTS, NULL);
}

int
main(void)
{
	test_entry();
	test_zero_page();
	test_seed();
	test_initrd();
	test_initrd_above();
	test_bad();
	test_spoiled();
	return unit_done();
}
