/* SPDX-License-Identifier: MIT
 *
 * The PC's 8254 interval timer and port 0x61, "port B", which gates counter 2
 * and shows its OUT. Counter 0's OUT is IRQ 0.
 *
 * Registers: 0 to 2 the counters, 3 the control word, 4 port B.
 * Threads: vCPUs and the loop, with the board's lock held.
 */
#ifndef DEVICES_I8254_H
#define DEVICES_I8254_H

#include "vmm/util.h"

/* CE, CR and OL, the counting element, its count register and output latch,
 * are the datasheet's. Flags are 0 or 1. */
struct i8254_counter {
	uint64_t start;	  /* the tick at which CE was `ce` */
	int64_t ce;	  /* zero at terminal count, then below: wrapped */
	uint64_t load_at; /* the tick that copies CR to CE, or NEVER */
	uint16_t cr;
	uint16_t cycle; /* what CE was last loaded from: modes 2 and 3 again */
	uint16_t ol;
	uint8_t cr_low;	    /* the first of two bytes */
	uint8_t status;	    /* as latched */
	uint8_t control;    /* bits 5 to 0 of the control word */
	uint8_t mode;	    /* 0 to 5 */
	uint8_t phase;	    /* awaits a load, held by the gate, counting */
	uint8_t gate;	    /* the GATE input */
	uint8_t high;	    /* mode 3: OUT in this half of the cycle */
	uint8_t armed;	    /* a count came since the control word */
	uint8_t null_count; /* ... or since CE was loaded */
	uint8_t write_msb;  /* the flip-flops of two-byte access */
	uint8_t read_msb;
	uint8_t count_latched;
	uint8_t status_latched;
};

struct i8254 {
	struct i8254_counter counter[3];
	uint64_t now;	   /* in ticks; never goes back */
	uint64_t rise;	   /* the tick at which OUT 0 next rises, or NEVER */
	uint64_t fired_ns; /* when OUT 0 last made an interrupt */
	uint8_t port_b;	   /* bits 3 to 0 */
	uint8_t absent;	   /* set before the reset: there is port B alone */
};

/* Power-on: nothing counts, IRQ 0 low, timer off. */
void i8254_reset(struct i8254 *pit);

uint32_t i8254_read(struct i8254 *pit, unsigned reg, unsigned size);
void i8254_write(
    struct i8254 *pit, unsigned reg, unsigned size, uint32_t value);

/* TIMER_pit is due. */
void i8254_fire(struct i8254 *pit, uint64_t now_ns);

#endif
