/* SPDX-License-Identifier: MIT
 *
 * A bzImage (Linux: Documentation/arch/x86/boot.rst): a boot sector with the
 * setup header, setup code, and the kernel proper with the 64-bit entry 0x200
 * behind its first byte. With SETUP16 it is an old one, which has the 16-bit
 * entry alone and asks the BIOS for the memory map. bzimage.ld joins them.
 */
#ifdef SETUP16
#define ENTRY entry16
#endif
#include "guest-tests/lib/entry.inc"
	.set	HEADER, 0x1f1
	.set	SETUP_SECTS, 4

	.section .setup, "awx"
	.code16
	.org	HEADER
	.byte	SETUP_SECTS		# setup_sects
	.word	1			# root_flags
	.long	kernel_paragraphs	# syssize
	.word	0, 0, 0			# ram_size, vid_mode, root_dev
	.word	0xaa55			# boot_flag
	.byte	0xeb, header_end - 1f	# jump
1:	.ascii	"HdrS"
#ifdef SETUP16
	.word	0x204			# version
#else
	.word	0x20f
#endif
	.long	0			# realmode_swtch
	.word	0, 0			# start_sys_seg, kernel_version
	.byte	0, 1			# type_of_loader, loadflags LOADED_HIGH
	.word	0			# setup_move_size
	.long	0x100000		# code32_start
	.long	0, 0			# ramdisk_image, ramdisk_size
	.long	0			# bootsect_kludge
	.word	0			# heap_end_ptr
	.byte	0, 0			# ext_loader_ver, ext_loader_type
	.long	0			# cmd_line_ptr
	.long	0x7fffffff		# initrd_addr_max
#ifndef SETUP16
	.long	0x200000		# kernel_alignment
	.byte	1, 21			# relocatable_kernel, min_alignment
	.word	3			# xloadflags: KERNEL_64, ABOVE_4G
	.long	4095			# cmdline_size
	.long	0			# hardware_subarch
	.quad	0			# hardware_subarch_data
	.long	0, 0			# payload_offset, payload_length
	.quad	0			# setup_data
	.quad	image_start		# pref_address
	.long	0x200000		# init_size
	.long	0, 0			# handover_offset, kernel_info_offset
#endif
header_end:

#ifndef SETUP16
	hlt				# nobody comes by this road
	.org	512 * (1 + SETUP_SECTS)

	.section .start, "ax"
	hlt				# nor by the 32-bit entry
	.org	0x200
	.code64
	SAVE_ENTRY64
	jmp	start64
#else
/* DS is the segment that this was loaded into, offsets count from its start. */
	SAVE_REGISTERS e
	SAVE_SEGMENTS
	mov	%cr0, %eax
	mov	%eax, entry16 + E_CR0
	pushf
	pop	%ax
	mov	%ax, entry16 + E_RFLAGS

	xor	%ebx, %ebx		# INT 15h, E820h: the memory map
	mov	$map, %di
1:	mov	$0xe820, %eax
	mov	$0x534d4150, %edx
	mov	$20, %ecx
	int	$0x15
	jc	2f
	cmp	$0x534d4150, %eax
	jne	2f
	add	$20, %di
	test	%ebx, %ebx
	jnz	1b
2:	mov	%di, map_end

	mov	$0x0e41, %ax		# INT 10h: no console there
	int	$0x10
	setc	refused

	xor	%ebx, %ebx
	mov	%ds, %bx
	shl	$4, %ebx
	add	%ebx, gdt16 + 2
	lgdtl	gdt16
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $image_start

	.balign	8
gdt16:	.word	3 * 8 - 1
	.long	gdt16
	.word	0
	.quad	0x00cf9b000000ffff	# 0x08: 32-bit code
	.quad	0x00cf93000000ffff	# 0x10: data
	.globl	entry16, map, map_end, refused
entry16:
	.skip	ENTRY_BYTES
map:	.skip	20 * 20
map_end:
	.word	0
refused:
	.byte	0
	.org	512 * (1 + SETUP_SECTS)

	.section .start, "ax"
	.code32
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	lea	entry16(%ebx), %esi
	mov	$entry, %edi
	mov	$ENTRY_BYTES, %ecx
	rep movsb
	jmp	start32
#endif
