/* SPDX-License-Identifier: MIT
 *
 * The CPU states at a guest's first instruction. Linux's 64-bit entry
 * (Documentation/arch/x86/boot.rst) fixes selectors 0x10 and 0x18; Multiboot
 * (3.2) and PVH (Xen's misc/pvh.pandoc) leave them open but want them flat.
 * The descriptors in memory are made from the constants here, so that a
 * reload of a segment register changes nothing.
 */
#include "boot/entry.h"

#include "boot/boot.h"

/* Intel SDM volume 3, 2.5 and 2.2.1 */
#define CR0_PE	 ((uint64_t)1 << 0)
#define CR0_ET	 ((uint64_t)1 << 4) /* reads as one on every CPU since 1992 */
#define CR0_NW	 ((uint64_t)1 << 29)
#define CR0_CD	 ((uint64_t)1 << 30)
#define CR0_PG	 ((uint64_t)1 << 31)
#define CR4_PAE	 ((uint64_t)1 << 5)
#define EFER_LME ((uint64_t)1 << 8)
#define EFER_LMA ((uint64_t)1 << 10)

/* Intel SDM volume 3, 4.5: present, writable; in a page directory, 2 MiB */
#define PTE_TABLE ((uint64_t)3)
#define PTE_LARGE ((uint64_t)0x83)

/* Types with the accessed and busy bits set, as the CPU leaves them. */
enum {
	ACCESS_CODE16 = 0x009b,
	ACCESS_DATA16 = 0x0093,
	ACCESS_CODE32 = 0xc09b,
	ACCESS_CODE64 = 0xa09b,
	ACCESS_DATA32 = 0xc093,
	ACCESS_TSS = 0x008b
};

enum { DESCRIPTORS = 6, TABLE_ENTRIES = 512, PAGE_DIRECTORIES = 4 };
#define PAGE	   ((uint64_t)4096)
#define ENTRIES_2M ((uint64_t)PAGE_DIRECTORIES * TABLE_ENTRIES)

const struct entry entry_real = {
	.cs = { .access = ACCESS_CODE16, .limit = 0xffff },
	.ds = { .access = ACCESS_DATA16, .limit = 0xffff },
	.tr = { .access = ACCESS_TSS, .limit = 0xffff },
	.idt_limit = 0x3ff,
	.cr0 = CR0_ET,
};

/* Intel SDM volume 3, table 10-1: caches off, 16 bytes below 4 GiB, the family
 * in EDX. */
const struct entry entry_reset = {
	.rdx = 0x600,
	.rip = 0xfff0,
	.cs = { .selector = 0xf000,
	    .access = ACCESS_CODE16,
	    .limit = 0xffff,
	    .base = 0xffff0000 },
	.ds = { .access = ACCESS_DATA16, .limit = 0xffff },
	.tr = { .access = ACCESS_TSS, .limit = 0xffff },
	.gdt_limit = 0xffff,
	.idt_limit = 0xffff,
	.cr0 = CR0_CD | CR0_NW | CR0_ET,
};

/* PVH wants a TSS with base 0 and limit 0x67. */
const struct entry entry_protected = {
	.cs = { .selector = 0x08, .access = ACCESS_CODE32, .limit = ~0u },
	.ds = { .selector = 0x10, .access = ACCESS_DATA32, .limit = ~0u },
	.tr = { .selector = 0x18, .access = ACCESS_TSS, .limit = 0x67 },
	.gdt_base = LOW_gdt,
	.gdt_limit = DESCRIPTORS * 8 - 1,
	.cr0 = CR0_ET | CR0_PE,
};

/* __BOOT_CS and __BOOT_DS; the TSS's descriptor takes two places. */
const struct entry entry_long = {
	.cs = { .selector = 0x10, .access = ACCESS_CODE64, .limit = ~0u },
	.ds = { .selector = 0x18, .access = ACCESS_DATA32, .limit = ~0u },
	.tr = { .selector = 0x20, .access = ACCESS_TSS, .limit = 0x67 },
	.gdt_base = LOW_gdt,
	.gdt_limit = DESCRIPTORS * 8 - 1,
	.cr0 = CR0_ET | CR0_PE | CR0_PG,
	.cr3 = LOW_page_tables,
	.cr4 = CR4_PAE,
	.efer = EFER_LME | EFER_LMA,
};

_Static_assert(LOW_SIZE(page_tables) >= (2 + PAGE_DIRECTORIES) * PAGE,
    "lowmem.def: row page_tables holds a PML4, a PDPT and the directories");
_Static_assert(LOW_page_tables % PAGE == 0,
    "lowmem.def: row page_tables starts at a page");
_Static_assert(LOW_SIZE(gdt) / 8 >= DESCRIPTORS,
    "lowmem.def: row gdt holds the descriptors");

/* Intel SDM volume 3, 3.4.5. Every base here is 0. */
static uint64_t
descriptor(const struct segment *s)
{
	bool pages = s->access >> 15 & 1;
	uint64_t limit = pages ? s->limit >> 12 : s->limit;

	return (limit & 0xffff) | (limit >> 16 & 0xf) << 48 |
	    (uint64_t)(s->access & 0xf0ff) << 40;
}

/* Identity-map 4 GiB, whatever the size of RAM: the APIC's page is there. */
static void
fill_page_tables(uint64_t *pml4)
{
	uint64_t *pdpt = pml4 + TABLE_ENTRIES;
	uint64_t *pds = pdpt + TABLE_ENTRIES;

	pml4[0] = (LOW_page_tables + PAGE) | PTE_TABLE;
	for (uint64_t i = 0; i < PAGE_DIRECTORIES; i++)
		pdpt[i] = (LOW_page_tables + (2 + i) * PAGE) | PTE_TABLE;
	for (uint64_t i = 0; i < ENTRIES_2M; i++)
		pds[i] = i * 2 * MIB | PTE_LARGE;
}

bool
entry_tables(const struct gmem *mem, enum entry_mode mode)
{
	const struct entry *e =
	    mode == ENTRY_LONG ? &entry_long : &entry_protected;
	uint64_t *gdt = gmem_ptr(mem, LOW_gdt, LOW_SIZE(gdt));
	uint64_t *tables =
	    gmem_ptr(mem, LOW_page_tables, LOW_SIZE(page_tables));

	if (mode == ENTRY_REAL)
		return true;
	if (gdt == NULL || (mode == ENTRY_LONG && tables == NULL))
		return false;
	gdt[e->cs.selector / 8] = descriptor(&e->cs);
	gdt[e->ds.selector / 8] = descriptor(&e->ds);
	gdt[e->tr.selector / 8] = descriptor(&e->tr);
	if (mode == ENTRY_LONG)
		fill_page_tables(tables);
	return true;
}
