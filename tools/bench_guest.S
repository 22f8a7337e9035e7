/* SPDX-License-Identifier: MIT
 *
 * The guest of tools/bench_boot and tools/bench_exit: one byte to COM1 and the
 * exit port (BYTE); the same with LOOPS accesses and another byte in between
 * (PORT_WRITE and so on); one byte, then spinning for good (SPIN). 32-bit code
 * with a PVH note, one page, so that floor, mica and QEMU all run it.
 */
#ifdef PORT_WRITE			/* COM1's scratch register */
#define PREPARE	mov $0x3ff, %edx
#define TRIP	out %al, %dx
#endif
#ifdef PORT_READ
#define PREPARE	mov $0x3ff, %edx
#define TRIP	in %dx, %al
#endif
#ifdef MMIO_WRITE			/* the IOAPIC's index */
#define PREPARE	mov $0xfec00000, %ebx; xor %eax, %eax
#define TRIP	mov %eax, (%ebx)
#endif
#ifdef MMIO_READ
#define PREPARE	mov $0xfec00000, %ebx
#define TRIP	mov (%ebx), %eax
#endif
#ifdef DOORBELL
#define PREPARE	call enable_queue; xor %eax, %eax
#define TRIP	mov %ax, 0x3000(%ebx)
#endif

	.section .note.pvh, "a", @note
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start

	.text
	.code32
	.globl	start
start:
	mov	$0x8000, %esp
	mov	$0x3f8, %edx
	mov	$'.', %al
	out	%al, %dx
#ifdef TRIP
	PREPARE
	mov	$LOOPS, %ecx
1:	TRIP
	dec	%ecx
	jnz	1b
	mov	$0x3f8, %edx
	mov	$'.', %al
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

#ifdef DOORBELL
/* Of PCI device 1, queue 0, in %ebx its memory, by virtio 1.3, 4.1.4.3. The
 * driver goes no further, so that a kick is nothing but a kick. */
enable_queue:
	mov	$0xcf8, %edx
	mov	$0x80000804, %eax	/* device 1, command */
	out	%eax, %dx
	mov	$0xcfc, %edx
	mov	$6, %eax		/* memory space, bus master */
	out	%ax, %dx
	mov	$0xc0008000, %ebx
	movb	$3, 20(%ebx)		/* ACKNOWLEDGE, DRIVER */
	movl	$1, 8(%ebx)
	movl	$1, 12(%ebx)		/* VERSION_1 */
	movb	$11, 20(%ebx)		/* FEATURES_OK */
	movw	$0, 22(%ebx)
	movl	$0x200000, 32(%ebx)
	movl	$0x201000, 40(%ebx)
	movl	$0x202000, 48(%ebx)
	movw	$1, 28(%ebx)
	ret
#endif
	.org	0x1000
