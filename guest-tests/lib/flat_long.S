/* SPDX-License-Identifier: MIT
 *
 * A flat image's entry in 64-bit mode, at its first byte.
 */
#include "guest-tests/lib/entry.inc"

	.section .start, "ax"
	.code64
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY64
	jmp	start64
