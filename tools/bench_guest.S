/* SPDX-License-Identifier: MIT
 *
 * The guest of tools/bench_boot, in three forms: one byte to COM1 and the exit
 * port (BYTE); the same with LOOPS writes to port 0x80 and another byte in
 * between (ROUND_TRIPS); one byte, then spinning for good (SPIN). 32-bit code
 * with a PVH note, one page, so that floor, mica and QEMU all run it.
 */
	.section .note.pvh, "a", @note
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start

	.text
	.code32
	.globl	start
start:
	mov	$0x3f8, %edx
	mov	$'.', %al
	out	%al, %dx
#ifdef ROUND_TRIPS
	mov	$LOOPS, %ecx
1:	out	%al, $0x80
	dec	%ecx
	jnz	1b
	out	%al, %dx
#endif
#ifdef SPIN
2:	pause
	jmp	2b
#endif
	mov	$0xf4, %edx
	xor	%al, %al
	out	%al, %dx
3:	jmp	3b
	.org	0x1000
