/* SPDX-License-Identifier: MIT
 *
 * Raw bytes at the address and in the mode that --loader flat,... gives,
 * entered at the first of them. Nothing is promised but the state of entry.h:
 * no map, no command line, no stack.
 */
#include <inttypes.h>

#include "boot/loader.h"

bool
flat_probe(const struct image *kernel)
{
	(void)kernel;
	return false; /* anything could be that */
}

static bool
claim_rows(struct boot *boot)
{
	switch (boot->flat_mode) {
	case ENTRY_LONG:
		return claim_row(boot, page_tables) && claim_row(boot, gdt);
	case ENTRY_PROTECTED:
		return claim_row(boot, gdt);
	default:
		return true;
	}
}

static void
enter(struct boot *boot, gpa_t at)
{
	struct entry *entry = &boot->entry;

	switch (boot->flat_mode) {
	case ENTRY_LONG:
		*entry = entry_long;
		break;
	case ENTRY_PROTECTED:
		*entry = entry_protected;
		break;
	default:
		*entry = entry_real;
		entry->cs.selector = (uint16_t)(at >> 4);
		entry->cs.base = ALIGN_DOWN(at, 16);
		at %= 16;
		break;
	}
	entry->rip = at;
}

bool
flat_load(struct boot *boot)
{
	struct claim image = { "the image", -1, boot->flat_address,
		boot->kernel.size };

	if (image.size == 0)
		return boot_error(boot, "is empty");
	if (boot->flat_mode == ENTRY_REAL && image.at >= MIB)
		return boot_error(boot,
		    "address 0x%" PRIx64 ": real mode ends at 1 MiB", image.at);
	if (boot->module_count != 0 || boot->cmdline[0] != '\0')
		return boot_error(boot,
		    "a flat image has nowhere to find a "
		    "module or a command line");
	if (!claim_rows(boot) || !boot_claim(boot, &image) ||
	    !boot_fill(boot, &image, &boot->kernel, 0, image.size))
		return false;
	check(entry_tables(boot->mem, boot->flat_mode));
	enter(boot, image.at);
	return true;
}
