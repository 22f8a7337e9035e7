/* SPDX-License-Identifier: MIT
 *
 * The lines of stderr: what does not fit, and what would be no line.
 */
#include "vmm/log_line.h"

#include <string.h>

#include "tools/unit.h"

static char line[LOG_LINE];

__attribute__((format(printf, 2, 3))) static size_t
say(const char *tail, const char *fmt, ...)
{
	va_list args;
	size_t length;

	memset(line, '#', sizeof(line));
	va_start(args, fmt);
	length = log_line(line, fmt, args, tail);
	va_end(args);
	return length;
}

static void
test_whole(void)
{
	unit_case("log_line: its parts, one after another");
	expect_eq(say("", "%s", ""), 6);
	expect(strcmp(line, "mica: ") == 0);
	expect_eq(say(": x", "a%db", 12), 13);
	expect(strcmp(line, "mica: a12b: x") == 0);
}

static void
test_long(void)
{
	char text[LOG_LINE + 1];

	memset(text, 'a', sizeof(text));
	unit_case("log_line: cut where the line's end would not fit");
	for (size_t length = LOG_LINE - 20; length <= LOG_LINE; length++) {
		size_t whole = length + 6 + 2;

		text[length] = '\0';
		expect_eq(say("bc", "%s", text), MIN(whole, LOG_LINE - 3));
		text[length] = 'a';
		expect_eq(strlen(line), MIN(whole, LOG_LINE - 3));
	}
	expect(line[LOG_LINE - 1] == '#' && line[LOG_LINE - 2] == '#');
}

static void
test_control(void)
{
	unit_case("log_line: no second line, nothing for the terminal");
	expect_eq(say("\r\n", "a\nb\tc\033[2J\177\xc3\xa9%s", "\1"), 21);
	expect(strcmp(line, "mica: a?b?c?[2J?\xc3\xa9???") == 0);
}

int
main(void)
{
	test_whole();
	test_long();
	test_control();
	return unit_done();
}
