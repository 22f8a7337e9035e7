/* SPDX-License-Identifier: MIT
 *
 * Between fuzz_board_driver.c, which sets rings up, and fuzz_board_chain.c,
 * which fills them.
 */
#ifndef TOOLS_FUZZ_BOARD_DRIVER_H
#define TOOLS_FUZZ_BOARD_DRIVER_H

#include "tools/fuzz_board.h"

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

#endif
