/* SPDX-License-Identifier: MIT
 *
 * Page tables of each mode (Intel SDM volume 3, 4.3 to 4.5), and such as no OS
 * would make.
 */
#include "vmm/paging.h"

#include <string.h>

#include "tools/unit.h"

enum { PRESENT = 1, LARGE = 0x80, OTHERS = 0x66 }; /* written, accessed, user */

#define NX ((uint64_t)1 << 63)

static struct gmem mem;
static struct paging cpu;

static void
begin(const char *name, uint64_t cr4, uint64_t efer)
{
	unit_case(name);
	memset(gmem_ptr(&mem, 0, MIB), 0, MIB);
	cpu = (struct paging){
		.cr0 = 0x80000001, .cr3 = 0x1000, .cr4 = cr4, .efer = efer
	};
}

static void
put(gpa_t table, unsigned index, uint64_t entry)
{
	check(gmem_write(&mem, table + index * 8, &entry, 8));
}

static void
put32(gpa_t table, unsigned index, uint32_t entry)
{
	check(gmem_write(&mem, table + index * 4, &entry, 4));
}

static bool
leads(uint64_t linear, gpa_t want)
{
	gpa_t at = 0;

	return paging_walk(&mem, &cpu, linear, &at) && at == want;
}

static bool
nowhere(uint64_t linear)
{
	gpa_t at = 7;

	return !paging_walk(&mem, &cpu, linear, &at) && at == 7;
}

static void
test_none(void)
{
	begin("no paging: the address itself, of 32 bits", 0, 0);
	cpu.cr0 = 1;
	expect(leads(0xfffffff0, 0xfffffff0));
	expect(leads(0x100001234, 0x1234));
}

static void
test_32(void)
{
	begin("32 bits (4.3)", 0, 0);
	put32(0x1000, 0x3ff, 0x2000 | PRESENT);
	put32(0x2000, 0x2aa, 0xabcde000 | OTHERS | LARGE | PRESENT);
	put32(0x2000, 0x2ab, 0xabcde000 | OTHERS);
	put32(0x1000, 1, 0x2000 | LARGE | PRESENT);
	expect(leads(0xffeaa123, 0xabcde123));
	expect(leads(0x1234ffeaa123, 0xabcde123));
	expect(nowhere(0xffeab123));
	expect(nowhere(0x800000));
	expect(leads(0x6aa456, 0xabcde456)); /* LARGE means nothing yet */

	cpu.cr4 = 0x10;
	unit_case("32 bits: 4 MiB, of 40 (4.3, PSE-36)");
	put32(0x1000, 2, 0xff400000 | 0xa5 << 13 | OTHERS | LARGE | PRESENT);
	expect(leads(0x800000, 0xa5ff400000));
	expect(leads(0xbfffff, 0xa5ff7fffff));
	expect(nowhere(0xc00000));
}

static void
test_pae(void)
{
	begin("PAE (4.4)", 0x20, 0);
	cpu.cr3 = 0x1fe0 | 0x10;
	put(0x1fe0, 3, 0x3000 | LARGE | PRESENT); /* PS is reserved there */
	put(0x3000, 0x1ff, 0x4000 | PRESENT);
	put(0x4000, 0x1fe, 0x8765432101000 | NX | PRESENT);
	put(0x3000, 0, 0x12345600000 | LARGE | OTHERS | PRESENT);
	expect(leads(0xffffe777, 0x8765432101777));
	expect(leads(0xc01fffff, 0x123457fffff));
	expect(nowhere(0xffffd000));
	expect(nowhere(0x40000000));
}

static void
test_long(void)
{
	begin("four levels (4.5)", 0x20, 0x500);
	put(0x1000, 0x1ff, 0x2000 | PRESENT);
	put(0x2000, 0x1fe, 0x3000 | PRESENT);
	put(0x3000, 8, 0x4000 | PRESENT);
	put(0x4000, 5, 0x7fffffffff000 | NX | OTHERS | PRESENT);
	put(0x3000, 9, 0x1e01000 | NX | LARGE | PRESENT); /* PAT */
	put(0x2000, 0x1ff, 0xfc0001000 | LARGE | PRESENT);
	expect(leads(0xffffffff81005abc, 0x7fffffffffabc));
	expect(leads(0xffffffff8123abcd, 0x1e3abcd));
	expect(leads(0xffffffffffffffff, 0xfffffffff));
	expect(nowhere(0xffffffff81006000));
	expect(nowhere(0xffffffff80000000));
	expect(nowhere(0));

	begin("five levels", 0x1020, 0x500);
	put(0x1000, 0x55, 0x2000 | PRESENT);
	put(0x2000, 0x1ff, 0x3000 | LARGE | PRESENT);
	put(0x3000, 1, 0x40000000 | LARGE | PRESENT);
	expect(leads(0x55ff8040001234, 0x40001234));
	expect(nowhere(0xff8040001234));
}

static void
test_hostile(void)
{
	begin("tables that are not in RAM, or are themselves", 0x20, 0x500);
	put(0x1000, 0, 0x1000 | PRESENT);
	expect(leads(0x123, 0x1123));
	put(0x1000, 0, 0xffffffffff000 | LARGE | PRESENT);
	expect(nowhere(0x123));
	cpu.cr3 = ~(uint64_t)0;
	expect(nowhere(0x123));
	cpu.cr3 = mem.low_size;
	expect(nowhere(0x123));
	cpu.cr4 = 0;
	cpu.cr3 = mem.low_size - 4096;
	expect(nowhere(0xffffffff));
}

int
main(void)
{
	check(gmem_init(&mem, MIB));
	test_none();
	test_32();
	test_pae();
	test_long();
	test_hostile();
	return unit_done();
}
