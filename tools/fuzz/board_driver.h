/* SPDX-License-Identifier: MIT
 *
 * Between board_driver.c, which sets rings up, board_chain.c, which
 * fills them, and those who begin and end an input.
 */
#ifndef TOOLS_FUZZ_BOARD_DRIVER_H
#define TOOLS_FUZZ_BOARD_DRIVER_H

#include "tools/fuzz/board.h"

enum { FUZZ_QUEUES = 64 };

/* What the driver believes of a queue; size 0: nothing. */
struct fuzz_ring {
	gpa_t desc, driver, device;
	uint16_t size, next; /* the next free descriptor, or slot */
	uint16_t avail;	     /* split: idx */
	bool packed, wrap;
};

/* To be changed. */
struct fuzz_ring *fuzz_ring(unsigned row, unsigned queue);

/* The drivers, of which each machine has its own. */
void fuzz_drivers_use(unsigned machine);
void fuzz_drivers_come(enum fuzz_start start); /* by operations */
void fuzz_drivers_keep(void);		       /* as it starts, */
void fuzz_drivers_reset(void);		       /* and again */
void fuzz_drivers_forget(void);		       /* all; the machine is reset */

#endif
