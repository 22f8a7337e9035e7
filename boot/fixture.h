/* SPDX-License-Identifier: MIT
 *
 * For the loaders' unit tests: a machine of 8 MiB, and bytes at offsets. The
 * images are made by hand and what a loader left in RAM is read as the
 * protocols' documents give it, not by the loader's own structs.
 */
#ifndef BOOT_FIXTURE_H
#define BOOT_FIXTURE_H

#include <string.h>

#include "boot/loader.h"
#include "tools/unit.h"

enum { RAM_SIZE = 8 << 20 };

static uint8_t ram[RAM_SIZE] __attribute__((aligned(4096)));
static const struct gmem mem = { .host = ram, .low_size = RAM_SIZE };
static struct boot boot;

static const uint8_t module_a[] = "first module", module_b[5000] = "second";
static const char cmdline[] = "console=ttyS0 quiet";

static inline void
put(uint8_t *at, uint64_t value, unsigned bytes)
{
	memcpy(at, &value, bytes);
}

static inline uint64_t
get(gpa_t at, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, ram + at, bytes);
	return value;
}

static inline bool
ram_has(gpa_t at, const void *bytes, size_t len)
{
	return memcmp(ram + at, bytes, len) == 0;
}

/* A machine with these bytes as the kernel and `modules` of the two above;
 * RAM keeps what it has. */
static inline void
machine(const uint8_t *kernel, size_t size, unsigned modules)
{
	memset(&boot, 0, sizeof(boot));
	boot.mem = &mem;
	boot.cpus = 1;
	boot.cmdline = cmdline;
	boot.kernel = (struct image){ "dir/a kernel", -1, kernel, size };
	boot.module_count = modules;
	boot.modules[0] = (struct boot_module){
		{ "/x/mod.a", -1, module_a, sizeof(module_a) }, "one two"
	};
	boot.modules[1] =
	    (struct boot_module){ { "mod.b", -1, module_b, sizeof(module_b) },
		    "" };
}

static inline bool
loads(const uint8_t *kernel, size_t size, unsigned modules)
{
	memset(ram, 0, sizeof(ram));
	machine(kernel, size, modules);
	return boot_load(&boot);
}

/* Is it refused with an error that has this in it? */
static inline bool
refused(const uint8_t *kernel, size_t size, const char *error)
{
	machine(kernel, size, 1);
	if (!boot_load(&boot) && strstr(boot.error, error) != NULL &&
	    strlen(boot.error) < sizeof(boot.error) - 1)
		return true;
	printf("# error is \"%s\"\n", boot.error);
	return false;
}

#endif
