/* SPDX-License-Identifier: MIT
 *
 * A bare-metal library for guests that test mica: 64-bit, one stack, no heap,
 * no interrupts until asked for. A guest is a file with main(); it returns and
 * says PASS, or has failed by then. See ../README.md for what may be used:
 * some KVMs emulate guest code at 0.3 us an instruction and refuse a few.
 */
#ifndef GUEST_TESTS_GUEST_H
#define GUEST_TESTS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guest itself; when it returns, finish() follows. */
void main(void);

/* The CPU as the first instruction found it: lib/entry.inc. */
extern struct entry {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, rflags;
	uint64_t cr0, cr3, cr4, efer, rip;
	uint64_t cs, ds, es, fs, gs, ss;
	uint64_t probe[5]; /* what ds, es, fs, gs and ss read at 4 GiB - 4 */
	struct table {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) gdt, idt;
} entry;

/* The image: from its first byte to the end of its zeroed part. */
extern uint8_t image_start[], image_end[];

/* The same bytes as the module and initrd files of ../guests.mk. */
enum { PATTERN_BYTES = 0x10000, PATTERN2_BYTES = 5001 };
extern const uint8_t pattern[PATTERN_BYTES];

/* Output: COM1, no initialisation, one exit a call. */
void put(const void *bytes, size_t count);
void puts(const char *text);
void put_hex(uint64_t value);
void put_dec(uint64_t value);

/* One byte from COM1, polled; says "ready" first, for the driver's sake. */
uint8_t ask(void);

/* A condition that the VMM owes the guest. A failure is printed and counted. */
void expect(bool cond, const char *what);
void expect_eq(uint64_t got, uint64_t want, const char *what);

/* PASS or FAIL, and the end of the machine by port 0xf8. */
_Noreturn void finish(void);
_Noreturn void fail(const char *what);
_Noreturn void exit_status(uint8_t status);

/* The compiler calls these too. */
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *at, int byte, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *text);
bool starts_with(const char *text, const char *with);

/* RAM and device memory by guest-physical address: all below 5 GiB is mapped
 * there, and address 0 is like any other. */
static inline volatile void *
phys(uint64_t at)
{
	__asm__("" : "+r"(at));
	return (volatile void *)at;
}

/* One access there; size 1, 2, 4 or 8. */
uint64_t peek(uint64_t at, unsigned size);
void poke(uint64_t at, unsigned size, uint64_t value);

/* A number that repeats from run to run: xorshift. */
uint32_t random32(void);
uint64_t random64(void);

#endif
