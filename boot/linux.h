/* SPDX-License-Identifier: MIT
 *
 * What the Linux loaders share: bzimage.c and linux16.c read a setup header,
 * linux64.c makes one up. Documentation/arch/x86/boot.rst.
 */
#ifndef BOOT_LINUX_H
#define BOOT_LINUX_H

#include <asm/bootparam.h>

#include "boot/loader.h"

/* type_of_loader of those that have no number of their own */
enum { LINUX_LOADER_OTHER = 0xff };

/* A bzImage, cut where its header says. */
struct bzimage {
	struct setup_header header;
	uint64_t setup_size;  /* real-mode part, at the start of the file */
	uint64_t kernel_size; /* protected-mode part, behind it */
};

/* Is there a setup header, and what is in it, unjudged? */
bool linux_header(const struct image *kernel, struct setup_header *header);

/* Reads the header and judges what every entry needs of it. Fields that the
 * header is too short to have are zero, or what the protocol says of those. */
bool linux_read(struct boot *boot, struct bzimage *bz);

/* All modules, one after another at multiples of 4, as one initrd: as high as
 * the header allows. Size 0 when there are none. */
bool linux_initrd(
    struct boot *boot, const struct setup_header *header, struct claim *initrd);

/* Claims the rows of lowmem.def that linux_enter64() fills. */
bool linux_claim_rows(struct boot *boot);

/* The 64-bit boot protocol: zero page from the header given, initrd, command
 * line, seed, tables, and boot->entry at `rip`. The kernel is loaded. */
bool linux_enter64(
    struct boot *boot, const struct setup_header *header, uint64_t rip);

#endif
