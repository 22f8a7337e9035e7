/* SPDX-License-Identifier: MIT
 *
 * The PC's two 8259A interrupt controllers, the second one's INT on input IR2
 * of the first, and the edge/level registers that chipsets put beside them.
 *
 * Registers: 0 and 1 the master's A0 = 0 and 1, 2 and 3 the slave's, 4 and 5
 * ELCR1 and ELCR2. Threads: any, with the board's lock held.
 */
#ifndef DEVICES_I8259_H
#define DEVICES_I8259_H

#include "vmm/util.h"

struct i8259_chip {
	uint8_t line;	      /* the IR inputs as they are now */
	uint8_t edge;	      /* the edge sense latches */
	uint8_t isr;	      /* in service */
	uint8_t imr;	      /* masked */
	uint8_t elcr;	      /* 1: level */
	uint8_t cascade;      /* the IR that a slave drives, or 0 */
	uint8_t icw1;	      /* IC4, SNGL */
	uint8_t icw2;	      /* T7 to T3 */
	uint8_t icw4;	      /* AEOI, SFNM */
	uint8_t icw_next;     /* which ICW a write to A0 = 1 is; 0: OCW1 */
	uint8_t ready;	      /* the ICWs are complete */
	uint8_t lowest;	      /* the IR of lowest priority */
	uint8_t rotate;	      /* rotate in automatic EOI */
	uint8_t special_mask; /* special mask mode */
	uint8_t read_isr;     /* A0 = 0 reads ISR, not IRR */
	uint8_t poll;	      /* the next read is an INTA */
};

struct i8259 {
	struct i8259_chip master;
	struct i8259_chip slave;
	uint8_t intr; /* the master's INT, as last told to irq_intr() */
};

/* Power-on: all lines low, INTR low. The struct was zeroed or in use. */
void i8259_reset(struct i8259 *pic);

uint32_t i8259_read(struct i8259 *pic, unsigned reg, unsigned size);
void i8259_write(
    struct i8259 *pic, unsigned reg, unsigned size, uint32_t value);

/* Drive IRQ 0 to 15. IRQ 2 is the cascade's and stays as it is. */
void i8259_set_line(struct i8259 *pic, unsigned line, bool high);

/* The processor's INTA cycles: returns the vector and takes the request into
 * service; IR7's vector, and nothing in service, when there is no request
 * any more. INTR is a level: if it stays high, the next request is there. */
uint8_t i8259_ack(struct i8259 *pic);

#endif
