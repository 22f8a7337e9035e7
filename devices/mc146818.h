/* SPDX-License-Identifier: MIT
 *
 * The PC's clock chip, an MC146818A with the century that IBM's BIOS keeps
 * beside it and 128 bytes of battery-backed memory, "CMOS". Its interrupt is
 * IRQ 8.
 *
 * Registers: 0 the index, 1 the data that it points to.
 * Threads: vCPUs and the loop, with the board's lock held.
 */
#ifndef DEVICES_MC146818_H
#define DEVICES_MC146818_H

#include "vmm/util.h"

enum { CMOS_SIZE = 128 };

/* What the user chose. */
struct mc146818_setup {
	int64_t seconds; /* the time at power-on, since 1970, as it shows it */
	int64_t base_year; /* of which its century and year count; 0 */
	bool slew;	   /* lost periodic ticks are given again */
	uint64_t low_bytes, high_bytes; /* RAM from 0 and from 4 GiB, */
	unsigned cpus;			/* for firmware */
};

struct mc146818 {
	struct mc146818_setup setup;
	uint8_t cmos[CMOS_SIZE]; /* time, alarm, registers A to D, memory */
	uint8_t index;		 /* bit 7: no NMI */

	/* The divider chain is the machine's clock plus this, less than 1 s. */
	uint64_t phase_ns;
	uint64_t second; /* the chain's, up to which the time is advanced, */
	uint64_t tick;	 /* and its 1/65536 s, up to which PF is */
	int64_t host_ns; /* the host's time less the machine's, as known */
	uint32_t lost;	 /* periodic ticks to give again; the last */
	uint64_t given;	 /* of them was given at this tick */
};

/* What the battery keeps while mica begins anew. */
struct mc146818_kept {
	uint8_t cmos[CMOS_SIZE];
	uint64_t phase_ns, second;
	int64_t host_ns;
};

/* Once, before the first reset: sets the clock and fills CMOS. */
void mc146818_configure(
    struct mc146818 *rtc, const struct mc146818_setup *setup);

/* The chip as it is now, for one that is configured and not yet reset. That
 * takes any numbers: a chip such as a program could have made comes of them. */
void mc146818_keep(struct mc146818 *rtc, struct mc146818_kept *to);
void mc146818_recall(struct mc146818 *rtc, const struct mc146818_kept *from);

/* A reset of the machine: no interrupt any more. Time and memory have their
 * battery. */
void mc146818_reset(struct mc146818 *rtc);

uint32_t mc146818_read(struct mc146818 *rtc, unsigned reg, unsigned size);
void mc146818_write(
    struct mc146818 *rtc, unsigned reg, unsigned size, uint32_t value);

/* TIMER_rtc is due. */
void mc146818_fire(struct mc146818 *rtc, uint64_t now_ns);

#endif
