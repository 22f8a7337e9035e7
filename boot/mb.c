/* SPDX-License-Identifier: MIT
 *
 * See mb.h. Multiboot 0.6.96 and Multiboot 2.0. All arithmetic on the address
 * fields is in 64 bits and every order among them is checked: their 32-bit
 * sums were CVE-2017-14167 and CVE-2018-7550 elsewhere.
 */
#include "boot/mb.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_MAX_SIZE = 256 };

/* Where in the file the image starts, and where it is loaded. */
static bool
find_start(struct boot *boot, const struct mb_address *a, uint64_t header_at,
    struct mb_kernel *kernel)
{
	uint64_t before = (uint64_t)a->header_addr - a->load_addr;

	if (a->load_addr == UINT32_MAX)
		before = header_at; /* Multiboot 2.0, 3.1.5: the whole file */
	else if (a->load_addr > a->header_addr)
		return boot_error(boot,
		    "load_addr 0x%x is above header_addr 0x%x", a->load_addr,
		    a->header_addr);
	if (before > header_at || before > a->header_addr)
		return boot_error(boot,
		    "header_addr 0x%x: the image would begin 0x%" PRIx64
		    " bytes before the header, which is at 0x%" PRIx64
		    " in the file",
		    a->header_addr, before, header_at);
	kernel->from = header_at - before;
	kernel->base = a->header_addr - before;
	return true;
}

bool
mb_by_address(struct boot *boot, const struct mb_address *a, uint64_t header_at,
    struct mb_kernel *kernel)
{
	uint64_t rest;

	if (!find_start(boot, a, header_at, kernel))
		return false;
	kernel->by_address = true;
	rest = boot->kernel.size - kernel->from;
	kernel->file_bytes = rest;
	if (a->load_end_addr != 0) {
		if (a->load_end_addr < kernel->base)
			return boot_error(boot,
			    "load_end_addr 0x%x is below load_addr 0x%" PRIx64,
			    a->load_end_addr, kernel->base);
		kernel->file_bytes = a->load_end_addr - kernel->base;
	}
	if (kernel->file_bytes > rest)
		return boot_error(boot,
		    "load_end_addr 0x%x runs past the end of the file: it "
		    "has 0x%" PRIx64 " bytes from load_addr 0x%" PRIx64,
		    a->load_end_addr, rest, kernel->base);
	kernel->size = kernel->file_bytes;
	if (a->bss_end_addr != 0) {
		if (a->bss_end_addr < kernel->base + kernel->file_bytes)
			return boot_error(boot,
			    "bss_end_addr 0x%x is below the end of data "
			    "0x%" PRIx64,
			    a->bss_end_addr, kernel->base + kernel->file_bytes);
		kernel->size = a->bss_end_addr - kernel->base;
	}
	return true;
}

bool
mb_by_elf(struct boot *boot, struct mb_kernel *kernel)
{
	struct elf *elf = &kernel->elf;
	gpa_t base = UINT64_MAX, end = 0;

	if (!elf_read(boot, &boot->kernel, elf) ||
	    !elf_entry(boot, elf, &kernel->entry))
		return false;
	for (unsigned i = 0; i < elf->phnum; i++) {
		const Elf64_Phdr *p = &elf->phdrs[i];
		gpa_t last;

		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		if (__builtin_add_overflow(p->p_paddr, p->p_memsz, &last))
			return boot_error(boot,
			    "PT_LOAD %u: p_paddr 0x%" PRIx64
			    " and p_memsz 0x%" PRIx64 " exceed 64 bits",
			    i, p->p_paddr, p->p_memsz);
		base = MIN(base, p->p_paddr);
		end = MAX(end, last);
	}
	kernel->by_address = false;
	kernel->base = base; /* there is one: it holds the entry */
	kernel->size = end - base;
	return true;
}

bool
mb_load(struct boot *boot, const struct mb_kernel *kernel, uint64_t delta)
{
	struct claim claim = { "the kernel", -1, kernel->base + delta,
		kernel->size };
	bool held = kernel->by_address
	    ? kernel->entry - kernel->base < kernel->file_bytes
	    : elf_holds(&kernel->elf, kernel->entry);

	if (!held)
		return boot_error(boot,
		    "entry 0x%" PRIx64 " is not in what is loaded",
		    kernel->entry);
	if (!kernel->by_address)
		return elf_load(boot, &kernel->elf, delta);
	return boot_claim(boot, &claim) &&
	    boot_fill(
		boot, &claim, &boot->kernel, kernel->from, kernel->file_bytes);
}

bool
mb_modules(struct boot *boot, struct claim modules[BOOT_MODULES_MAX])
{
	struct place place = { boot_claimed_end(boot), RAM_HIGH, 4096, false };

	for (unsigned i = 0; i < boot->module_count; i++) {
		struct claim sizing = { .size = boot->modules[i].image.size };

		if (!boot_find(boot, &sizing, &place))
			place.min = MIB;
		if (!boot_module_load(boot, i, &place, &modules[i]))
			return false;
	}
	return true;
}

/* The file's name as one word. */
static size_t
name_word(const struct image *image, char word[NAME_MAX_SIZE])
{
	const char *slash = strrchr(image->name, '/');
	const char *name = slash != NULL ? slash + 1 : image->name;
	size_t len = 0;

	for (; len < NAME_MAX_SIZE && name[len] != '\0'; len++)
		word[len] = name[len] == ' ' ? '_' : name[len];
	return len;
}

uint64_t
mb_string_size(const struct image *image, const char *args)
{
	char word[NAME_MAX_SIZE];

	return name_word(image, word) + 1 + strlen(args) + 1;
}

gpa_t
mb_string_put(struct boot *boot, struct room *room, const struct image *image,
    const char *args, const char *what)
{
	char word[NAME_MAX_SIZE];
	size_t len = name_word(image, word);
	gpa_t at = room_put(boot, room, word, len, what);

	if (at == 0 || room_put(boot, room, " ", 1, what) == 0 ||
	    room_put(boot, room, args, strlen(args) + 1, what) == 0)
		return 0;
	return at;
}

uint32_t
mb_mem_lower(const struct e820_entry *map)
{
	return (uint32_t)(map[0].size / KIB);
}

uint32_t
mb_mem_upper(const struct gmem *mem)
{
	return mem->low_size < MIB ? 0
				   : (uint32_t)((mem->low_size - MIB) / KIB);
}

/* Multiboot 0.6.96, 3.2; Multiboot 2.0, 3.3 */
void
mb_enter(struct boot *boot, uint32_t magic, uint64_t rip, gpa_t info)
{
	check(entry_tables(boot->mem, ENTRY_PROTECTED));
	boot->entry = entry_protected;
	boot->entry.rax = magic;
	boot->entry.rbx = info;
	boot->entry.rip = rip;
}
