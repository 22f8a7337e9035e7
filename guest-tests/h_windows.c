/* SPDX-License-Identifier: MIT
 *
 * Hostile: device memory and the holes between, in every width up to 8, off
 * every alignment, across the edges of pages, windows, RAM and 4 GiB, by
 * plain, string, locked and stack instructions. Nobody answers with ones.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

/* Edges: both sides of each are tried. */
static const uint64_t edges[] = {
	0x08000000, /* the end of 128 MiB of RAM */
	0x40000000,
	0xc0000000, /* PCI memory */
	0xe0000000, /* ECAM */
	0xe0008000, /* its second device */
	0xe0100000,
	0xfec00000, /* IOAPIC */
	0xfec01000,
	0xfed00000, /* no HPET */
	0xfef00000, /* behind the local APIC */
	0xff000000, /* no ROM */
	0x100000000,
};

/* Nobody at all, with something else neither before nor behind. */
static const uint64_t nobody[] = { 0x08100000, 0x80000000, 0xd0000000,
	0xe8000000, 0xfed00000, 0xfff00000, 0x13ff00000 };

static void
try_edges(void)
{
	for (unsigned e = 0; e < sizeof(edges) / sizeof(edges[0]); e++)
		for (uint64_t at = edges[e] - 8; at < edges[e] + 8; at++)
			for (unsigned size = 1; size <= 8; size *= 2) {
				peek(at, size);
				poke(at, size, random64());
			}
}

static void
try_nobody(void)
{
	for (unsigned i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		for (unsigned off = 0; off < 4; off++) {
			uint64_t at = nobody[i] + 0xffe + off;

			poke(at, 8, 0);
			expect_eq(peek(at, 1), 0xff, "nobody: 1 byte");
			expect_eq(peek(at, 2), 0xffff, "nobody: 2 bytes");
			expect_eq(peek(at, 4), 0xffffffff, "nobody: 4 bytes");
			expect_eq(peek(at, 8), ~0ull, "nobody: 8 bytes");
		}
}

/* No device has INTs asserted here, so whatever the IOAPIC is told it sends
 * nothing. */
static void
try_windows(void)
{
	for (uint64_t at = 0; at < 0x100000; at += 4093)
		for (unsigned size = 1; size <= 8; size *= 2) {
			peek(0xe0000000 + at, size);
			poke(0xe0000000 + at, size, random64());
		}
	for (uint64_t at = 0; at < 0x1000; at += 7)
		for (unsigned size = 1; size <= 8; size *= 2) {
			poke(0xfec00000, 4, random32() % 0x50);
			peek(0xfec00000 + at, size);
			poke(0xfec00000 + at, size, random64());
		}
	for (unsigned i = 0; i < 500; i++) {
		poke(0xfec00000, 4, random32() % 0x50);
		poke(0xfec00010, 4, random32());
	}
	for (uint64_t at = 0; at < 0x1000; at += 16)
		peek(0xfee00000 + at, 4);
}

static void
try_instructions(uint64_t at)
{
	static uint8_t buffer[64];
	uint64_t value = 1, old = 0;

	memcpy(buffer, (void *)at, sizeof(buffer));
	memcpy((void *)at, buffer, sizeof(buffer));
	memcpy((void *)(at + 1), (void *)at, 8);
	memset((void *)at, 0xa5, 32);
	(void)memcmp((void *)at, (void *)(at + 8), 8);
	outsb(0x80, (void *)at, 4);
	insb(0x80, (void *)at, 4);
	__asm__ volatile("xchg %0, (%1)" : "+r"(value) : "r"(at) : "memory");
	__asm__ volatile("lock xadd %0, (%1)"
			 : "+r"(value)
			 : "r"(at)
			 : "memory");
	__asm__ volatile("lock cmpxchg %2, (%1)"
			 : "+a"(old)
			 : "r"(at), "r"(value)
			 : "memory", "cc");
	__asm__ volatile("mov %%rsp, %%r12; mov %0, %%rsp; push %0; pop %%rax;"
			 "mov %%r12, %%rsp"
			 :
			 : "r"(at + 16)
			 : "rax", "r12", "memory");
}

void
main(void)
{
	try_edges();
	try_nobody();
	try_windows();
	try_instructions(0xe0000000);
	try_instructions(0xe0000ff8);
	try_instructions(0xfec00000);
	try_instructions(0xc0000ffc);
	try_instructions(0x07ffffe0);
	try_instructions(0x100000000 - 16);
}
