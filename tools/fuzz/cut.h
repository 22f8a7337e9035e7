/* SPDX-License-Identifier: MIT
 *
 * Between the files of fuzz/cut, which makes inputs for fuzz/board out of what
 * real guests did (trace.h).
 *
 *	cut.c		the files
 *	cut_trace.c	a trace, and which rows of the tables it is about
 *	cut_parts.c	whose part of it makes an input, from where to where
 *	cut_input.c	what happened becomes operations,
 *	cut_store.c	of which some store to memory,
 *	cut_memory.c	where there is little room for it
 *	cut_run.c	an input is run
 *	cut_reads.c	whether it reads what the guest did
 */
#ifndef TOOLS_FUZZ_CUT_H
#define TOOLS_FUZZ_CUT_H

#include "tools/fuzz/board.h"
#include "tools/fuzz/trace.h"

/* A record of a trace. */
struct cut_record {
	enum trace_what what;
	uint64_t at, value, size, now_ns;
	const uint8_t *bytes; /* TRACE_FETCH's */
};

/* Whose it is: a PCI device's number, or */
enum {
	CUT_CLOCKS = PCI_DEVICES, /* interrupts and timers */
	CUT_SERIAL,
	CUT_PCI, /* and nobody on it */
	CUT_REST,
	CUT_SUBJECTS,
	CUT_NOBODY /* what no row of the tables names */
};

/* Something that happened, and what devices did then. */
struct cut_event {
	const struct cut_record *did, *within;
	unsigned withins, subject;
	unsigned row; /* of fuzz_region(), if it is an access: */
	uint32_t offset;
	const struct cut_event *number; /* the write that chose the register */
	bool mechanism; /* PCI's #1: the address was selected before */
	uint64_t key;	/* the same for what is the same again */
};

/* One machine, from its start on. */
struct cut_trace {
	struct cut_event *events;
	unsigned count;
	uint64_t begun_ns;
	struct cut_machine {
		bool there;
		bool modern, legacy;
	} device[PCI_DEVICES];
	bool no_pit, slew; /* of lost ticks of the clock */
};

enum cut_kind {
	CUT_CHIP,
	CUT_CF8,
	CUT_ECAM,
	CUT_IO,
	CUT_COMMON,
	CUT_ISR,
	CUT_DEVICE,
	CUT_NOTIFY,
	CUT_MSIX
};

/* A row of fuzz_region(). */
extern const struct cut_row {
	const char *name;
	enum cut_kind kind;
	unsigned device;
} cut_rows[FUZZ_REGIONS];

static inline bool
cut_is_access(const struct cut_event *e)
{
	return e->did->what >= TRACE_IN && e->did->what <= TRACE_STORE;
}

static inline bool
cut_is_read(const struct cut_event *e)
{
	return e->did->what == TRACE_IN || e->did->what == TRACE_LOAD;
}

/* Is the row one whose registers move with the clock? */
bool cut_is_timed(unsigned row);

/* The next machine of a file of them; false at its end, or where it makes no
 * sense, and then it is broken. */
bool cut_trace_open(const char *path);
bool cut_trace_next(struct cut_trace *trace);
bool cut_trace_is_broken(void);

/* How many of the events are left when the last of them are the same as those
 * before, and these as those before: the ones between say nothing more. */
unsigned cut_repeats(const struct cut_event **events, unsigned count);

#endif
