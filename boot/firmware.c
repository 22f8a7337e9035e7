/* SPDX-License-Identifier: MIT
 *
 * A ROM with firmware: it ends at 4 GiB, its last 256 KiB show below 1 MiB as
 * well, and the CPU begins at the reset vector (Intel SDM volume 3, 10.1.4).
 * What it wants to know of the machine it finds out from CMOS and fw_cfg; none
 * of mica's own tables is in its way.
 *
 * The copy below 1 MiB is RAM, which firmware writes to; on a PC it would first
 * have to tell the chip set.
 */
#include "boot/loader.h"

enum { COPY = 256 * 1024 };

bool
firmware_probe(const struct image *kernel)
{
	(void)kernel;
	return false; /* any raw bytes could be one */
}

bool
firmware_load(struct boot *boot)
{
	const struct gmem *mem = boot->mem;
	const struct image *rom = &boot->kernel;
	uint64_t copy = MIN(rom->size, COPY);
	struct claim low = { "the firmware's copy", -1, MIB - copy, copy };

	if (mem->rom_size == 0 || mem->rom_size != rom->size)
		return boot_error(boot, "is no ROM: --firmware takes one");
	if (boot->module_count != 0 || boot->cmdline[0] != '\0')
		return boot_error(boot,
		    "firmware has nowhere to find a module or a command line");
	if (!image_read(rom, 0, mem->rom, rom->size))
		return boot_error(boot, "cannot be read");
	if (!boot_claim(boot, &low) ||
	    !boot_fill(boot, &low, rom, rom->size - copy, copy))
		return false;
	boot->entry = entry_reset;
	return true;
}
