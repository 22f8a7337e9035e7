/* SPDX-License-Identifier: MIT
 *
 * For acpi.c: the memory by which a guest learns that it is no longer the
 * machine that it was. Microsoft, "Virtual Machine Generation ID" (2012), and
 * the layout of Linux's <linux/vmclock-abi.h>, version 1, which C libraries
 * don't bring yet. Little-endian, as the host.
 */
#ifndef BOOT_GENERATION_H
#define BOOT_GENERATION_H

#include "boot/boot.h"

struct vmclock_abi {
	/* constant */
	uint32_t magic, size;
	uint16_t version;
	uint8_t counter_id, time_type;
	/* under seq_count, which is odd while they change */
	uint32_t seq_count;
	uint64_t disruption_marker, flags;
	uint8_t pad[2], clock_status, leap_second_smearing_hint;
	int16_t tai_offset_sec;
	uint8_t leap_indicator, counter_period_shift;
	uint64_t counter_value, counter_period_frac_sec;
	uint64_t counter_period_esterror_rate_frac_sec;
	uint64_t counter_period_maxerror_rate_frac_sec;
	uint64_t time_sec, time_frac_sec;
	uint64_t time_esterror_nanosec, time_maxerror_nanosec;
};
_Static_assert(sizeof(struct vmclock_abi) == 104, "version 1");

enum { /* magic: "VCLK" */
	VMCLOCK_MAGIC = 0x4b4c4356,
	VMCLOCK_COUNTER_INVALID = 0xff,
	VMCLOCK_TIME_MONOTONIC = 2, /* since no known epoch */
	VMCLOCK_STATUS_UNKNOWN = 0
};

/* Is there an id? Without entropy there is none, and no device for it. */
bool generation_known(const struct boot *boot);

/* Fills the rows vmgenid and vmclock of lowmem.def; false when they are no
 * RAM. */
bool generation_put(const struct boot *boot);

#endif
