/* SPDX-License-Identifier: MIT
 *
 * The Multiboot entry (0.6.96, 3.1): page-aligned modules and memory
 * information wanted; with ADDRESSES the header says where the image goes, so
 * that it need not be ELF.
 */
#include "guest-tests/lib/entry.inc"

#ifdef ADDRESSES
	.set	FLAGS, 0x10003
#else
	.set	FLAGS, 3
#endif
	.section .start, "ax"
	.balign	4
header:	.long	0x1badb002, FLAGS, -(0x1badb002 + FLAGS)
#ifdef ADDRESSES
	.long	header, image_start, data_end, image_end, guest_entry
#endif
	.code32
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY32 guest_entry
	jmp	start32
