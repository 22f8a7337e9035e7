/* SPDX-License-Identifier: MIT
 *
 * The Linux 16-bit boot protocol: what lib/bzimage.S saw in real mode, the
 * header's fields that the loader fills in, the initrds, and the BIOS's answer
 * to INT 15h. (Linux: Documentation/arch/x86/boot.rst)
 */
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

enum { /* in the setup segment */
	TYPE_OF_LOADER = 0x210,
	LOADFLAGS = 0x211,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	HEAP_END_PTR = 0x224,
	CMD_LINE_PTR = 0x228,
	SETUP_BYTES = 5 * 512
};
enum { CAN_USE_HEAP = 1 << 7, E820_SIZE = 20 };

/* Offsets in the segment. */
extern const uint8_t map[], map_end[], refused[];

static const uint8_t *segment;

static const uint8_t *
in_segment(const uint8_t *symbol)
{
	return segment + (uint64_t)symbol;
}

static void
check_state(void)
{
	uint64_t heap_end = get16(segment + HEAP_END_PTR) + 0x200;

	expect_eq(entry.cr0 & 1, 0, "CR0 PE");
	expect_eq(entry.rflags & 1 << 9, 0, "EFLAGS IF");
	expect_eq(entry.es, entry.ds, "ES");
	expect_eq(entry.fs, entry.ds, "FS");
	expect_eq(entry.gs, entry.ds, "GS");
	expect_eq(entry.ss, entry.ds, "SS");
	expect_eq(entry.cs, entry.ds + 0x20, "CS");
	expect(segment[LOADFLAGS] & CAN_USE_HEAP, "CAN_USE_HEAP");
	expect(heap_end > SETUP_BYTES, "heap_end_ptr");
	expect(
	    entry.rsp == 0 || (entry.rsp > SETUP_BYTES && entry.rsp <= 0x10000),
	    "SP");
}

static void
check_e820(void)
{
	static struct range ranges[16];
	uint64_t used = get16(in_segment(map_end)) - (uint64_t)map;
	unsigned count = (unsigned)used / E820_SIZE;

	for (unsigned i = 0; i < count && i < 16; i++) {
		const uint8_t *e = in_segment(map) + i * E820_SIZE;

		ranges[i] =
		    (struct range){ get64(e), get64(e + 8), get32(e + 16), 0 };
	}
	check_map(ranges, count);
	expect_eq(*in_segment(refused), 1, "other functions are refused");
}

void
main(void)
{
	uint64_t initrd;

	segment = (const void *)(entry.ds << 4);
	check_state();
	check_e820();
	expect(segment[TYPE_OF_LOADER] != 0, "type_of_loader");
	check_string(
	    get32(segment + CMD_LINE_PTR), "alpha  beta=1", "command line");
	initrd = get32(segment + RAMDISK_IMAGE);
	expect_eq(get32(segment + RAMDISK_SIZE), PATTERN_BYTES + PATTERN2_BYTES,
	    "size of the initrds");
	check_pattern(initrd, PATTERN_BYTES, PATTERN_BYTES);
	check_pattern(initrd + PATTERN_BYTES, PATTERN2_BYTES, PATTERN2_BYTES);
}
