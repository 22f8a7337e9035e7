/* SPDX-License-Identifier: MIT
 *
 * For Multiboot 2's unit tests: a kernel whose header is written tag by tag,
 * by the offsets of Multiboot 2.0, 3.1.
 */
#ifndef BOOT_MB2_FIXTURE_H
#define BOOT_MB2_FIXTURE_H

#include "boot/elf_fixture.h"

enum { AT = 0x208, OPTIONAL = 1 };

static uint8_t file[0xa00];
static unsigned next; /* where the next tag goes */

static inline void
begin(bool elf)
{
	static const struct segment_of_file segments[] = {
		{ LOAD, 0x300, 0xffff800000200000, 0x200000, 0x100, 0x100, 8 },
		{ LOAD, 0x400, 0xffff800000201000, 0x201000, 0x600, 0x1800, 8 },
	};

	memset(file, 0x90, sizeof(file));
	memset(file, 0, 0x300);
	if (elf)
		put_elf64(file, 0xffff800000201020, segments, 2);
	next = AT + 16;
}

static inline uint8_t *
tag(unsigned type, unsigned flags, unsigned size)
{
	uint8_t *at = file + next;

	put(at, type, 2);
	put(at + 2, flags, 2);
	put(at + 4, size, 4);
	next += (size + 7) & ~7u;
	return at + 8;
}

static inline void
put4(uint8_t *at, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	put(at, a, 4);
	put(at + 4, b, 4);
	put(at + 8, c, 4);
	put(at + 12, d, 4);
}

/* The header's four words. */
static inline void
put_words(uint32_t architecture, uint32_t length)
{
	put4(file + AT, 0xe85250d6, architecture, length,
	    0u - 0xe85250d6 - architecture - length);
}

static inline void
end(void)
{
	tag(0, 0, 8);
	put_words(0, next - AT);
}

#endif
