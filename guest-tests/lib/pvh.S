/* SPDX-License-Identifier: MIT
 *
 * The PVH entry: an ELF note names it; 32-bit, EBX the start info.
 */
#include "guest-tests/lib/entry.inc"

	.section .note.pvh, "a", @note
	.balign	4
	.long	4, 4, 18		# XEN_ELFNOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.long	guest_entry

	.section .start, "ax"
	.code32
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY32 guest_entry
	jmp	start32
