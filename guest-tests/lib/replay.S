/* SPDX-License-Identifier: MIT
 *
 * The PVH entry, and what h_replay.c does: the file ACCESSES.
 */
#include "guest-tests/lib/pvh.S"

	.section .rodata
	.globl	accesses, accesses_end
	.balign	8
accesses:
	.incbin	ACCESSES
accesses_end:
