/* SPDX-License-Identifier: MIT
 *
 * Text beside what libc's printf makes of the same forms and values, and
 * numbers at their limits.
 */
#include <inttypes.h>
#include <string.h>

#include "tools/unit.h"
#include "vmm/text.h"

/* The same from both, the length too. */
#define SAME(...)                                                              \
	do {                                                                   \
		char ours[64], theirs[64];                                     \
		size_t length = text_put(ours, sizeof(ours), __VA_ARGS__);     \
                                                                               \
		expect_eq(length,                                              \
		    (size_t)snprintf(theirs, sizeof(theirs), __VA_ARGS__));    \
		expect(strcmp(ours, theirs) == 0);                             \
	} while (0)

static void
test_words(void)
{
	unit_case("text: words and characters, as printf");
	SAME("plain");
	SAME("%s%s", "one", "");
	SAME("[%8s] [%-8s]", "word", "word");
	SAME("[%2s] [%-2s]", "longer", "longer");
	SAME("%.3s %.9s %.0s.", "precise", "precise", "precise");
	SAME("%-6.2s|", "left");
	SAME("%c%c 100%%", 'a', '\xff');
}

static void
test_no_end(void)
{
	static const char word[4] = { 'w', 'o', 'r', 'd' };

	unit_case("text: a precision reads no further");
	SAME("%.4s", word);
}

static void
test_numbers(void)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, 15, 16, 255, 65536,
		INT32_MAX, 1u << 31, UINT32_MAX, 1ull << 32, INT64_MAX,
		1ull << 63, UINT64_MAX };

	unit_case("text: numbers, as printf");
	for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t n = numbers[i];

		SAME("%u %d %x", (unsigned)n, (int)n, (unsigned)n);
		SAME(
		    "%lu %ld %lx", (unsigned long)n, (long)n, (unsigned long)n);
		SAME("%llu %llx", (unsigned long long)n, (unsigned long long)n);
		SAME("%zu", (size_t)n);
		SAME("[%5u] [%-5u] [%05u]", (unsigned)n, (unsigned)n,
		    (unsigned)n);
		SAME("[%04x] [%016llx]", (unsigned)n, (unsigned long long)n);
		SAME("%12llu|%-25llu|", (unsigned long long)n,
		    (unsigned long long)n);
	}
}

static void
test_room(void)
{
	char text[4];

	unit_case("text: no more than there is room for");
	for (size_t room = 0; room <= 4; room++) {
		memset(text, '#', sizeof(text));
		expect_eq(text_put(text, room, "ab%s", "cd"), 4);
		for (size_t i = room; i < sizeof(text); i++)
			expect_eq(text[i], '#');
		if (room > 0)
			expect_eq(strlen(text), room - 1);
	}
	expect(memcmp(text, "abc", 4) == 0);
}

/* The number that is read, and how many characters; -1: none. */
static int
reads(const char *text, unsigned base, uint64_t *n)
{
	const char *end = text_number(text, base, n);

	return end != NULL ? (int)(end - text) : -1;
}

static void
test_read(void)
{
	uint64_t n;

	unit_case("text: reads decimal and hexadecimal");
	expect_eq(reads("0", 10, &n), 1);
	expect_eq(n, 0);
	expect_eq(reads("1234K", 10, &n), 4);
	expect_eq(n, 1234);
	expect_eq(reads("12a4", 10, &n), 2);
	expect_eq(reads("00fFAg", 16, &n), 5);
	expect_eq(n, 0xffa);
	expect_eq(reads("18446744073709551615", 10, &n), 20);
	expect_eq(n, UINT64_MAX);
	expect_eq(reads("ffffffffffffffff", 16, &n), 16);
	expect_eq(n, UINT64_MAX);
}

static void
test_no_number(void)
{
	static const char *const none[] = { "", " 1", "-1", "+1", "x", "K",
		"\x10", ":", "/", "g", "@", "`", "18446744073709551616",
		"99999999999999999999999" };
	uint64_t n;

	unit_case("text: reads nothing else as a number");
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
		expect_eq(reads(none[i], 10, &n), -1);
	expect_eq(reads("", 16, &n), -1);
	expect_eq(reads("\x11", 16, &n), -1);
	expect_eq(reads("10000000000000000", 16, &n), -1);
}

int
main(void)
{
	test_words();
	test_no_end();
	test_numbers();
	test_room();
	test_read();
	test_no_number();
	return unit_done();
}
