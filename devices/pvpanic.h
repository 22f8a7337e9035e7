/* SPDX-License-Identifier: MIT
 *
 * The port by which a guest tells that its kernel has panicked, after QEMU's
 * specification "PVPANIC device".
 */
#ifndef DEVICES_PVPANIC_H
#define DEVICES_PVPANIC_H

#include "vmm/util.h"

struct pvpanic {
	uint32_t panics, dumps; /* told since the start, for --stats */
};

void pvpanic_reset(struct pvpanic *p);

/* The one register, a byte: reads as the events that it takes. */
uint32_t pvpanic_read(struct pvpanic *p, unsigned reg, unsigned size);
void pvpanic_write(
    struct pvpanic *p, unsigned reg, unsigned size, uint32_t value);

#endif
