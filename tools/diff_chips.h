/* SPDX-License-Identifier: MIT
 *
 * Between the files of diff_chips: kinds of programs, who does them on QEMU,
 * who judges.
 */
#ifndef TOOLS_DIFF_CHIPS_H
#define TOOLS_DIFF_CHIPS_H

#include "devices/board.h"
#include "tools/diff_chips_program.h"

/* A kind of program. */
struct kind {
	const char *name;
	bool by_ticks;	/* mica's clock is the PIT's, see diff_chips_guest.c */
	unsigned shift; /* an instruction of the guest takes so many ns, log2 */
	unsigned line;	/* whose interrupts are compared */
	void (*generate)(struct program *p, uint64_t *seed);
	void (*line_to)(unsigned line, bool high); /* OP_LINE, for qtest */
};

extern const struct kind diff_pit, diff_rtc, diff_ports; /* by the guest */
extern const struct kind diff_pic, diff_ioapic;		 /* by qtest */

/* Does `count` programs on QEMU and on mica's board; how many were right, or
 * the first that was not. -1: QEMU fails. */
long diff_guest(const struct kind *kind, uint64_t seed, unsigned count);
long diff_qtest(const struct kind *kind, uint64_t seed, unsigned count);

/* The access of step `i` on mica's board; what a read gives. */
uint32_t diff_access(const struct program *p, unsigned i);

/* Is the result of step `i` right? If not, prints the program up to there. */
bool diff_judge(
    const struct program *p, unsigned i, uint32_t qemu, uint32_t mica);

/* The same for interrupts seen since the last time. */
bool diff_judge_irqs(
    const struct program *p, unsigned i, unsigned qemu, unsigned mica);

/* Prints the program to step `i` and what is wrong there. */
__attribute__((format(printf, 3, 4))) void diff_complain(
    const struct program *p, unsigned i, const char *fmt, ...);

extern struct board diff_board;
extern const char *diff_rom; /* the file */

#endif
