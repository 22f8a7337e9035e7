/* SPDX-License-Identifier: MIT
 *
 * The ELF reader of the loaders: headers judged once, held in their 64-bit
 * form whichever class the file has. Little-endian x86 executables only.
 */
#ifndef BOOT_ELF_H
#define BOOT_ELF_H

#include <elf.h>

#include "boot/loader.h"

enum { ELF_PHDRS_MAX = 32 };

struct elf {
	bool is64;
	uint64_t e_entry;
	unsigned phnum;
	Elf64_Phdr phdrs[ELF_PHDRS_MAX];
};

/* Has the file ELF's magic number? No more than that. */
bool elf_probe(const struct image *image);

/* Reads and judges the ELF header and every program header. Afterwards a
 * PT_LOAD's and a PT_NOTE's bytes are in the file (as it is now), and
 * p_filesz <= p_memsz. */
bool elf_read(struct boot *boot, const struct image *image, struct elf *elf);

/* Finds the note of this name and type and copies the descriptor, of at most
 * `max` bytes. Returns false only when notes are malformed; *size is 0 when
 * there is no such note. */
struct elf_note {
	const char *name;
	uint32_t type;
	void *descriptor;
	uint32_t max;
	uint32_t size; /* out */
};
bool elf_note(struct boot *boot, const struct image *image,
    const struct elf *elf, struct elf_note *note);

/* Loads each PT_LOAD of boot->kernel at p_paddr + delta, modulo 2^64. */
bool elf_load(struct boot *boot, const struct elf *elf, uint64_t delta);

/* Does a PT_LOAD hold this physical address (p_paddr)? */
bool elf_holds(const struct elf *elf, uint64_t paddr);

/* e_entry as a physical address: moved by p_paddr - p_vaddr of the PT_LOAD
 * that has it, or as it is when it is physical already, as in vmlinux. */
bool elf_entry(struct boot *boot, const struct elf *elf, uint64_t *entry);

#endif
