/* SPDX-License-Identifier: MIT
 *
 * The ROM that does register programs on QEMU's chips for tools/diff_chips.c.
 *
 * QEMU's -icount makes each instruction take the same time, and its TSC count
 * that time in nanoseconds: so every access is logged with its exact moment.
 * Programs are at PROGRAMS, steps of 8 bytes (struct step in diff_chips.h);
 * the log is at LOG, records of 16 bytes: TSC, value, op. Interrupts come in
 * waits only, and are logged as they come.
 */
	.set PROGRAMS, 0x100000
	.set LOG, 0x1000000
	.set IDT, 0x9000
	.set APIC, 0xfee00000
	.set APIC_EOI, APIC + 0xb0
	.set APIC_SVR, APIC + 0xf0
	.set APIC_LVT_TIMER, APIC + 0x320
	.set APIC_LVT_LINT0, APIC + 0x350
	.set APIC_INITIAL_COUNT, APIC + 0x380
	.set APIC_DIVIDE, APIC + 0x3e0
	.set TIMER_VECTOR, 0x40
	.set SECOND, 1000000000
	.set OP_IRQ0, 32
	.set OP_IRQ8, 33

	.text
	.globl start
	.code16
start:
	cli
	lgdtl	%cs:gdtr - start
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	$8, $protected

	.code32
protected:
	mov	$16, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x8000, %esp

	mov	$IDT, %edi
	mov	$256, %ecx
1:	movw	$unexpected - start, (%edi)
	movw	$8, 2(%edi)
	movw	$0x8e00, 4(%edi)
	movw	$0xf, 6(%edi)
	add	$8, %edi
	loop	1b
	movw	$irq0 - start, IDT + 0x20 * 8
	movw	$irq8 - start, IDT + 0x28 * 8
	movw	$timer - start, IDT + TIMER_VECTOR * 8
	lidtl	idtr

	mov	$pic_writes, %esi
	mov	$(pic_writes_end - pic_writes) / 2, %ecx
	xor	%edx, %edx
1:	lodsw
	mov	%al, %dl
	mov	%ah, %al
	out	%al, %dx
	loop	1b
	movl	$0x1ff, APIC_SVR
	movl	$0xb, APIC_DIVIDE		/* by 1: 1 GHz */
	movl	$TIMER_VECTOR, APIC_LVT_TIMER	/* one-shot */
	movl	$0x700, APIC_LVT_LINT0		/* the PICs */

	mov	$PROGRAMS, %esi
	mov	$LOG, %edi
next:
	movzbl	(%esi), %eax
	jmp	*ops(, %eax, 4)

/* The access is the fifth instruction after rdtsc. */
	.macro	stamp
	rdtsc
	mov	%eax, (%edi)
	mov	%edx, 4(%edi)
	.endm

	.macro	do_out register
	stamp
	mov	4(%esi), %eax
	movzwl	2(%esi), %edx
	out	\register, %dx
	jmp	log
	.endm

	.macro	do_in register
	stamp
	xor	%eax, %eax
	movzwl	2(%esi), %edx
	in	%dx, \register
	jmp	log
	.endm

out1:	do_out	%al
out2:	do_out	%ax
out4:	do_out	%eax
in1:	do_in	%al
in2:	do_in	%ax
in4:	do_in	%eax

/* So many turns of two instructions. */
spin:
	mov	4(%esi), %ecx
	sti
1:	dec	%ecx
	jnz	1b
	cli
	jmp	waited

/* To a nanosecond of the second: this one's or the next's. */
until:
	rdtsc
	mov	$SECOND, %ecx
	div	%ecx
	mov	4(%esi), %eax
	sub	%edx, %eax
	sbb	%edx, %edx
	and	%ecx, %edx
	add	%edx, %eax
	jmp	sleep_eax

sleep:
	mov	4(%esi), %eax
sleep_eax:
	or	$1, %eax
	xor	%ebp, %ebp
	mov	%eax, APIC_INITIAL_COUNT
1:	sti
	hlt
	cli
	test	%ebp, %ebp
	jz	1b
waited:
	stamp
	xor	%eax, %eax
log:
	mov	%eax, 8(%edi)
	movzbl	(%esi), %eax
	mov	%eax, 12(%edi)
	add	$16, %edi
	add	$8, %esi
	jmp	next

end:
	movl	$0, 12(%edi)
	out	%al, $0xf4		/* isa-debug-exit */
unexpected:
	mov	$1, %al
	out	%al, $0xf4

timer:
	inc	%ebp
	movl	$0, APIC_EOI
	iret

	.macro	do_irq op
	push	%eax
	push	%edx
	stamp
	movl	$\op, 12(%edi)
	add	$16, %edi
	mov	$0x20, %al
	out	%al, $0x20
	out	%al, $0xa0
	pop	%edx
	pop	%eax
	iret
	.endm

irq0:	do_irq	OP_IRQ0
irq8:	do_irq	OP_IRQ8

	.balign	8
ops:	.long	end, out1, out2, out4, in1, in2, in4
	.long	spin, sleep, until
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	gdt
idtr:	.word	256 * 8 - 1
	.long	IDT

pic_writes:			/* port, value */
	.byte	0x20, 0x11, 0xa0, 0x11, 0x21, 0x20, 0xa1, 0x28
	.byte	0x21, 0x04, 0xa1, 0x02, 0x21, 0x01, 0xa1, 0x01
	.byte	0x21, 0xfa, 0xa1, 0xfe	/* all masked but 0, 2 and 8 */
pic_writes_end:

	.org	0xfff0
	.code16
	jmp	start
	.org	0x10000
