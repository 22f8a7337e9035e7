/* SPDX-License-Identifier: MIT
 *
 * What --stats prints: where the exits went, what disks did, and the boot's
 * milestones. Each vCPU counts into its own table, the loop into the disks';
 * they are read when all vCPUs have ended.
 */
#ifndef VMM_STATS_H
#define VMM_STATS_H

#include "devices/blk.h"

enum { STATS_REASONS = 48, STATS_ROWS = 64, STATS_MARKS = 64 };

enum milestone {
	AT_START,	      /* main's first line */
	AT_VM_CREATED,	      /* KVM has a machine with its memory */
	AT_VCPUS,	      /* the vCPUs are there with their CPUID */
	AT_LOADED,	      /* the image and the tables are in memory */
	AT_FIRST_INSTRUCTION, /* vCPU 0 enters the guest */
	AT_FIRST_BYTE,	      /* the guest sent a byte to COM1 */
	AT_STOP,	      /* the guest has ended */
	MILESTONES
};

struct milestones {
	uint64_t at_ns[MILESTONES]; /* 0: not reached */
	struct {
		uint32_t number;
		uint64_t at_ns;
	} marks[STATS_MARKS];
	unsigned mark_count;
};

struct stats_row {
	uint64_t count;
	uint64_t ns; /* in mica, between two KVM_RUN; with --stats only */
};

struct stats {
	struct stats_row reasons[STATS_REASONS]; /* by KVM's exit number */
	struct stats_row ports[STATS_ROWS];	 /* by pio_row() */
	struct stats_row windows[STATS_ROWS];	 /* by mmio_row() */
};

/* What a guest asked of a disk, by enum blk_op. */
struct stats_disk {
	uint64_t requests[BLK_ZERO + 1];
	uint64_t bytes[BLK_ZERO + 1];
};

/* Any thread; the first call for each counts. */
void stats_milestone(enum milestone milestone);

/* A guest's own mark: its number and now. The first 64 are kept. */
void stats_mark(uint32_t number);

/* CLOCK_MONOTONIC. */
uint64_t stats_now_ns(void);

/* Adds one exit that took `ns`. */
void stats_count(struct stats_row *row, uint64_t ns);

/* Adds one request. */
void stats_count_disk(struct stats_disk *disk, const struct blk_io *io);

/* Prints the sums over all vCPUs on stderr. */
void stats_print(const struct stats *all[], unsigned vcpus);

/* Prints ports.def, windows.def and slots.def on stdout. */
void describe(void);

#endif
