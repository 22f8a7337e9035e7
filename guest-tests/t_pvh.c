/* SPDX-License-Identifier: MIT
 *
 * PVH: the state, the start info, the map, two modules, the tables. (Xen:
 * docs/misc/pvh.pandoc, public/arch-x86/hvm/start_info.h)
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

struct modlist_entry {
	uint64_t paddr, size, cmdline, reserved;
};

void
main(void)
{
	const struct start_info *info = start_info();
	const struct modlist_entry *module = (const void *)info->modlist;

	check_protected();
	expect_eq(entry.cr4, 0, "CR4");
	expect_eq(info->version, 1, "version");
	expect_eq(info->flags, 0, "flags");
	expect_eq(info->reserved, 0, "reserved");
	check_map((const void *)info->memmap, info->memmap_entries);
	check_rsdp(info->rsdp);
	check_string(info->cmdline, "alpha  beta=1", "command line");
	expect_eq(info->nr_modules, 2, "modules");
	check_pattern(module[0].paddr, module[0].size, PATTERN_BYTES);
	check_pattern(module[1].paddr, module[1].size, PATTERN2_BYTES);
	expect_eq(module[0].reserved, 0, "reserved");
	expect_eq(module[0].cmdline, 0, "the first has no command line");
	check_string(module[1].cmdline, "second module", "the second's");
}
