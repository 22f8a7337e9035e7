/* SPDX-License-Identifier: MIT
 *
 * Where a started processor begins: copied to a page below 1 MiB whose number
 * is the start-up IPI's vector. The stack is the next of ap_stacks.
 */
	.set	STACK, 2048

	.section .rodata
	.globl	ap_start, ap_end
	.code16
ap_start:
	cli
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	gdt16 - ap_start
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$0x18, $ap32
	.balign	8
gdt16:	.word	4 * 8 - 1
	.long	gdt
ap_end:

	.text
	.code32
ap32:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$-STACK, %esp
	lock xadd %esp, ap_stacks
	call	long_mode
	lgdt	gdt_pointer
	ljmp	$8, $1f
	.code64
1:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	jmp	ap_main

	.data
	.balign	8
ap_stacks:
	.quad	ap_stacks_end - 8	# as behind a call

	.bss
	.balign	16
	.skip	64 * STACK
ap_stacks_end:
