/* SPDX-License-Identifier: MIT
 *
 * Which loader, and what every loader needs: the file, the error. The map
 * below 1 MiB is checked here, when it is compiled.
 */
#include "boot/boot.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "boot/loader.h"
#include "vmm/log.h"
#include "vmm/text.h"

/* LOW_FLOOR_x is the first address that row x may have (as in pio.c). */
#define LOWMEM(row, ...)                                                       \
	_Static_assert(LOW_##row >= LOW_FLOOR_##row,                           \
	    "lowmem.def: row " #row " overlaps or precedes the one before");   \
	_Static_assert(LOW_LAST_##row >= LOW_##row,                            \
	    "lowmem.def: row " #row " ends before it begins");                 \
	_Static_assert(LOW_LAST_##row < 0x100000,                              \
	    "lowmem.def: row " #row " reaches past 1 MiB");                    \
	_Static_assert(LOW_##row % 16 == 0 && LOW_SIZE(row) % 16 == 0,         \
	    "lowmem.def: row " #row " is not made of paragraphs");
#include "boot/lowmem.def"

_Static_assert(LOW_SIZE(cmdline) == BOOT_CMDLINE_MAX,
    "lowmem.def: row cmdline is as long as boot.h promises");

static const struct loader loaders[] = {
#define LOADER(name, ...) { #name, name##_probe, name##_load },
#include "boot/loaders.def"
};

const struct loader *
boot_loader(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(loaders); i++)
		if (strcmp(loaders[i].name, name) == 0)
			return &loaders[i];
	return NULL;
}

const char *
boot_loader_name(unsigned i)
{
	return i < ARRAY_SIZE(loaders) ? loaders[i].name : NULL;
}

static const struct loader *
probe(const struct image *kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(loaders); i++)
		if (loaders[i].probe(kernel))
			return &loaders[i];
	return NULL;
}

static const char unknown[] = "is none of what mica starts: "
#define LOADER(name, what) what ", "
#include "boot/loaders.def"
			      "and nothing else";

bool
boot_load(struct boot *boot)
{
	const struct loader *loader = boot->loader;

	boot->error[0] = '\0';
	boot->entry = (struct entry){ 0 };
	boot->rsdp = 0;
	boot->claim_count = 0;

	if (loader == NULL)
		loader = probe(&boot->kernel);
	if (loader == NULL)
		return boot_error(boot, "%s", unknown);
	if (boot->acpi) {
		if (!claim_row(boot, acpi) || !claim_row(boot, vmclock) ||
		    !claim_row(boot, vmgenid))
			return false;
		boot->rsdp = acpi_build(boot);
		if (boot->rsdp == 0)
			return false;
	}
	return loader->load(boot);
}

void
boot_set_error(struct boot *boot, const char *fmt, ...)
{
	va_list args;

	if (boot == NULL)
		return;
	va_start(args, fmt);
	text_putv(boot->error, sizeof(boot->error), fmt, args);
	va_end(args);
}

bool
image_read(const struct image *image, uint64_t at, void *to, uint64_t len)
{
	uint8_t *next = to;

	if (!range_within(at, len, image->size))
		return false;
	if (len == 0)
		return true;
	if (image->fd < 0) {
		memcpy(to, image->data + at, len);
		return true;
	}
	while (len > 0) {
		struct iovec iov = { next, len };
		ssize_t got = preadv(image->fd, &iov, 1, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			warn("%s: %s", image->name, strerror(errno));
		if (got <= 0)
			return false;
		next += got;
		at += (uint64_t)got;
		len -= (uint64_t)got;
	}
	return true;
}
