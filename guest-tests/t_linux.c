/* SPDX-License-Identifier: MIT
 *
 * The Linux 64-bit boot protocol, as bzImage or as bare vmlinux: the state,
 * the zero page, two initrds as one, the seed. (Linux:
 * Documentation/arch/x86/boot.rst and zero-page.rst)
 */
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

enum { /* in the zero page */
	ACPI_RSDP_ADDR = 0x070,
	EXT_RAMDISK_IMAGE = 0x0c0,
	EXT_RAMDISK_SIZE = 0x0c4,
	E820_ENTRIES = 0x1e8,
	SENTINEL = 0x1ef,
	BOOT_FLAG = 0x1fe,
	HEADER = 0x202,
	VERSION = 0x206,
	TYPE_OF_LOADER = 0x210,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	CMD_LINE_PTR = 0x228,
	SETUP_DATA = 0x250,
	E820_TABLE = 0x2d0
};
enum { E820_SIZE = 20, SETUP_RNG_SEED = 9 };

static const uint8_t *zero_page;

static void
check_segments(void)
{
	const uint64_t *gdt = (const void *)entry.gdt.base;
	const uint64_t no_accessed = ~(1ull << 40);

	expect_eq(entry.cs, 0x10, "CS is __BOOT_CS");
	expect_eq(entry.ds, 0x18, "DS is __BOOT_DS");
	expect_eq(entry.es, 0x18, "ES is __BOOT_DS");
	expect_eq(entry.ss, 0x18, "SS is __BOOT_DS");
	expect(entry.gdt.limit >= 0x1f, "the GDT holds both");
	expect_eq(gdt[2] & no_accessed, 0x00af9a000000ffff, "code descriptor");
	expect_eq(gdt[3] & no_accessed, 0x00cf92000000ffff, "data descriptor");
}

static void
check_e820(void)
{
	static struct range map[16];
	unsigned count = zero_page[E820_ENTRIES];

	for (unsigned i = 0; i < count && i < 16; i++) {
		const uint8_t *e = zero_page + E820_TABLE + i * E820_SIZE;

		map[i] =
		    (struct range){ get64(e), get64(e + 8), get32(e + 16), 0 };
	}
	check_map(map, count);
}

static void
check_initrds(void)
{
	uint64_t at = get32(zero_page + RAMDISK_IMAGE);

	expect_eq(get32(zero_page + EXT_RAMDISK_IMAGE), 0, "below 4 GiB");
	expect_eq(get32(zero_page + EXT_RAMDISK_SIZE), 0, "less than 4 GiB");
	expect_eq(get32(zero_page + RAMDISK_SIZE),
	    PATTERN_BYTES + PATTERN2_BYTES, "size of the initrds");
	check_pattern(at, PATTERN_BYTES, PATTERN_BYTES);
	check_pattern(at + PATTERN_BYTES, PATTERN2_BYTES, PATTERN2_BYTES);
}

static void
check_seed(void)
{
	const uint8_t *data = (const void *)get64(zero_page + SETUP_DATA);
	uint8_t any = 0;

	if (data == NULL)
		fail("setup_data");
	expect_eq(get64(data), 0, "no further setup_data");
	expect_eq(get32(data + 8), SETUP_RNG_SEED, "setup_data's type");
	expect_eq(get32(data + 12), 32, "the seed's length");
	for (unsigned i = 0; i < 32; i++)
		any |= data[16 + i];
	expect(any != 0, "the seed is not zero");
}

void
main(void)
{
	zero_page = (const void *)entry.rsi;
	check_long();
	check_segments();
	expect_eq(get16(zero_page + BOOT_FLAG), 0xaa55, "boot_flag");
	expect_eq(get32(zero_page + HEADER), 0x53726448, "header");
	expect(get16(zero_page + VERSION) >= 0x20c, "version");
	expect(zero_page[TYPE_OF_LOADER] != 0, "type_of_loader");
	expect_eq(zero_page[SENTINEL], 0, "sentinel: the page was zeroed");
	check_e820();
	check_rsdp(get64(zero_page + ACPI_RSDP_ADDR));
	check_string(
	    get32(zero_page + CMD_LINE_PTR), "alpha  beta=1", "command line");
	check_initrds();
	check_seed();
}
