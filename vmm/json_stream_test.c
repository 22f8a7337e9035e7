/* SPDX-License-Identifier: MIT
 *
 * Objects cut out of a client's bytes: with and without newlines, halves,
 * garbage and lines without end.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/json_stream.h"

static struct json_stream s;

/* What was found, a letter each: Whole, Stray, Unfinished, Long. */
static const char *
feed(const char *bytes, size_t length)
{
	static char found[64];
	size_t count = 0;

	for (size_t i = 0; i < length && count < sizeof(found) - 1; i++) {
		enum json_found what = json_stream_put(&s, bytes[i]);

		if (what != JSON_NOTHING)
			found[count++] = "-WSUL"[what];
	}
	found[count] = '\0';
	return found;
}

static bool
finds(const char *text, const char *what)
{
	memset(&s, 0, sizeof(s));
	if (strcmp(feed(text, strlen(text)), what) == 0)
		return true;
	printf("# %s\n", text);
	return false;
}

static void
test_objects(void)
{
	unit_case("json_stream: an object ends with its brace");
	expect(finds("{}", "W"));
	expect(finds("{}{}\r\n\t {\"a\":[{}]}\n", "WWW"));
	expect(finds("{\"}\":\"{\"}", "W"));
	expect(finds("{\"\\\"}\"}", "W"));
	expect(finds("{\"\\\\\"}", "W"));
	expect(finds("{\"\\\\\\\"\"}", "W"));
	expect(finds("{]", "W")); /* json_read() will say so */
	expect(finds("{\\\"}\"}", "W"));
	expect(finds(" {\"a\": 1} ", "W"));
	expect_eq(s.length, 8);
	expect(memcmp(s.text, "{\"a\": 1}", 8) == 0);
}

static void
test_lines(void)
{
	unit_case("json_stream: a newline ends what is unfinished");
	expect(finds("{\"a\n{}\n", "UW"));
	expect(finds("{\"execute\":\n\"stop\"}\n{}", "USW"));
	expect(finds("{\"a\\\n{}", "UW"));
	expect(finds("{[[[\n{\"a\":1}", "UW"));
	expect(finds("\n\n\n", ""));
}

static void
test_stray(void)
{
	unit_case("json_stream: a stray line is one error");
	expect(finds("[1]{}\n{}", "SW"));
	expect(finds("quit quit\nquit\n{}", "SSW"));
	expect(finds("{} x {}\n{}", "WSW"));
	expect(finds("\xff{}\n{}", "SW"));
	expect(finds("}\n{}", "SW"));
	memset(&s, 0, sizeof(s));
	expect(strcmp(feed("\0{}\n{}", 6), "SW") == 0);
}

static void
test_long(void)
{
	static char line[3 * JSON_TEXT];

	unit_case("json_stream: a line too long is one error and skipped");
	memset(line, 'x', sizeof(line));
	line[0] = '{';
	line[JSON_TEXT - 1] = '}';
	memset(&s, 0, sizeof(s));
	expect(strcmp(feed(line, JSON_TEXT), "W") == 0);
	expect_eq(s.length, JSON_TEXT);
	line[JSON_TEXT - 1] = 'x';
	line[JSON_TEXT] = '}';
	expect(strcmp(feed(line, sizeof(line)), "L") == 0);
	expect(strcmp(feed("{}\n{}", 5), "W") == 0);
}

static void
test_random(void)
{
	static const char of[] = "{}[]\"\\\na ";
	uint64_t seed = 1;

	unit_case("json_stream: random bytes; then a line is understood");
	memset(&s, 0, sizeof(s));
	for (unsigned i = 0; i < 2000000; i++) {
		char byte = of[unit_random(&seed) % (sizeof(of) - 1)];

		if (json_stream_put(&s, byte) == JSON_WHOLE)
			expect(s.length >= 2 && s.length <= JSON_TEXT);
		if (byte == '\n' && i % 7 == 0)
			expect(strcmp(feed("{}\n", 3), "W") == 0);
	}
}

int
main(void)
{
	test_objects();
	test_lines();
	test_stray();
	test_long();
	test_random();
	return unit_done();
}
