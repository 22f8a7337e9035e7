/* SPDX-License-Identifier: MIT
 *
 * For the loaders' unit tests: ELF headers by the offsets of the System V ABI.
 */
#ifndef BOOT_ELF_FIXTURE_H
#define BOOT_ELF_FIXTURE_H

#include "boot/fixture.h"

enum { LOAD = 1, NOTE = 4 };

/* An ELF file's headers: the program headers follow the ELF header. */
struct segment_of_file {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static inline void
put_elf64(uint8_t *file, uint64_t entry, const struct segment_of_file *s,
    unsigned count)
{
	memcpy(file, "\177ELF\2\1\1", 8);
	put(file + 16, 2, 2);  /* e_type */
	put(file + 18, 62, 2); /* e_machine */
	put(file + 24, entry, 8);
	put(file + 32, 64, 8); /* e_phoff */
	put(file + 54, 56, 2); /* e_phentsize */
	put(file + 56, count, 2);
	for (uint8_t *at = file + 64; count > 0; count--, s++, at += 56) {
		put(at, s->type, 4);
		put(at + 8, s->offset, 8);
		put(at + 16, s->vaddr, 8);
		put(at + 24, s->paddr, 8);
		put(at + 32, s->filesz, 8);
		put(at + 40, s->memsz, 8);
		put(at + 48, s->align, 8);
	}
}

static inline void
put_elf32(uint8_t *file, uint64_t entry, const struct segment_of_file *s,
    unsigned count)
{
	memcpy(file, "\177ELF\1\1\1", 8);
	put(file + 16, 2, 2); /* e_type */
	put(file + 18, 3, 2); /* e_machine */
	put(file + 24, entry, 4);
	put(file + 28, 52, 4); /* e_phoff */
	put(file + 42, 32, 2); /* e_phentsize */
	put(file + 44, count, 2);
	for (uint8_t *at = file + 52; count > 0; count--, s++, at += 32) {
		put(at, s->type, 4);
		put(at + 4, s->offset, 4);
		put(at + 8, s->vaddr, 4);
		put(at + 12, s->paddr, 4);
		put(at + 16, s->filesz, 4);
		put(at + 20, s->memsz, 4);
		put(at + 28, s->align, 4);
	}
}

#endif
