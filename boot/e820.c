/* SPDX-License-Identifier: MIT
 *
 * The memory map that every boot protocol hands over. What no entry covers is
 * a hole: 0xa0000 to 0xdffff, and the windows where PCI memory goes, which an
 * OS would not use if they were reserved. (ACPI 6.5, 15)
 */
#include "boot/loader.h"

enum {
#define WINDOW(row, ...) WINDOW_##row,
#define HOST		 WINDOW
#include "devices/windows.def"
	WINDOWS
};

static const struct window {
	uint32_t first, last;
} windows[WINDOWS] = {
#define WINDOW(row, first, last, ...) [WINDOW_##row] = { (first), (last) },
#define HOST			      WINDOW
#include "devices/windows.def"
};

/* An extended BIOS data area of one KiB ends conventional memory: more than
 * one OS takes its start, 639 KiB, for granted. */
#define EBDA	    0x9fc00
#define VGA	    0xa0000
#define LOW_MAP_END (LOW_LAST_bios + 1)

_Static_assert(LOW_LAST_setup16 < EBDA && LOW_acpi >= VGA,
    "lowmem.def: only the 16-bit entry's rows lie in conventional memory");

struct map {
	struct e820_entry *entries;
	unsigned count;
};

/* Append [base, end), as part of the last entry where it continues that. */
static void
add(struct map *map, uint64_t base, uint64_t end, enum e820_type type)
{
	struct e820_entry *last = NULL;

	if (base >= end)
		return;
	if (map->count > 0)
		last = &map->entries[map->count - 1];
	if (last != NULL && last->type == type &&
	    last->base + last->size == base) {
		last->size += end - base;
		return;
	}
	check(map->count < E820_MAX);
	map->entries[map->count++] = (struct e820_entry){
		.base = base, .size = end - base, .type = type
	};
}

unsigned
e820_build(const struct gmem *mem, struct e820_entry entries[E820_MAX])
{
	struct map map = { .entries = entries };

	add(&map, 0, EBDA, E820_RAM);
	add(&map, EBDA, VGA, E820_RESERVED);
	add(&map, LOW_acpi, LOW_LAST_acpi + 1, E820_ACPI);
	add(&map, LOW_LAST_acpi + 1, LOW_MAP_END, E820_RESERVED);
	add(&map, LOW_MAP_END, mem->low_size, E820_RAM);
	for (unsigned i = 0; i < WINDOWS; i++)
		if (i != WINDOW_virtio)
			add(&map, windows[i].first,
			    (uint64_t)windows[i].last + 1, E820_RESERVED);
	add(&map, RAM_HIGH, RAM_HIGH + mem->high_size, E820_RAM);
	return map.count;
}
