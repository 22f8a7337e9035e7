/* SPDX-License-Identifier: MIT
 *
 * A disk that firmware boots: this sector reads the next by INT 13h, has the
 * clock's periodic interrupt wake it by INT 15h, and says by INT 10h what came.
 */
	.code16
	.globl	_start
_start:	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7c00, %sp
	sti

	mov	$packet, %si	/* INT 13h 42h: read, by sector number */
	mov	$0x42, %ah	/* the drive is in DL */
	int	$0x13
	jc	fail
	call	wait
	mov	$0x7e00, %si
	call	say
	call	wait		/* a terminal on COM1 is drawn in ticks */
	call	wait
	mov	$0x2000, %ax	/* off: SLP_EN with S5's type, 0 */
	mov	$0x604, %dx
	out	%ax, %dx
	hlt

fail:	mov	$no, %si
	call	say
	call	wait
	mov	$1, %al
	mov	$0xf8, %dx
	out	%al, %dx
	hlt

wait:	mov	$0x86, %ah	/* CX:DX microseconds, by IRQ 8 */
	mov	$1, %cx
	xor	%dx, %dx
	int	$0x15
	jc	fail
	ret

1:	mov	$0x0e, %ah
	mov	$7, %bx
	int	$0x10
say:	lodsb
	test	%al, %al
	jnz	1b
	ret

packet:	.byte	16, 0
	.word	1, 0x7e00, 0	/* one sector to 0:7e00, */
	.quad	1		/* that after this */
no:	.asciz	"FAIL: the BIOS says no\r\n"
	.org	510
	.word	0xaa55

	.asciz	"PASS: sector 1, after a tick\r\n"
	.org	1 << 20
