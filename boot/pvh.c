/* SPDX-License-Identifier: MIT
 *
 * An ELF with the note by which Xen's PVH guests say where their 32-bit entry
 * is (Xen: docs/misc/pvh.pandoc, public/elfnote.h,
 * public/arch-x86/hvm/start_info.h). The shortest way into a Linux kernel:
 * vmlinux needs no decompression.
 *
 * Of several modules Linux takes the first alone as its initrd.
 */
#include <inttypes.h>
#include <string.h>

#include "boot/elf.h"

enum { XEN_ELFNOTE_PHYS32_ENTRY = 18, XEN_HVM_START_MAGIC_VALUE = 0x336ec578 };

struct hvm_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist_paddr, cmdline_paddr, rsdp_paddr;
	uint64_t memmap_paddr; /* since version 1 */
	uint32_t memmap_entries, reserved;
};

struct hvm_modlist_entry {
	uint64_t paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_table_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

_Static_assert(sizeof(struct hvm_start_info) == 56, "start_info.h");
_Static_assert(sizeof(struct hvm_memmap_table_entry) == 24, "start_info.h");

/* *entry is 0 when there is no such note. Linux writes 4 or 8 bytes. */
static bool
find_entry(struct boot *boot, const struct image *kernel, const struct elf *elf,
    uint64_t *entry)
{
	struct elf_note note = { .name = "Xen",
		.type = XEN_ELFNOTE_PHYS32_ENTRY,
		.descriptor = entry,
		.max = sizeof(*entry) };

	*entry = 0;
	return elf_note(boot, kernel, elf, &note);
}

bool
pvh_probe(const struct image *kernel)
{
	struct elf elf;
	uint64_t entry;

	return elf_read(NULL, kernel, &elf) &&
	    find_entry(NULL, kernel, &elf, &entry) && entry != 0;
}

static bool
load_kernel(struct boot *boot, uint64_t *entry)
{
	struct elf elf;

	if (!elf_read(boot, &boot->kernel, &elf) ||
	    !find_entry(boot, &boot->kernel, &elf, entry))
		return false;
	if (*entry == 0)
		return boot_error(
		    boot, "has no note XEN_ELFNOTE_PHYS32_ENTRY of \"Xen\"");
	if (!elf_holds(&elf, *entry))
		return boot_error(boot,
		    "XEN_ELFNOTE_PHYS32_ENTRY 0x%" PRIx64 ": in no PT_LOAD",
		    *entry);
	return elf_load(boot, &elf, 0);
}

/* Below 4 GiB, out of the way of a kernel that grows behind its end. */
static bool
put_modules(struct boot *boot, struct room *room, struct hvm_start_info *info)
{
	struct hvm_modlist_entry list[BOOT_MODULES_MAX] = { 0 };
	struct place place = { MIB, RAM_HIGH, 4096, true };
	unsigned count = boot->module_count;
	struct claim module;

	for (unsigned i = 0; i < count; i++) {
		const char *cmdline = boot->modules[i].cmdline;

		if (!boot_module_load(boot, i, &place, &module))
			return false;
		list[i].paddr = module.at;
		list[i].size = module.size;
		if (*cmdline == '\0')
			continue;
		list[i].cmdline_paddr = room_put(boot, room, cmdline,
		    strlen(cmdline) + 1, "a module's command line");
		if (list[i].cmdline_paddr == 0)
			return false;
	}
	if (count == 0)
		return true;
	room->next = ALIGN_UP(room->next, 8);
	info->nr_modules = count;
	info->modlist_paddr = room_put(
	    boot, room, list, count * sizeof(list[0]), "list of modules");
	return info->modlist_paddr != 0;
}

static bool
put_map(struct boot *boot, struct room *room, struct hvm_start_info *info)
{
	struct hvm_memmap_table_entry table[E820_MAX] = { 0 };
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(boot->mem, map);

	for (unsigned i = 0; i < count; i++) {
		table[i].addr = map[i].base;
		table[i].size = map[i].size;
		table[i].type = map[i].type;
	}
	info->memmap_entries = count;
	info->memmap_paddr =
	    room_put(boot, room, table, count * sizeof(table[0]), "memory map");
	return info->memmap_paddr != 0;
}

bool
pvh_load(struct boot *boot)
{
	struct hvm_start_info info = {
		.magic = XEN_HVM_START_MAGIC_VALUE,
		.version = 1,
		.cmdline_paddr = LOW_cmdline,
		.rsdp_paddr = boot->rsdp,
	};
	struct room room = ROOM(start_info);
	uint64_t entry;

	if (!claim_row(boot, start_info) || !claim_row(boot, gdt) ||
	    !claim_row(boot, cmdline) ||
	    !boot_cmdline_put(boot, LOW_cmdline, BOOT_CMDLINE_MAX - 1) ||
	    !load_kernel(boot, &entry))
		return false;
	room.next += sizeof(info); /* it comes first, and is known last */
	if (!put_map(boot, &room, &info) || !put_modules(boot, &room, &info))
		return false;
	check(gmem_write(boot->mem, LOW_start_info, &info, sizeof(info)));
	check(entry_tables(boot->mem, ENTRY_PROTECTED));
	boot->entry = entry_protected;
	boot->entry.rip = entry;
	boot->entry.rbx = LOW_start_info;
	return true;
}
