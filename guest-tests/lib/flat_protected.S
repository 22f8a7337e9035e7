/* SPDX-License-Identifier: MIT
 *
 * A flat image's entry in 32-bit protected mode, at its first byte.
 */
#include "guest-tests/lib/entry.inc"

	.section .start, "ax"
	.code32
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY32 guest_entry
	jmp	start32
