/* SPDX-License-Identifier: MIT
 *
 * Output, verdicts and the few functions that the compiler calls.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { COM1 = 0x3f8, LSR = 5, LSR_DR = 1, PORT_EXIT = 0xf8 };

static unsigned failures;

void
put(const void *bytes, size_t count)
{
	outsb(COM1, bytes, count);
}

void
puts(const char *text)
{
	put(text, strlen(text));
}

static void
put_number(uint64_t value, unsigned base)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	put(digits + at, sizeof(digits) - at);
}

void
put_hex(uint64_t value)
{
	puts("0x");
	put_number(value, 16);
}

void
put_dec(uint64_t value)
{
	put_number(value, 10);
}

uint8_t
ask(void)
{
	puts("ready\n");
	while ((inb(COM1 + LSR) & LSR_DR) == 0)
		;
	return inb(COM1);
}

void
expect(bool cond, const char *what)
{
	if (cond)
		return;
	failures++;
	puts("FAIL: ");
	puts(what);
	puts("\n");
}

void
expect_eq(uint64_t got, uint64_t want, const char *what)
{
	if (got == want)
		return;
	failures++;
	puts("FAIL: ");
	puts(what);
	puts(": ");
	put_hex(got);
	puts(", not ");
	put_hex(want);
	puts("\n");
}

void
finish(void)
{
	puts(failures == 0 ? "PASS\n" : "FAIL\n");
	exit_status(failures != 0 ? 2 : 0);
}

void
fail(const char *what)
{
	expect(false, what);
	finish();
}

void
exit_status(uint8_t status)
{
	for (;;)
		outb(PORT_EXIT, status);
}

/* By eight bytes where that goes: each step of a string instruction costs as
 * much as an instruction where those are emulated. */
void *
memcpy(void *to, const void *from, size_t count)
{
	void *at = to;
	size_t words = count / 8;

	count %= 8;
	__asm__ volatile("rep movsq; mov %3, %2; rep movsb"
			 : "+D"(at), "+S"(from), "+c"(words)
			 : "r"(count)
			 : "memory");
	return to;
}

void *
memset(void *at, int byte, size_t count)
{
	void *to = at;
	size_t words = count / 8;

	count %= 8;
	__asm__ volatile("rep stosq; mov %2, %1; rep stosb"
			 : "+D"(to), "+c"(words)
			 : "r"(count), "a"(0x0101010101010101 * (uint8_t)byte)
			 : "memory");
	return at;
}

/* Equal or not; no order. */
int
memcmp(const void *a, const void *b, size_t count)
{
	size_t words = count / 8;
	bool differ;

	count %= 8;
	__asm__ volatile("cmp %3, %3; repe cmpsq; jne 1f;"
			 "mov %4, %3; cmp %3, %3; repe cmpsb; 1:"
			 : "=@ccne"(differ), "+S"(a), "+D"(b), "+c"(words)
			 : "r"(count)
			 : "memory");
	return differ;
}

size_t
strlen(const char *text)
{
	size_t left = ~(size_t)0;

	__asm__ volatile("repne scasb"
			 : "+D"(text), "+c"(left)
			 : "a"(0)
			 : "memory");
	return ~left - 1;
}

bool
starts_with(const char *text, const char *with)
{
	return memcmp(text, with, strlen(with)) == 0;
}

uint64_t
peek(uint64_t at, unsigned size)
{
	switch (size) {
	case 1:
		return *(volatile uint8_t *)phys(at);
	case 2:
		return *(volatile uint16_t *)phys(at);
	case 4:
		return *(volatile uint32_t *)phys(at);
	default:
		return *(volatile uint64_t *)phys(at);
	}
}

void
poke(uint64_t at, unsigned size, uint64_t value)
{
	switch (size) {
	case 1:
		*(volatile uint8_t *)phys(at) = (uint8_t)value;
		break;
	case 2:
		*(volatile uint16_t *)phys(at) = (uint16_t)value;
		break;
	case 4:
		*(volatile uint32_t *)phys(at) = (uint32_t)value;
		break;
	default:
		*(volatile uint64_t *)phys(at) = value;
	}
}

uint32_t
random32(void)
{
	static uint32_t state = 0x9e3779b9;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

uint64_t
random64(void)
{
	return (uint64_t)random32() << 32 | random32();
}
