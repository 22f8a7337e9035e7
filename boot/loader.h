/* SPDX-License-Identifier: MIT
 *
 * For the loaders: how a file becomes RAM. A loader claims its rows of
 * lowmem.def and each range of RAM that the file asks for; a range that is
 * not RAM, or that somebody has, is an error that names both. So no image
 * overwrites itself, its modules or mica's tables.
 */
#ifndef BOOT_LOADER_H
#define BOOT_LOADER_H

#include "boot/boot.h"

/* A row of loaders.def. */
struct loader {
	const char *name;
	bool (*probe)(const struct image *kernel);
	bool (*load)(struct boot *boot);
};

#define LOADER(name, ...)                                                      \
	bool name##_probe(const struct image *kernel);                         \
	bool name##_load(struct boot *boot);
#include "boot/loaders.def"

/* Copy [at, at + len) of the file: all of it, or false (also when the file
 * became shorter meanwhile). */
bool image_read(const struct image *image, uint64_t at, void *to, uint64_t len);

/* Claim [claim->at, + size), which must be RAM below 4 GiB and free. Size 0
 * claims nothing and is right anywhere. */
bool boot_claim(struct boot *boot, const struct claim *claim);

/* Claim a row of lowmem.def. */
#define claim_row(boot, row)                                                   \
	boot_claim(boot,                                                       \
	    &(struct claim){ "mica's " #row, -1, LOW_##row, LOW_SIZE(row) })

/* Fill what is claimed, from its start, with `len` bytes of a file, at most
 * the claim's size. */
bool boot_fill(struct boot *boot, const struct claim *claim,
    const struct image *image, uint64_t from, uint64_t len);

/* Where something may go: in [min, end), which lies on one side of the hole
 * below 4 GiB, aligned to a power of two, as high or as low as possible. */
struct place {
	gpa_t min, end;
	uint64_t align;
	bool highest;
};

/* Sets claim->at to a free range of RAM; false with no error set when there
 * is none. Claims nothing yet. */
bool boot_find(
    const struct boot *boot, struct claim *claim, const struct place *place);

/* Find a place for a module of the boot protocols that take a list of them
 * and fill it. */
bool boot_module_load(struct boot *boot, unsigned number,
    const struct place *place, struct claim *claim);

/* The end of what is claimed above 1 MiB: of the kernel, before modules. */
gpa_t boot_claimed_end(const struct boot *boot);

/* Write the command line, of at most `max` characters and a zero, into the
 * row where `at` lies; the caller claimed that and knows that they fit. */
bool boot_cmdline_put(struct boot *boot, gpa_t at, uint64_t max);

/* A row of lowmem.def that fills from its start. */
struct room {
	gpa_t next, end;
};
#define ROOM(row) ((struct room){ LOW_##row, LOW_LAST_##row + 1 })

/* Appends; its address, or 0 with an error that says `what` is too long. From
 * NULL: zeros. */
gpa_t room_put(struct boot *boot, struct room *room, const void *from,
    uint64_t len, const char *what);

/*
 * The memory map, in the numbers that e820, PVH and Multiboot share.
 */
enum e820_type { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3 };

struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

enum { E820_MAX = 16 };

/* Fills `map` in ascending order without overlap; returns how many. (e820.c) */
unsigned e820_build(
    const struct gmem *mem, struct e820_entry entries[E820_MAX]);

#endif
