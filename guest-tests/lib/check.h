/* SPDX-License-Identifier: MIT
 *
 * What every boot protocol owes its guest, and PVH's information, by which
 * all the tests start that are not about another.
 */
#ifndef GUEST_TESTS_CHECK_H
#define GUEST_TESTS_CHECK_H

#include <stdint.h>

/* The protocols' memory maps, as PVH lays it out. Type 1 is RAM. */
struct range {
	uint64_t base, size;
	uint32_t type, reserved;
};
enum { RANGE_RAM = 1 };

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

/* Of a guest entered by PVH. */
const struct start_info *start_info(void);
const char *cmdline(void);

/* Flat 32-bit segments, protection on, paging and interrupts off. */
void check_protected(void);

/* Long mode under identity tables that reach 4 GiB; interrupts off. */
void check_long(void);

/* Ascending, no overlap, RAM where guests count on it and behind all of it
 * something that keeps its bytes; the image lies within. */
void check_map(const struct range *map, unsigned count);

/* RSDP, and every table that it leads to, by their checksums. */
void check_rsdp(uint64_t at);

/* `size` bytes of pattern, in RAM by the map that was checked last, apart
 * from the image; `size` is what it should be. */
void check_pattern(uint64_t at, uint64_t got_size, uint64_t size);

void check_string(uint64_t at, const char *want, const char *what);

/* Multiboot's command line: "alpha  beta=1" behind a word that is the image's
 * file name. */
void check_args(uint64_t at, const char *image);

#endif
