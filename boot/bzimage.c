/* SPDX-License-Identifier: MIT
 *
 * A Linux bzImage by its entry for 64-bit mode, since protocol 2.12: no BIOS,
 * no real mode. The kernel unpacks itself into the init_size bytes from its
 * runtime start, which is pref_address or, for a relocatable one that was
 * loaded higher, there. So pref_address is the lowest place and always right,
 * and nothing is gained by another. (boot.rst, init_size)
 */
#include <inttypes.h>

#include "boot/linux.h"

enum { ENTRY64 = 0x200 };

bool
bzimage_probe(const struct image *kernel)
{
	struct setup_header header;

	return linux_header(kernel, &header) && header.version >= 0x20c &&
	    (header.xloadflags & XLF_KERNEL_64) != 0;
}

/* A relocatable kernel would move itself up to its alignment. */
static bool
find_kernel(struct boot *boot, const struct bzimage *bz, struct claim *kernel)
{
	const struct setup_header *h = &bz->header;
	uint32_t align = h->kernel_alignment;

	if (align == 0 || (align & (align - 1)) != 0)
		return boot_error(boot,
		    "bzImage: kernel_alignment 0x%x is no power of two", align);
	if (h->pref_address % align != 0)
		return boot_error(boot,
		    "bzImage: pref_address 0x%" PRIx64
		    " is no multiple of kernel_alignment 0x%x",
		    (uint64_t)h->pref_address, align);
	if (h->init_size < bz->kernel_size || bz->kernel_size <= ENTRY64)
		return boot_error(boot,
		    "bzImage: init_size 0x%x: the kernel has 0x%" PRIx64
		    " bytes before it unpacks itself",
		    h->init_size, bz->kernel_size);
	*kernel = (struct claim){ "bzImage's init_size", -1, h->pref_address,
		h->init_size };
	return true;
}

bool
bzimage_load(struct boot *boot)
{
	struct claim kernel;
	struct bzimage bz;

	if (!linux_read(boot, &bz) || !find_kernel(boot, &bz, &kernel))
		return false;
	if (!linux_claim_rows(boot) || !boot_claim(boot, &kernel) ||
	    !boot_fill(
		boot, &kernel, &boot->kernel, bz.setup_size, bz.kernel_size))
		return false;
	return linux_enter64(boot, &bz.header, kernel.at + ENTRY64);
}
