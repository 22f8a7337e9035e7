/* SPDX-License-Identifier: MIT
 *
 * See elf.h. System V ABI, edition 4.1, chapters 4 and 5, and its AMD64
 * supplement. Every bound here is on a number from the file; nothing loops
 * longer than ELF_PHDRS_MAX or NOTES_MAX.
 *
 * Left out on purpose: sections, relocations, dynamic linking. A PT_INTERP is
 * ignored: unikernels carry one to say that they are not for the host.
 */
#include "boot/elf.h"

#include <inttypes.h>
#include <string.h>

enum { NOTES_MAX = 256, NOTE_NAME_MAX = 16 };

bool
elf_probe(const struct image *image)
{
	uint8_t magic[SELFMAG];

	return image_read(image, 0, magic, sizeof(magic)) &&
	    memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* Both classes' headers in the fields of the larger. */
static bool
read_ehdr(struct boot *boot, const struct image *image, Elf64_Ehdr *e)
{
	Elf32_Ehdr e32;

	if (!image_read(image, 0, &e32, sizeof(e32)) ||
	    memcmp(e32.e_ident, ELFMAG, SELFMAG) != 0)
		return boot_error(boot, "has no ELF header");
	switch (e32.e_ident[EI_CLASS]) {
	case ELFCLASS32:
		memcpy(e->e_ident, e32.e_ident, sizeof(e->e_ident));
		e->e_type = e32.e_type;
		e->e_machine = e32.e_machine;
		e->e_entry = e32.e_entry;
		e->e_phoff = e32.e_phoff;
		e->e_phentsize = e32.e_phentsize;
		e->e_phnum = e32.e_phnum;
		return true;
	case ELFCLASS64:
		return image_read(image, 0, e, sizeof(*e)) ||
		    boot_error(boot, "has no whole ELF header");
	default:
		return boot_error(boot, "EI_CLASS %u: neither 1 nor 2",
		    e32.e_ident[EI_CLASS]);
	}
}

static bool
judge_ehdr(struct boot *boot, const Elf64_Ehdr *e)
{
	size_t phentsize = e->e_ident[EI_CLASS] == ELFCLASS64
	    ? sizeof(Elf64_Phdr)
	    : sizeof(Elf32_Phdr);

	if (e->e_ident[EI_DATA] != ELFDATA2LSB)
		return boot_error(
		    boot, "EI_DATA %u: not little-endian", e->e_ident[EI_DATA]);
	if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
		return boot_error(boot, "e_type %u: no executable", e->e_type);
	if (e->e_machine != EM_386 && e->e_machine != EM_X86_64)
		return boot_error(boot, "e_machine %u: not x86", e->e_machine);
	if (e->e_phentsize != phentsize)
		return boot_error(
		    boot, "e_phentsize %u: not %zu", e->e_phentsize, phentsize);
	if (e->e_phnum == 0 || e->e_phnum > ELF_PHDRS_MAX)
		return boot_error(
		    boot, "e_phnum %u: not 1 to %d", e->e_phnum, ELF_PHDRS_MAX);
	return true;
}

/* The same of the program headers; there are at most ELF_PHDRS_MAX. */
static bool
read_phdrs(const struct image *image, const Elf64_Ehdr *e, Elf64_Phdr *p)
{
	Elf32_Phdr p32[ELF_PHDRS_MAX];

	if (e->e_ident[EI_CLASS] == ELFCLASS64)
		return image_read(
		    image, e->e_phoff, p, e->e_phnum * sizeof(p[0]));
	if (!image_read(image, e->e_phoff, p32, e->e_phnum * sizeof(p32[0])))
		return false;
	for (unsigned i = 0; i < e->e_phnum; i++)
		p[i] = (Elf64_Phdr){
			.p_type = p32[i].p_type,
			.p_flags = p32[i].p_flags,
			.p_offset = p32[i].p_offset,
			.p_vaddr = p32[i].p_vaddr,
			.p_paddr = p32[i].p_paddr,
			.p_filesz = p32[i].p_filesz,
			.p_memsz = p32[i].p_memsz,
			.p_align = p32[i].p_align,
		};
	return true;
}

static bool
judge_phdr(struct boot *boot, const struct image *image, const Elf64_Phdr *p,
    unsigned i)
{
	const char *type = p->p_type == PT_LOAD ? "PT_LOAD" : "PT_NOTE";

	if (p->p_type != PT_LOAD && p->p_type != PT_NOTE)
		return true;
	if (!range_within(p->p_offset, p->p_filesz, image->size))
		return boot_error(boot,
		    "%s %u: p_filesz 0x%" PRIx64 " at p_offset 0x%" PRIx64
		    " runs past the end of the file (0x%" PRIx64 " bytes)",
		    type, i, p->p_filesz, p->p_offset, image->size);
	if (p->p_type == PT_LOAD && p->p_filesz > p->p_memsz)
		return boot_error(boot,
		    "%s %u: p_filesz 0x%" PRIx64 " exceeds p_memsz 0x%" PRIx64,
		    type, i, p->p_filesz, p->p_memsz);
	return true;
}

bool
elf_read(struct boot *boot, const struct image *image, struct elf *elf)
{
	Elf64_Ehdr e;

	if (!read_ehdr(boot, image, &e) || !judge_ehdr(boot, &e))
		return false;
	elf->is64 = e.e_ident[EI_CLASS] == ELFCLASS64;
	elf->e_entry = e.e_entry;
	elf->phnum = e.e_phnum;
	if (!read_phdrs(image, &e, elf->phdrs))
		return boot_error(boot,
		    "e_phoff 0x%" PRIx64 ": %u program headers run past the "
		    "end of the file (0x%" PRIx64 " bytes)",
		    e.e_phoff, e.e_phnum, image->size);
	for (unsigned i = 0; i < elf->phnum; i++)
		if (!judge_phdr(boot, image, &elf->phdrs[i], i))
			return false;
	return true;
}

/* One note of a PT_NOTE: where its parts are, relative to the segment. */
struct note {
	Elf64_Nhdr header; /* the same in both classes */
	uint64_t name, descriptor, next;
};

/* The note at `at`, aligned as its segment is: 4 bytes, or 8 where p_align
 * says so (the gABI's original 64-bit form). No sum wraps: three 32-bit
 * numbers in 64 bits. */
static bool
note_read(const struct image *image, const Elf64_Phdr *p, uint64_t at,
    struct note *note)
{
	uint64_t align = p->p_align == 8 ? 8 : 4;

	if (!image_read(
		image, p->p_offset + at, &note->header, sizeof(note->header)))
		return false;
	note->name = at + sizeof(note->header);
	note->descriptor = ALIGN_UP(note->name + note->header.n_namesz, align);
	note->next = ALIGN_UP(note->descriptor + note->header.n_descsz, align);
	return range_within(
	    note->descriptor, note->header.n_descsz, p->p_filesz);
}

/* Is it the one that is looked for? */
static bool
note_is(const struct image *image, const Elf64_Phdr *p, const struct note *note,
    const struct elf_note *want)
{
	uint64_t size = strlen(want->name) + 1;
	char name[NOTE_NAME_MAX];

	check(size <= sizeof(name));
	return note->header.n_type == want->type &&
	    note->header.n_namesz == size &&
	    image_read(image, p->p_offset + note->name, name, size) &&
	    memcmp(name, want->name, size) == 0;
}

static bool
search_segment(struct boot *boot, const struct image *image,
    const Elf64_Phdr *p, unsigned i, struct elf_note *want)
{
	struct note note;
	uint64_t at = 0;
	unsigned n = 0;

	while (want->size == 0 &&
	    range_within(at, sizeof(note.header), p->p_filesz)) {
		if (++n > NOTES_MAX)
			return boot_error(boot,
			    "PT_NOTE %u: more than %d notes", i, NOTES_MAX);
		if (!note_read(image, p, at, &note))
			return boot_error(boot,
			    "PT_NOTE %u: note %u runs past the segment's end",
			    i, n - 1);
		if (note_is(image, p, &note, want)) {
			want->size = note.header.n_descsz;
			if (want->size == 0 || want->size > want->max ||
			    !image_read(image, p->p_offset + note.descriptor,
				want->descriptor, want->size))
				return boot_error(boot,
				    "PT_NOTE %u: n_descsz %u of note %u: not "
				    "1 to %u",
				    i, want->size, n - 1, want->max);
		}
		at = note.next;
	}
	return true;
}

bool
elf_note(struct boot *boot, const struct image *image, const struct elf *elf,
    struct elf_note *want)
{
	want->size = 0;
	for (unsigned i = 0; i < elf->phnum; i++)
		if (elf->phdrs[i].p_type == PT_NOTE &&
		    !search_segment(boot, image, &elf->phdrs[i], i, want))
			return false;
	return true;
}

bool
elf_load(struct boot *boot, const struct elf *elf, uint64_t delta)
{
	for (unsigned i = 0; i < elf->phnum; i++) {
		const Elf64_Phdr *p = &elf->phdrs[i];
		struct claim claim = { "PT_LOAD", (int)i, p->p_paddr + delta,
			p->p_memsz };

		if (p->p_type == PT_LOAD &&
		    !(boot_claim(boot, &claim) &&
			boot_fill(boot, &claim, &boot->kernel, p->p_offset,
			    p->p_filesz)))
			return false;
	}
	return true;
}

bool
elf_holds(const struct elf *elf, uint64_t paddr)
{
	for (unsigned i = 0; i < elf->phnum; i++) {
		const Elf64_Phdr *p = &elf->phdrs[i];

		if (p->p_type == PT_LOAD && paddr - p->p_paddr < p->p_memsz)
			return true;
	}
	return false;
}

bool
elf_entry(struct boot *boot, const struct elf *elf, uint64_t *entry)
{
	for (unsigned i = 0; i < elf->phnum; i++) {
		const Elf64_Phdr *p = &elf->phdrs[i];

		if (p->p_type == PT_LOAD &&
		    elf->e_entry - p->p_vaddr < p->p_memsz) {
			*entry = elf->e_entry - p->p_vaddr + p->p_paddr;
			return true;
		}
	}
	*entry = elf->e_entry;
	return elf_holds(elf, *entry) ||
	    boot_error(
		boot, "e_entry 0x%" PRIx64 ": in no PT_LOAD", elf->e_entry);
}
