/* SPDX-License-Identifier: MIT
 *
 * The Multiboot 2 entry (2.0, 3.1): asks for modules at pages and for every
 * kind of information that t_multiboot2.c reads.
 */
#include "guest-tests/lib/entry.inc"

	.section .start, "ax"
	.balign	8
header:	.long	0xe85250d6, 0, end - header
	.long	-(0xe85250d6 + end - header) & 0xffffffff
	.short	1, 0			# information request
	.long	requests_end - . + 4
	.long	1, 2, 3, 4, 6, 15
requests_end:
	.balign	8
	.short	6, 0			# module alignment
	.long	8
	.short	0, 0			# end
	.long	8
end:
	.code32
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY32 guest_entry
	jmp	start32
