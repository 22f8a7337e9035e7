/* SPDX-License-Identifier: MIT
 *
 * Multiboot 0.6.96: the state (3.2) and the information (3.3), with the
 * image as ELF32, ELF64, or by the header's addresses.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

enum {
	INFO_MEM = 1 << 0,
	INFO_CMDLINE = 1 << 2,
	INFO_MODS = 1 << 3,
	INFO_MMAP = 1 << 6,
	INFO_LOADER_NAME = 1 << 9,
	INFO_WANTED =
	    INFO_MEM | INFO_CMDLINE | INFO_MODS | INFO_MMAP | INFO_LOADER_NAME
};

struct info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
	uint32_t drives[2], config_table, boot_loader_name;
};

struct module {
	uint32_t start, end, string, reserved;
};

/* Entries of `size` + 4 bytes, packed. */
struct mmap_entry {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

static void
check_mmap(const struct info *info)
{
	static struct range map[16];
	uint64_t at = info->mmap_addr, end = at + info->mmap_length;
	unsigned count = 0;

	while (at < end && count < 16) {
		const struct mmap_entry *e = (const void *)at;

		expect(e->size >= 20, "a map entry's size");
		map[count++] = (struct range){ e->base, e->length, e->type, 0 };
		at += e->size + 4;
	}
	expect_eq(at, end, "the map's entries fill it");
	check_map(map, count);
}

static void
check_modules(const struct info *info)
{
	const struct module *m = (const void *)(uint64_t)info->mods_addr;

	expect_eq(info->mods_count, 2, "modules");
	expect_eq((m[0].start | m[1].start) & 4095, 0, "modules at pages");
	check_pattern(m[0].start, m[0].end - m[0].start, PATTERN_BYTES);
	check_pattern(m[1].start, m[1].end - m[1].start, PATTERN2_BYTES);
	check_string(m[1].string, "pattern2.bin second module", "its string");
}

void
main(void)
{
	const struct info *info = (const void *)entry.rbx;

	check_protected();
	expect_eq(entry.rax, 0x2badb002, "EAX");
	expect_eq(info->flags & INFO_WANTED, INFO_WANTED, "flags");
	expect_eq(info->mem_lower, 639, "mem_lower");
	expect_eq(info->mem_upper, 127 * 1024, "mem_upper");
	check_mmap(info);
	check_modules(info);
	check_args(info->cmdline, "t_multiboot");
	expect(*(const char *)(uint64_t)info->boot_loader_name != '\0',
	    "the loader has a name");
}
