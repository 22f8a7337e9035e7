/* SPDX-License-Identifier: MIT
 *
 * A vmlinux, the ELF64 inside a bzImage, without the PVH note: nothing to
 * decompress, and entered as a bzImage is by the 64-bit protocol, with a setup
 * header that we make up. Probed last, it takes any ELF, because what it then
 * finds wrong helps more than "unknown".
 */
#include "boot/elf.h"
#include "boot/linux.h"

/* What arch/x86 has had for as long as it has had this entry. */
static const struct setup_header vmlinux_header = {
	.boot_flag = 0xaa55,
	.header = 0x53726448, /* "HdrS" */
	.version = 0x20c,
	.loadflags = LOADED_HIGH,
	.kernel_alignment = 2 * 1024 * 1024,
	.relocatable_kernel = 1,
	.xloadflags = XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G,
	.initrd_addr_max = 0x7fffffff,
	.cmdline_size = 2047,
};

bool
linux64_probe(const struct image *kernel)
{
	return elf_probe(kernel);
}

bool
linux64_load(struct boot *boot)
{
	struct elf elf;
	uint64_t entry;

	if (!elf_read(boot, &boot->kernel, &elf))
		return false;
	if (!elf.is64)
		return boot_error(boot,
		    "is a 32-bit ELF with neither PVH note nor Multiboot "
		    "header");
	if (!elf_entry(boot, &elf, &entry))
		return false;
	return linux_claim_rows(boot) && elf_load(boot, &elf, 0) &&
	    linux_enter64(boot, &vmlinux_header, entry);
}
