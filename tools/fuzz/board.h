/* SPDX-License-Identifier: MIT
 *
 * Between the files of fuzz/board, the fuzzers' way to the board: no KVM, no
 * threads, no clock, no allocation, no system call after the first input begins.
 * board_input.h says what an input is.
 *
 *	board.c		an input, operation by operation; the reset
 *	board_driver.c	operations that a driver would do,
 *	board_chain.c	of which one is to offer chains
 *	board_events.c	... that the host does; time
 *	board_regions.c	where there is something to access, by the tables
 *	board_machine.c	the machines that there are
 *	board_ram.c	guest memory: stands in for vmm/gmem.c
 *	board_host.c	stands in for what else vmm/ does for devices
 *	oracle*.c		what must be true after each operation
 */
#ifndef TOOLS_FUZZ_BOARD_H
#define TOOLS_FUZZ_BOARD_H

#include "devices/board.h"
#include "tools/fuzz/board_input.h"
#include "tools/fuzz/board_regions.h"
#include "vmm/irq.h"
#include "vmm/stop.h"

enum { FUZZ_DISK_WAITS = 64, FUZZ_DISK_PARTS = 4, FUZZ_PORTS = 8 };

/* A disk I/O that was answered BLK_LATER. */
struct fuzz_io {
	uint32_t tag;
	uint8_t device, parts;
	bool read;
	struct fuzz_part {
		gpa_t at;
		uint32_t len;
	} part[FUZZ_DISK_PARTS]; /* the first of them */
};

/* All that an input changes but the board and RAM; after an input it is as the
 * machine has it at power-on (board_machine.c). */
extern struct fuzz {
	uint64_t now_ns, host_ns; /* clocks */
	uint64_t timer_at[TIMERS];
	bool line[IRQ_LINES], intr;
	uint32_t drivers[IRQ_LINES];
	uint32_t routed;	       /* IOAPIC pins */
	uint32_t posting;	       /* devices with kicks, */
	uint64_t posted[PCI_DEVICES];  /* which are: bit n is queue n */
	uint64_t enabled[PCI_DEVICES]; /* doorbells */
	enum stop stop;
	bool finished; /* the machine has ended and is not restarted */

	uint32_t disk_answers; /* 2 bits each: enum fuzz_answer */
	bool disk_full;
	unsigned disk_waits;
	uint32_t input_left[FUZZ_PORTS], room_left[FUZZ_PORTS];
	uint32_t entropy_left;
	bool term_full;
	unsigned warnings;

	uint32_t touched, acting;     /* virtio devices; in this operation */
	bool chips;		      /* one of the others may have changed */
	uint64_t popped[PCI_DEVICES]; /* queues that ever gave a buffer */
	unsigned pops;		      /* how many they gave */

	struct fuzz_work { /* since the last operation, or kick */
		uint32_t fetches, pops, pushes, ios, discards;
		uint64_t bytes, moved; /* in all; to and from the host */
	} work;
	uint64_t trace; /* of all that the board answered or asked for */
} fuzz;
extern struct fuzz_io fuzz_waits[FUZZ_DISK_WAITS]; /* the first disk_waits */
extern struct board *fuzz_board;

enum fuzz_answer { ANSWER_DONE, ANSWER_LATER, ANSWER_FAILED, ANSWER_LAST };

/* The loop: each posted kick once; and timers that are due. */
void fuzz_loop_turn(void);
void fuzz_advance(uint64_t ns);
void fuzz_kick(unsigned device, unsigned queue);
struct virtio_blk *fuzz_disk(unsigned device);		 /* which is one */
void fuzz_disk_move(const struct fuzz_io *io, bool all); /* data, or some */

/* Something happened that the trace must show. */
void fuzz_trace(uint64_t what);

/* The input's second section: its next byte, or 0 when it is at its end. */
uint8_t fuzz_take(void);
bool fuzz_more(void); /* not at its end */
void fuzz_stream(const uint8_t *from, size_t len, bool hostile);
bool fuzz_is_hostile(void);

/* RAM, as the guest's CPUs write it; false where there is none. */
bool fuzz_poke(gpa_t at, const void *from, uint64_t len);
uint64_t fuzz_peek(gpa_t at, unsigned size);
bool fuzz_ram_has(gpa_t at, uint64_t len);
void fuzz_ram_init(void);
void fuzz_ram_clear(void);
void fuzz_ram_keep(unsigned machine); /* what is in it, and clears it */
void fuzz_ram_use(unsigned machine);  /* that again; RAM is clear */
bool fuzz_ram_is_clear(void);
void fuzz_ram_wrote(const void *host, uint64_t len); /* a host's I/O did */
gpa_t fuzz_ram_gpa(const void *host);

/* The machines. */
void fuzz_machine_init(void);
void fuzz_machine_use(unsigned machine); /* a head's, as it starts */
void fuzz_machine_reset(void);		 /* what was touched of it */
bool fuzz_machine_is_fresh(void);
const struct board *fuzz_machine_on(void); /* as it comes, START_ON */
void fuzz_machine_clock(void);		   /* mica begins: its clock is set */

/* Operations and events: by their tables. */
#define OP(row, what) void fuzz_op_##row(const struct fuzz_op *op);
#include "tools/fuzz/board_ops.def"

#endif
