/* SPDX-License-Identifier: MIT
 *
 * The GDT and the page tables as the CPU reads them.
 */
#include "boot/fixture.h"

/* Intel SDM volume 3, figure 3-8 */
static void
expect_descriptor(const struct segment *s, uint64_t want)
{
	expect_eq(get(LOW_gdt + s->selector, 8), want);
}

static void
test_protected(void)
{
	const struct entry *e = &entry_protected;

	unit_case("protected mode: flat descriptors, paging off");
	memset(ram, 0, sizeof(ram));
	expect(entry_tables(&mem, ENTRY_PROTECTED));
	expect_eq(get(LOW_gdt, 8), 0);
	expect_descriptor(&e->cs, 0x00cf9b000000ffff);
	expect_descriptor(&e->ds, 0x00cf93000000ffff);
	expect_descriptor(&e->tr, 0x00008b0000000067);
	expect_eq(e->gdt_base, LOW_gdt);
	expect(e->tr.selector + 7 <= e->gdt_limit);
	expect_eq(e->cr0, 0x11);
	expect_eq(e->cr4 | e->efer | e->cr3, 0);
	expect_eq(get(LOW_page_tables, 8), 0);
}

/* Intel SDM volume 3, 4.5: 4-level paging; ~0 where nothing is mapped */
static uint64_t
translate(uint64_t at)
{
	uint64_t table = entry_long.cr3;

	for (unsigned shift = 39; shift >= 21; shift -= 9) {
		uint64_t entry = get(table + (at >> shift & 511) * 8, 8);

		if ((entry & 3) != 3)
			return ~(uint64_t)0;
		table = entry & 0x000ffffffffff000;
		if (entry & 0x80)
			return table + (at & (((uint64_t)1 << shift) - 1));
	}
	return ~(uint64_t)0;
}

static void
test_long(void)
{
	const struct entry *e = &entry_long;

	unit_case("long mode: Linux's selectors, 4 GiB mapped to themselves");
	memset(ram, 0, sizeof(ram));
	expect(entry_tables(&mem, ENTRY_LONG));
	expect_eq(e->cs.selector, 0x10);
	expect_eq(e->ds.selector, 0x18);
	expect_descriptor(&e->cs, 0x00af9b000000ffff);
	expect_descriptor(&e->ds, 0x00cf93000000ffff);
	expect_descriptor(&e->tr, 0x00008b0000000067);
	expect_eq(get(LOW_gdt + e->tr.selector + 8, 8), 0);
	expect(e->tr.selector + 15 <= e->gdt_limit);
	expect_eq(e->cr0, 0x80000011);
	expect_eq(e->cr4, 0x20);
	expect_eq(e->efer, 0x500);
	for (uint64_t at = 0; at < 4 * GIB; at += 0x1fffff)
		expect_eq(translate(at), at);
	expect_eq(translate(4 * GIB - 1), 4 * GIB - 1);
	expect_eq(translate(4 * GIB), ~(uint64_t)0);
	expect_eq(translate((uint64_t)1 << 39), ~(uint64_t)0);
}

static void
test_real(void)
{
	struct gmem small = { .host = ram, .low_size = LOW_gdt };

	unit_case("real mode writes nothing; no RAM is an error");
	memset(ram, 0, sizeof(ram));
	expect(entry_tables(&mem, ENTRY_REAL));
	expect_eq(get(LOW_gdt + 0x10, 8), 0);
	expect_eq(entry_real.idt_limit, 0x3ff);
	expect_eq(entry_real.cr0, 0x10);
	expect(entry_tables(&small, ENTRY_REAL));
	expect(!entry_tables(&small, ENTRY_PROTECTED));
	small.low_size = LOW_page_tables;
	expect(entry_tables(&small, ENTRY_PROTECTED));
	expect(!entry_tables(&small, ENTRY_LONG));
}

int
main(void)
{
	test_protected();
	test_long();
	test_real();
	return unit_done();
}
