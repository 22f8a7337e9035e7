/* SPDX-License-Identifier: MIT
 *
 * See generation.h. Both rows are in memory that the e820 map reserves, as the
 * id must be (Microsoft's requirement: RAM that is neither the OS's nor ACPI's,
 * aligned to 8 bytes).
 *
 * Nothing here changes while the guest runs. A restore from a snapshot is what
 * will change it: the id, the marker, and a Notify(0x80) by a GPE, which there
 * isn't for the same reason. A reboot is not: the id stays.
 */
#include "boot/generation.h"

#include <string.h>

bool
generation_known(const struct boot *boot)
{
	static const uint8_t none[sizeof(boot->generation)];

	return memcmp(boot->generation, none, sizeof(none)) != 0;
}

/* A clock that says nothing of the time: no counter, no epoch, no flags. What
 * is left is the marker, of a disruption that has not happened. */
static const struct vmclock_abi vmclock = {
	.magic = VMCLOCK_MAGIC,
	.size = LOW_SIZE(vmclock), /* a page, so that a process may map it */
	.version = 1,
	.counter_id = VMCLOCK_COUNTER_INVALID,
	.time_type = VMCLOCK_TIME_MONOTONIC,
	.clock_status = VMCLOCK_STATUS_UNKNOWN,
};

_Static_assert(LOW_vmclock % 4096 == 0 && LOW_SIZE(vmclock) == 4096,
    "lowmem.def: row vmclock is a page");
_Static_assert(LOW_SIZE(vmgenid) == sizeof(((struct boot *)0)->generation),
    "lowmem.def: row vmgenid holds the id");
_Static_assert(LOW_vmgenid > LOW_LAST_acpi && LOW_vmgenid < LOW_bios,
    "lowmem.def: row vmgenid lies where e820 reserves, not where ACPI is");

bool
generation_put(const struct boot *boot)
{
	return gmem_write(boot->mem, LOW_vmclock, &vmclock, sizeof(vmclock)) &&
	    gmem_write(boot->mem, LOW_vmgenid, boot->generation,
		sizeof(boot->generation));
}
