/* SPDX-License-Identifier: MIT
 *
 * See pvpanic.h. A panic ends the machine as a crash does; a kernel that has
 * loaded another to write its dump goes on. Left out: events that QEMU defined
 * later, which are not offered.
 *
 * Threads: vCPUs, with the board's lock held.
 */
#include "devices/pvpanic.h"

#include "vmm/log.h"
#include "vmm/stop.h"

enum { PANICKED = 1 << 0, CRASH_LOADED = 1 << 1 };

uint32_t
pvpanic_read(struct pvpanic *p, unsigned reg, unsigned size)
{
	(void)p, (void)reg, (void)size;
	return PANICKED | CRASH_LOADED;
}

void
pvpanic_write(struct pvpanic *p, unsigned reg, unsigned size, uint32_t value)
{
	(void)reg, (void)size;
	if (value & PANICKED) {
		p->panics++;
		warn_once("the guest's kernel has panicked");
		vm_stop(STOP_PANIC, 0);
	} else if (value & CRASH_LOADED) {
		p->dumps++;
		warn_once("the guest's kernel has panicked, and dumps itself");
	}
}

/* The counts are of the whole run. */
void
pvpanic_reset(struct pvpanic *p)
{
	(void)p;
}
