/* SPDX-License-Identifier: MIT
 *
 * What Multiboot 1 and 2 share: images by address fields or by ELF program
 * headers, the strings, the modules, the machine's state.
 */
#ifndef BOOT_MB_H
#define BOOT_MB_H

#include "boot/elf.h"

/* The fields of a Multiboot header with flag 16, or of Multiboot 2's address
 * tag. (Multiboot 0.6.96, 3.1.3; Multiboot 2.0, 3.1.5) */
struct mb_address {
	uint32_t header_addr, load_addr, load_end_addr, bss_end_addr;
};

/* A kernel as its file describes it, before it is loaded or moved. */
struct mb_kernel {
	bool by_address; /* by mb_address, else by `elf` */
	uint64_t from;	 /* by address: offset in the file, and bytes there */
	uint64_t file_bytes;
	struct elf elf;
	gpa_t base;    /* lowest address */
	uint64_t size; /* up to the highest */
	uint64_t entry;
};

/* Fill `kernel` in, all but the entry when by address. `header_at` is the
 * header's offset in the file. */
bool mb_by_address(struct boot *boot, const struct mb_address *address,
    uint64_t header_at, struct mb_kernel *kernel);
bool mb_by_elf(struct boot *boot, struct mb_kernel *kernel);

/* Load it `delta` bytes from where it is linked; the entry must lie in it. */
bool mb_load(struct boot *boot, const struct mb_kernel *kernel, uint64_t delta);

/* Load the modules at pages, behind the kernel, where other loaders put them,
 * or elsewhere above 1 MiB if RAM ends there. */
bool mb_modules(struct boot *boot, struct claim modules[BOOT_MODULES_MAX]);

/* "NAME ARGS" as both versions want it, with its zero: guests skip the first
 * word. NAME is the file's, without directories. Size, and the writing. */
uint64_t mb_string_size(const struct image *image, const char *args);
gpa_t mb_string_put(struct boot *boot, struct room *room,
    const struct image *image, const char *args, const char *what);

/* KiB from 0 and from 1 MiB up to the first hole. */
uint32_t mb_mem_lower(const struct e820_entry *map);
uint32_t mb_mem_upper(const struct gmem *mem);

/* boot->entry: `magic` in EAX, `info` in EBX. */
void mb_enter(struct boot *boot, uint32_t magic, uint64_t rip, gpa_t info);

#endif
