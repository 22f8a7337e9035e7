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
#include "devices/virtio_bus.h"
#include "vmm/gmem.h"

/* The map below 1 MiB, from lowmem.def: LOW_cmdline, LOW_LAST_cmdline, ... */
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

enum {
	BOOT_MODULES_MAX = 16,
	BOOT_CMDLINE_MAX = 0x4000, /* with its zero; the row of lowmem.def */
	BOOT_CLAIMS_MAX = 64	   /* low rows, segments and modules */
};

/* An initrd (Linux takes several one after another) or a module. */
struct boot_module {
	struct image image;
	const char *cmdline; /* never NULL */
};

/* A part of RAM that is taken, and what by: "PT_LOAD", 2. */
struct claim {
	const char *what;
	int number; /* negative: there is one only */
	gpa_t at;
	uint64_t size;
};

struct boot {
	/* in */
	const struct gmem *mem;
	struct image kernel;
	const char *cmdline; /* never NULL; of any length */
	struct boot_module modules[BOOT_MODULES_MAX];
	unsigned module_count;
	unsigned cpus;
	bool acpi; /* describe the machine by ACPI tables */
	struct virtio_bus_setup devices; /* on the PCI bus */
	uint8_t seed[32];	     /* for the guest's RNG; all zero: none */
	uint8_t generation[16];	     /* VM Generation ID; all zero: none */
	const struct loader *loader; /* forced by --loader; NULL: probe */
	gpa_t flat_address;	     /* of --loader flat */
	enum entry_mode flat_mode;

	/* out */
	gpa_t rsdp; /* 0: none */
	struct entry entry;
	char error[256];

	/* of boot/place.c while loading */
	struct claim claims[BOOT_CLAIMS_MAX];
	unsigned claim_count;
};

/* A loader by name, for --loader; NULL when there is none.
 * boot_loader_name(i) lists them, NULL past the last. */
const struct loader *boot_loader(const char *name);
const char *boot_loader_name(unsigned i);

/* Everything: ACPI tables, kernel, modules, boot->entry. False with
 * boot->error set. RAM is zero before. */
bool boot_load(struct boot *boot);

/* Sets boot->error and is false. `boot` may be NULL: a probe asks, and wants no
 * reason. */
#define boot_error(boot, ...) (boot_set_error(boot, __VA_ARGS__), false)
__attribute__((format(printf, 2, 3))) void boot_set_error(
    struct boot *boot, const char *fmt, ...);

/* Writes RSDP, XSDT, FADT, FACS, MADT, MCFG and DSDT at LOW_acpi; returns
 * RSDP's address, or 0 with boot->error set. */
gpa_t acpi_build(struct boot *boot);

#endif
