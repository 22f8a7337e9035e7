/* SPDX-License-Identifier: MIT
 *
 * Between nanoseconds and the ticks of a clock of `hz`, at most 4 GHz, both
 * counted from 0. Whole seconds apart, so that nothing overflows or drifts.
 */
#ifndef DEVICES_TICKS_H
#define DEVICES_TICKS_H

#include "vmm/util.h"

#define SECOND_NS ((uint64_t)1000000000)

/* How many ticks there have been. */
static inline uint64_t
ticks_of(uint64_t ns, uint64_t hz)
{
	return ns / SECOND_NS * hz + ns % SECOND_NS * hz / SECOND_NS;
}

/* The first nanosecond at which there have been so many. */
static inline uint64_t
ns_of_ticks(uint64_t ticks, uint64_t hz)
{
	return ticks / hz * SECOND_NS + (ticks % hz * SECOND_NS + hz - 1) / hz;
}

#endif
