/* SPDX-License-Identifier: MIT
 *
 * A whole CPU state as the boot protocols promise it, free of KVM's types.
 * The protocols differ by the constant that they copy and the few registers
 * that they then set.
 */
#ifndef BOOT_ENTRY_H
#define BOOT_ENTRY_H

#include "vmm/util.h"

struct gmem;

enum entry_mode { ENTRY_REAL, ENTRY_PROTECTED, ENTRY_LONG };

/* A segment register with its hidden part. `access` is laid out as bits 40 to
 * 55 of a descriptor (Intel SDM volume 3, 3.4.5): type, S, DPL, P in the low
 * byte; AVL, L, D/B, G in bits 12 to 15. */
struct segment {
	uint16_t selector;
	uint16_t access;
	uint32_t limit; /* in bytes, expanded */
	uint64_t base;
};

struct entry {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rip;
	struct segment cs, ds, tr; /* ds also stands for es, fs, gs and ss */
	uint64_t gdt_base, idt_base;
	uint16_t gdt_limit, idt_limit;
	uint64_t cr0, cr3, cr4, efer;
};

/* The reset vector of a CPU that has just been powered on. */
extern const struct entry entry_reset;

/* Interrupts off everywhere; general registers zero. */
extern const struct entry entry_real;	   /* IVT at 0, segments 0, 16 bit */
extern const struct entry entry_protected; /* flat 4 GiB, paging off */
extern const struct entry entry_long;	   /* 4 GiB identity-mapped, 2 MiB */

/* Writes the GDT that the last two point at, and for entry_long the page
 * tables, to their places in boot/lowmem.def. False: not RAM.
 * ENTRY_REAL has none. */
bool entry_tables(const struct gmem *mem, enum entry_mode mode);

#endif
