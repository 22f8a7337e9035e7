/* SPDX-License-Identifier: MIT
 *
 * A stub of 16 bytes for each vector; the frame is struct frame in irq.h.
 */
	.text
	.code64
	.globl	irq_stubs
	.balign	16
	.set	vector, 0
irq_stubs:
	.rept	256
	.balign	16
	.if	(vector >= 32) || !((0x60227d00 >> (vector & 31)) & 1)
	pushq	$0			# no error code from the CPU
	.endif
	pushq	$vector
	jmp	common
	.set	vector, vector + 1
	.endr
	.balign	16

common:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	mov	%rsp, %rdi
	cld
	call	irq_dispatch
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq
