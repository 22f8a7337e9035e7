/* SPDX-License-Identifier: MIT
 *
 * Flat images, in the mode that --loader asks for: the state, and every byte
 * of the image where it belongs.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

static void
check_real(void)
{
	expect_eq(entry.cr0 & 0x80000001, 0, "CR0 PE, PG");
	expect_eq(entry.rflags & 0x300, 0, "FLAGS TF, IF");
	expect_eq(entry.ds | entry.es | entry.fs | entry.gs | entry.ss, 0,
	    "data segments");
	expect_eq((entry.cs << 4) + entry.rip, (uint64_t)image_start, "CS:IP");
	expect_eq(entry.idt.base, 0, "the vectors' base");
	expect_eq(entry.idt.limit, 0x3ff, "the vectors' limit");
}

void
main(void)
{
	uint64_t base = (uint64_t)image_start;

	if (base == 0x7c00)
		check_real();
	else if (base == 0x100000)
		check_protected();
	else
		check_long();
	expect_eq(pattern[0xffff],
	    (0xffffull * 0xffff / 128 + 0xffff * 3 + 255) & 0xff,
	    "the pattern's last byte");
	expect_eq(entry.rax | entry.rbx | entry.rcx | entry.rdx | entry.rsi |
		entry.rdi,
	    0, "general registers");
}
