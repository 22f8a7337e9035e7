/* SPDX-License-Identifier: MIT
 *
 * How a guest gets its first instruction: files in, guest memory and a CPU
 * state out. Knows nothing of KVM; unit tests and fuzzers call boot_load() on
 * plain memory. Everything here runs once, on one thread, before any vCPU.
 *
 * Files are hostile: each number read from one is checked where it is read,
 * and what is wrong ends in boot->error as one line that names the field.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "boot/entry.h"
#include "vmm/gmem.h"

/* The map below 1 MiB, from lowmem.def: LOW_cmdline, LOW_END_cmdline, ... */
enum {
#define LOWMEM(row, first, last, ...)                                          \
	LOW_FLOOR_##row, LOW_##row = (first), LOW_LAST_##row = (last),
#include "boot/lowmem.def"
};
#define LOW_SIZE(row) ((uint64_t)LOW_LAST_##row - LOW_##row + 1)

/* A file, or bytes in memory when fd is negative. Not owned. */
struct image {
	const char *name;
	int fd;
	const uint8_t *data;
	uint64_t size;
};

/* Copy [at, at + len) of the file: all of it, or false (also when the file
 * became shorter meanwhile). */
bool image_read(const struct image *image, uint64_t at, void *to, uint64_t len);

/* The same straight into RAM; false also when [gpa, gpa + len) is not RAM. */
bool image_load(const struct image *image, uint64_t at, uint64_t len,
    const struct gmem *mem, gpa_t gpa);

enum { BOOT_MODULES_MAX = 16, BOOT_CMDLINE_MAX = 0x4000 };

/* An initrd (Linux takes several one after another) or a module. */
struct boot_module {
	struct image image;
	const char *cmdline; /* never NULL */
};

struct boot {
	/* in */
	const struct gmem *mem;
	struct image kernel;
	const char *cmdline; /* never NULL; its length is the loader's to check */
	struct boot_module modules[BOOT_MODULES_MAX];
	unsigned module_count;
	unsigned cpus;
	bool acpi; /* describe the machine by ACPI tables */
	uint8_t seed[32]; /* host entropy for the guest's RNG */
	const struct loader *loader; /* forced by --loader; NULL: probe */
	gpa_t flat_address;	     /* of --loader flat */
	enum entry_mode flat_mode;

	/* out */
	gpa_t rsdp; /* 0: none */
	struct entry entry;
	char error[256];
};

/* A row of the probe table (boot.c): the first whose probe says yes loads. */
struct loader {
	const char *name;
	bool (*probe)(const struct image *kernel);
	bool (*load)(struct boot *boot);
};

/* By name, for --loader; NULL when there is none. `loader_name(i)` lists them,
 * NULL past the last. */
const struct loader *boot_loader(const char *name);
const char *boot_loader_name(unsigned i);

/* Everything: ACPI tables, kernel, modules, boot->entry. False with
 * boot->error set. RAM is zero before. */
bool boot_load(struct boot *boot);

/* For the loaders: set boot->error, return false. */
__attribute__((format(printf, 2, 3))) bool boot_error(
    struct boot *boot, const char *fmt, ...);

/*
 * The memory map, in the numbers that e820, PVH and Multiboot share.
 */
enum e820_type { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3 };

struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

enum { E820_MAX = 16 };

/* Fills `map` in ascending order without overlap; returns how many. */
unsigned e820_build(const struct gmem *mem, struct e820_entry map[E820_MAX]);

/* Writes RSDP, XSDT, FADT, FACS, MADT, MCFG and DSDT at LOW_acpi; returns
 * RSDP's address, or 0 with boot->error set. */
gpa_t acpi_build(struct boot *boot);

#endif
