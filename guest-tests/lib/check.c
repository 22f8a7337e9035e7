/* SPDX-License-Identifier: MIT
 *
 * See check.h. A check that fails is one line on COM1 and goes on, so that one
 * run tells all that is wrong; what can't be gone past fails for good.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/guest.h"

enum {
	CR0_PE = 1 << 0,
	CR4_PAE = 1 << 5,
	EFER_LME = 1 << 8,
	EFER_LMA = 1 << 10,
	RFLAGS_TF_IF_VM = 1 << 8 | 1 << 9 | 1 << 17,
	START_INFO_MAGIC = 0x336ec578
};
#define CR0_PG	 ((uint64_t)1 << 31)
#define LOW_END	 0x9fc00
#define RAM_HIGH ((uint64_t)4 << 30)

static struct range ram[16];
static unsigned ram_count;

const struct start_info *
start_info(void)
{
	const struct start_info *info = (const void *)entry.rbx;

	if (info->magic != START_INFO_MAGIC)
		fail("EBX points at a start info");
	return info;
}

const char *
cmdline(void)
{
	return (const char *)start_info()->cmdline;
}

void
check_protected(void)
{
	expect_eq(entry.cr0 & (CR0_PE | CR0_PG), CR0_PE, "CR0 PE, PG");
	expect_eq(entry.efer & (EFER_LME | EFER_LMA), 0, "EFER");
	expect_eq(entry.rflags & RFLAGS_TF_IF_VM, 0, "EFLAGS TF, IF, VM");
	for (unsigned i = 0; i < 5; i++)
		expect_eq(entry.probe[i], 0xffffffff,
		    "a data segment reads at 4 GiB and writes at 0");
}

void
check_long(void)
{
	const uint64_t *pml4 = (const void *)(entry.cr3 & ~0xfffull);
	const uint64_t *pdpt = (const void *)(pml4[0] & ~0xfffull);

	expect_eq(entry.cr0 & (CR0_PE | CR0_PG), CR0_PE | CR0_PG, "CR0 PE, PG");
	expect_eq(entry.cr4 & CR4_PAE, CR4_PAE, "CR4 PAE");
	expect_eq(
	    entry.efer & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA, "EFER");
	expect_eq(entry.rflags & RFLAGS_TF_IF_VM, 0, "RFLAGS TF, IF, VM");
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t *pd = (const void *)(pdpt[i] & ~0xfffull);

		expect_eq(pdpt[i] & 0x83, 0x03, "PDPT entry");
		for (unsigned at = 0; at < 512; at += 73)
			expect_eq(pd[at] & ~0x60ull,
			    ((uint64_t)i << 30 | at << 21) | 0x83, "PD entry");
	}
}

static bool
in_ram(uint64_t at, uint64_t size)
{
	for (unsigned i = 0; i < ram_count; i++)
		if (at >= ram[i].base && size <= ram[i].size &&
		    at - ram[i].base <= ram[i].size - size)
			return true;
	return false;
}

/* Keeps what is written, and restores it. */
static void
check_keeps(uint64_t at)
{
	volatile uint64_t *word = phys(at);
	uint64_t old = *word;

	*word = ~at;
	expect_eq(*word, ~at, "RAM keeps a word");
	*word = old;
}

void
check_map(const struct range *map, unsigned count)
{
	uint64_t end = 0;

	expect(count >= 2 && count <= 16, "entries in the memory map");
	for (unsigned i = 0; i < count && i < 16; i++) {
		expect(map[i].base >= end, "the map ascends, no overlap");
		expect(map[i].size != 0, "no empty range");
		end = map[i].base + map[i].size;
		if (map[i].type != RANGE_RAM)
			continue;
		ram[ram_count++] = map[i];
		check_keeps((map[i].base + 7) & ~7ull);
		if (end <= RAM_HIGH + (1ull << 30)) /* what is mapped */
			check_keeps(end - 8);
	}
	expect(in_ram(0, LOW_END), "639 KiB from 0");
	expect(in_ram(0xfd000, 0x3000), "page-table room of PVH kernels");
	expect(
	    in_ram((uint64_t)image_start, (uint64_t)(image_end - image_start)),
	    "the image is in RAM");
}

static bool
sums_to_zero(const uint8_t *at, uint32_t length)
{
	uint8_t sum = 0;

	while (length-- != 0)
		sum += *at++;
	return sum == 0;
}

void
check_rsdp(uint64_t at)
{
	const uint8_t *rsdp = (const void *)at;
	const char *const signatures[] = { "FACP", "APIC", "MCFG" };

	if (at == 0)
		fail("an RSDP");
	expect(at % 16 == 0 && at >= 0xe0000 && at < 0x100000,
	    "the RSDP is where a scan finds it");
	expect(memcmp(rsdp, "RSD PTR ", 8) == 0, "RSDP's signature");
	expect(sums_to_zero(rsdp, 20), "RSDP's first checksum");
	expect(sums_to_zero(rsdp, 36), "RSDP's second checksum");
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *table = acpi_table(at, signatures[i]);

		if (table == NULL)
			fail(signatures[i]);
		expect(sums_to_zero(table, get32(table + 4)), signatures[i]);
	}
}

void
check_pattern(uint64_t at, uint64_t got_size, uint64_t size)
{
	expect_eq(got_size, size, "a module's size");
	expect(in_ram(at, size), "a module is in RAM");
	expect(at >= (uint64_t)image_end || at + size <= (uint64_t)image_start,
	    "a module is apart from the image");
	expect(
	    memcmp((const void *)at, pattern, size) == 0, "a module's bytes");
}

void
check_string(uint64_t at, const char *want, const char *what)
{
	if (memcmp((const void *)at, want, strlen(want) + 1) == 0)
		return;
	puts((const char *)at);
	puts("\n");
	expect(false, what);
}

void
check_args(uint64_t at, const char *image)
{
	const char *args = (const char *)at;

	expect(starts_with(args, image), "argument 0 is the file");
	while (*args != ' ' && *args != '\0')
		args++;
	check_string((uint64_t)args, " alpha  beta=1", "command line");
}
