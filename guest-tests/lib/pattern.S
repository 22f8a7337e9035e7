/* SPDX-License-Identifier: MIT
 *
 * Bytes that repeat nowhere near, every value among them: as a file of the
 * host's (cut to length) a module, an initrd or the output to expect.
 */
	.section .rodata
	.globl	pattern
	.balign	8
pattern:
	.set	n, 0
	.rept	0x10000
	.byte	(n * n / 128 + n * 3 + n / 256) & 255
	.set	n, n + 1
	.endr
