/* SPDX-License-Identifier: MIT
 *
 * From flat 32-bit protected mode, or from 64-bit mode under somebody else's
 * tables, to 64-bit mode under our own: the first 5 GiB at their physical
 * addresses. The tables are made by the assembler because some KVMs emulate.
 */
#include "guest-tests/lib/entry.inc"

	.text
	.code32
	.globl	start32, start64
start32:
	mov	$stack_top, %esp
	lgdt	gdt_pointer
	call	long_mode
	ljmp	$8, $start64

/* The processor's own part, which each of them takes; its stack is set. */
	.globl	long_mode
long_mode:
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x20, %eax		# PAE
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx	# IA32_EFER
	rdmsr
	or	$0x100, %eax		# LME
	wrmsr
	mov	%cr0, %eax
	or	$0x80000001, %eax	# PG, PE
	and	$~0x60000000, %eax	# not CD, NW
	mov	%eax, %cr0
	ret

	.code64
start64:
	mov	$stack_top, %esp
	lgdt	gdt_pointer
	mov	$pml4, %eax
	mov	%rax, %cr3
	pushq	$8
	pushq	$1f
	lretq
1:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	call	main
	call	finish

/* With the entry's code, where a real-mode one reaches them. */
	.section .start.data, "awx"
	.globl	entry
	.balign	8
entry:	.skip	ENTRY_BYTES

	.globl	gdt, gdt_pointer
	.balign	8
gdt:	.quad	0
	.quad	0x00af9b000000ffff	# 0x08: 64-bit code
	.quad	0x00cf93000000ffff	# 0x10: data
	.quad	0x00cf9b000000ffff	# 0x18: 32-bit code
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

	.data
	.globl	pml4
	.balign	4096
pml4:	.quad	pdpt + 3
	.skip	4096 - 8
pdpt:	.quad	pd + 0x0003, pd + 0x1003, pd + 0x2003, pd + 0x3003, pd + 0x4003
	.skip	4096 - 40
	.set	page, 0
pd:	.rept	5 * 512
	.quad	page + 0x83		# 2 MiB, writable, present
	.set	page, page + 0x200000
	.endr

	.bss
	.globl	stack_top
	.balign	16
	.skip	8192
stack_top:
