/* SPDX-License-Identifier: MIT
 *
 * The ELF file of boot/tiny.c, as bytes of mica: what starts when no image is
 * named. guest-tests/guests.mk builds it and says where TINY_ELF is.
 */
	.section .rodata
	.globl	embedded_guest, embedded_guest_end
	.balign	16
embedded_guest:
	.incbin	TINY_ELF
embedded_guest_end:

	.section .note.GNU-stack, "", @progbits
