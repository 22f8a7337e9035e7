/* SPDX-License-Identifier: MIT
 *
 * Multiboot, version 1. (Multiboot Specification 0.6.96; sections below)
 *
 * Lenient where kernels in the wild are: flag 2, a video mode, is taken as a
 * wish, since guests look at the information's flags before they draw; ELF64
 * is loaded like ELF32. The information is complete whether asked for or not.
 *
 * Left out on purpose: symbols, drives, APM, VBE, framebuffer.
 */
#include <inttypes.h>
#include <string.h>

#include "boot/mb.h"

/* 3.1: the header lies in the first 8192 bytes, at a multiple of 4. */
enum { SEARCH_MAX = 8192, SEARCH_STEP = 4 };

#define HEADER_MAGIC 0x1badb002
#define LOADER_MAGIC 0x2badb002

enum { /* 3.1.2; the low half must be understood */
	FLAG_PAGE_ALIGN = 1 << 0,
	FLAG_MEMORY_INFO = 1 << 1,
	FLAG_VIDEO_MODE = 1 << 2,
	FLAG_ADDRESS = 1 << 16,
	FLAGS_REQUIRED = 0xffff,
	FLAGS_KNOWN = FLAG_PAGE_ALIGN | FLAG_MEMORY_INFO | FLAG_VIDEO_MODE,
};

struct header {
	uint32_t magic, flags, checksum;
	struct mb_address address; /* with FLAG_ADDRESS, to the end */
	uint32_t entry_addr;
};
enum { HEADER_LEAST = offsetof(struct header, address) };

enum { /* 3.3: which fields are valid */
	INFO_MEM = 1 << 0,
	INFO_CMDLINE = 1 << 2,
	INFO_MODS = 1 << 3,
	INFO_MMAP = 1 << 6,
	INFO_BOOT_LOADER_NAME = 1 << 9,
};

struct info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr, config_table, boot_loader_name;
	uint32_t apm_table, vbe[4];
	uint64_t framebuffer_addr;
	uint32_t framebuffer[6];
};
_Static_assert(sizeof(struct info) == 120, "3.3: ends after color_info");

struct module {
	uint32_t mod_start, mod_end, string, reserved;
};

struct mmap_entry {
	uint32_t size; /* of the rest */
	struct e820_entry e820;
} __attribute__((packed));

/* The header and its offset in the file. Fields of the address part that lie
 * past the search's end or the file's are missing: *size says. */
static bool
find_header(const struct image *kernel, struct header *header, uint64_t *at,
    uint64_t *size)
{
	uint8_t bytes[SEARCH_MAX] UNCLEARED;
	uint64_t len = MIN(kernel->size, SEARCH_MAX);

	if (!image_read(kernel, 0, bytes, len))
		return false;
	for (*at = 0; *at + HEADER_LEAST <= len; *at += SEARCH_STEP) {
		*size = MIN(len - *at, sizeof(*header));
		memcpy(header, bytes + *at, *size);
		if (header->magic == HEADER_MAGIC &&
		    header->magic + header->flags + header->checksum == 0)
			return true;
	}
	return false;
}

bool
multiboot_probe(const struct image *kernel)
{
	struct header header;
	uint64_t at, size;

	return find_header(kernel, &header, &at, &size);
}

static bool
read_kernel(struct boot *boot, struct mb_kernel *kernel)
{
	struct header header;
	uint64_t at, size;

	if (!find_header(&boot->kernel, &header, &at, &size))
		return boot_error(boot,
		    "no Multiboot header in the first "
		    "8192 bytes");
	if ((header.flags & FLAGS_REQUIRED & ~FLAGS_KNOWN) != 0)
		return boot_error(boot,
		    "Multiboot flags 0x%x ask for features that mica lacks",
		    header.flags);
	if ((header.flags & FLAG_ADDRESS) == 0)
		return mb_by_elf(boot, kernel);
	if (size < sizeof(header))
		return boot_error(boot,
		    "Multiboot header at 0x%" PRIx64
		    ": no room for the address fields of flag 16",
		    at);
	if (!mb_by_address(boot, &header.address, at, kernel))
		return false;
	kernel->entry = header.entry_addr;
	return true;
}

static bool
put_modules(struct boot *boot, struct room *room, struct info *info)
{
	struct module list[BOOT_MODULES_MAX] = { 0 };
	struct claim modules[BOOT_MODULES_MAX];

	info->mods_count = boot->module_count;
	info->mods_addr = (uint32_t)room->next;
	room->next += boot->module_count * sizeof(list[0]);
	if (!mb_modules(boot, modules))
		return false;
	for (unsigned i = 0; i < boot->module_count; i++) {
		const struct boot_module *m = &boot->modules[i];

		list[i].mod_start = (uint32_t)modules[i].at;
		list[i].mod_end = (uint32_t)(modules[i].at + modules[i].size);
		list[i].string = (uint32_t)mb_string_put(
		    boot, room, &m->image, m->cmdline, "a module's string");
		if (list[i].string == 0)
			return false;
	}
	check(gmem_write(boot->mem, info->mods_addr, list,
	    boot->module_count * sizeof(list[0])));
	return true;
}

static void
put_map(struct boot *boot, struct room *room, struct info *info)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(boot->mem, map);

	info->mem_lower = mb_mem_lower(map);
	info->mem_upper = mb_mem_upper(boot->mem);
	info->mmap_addr = (uint32_t)room->next;
	info->mmap_length = count * sizeof(struct mmap_entry);
	for (unsigned i = 0; i < count; i++) {
		struct mmap_entry entry = { sizeof(map[i]), map[i] };

		check(room_put(boot, room, &entry, sizeof(entry), "map") != 0);
	}
}

bool
multiboot_load(struct boot *boot)
{
	struct room room = ROOM(multiboot), line = ROOM(cmdline);
	struct info info = { .flags = INFO_MEM | INFO_CMDLINE | INFO_MODS |
		    INFO_MMAP | INFO_BOOT_LOADER_NAME };
	struct mb_kernel kernel;

	if (!claim_row(boot, multiboot) || !claim_row(boot, cmdline) ||
	    !claim_row(boot, gdt) || !read_kernel(boot, &kernel) ||
	    !mb_load(boot, &kernel, 0))
		return false;
	info.cmdline = (uint32_t)mb_string_put(
	    boot, &line, &boot->kernel, boot->cmdline, "command line");
	room.next += sizeof(info); /* it comes first, and is known last */
	put_map(boot, &room, &info);
	info.boot_loader_name =
	    (uint32_t)room_put(boot, &room, "mica", 5, "name");
	if (info.cmdline == 0 || !put_modules(boot, &room, &info))
		return false;
	check(gmem_write(boot->mem, LOW_multiboot, &info, sizeof(info)));
	mb_enter(boot, LOADER_MAGIC, kernel.entry, LOW_multiboot);
	return true;
}
