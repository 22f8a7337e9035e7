/* SPDX-License-Identifier: MIT
 *
 * A 64-bit vmlinux without a PVH note: entered at the ELF header's address.
 */
#include "guest-tests/lib/entry.inc"

	.section .start, "ax"
	.code64
	.globl	guest_entry
guest_entry:
	SAVE_ENTRY64
	jmp	start64
