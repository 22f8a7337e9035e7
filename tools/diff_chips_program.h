/* SPDX-License-Identifier: MIT
 *
 * A register program: its steps, and what of their results must be equal on
 * QEMU's chips and on mica's, and why the rest need not be.
 */
#ifndef TOOLS_DIFF_CHIPS_PROGRAM_H
#define TOOLS_DIFF_CHIPS_PROGRAM_H

#include "tools/unit.h"

/* The first half is numbered as in diff_chips.S, which does them; qtest does
 * the accesses of it and the second half. */
enum op {
	OP_END,
	OP_OUT1,
	OP_OUT2,
	OP_OUT4,
	OP_IN1,
	OP_IN2,
	OP_IN4,
	OP_SPIN,  /* wait `value` turns of two instructions */
	OP_SLEEP, /* ... nanoseconds */
	OP_UNTIL, /* ... until the second has `value` nanoseconds */

	OP_OUTS1, /* a string of four bytes, written as they lie in `value` */
	OP_OUTS2,
	OP_OUTS4,
	OP_INS1,
	OP_INS2,
	OP_INS4,
	OP_LINE, /* of the chip in question: `port` gets the level `value` */
	OP_INTA, /* of the PICs; a read */
	OP_READ, /* the IOAPIC's register at offset `port`, 4 bytes */
	OP_WRITE,

	OP_IRQ0 = 32, /* in logs: an interrupt came */
	OP_IRQ8
};

struct step {
	uint8_t op;
	uint8_t unused;
	uint16_t port;
	uint32_t value;
};

enum why {
#define WHY(name, text) WHY_##name,
#include "tools/diff_chips.def"
	WHYS
};

struct judgement {
	uint32_t same; /* these bits of what is read must be equal */
	uint32_t more; /* of the others, these may be mica's alone */
	enum why why;  /* ... and this is why the others need not be */
	bool loads;    /* PIT: QEMU's counter starts here */
	bool forget;   /* interrupts up to here need not be equal, for `why` */
};

enum { STEPS = 240 };

struct program {
	unsigned steps;
	struct step step[STEPS];
	struct judgement judgement[STEPS];
};

static inline struct judgement *
add(struct program *p, enum op op, unsigned port, uint32_t value)
{
	check(p->steps < STEPS);
	p->step[p->steps] = (struct step){ op, 0, (uint16_t)port, value };
	p->judgement[p->steps] = (struct judgement){ .same = ~0u };
	return &p->judgement[p->steps++];
}

/* In bytes, of accesses to ports. */
static inline unsigned
size_of(unsigned op)
{
	return 1u << (op >= OP_OUTS1 ? op - OP_OUTS1 : op - OP_OUT1) % 3;
}

/* Does it give a value? */
static inline bool
is_read(unsigned op)
{
	return (op >= OP_IN1 && op <= OP_IN4) ||
	    (op >= OP_INS1 && op <= OP_INS4) || op == OP_INTA || op == OP_READ;
}

/* Bits that need not be equal, after add() of a read. */
static inline void
except(struct judgement *j, uint32_t bits, enum why why)
{
	j->same &= ~bits;
	j->more &= ~bits;
	j->why = why;
}

/* Bits that QEMU may lack where mica has them. */
static inline void
allow(struct judgement *j, uint32_t bits, enum why why)
{
	except(j, bits, why);
	j->more = bits;
}

static inline uint64_t
below(uint64_t *seed, uint64_t n)
{
	return unit_random(seed) % n;
}

#endif
