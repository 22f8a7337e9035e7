/* SPDX-License-Identifier: MIT
 *
 * See paging.h. KVM_TRANSLATE would do the same, at the price of a call that a
 * guest which has broken out had then, too.
 */
#include "vmm/paging.h"

#define CR0_PG	 ((uint64_t)1 << 31)
#define CR4_PSE	 ((uint64_t)1 << 4)
#define CR4_PAE	 ((uint64_t)1 << 5)
#define CR4_LA57 ((uint64_t)1 << 12)
#define EFER_LMA ((uint64_t)1 << 10)

#define PRESENT	 ((uint64_t)1 << 0)
#define LARGE	 ((uint64_t)1 << 7)
#define ADDRESS	 0x000ffffffffff000ull

static unsigned
levels(const struct paging *cpu)
{
	if ((cpu->cr4 & CR4_PAE) == 0)
		return 2;
	if ((cpu->efer & EFER_LMA) == 0)
		return 3;
	return (cpu->cr4 & CR4_LA57) == 0 ? 4 : 5;
}

/* 4 MiB, 2 MiB or 1 GiB, the last of which PAE has not (4.4.1). */
static bool
is_page(const struct paging *cpu, unsigned level, uint64_t entry)
{
	bool large = (entry & LARGE) != 0;

	switch (level) {
	case 1:
		return true;
	case 2:
		return large && (cpu->cr4 & (CR4_PAE | CR4_PSE)) != 0;
	case 3:
		return large && levels(cpu) > 3;
	default:
		return false;
	}
}

/* PSE-36 has address bits 39 to 32 of a 4 MiB page in bits 20 to 13 (4.3). */
static uint64_t
frame(const struct paging *cpu, unsigned level, uint64_t entry)
{
	if ((cpu->cr4 & CR4_PAE) == 0 && level == 2)
		return (entry & 0xffc00000) | (entry >> 13 & 0xff) << 32;
	return entry & ADDRESS;
}

bool
paging_walk(const struct gmem *mem, const struct paging *cpu, uint64_t linear,
    gpa_t *at)
{
	unsigned level = levels(cpu), bits = level == 2 ? 10 : 9;
	unsigned size = level == 2 ? 4 : 8;
	/* PAE's first table has 32 bytes, and lies anywhere (4.4.1). */
	gpa_t table = cpu->cr3 & (level == 3 ? 0xffffffe0 : ADDRESS);

	if (level < 4)
		linear = (uint32_t)linear;
	if ((cpu->cr0 & CR0_PG) == 0) {
		*at = linear;
		return true;
	}
	for (;; level--) {
		unsigned shift = 12 + bits * (level - 1);
		uint64_t index = linear >> shift & (((uint64_t)1 << bits) - 1);
		uint64_t entry = 0;

		if (!gmem_read(mem, table + index * size, &entry, size) ||
		    (entry & PRESENT) == 0)
			return false;
		if (is_page(cpu, level, entry)) {
			*at = ALIGN_DOWN(frame(cpu, level, entry),
				  (uint64_t)1 << shift) +
			    (linear & (((uint64_t)1 << shift) - 1));
			return true;
		}
		table = entry & ADDRESS;
	}
}
