/* SPDX-License-Identifier: MIT
 *
 * What a life of the machine (life.h) leaves to the next, in memory that both
 * have: what a PC keeps over its reset button, what its user has said and not
 * yet read. A guest may have taken the old life over and written what it likes:
 * here are no addresses and no descriptors, and whatever the numbers are, the
 * machine that takes them is one that a user could have made.
 *
 * Threads: the loop at a life's end, vCPU 0's before the first instruction of
 * the next; with the board's lock held.
 */
#ifndef VMM_KEPT_H
#define VMM_KEPT_H

#include "vmm/vm.h"

enum { KEPT_LINES = 256 };

struct kept {
#define NUMBER(name, member, most) uint64_t name;
#define FLAG(name, member)	   uint8_t name;
#include "vmm/kept.def"
	struct mc146818_kept rtc;
	uint32_t lost;		     /* bit n: a sync of disk n failed */
	uint32_t has_ahead;	     /* bit n: of console n's client is read, */
	uint8_t ahead[CONSOLES_MAX]; /* and nowhere else any more, a byte */

	/* So many bytes: out, to stdout, and in, from a terminal; of the
	 * client's that are no whole message or not looked at yet, and for
	 * him. */
	uint32_t sent_count, keys_count, said_count, next_count, answers_count;
	uint8_t sent[TERM_FULL];
	uint8_t keys[TERM_AHEAD];
	char said[JSON_TEXT];
	char next[CONTROL_IN];
	char answers[CONTROL_OUT];

	uint32_t lines[KEPT_LINES]; /* said by any life: log.c; 0: no more */
};

void kept_leave(struct kept *k);

/* In the life after, before board_reset(). `k` is nobody else's any more. */
void kept_take(const struct kept *k);

#endif
