/* SPDX-License-Identifier: MIT
 *
 * A boot sector's entry: real mode, all data segments 0, at the image's first
 * byte, below 64 KiB.
 */
#include "guest-tests/lib/entry.inc"

	.section .start, "ax"
	.code16
	.globl	guest_entry
guest_entry:
	call	1f			# where CS:IP is: RAM for a stack
1:	SAVE_REGISTERS e
	SAVE_SEGMENTS
	pop	%ax
	sub	$1b - guest_entry, %ax
	mov	%ax, entry + E_RIP
	mov	%cr0, %eax
	mov	%eax, entry + E_CR0
	pushf
	pop	%ax
	mov	%ax, entry + E_RFLAGS
	lgdtl	gdt_pointer
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	$0x18, $2f
	.code32
2:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	jmp	start32
