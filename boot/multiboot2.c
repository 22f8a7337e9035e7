/* SPDX-License-Identifier: MIT
 *
 * Multiboot 2. (Multiboot2 Specification 2.0; sections below)
 *
 * Left out on purpose, as this machine has none: EFI, VBE, framebuffer, APM,
 * boot device, network. A request for such information is no error: GRUB, the
 * specification's own loader, also grants it by not giving the tag.
 */
#include <inttypes.h>
#include <string.h>

#include "boot/mb2_header.h"

#define LOADER_MAGIC 0x36d76289

struct info_tag { /* 3.6.2 */
	uint32_t type, size;
};
enum info_type {
	INFO_END = 0,
	INFO_CMDLINE = 1,
	INFO_BOOT_LOADER_NAME = 2,
	INFO_MODULE = 3,
	INFO_BASIC_MEMINFO = 4,
	INFO_MMAP = 6,
	INFO_ACPI_OLD = 14,
	INFO_ACPI_NEW = 15,
	INFO_LOAD_BASE_ADDR = 21,
};
enum { RSDP_OLD_SIZE = 20, RSDP_NEW_SIZE = 36 };

bool
multiboot2_probe(const struct image *kernel)
{
	struct mb2_header header UNCLEARED;

	return mb2_find(kernel, &header);
}

/* 3.1.11. max_addr is read as a limit of the image's end, the stricter way.
 * Without a preference the kernel stays where it is linked, if it may. */
static bool
find_place(struct boot *boot, const struct mb2_relocatable *r,
    const struct mb_kernel *kernel, uint64_t *delta)
{
	struct claim claim = { .size = kernel->size };
	struct place place = { MAX(r->min_addr, MIB), r->max_addr, r->align,
		r->preference == MB2_PREFER_HIGHEST };
	struct place linked = { kernel->base, kernel->base + kernel->size, 1,
		false };

	if (r->align == 0 || (r->align & (r->align - 1)) != 0)
		return boot_error(boot,
		    "Multiboot 2 relocatable tag: align 0x%x is no power of "
		    "two",
		    r->align);
	if (r->preference == MB2_PREFER_NONE && kernel->base >= r->min_addr &&
	    linked.end <= r->max_addr && kernel->base % r->align == 0 &&
	    boot_find(boot, &claim, &linked)) {
		*delta = 0;
		return true;
	}
	if (!boot_find(boot, &claim, &place))
		return boot_error(boot,
		    "Multiboot 2 relocatable tag: no room in RAM for 0x%" PRIx64
		    " bytes from min_addr 0x%x to max_addr 0x%x",
		    kernel->size, r->min_addr, r->max_addr);
	*delta = claim.at - kernel->base;
	return true;
}

static bool
load_kernel(struct boot *boot, struct mb2_header *header,
    struct mb_kernel *kernel, uint64_t *delta)
{
	*delta = 0;
	if (!mb2_find(&boot->kernel, header))
		return boot_error(boot,
		    "no Multiboot 2 header in the first "
		    "32768 bytes");
	if (!mb2_read(boot, header))
		return false;
	if (header->has_address && !header->has_entry)
		return boot_error(boot,
		    "Multiboot 2 address tag without an entry address tag");
	if (header->has_address
		? !mb_by_address(boot, &header->address, header->at, kernel)
		: !mb_by_elf(boot, kernel))
		return false;
	if (header->has_entry)
		kernel->entry = header->entry_addr;
	if (header->has_relocatable &&
	    !find_place(boot, &header->relocatable, kernel, delta))
		return false;
	return mb_load(boot, kernel, *delta);
}

/* Begin a tag of `size` bytes behind its header. (3.6.2) */
static bool
put_head(
    struct boot *boot, struct room *room, enum info_type type, uint64_t size)
{
	struct info_tag head = { type, (uint32_t)(sizeof(head) + size) };

	room->next = ALIGN_UP(room->next, MB2_ALIGNMENT);
	return room_put(boot, room, &head, sizeof(head),
		   "Multiboot 2 information") != 0;
}

static bool
put_tag(struct boot *boot, struct room *room, enum info_type type,
    const void *body, uint64_t size)
{
	return put_head(boot, room, type, size) &&
	    room_put(boot, room, body, size, "Multiboot 2 information") != 0;
}

static bool
put_cmdline(struct boot *boot, struct room *room)
{
	const struct image *image = &boot->kernel;

	return put_head(boot, room, INFO_CMDLINE,
		   mb_string_size(image, boot->cmdline)) &&
	    mb_string_put(boot, room, image, boot->cmdline, "command line") !=
	    0;
}

static bool
put_modules(struct boot *boot, struct room *room)
{
	struct claim modules[BOOT_MODULES_MAX];

	if (!mb_modules(boot, modules))
		return false;
	for (unsigned i = 0; i < boot->module_count; i++) {
		const struct boot_module *m = &boot->modules[i];
		uint32_t range[2] = { (uint32_t)modules[i].at,
			(uint32_t)(modules[i].at + modules[i].size) };
		uint64_t size = mb_string_size(&m->image, m->cmdline);

		if (!put_head(boot, room, INFO_MODULE, sizeof(range) + size) ||
		    !room_put(boot, room, range, sizeof(range), "module") ||
		    !mb_string_put(
			boot, room, &m->image, m->cmdline, "a module's string"))
			return false;
	}
	return true;
}

static bool
put_memory(struct boot *boot, struct room *room)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(boot->mem, map);
	uint32_t basic[2] = { mb_mem_lower(map), mb_mem_upper(boot->mem) };
	struct {
		uint32_t entry_size, entry_version;
		struct {
			uint64_t base_addr, length;
			uint32_t type, reserved;
		} entries[E820_MAX];
	} mmap = { .entry_size = sizeof(mmap.entries[0]) };

	for (unsigned i = 0; i < count; i++) {
		mmap.entries[i].base_addr = map[i].base;
		mmap.entries[i].length = map[i].size;
		mmap.entries[i].type = map[i].type;
	}
	return put_tag(boot, room, INFO_BASIC_MEMINFO, basic, sizeof(basic)) &&
	    put_tag(boot, room, INFO_MMAP, &mmap,
		offsetof(__typeof__(mmap), entries) +
		    count * sizeof(mmap.entries[0]));
}

/* Copies of the RSDP, in its form of ACPI 1.0 and in that since 2.0. */
static bool
put_rsdp(struct boot *boot, struct room *room)
{
	uint8_t rsdp[RSDP_NEW_SIZE];

	if (boot->rsdp == 0)
		return true;
	check(gmem_read(boot->mem, boot->rsdp, rsdp, sizeof(rsdp)));
	return put_tag(boot, room, INFO_ACPI_OLD, rsdp, RSDP_OLD_SIZE) &&
	    put_tag(boot, room, INFO_ACPI_NEW, rsdp, RSDP_NEW_SIZE);
}

bool
multiboot2_load(struct boot *boot)
{
	struct room room = ROOM(multiboot);
	struct mb_kernel kernel;
	struct mb2_header header UNCLEARED;
	uint64_t delta;
	uint32_t base, total[2] = { 0 };

	if (!claim_row(boot, multiboot) || !claim_row(boot, gdt) ||
	    !load_kernel(boot, &header, &kernel, &delta))
		return false;
	base = (uint32_t)(kernel.base + delta);
	room.next += sizeof(total); /* it comes first, and is known last */
	if (!put_cmdline(boot, &room) ||
	    !put_tag(boot, &room, INFO_BOOT_LOADER_NAME, "mica", 5) ||
	    !put_memory(boot, &room) || !put_rsdp(boot, &room) ||
	    (header.has_relocatable &&
		!put_tag(
		    boot, &room, INFO_LOAD_BASE_ADDR, &base, sizeof(base))) ||
	    !put_modules(boot, &room) || !put_tag(boot, &room, INFO_END, "", 0))
		return false;
	total[0] = (uint32_t)(room.next - LOW_multiboot);
	check(gmem_write(boot->mem, LOW_multiboot, total, sizeof(total)));
	mb_enter(boot, LOADER_MAGIC, kernel.entry + delta, LOW_multiboot);
	return true;
}
