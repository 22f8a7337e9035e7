/* SPDX-License-Identifier: MIT
 *
 * The header of a Multiboot 2 kernel: where it is and what its tags ask for.
 * (Multiboot2 Specification 2.0, 3.1)
 */
#ifndef BOOT_MB2_HEADER_H
#define BOOT_MB2_HEADER_H

#include "boot/mb.h"

/* 3.1: the header lies in the first 32768 bytes, at a multiple of 8. */
enum { MB2_SEARCH_MAX = 32768, MB2_ALIGNMENT = 8 };

/* The last type of information that the specification knows. (3.6) */
enum { MB2_INFO_LAST = 21 };

struct mb2_relocatable { /* 3.1.11 */
	uint32_t min_addr, max_addr, align, preference;
};
enum { MB2_PREFER_NONE = 0, MB2_PREFER_LOWEST = 1, MB2_PREFER_HIGHEST = 2 };

struct mb2_header {
	uint8_t bytes[MB2_SEARCH_MAX]; /* copy of the file's start */
	uint64_t at;		       /* in the file, and in bytes */
	uint32_t architecture, length;

	/* what the tags ask for */
	bool has_address, has_entry, has_relocatable;
	struct mb_address address;
	uint32_t entry_addr;
	struct mb2_relocatable relocatable;
};

/* Finds a header with a right checksum. */
bool mb2_find(const struct image *kernel, struct mb2_header *header);

/* Judges what mb2_find() found and reads its tags; an error when it must have
 * what mica lacks. */
bool mb2_read(struct boot *boot, struct mb2_header *header);

#endif
