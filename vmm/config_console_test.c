/* SPDX-License-Identifier: MIT
 *
 * --console's text.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config.h"

static struct config c;

static bool
takes(const char *text)
{
	return opt_console(&c, text) == NULL;
}

static bool
alone(const char *text)
{
	memset(&c, 0, sizeof(c));
	return takes(text) && c.console_count == 1;
}

static bool
is(unsigned port, enum console_kind kind, const char *path, const char *name)
{
	const struct config_console *p = &c.consoles[port];

	return p->kind == kind && strcmp(p->path, path) == 0 &&
	    strcmp(p->name, name) == 0;
}

static void
test_right(void)
{
	unit_case("what may be said");
	expect(alone("stdio"));
	expect(is(0, CONSOLE_STDIO, "", ""));
	expect(c.devices.console.present);
	expect(c.devices.console.modern && c.devices.console.legacy);
	expect(alone("unix=/run/a,,b,name=org.example.1"));
	expect(is(0, CONSOLE_UNIX, "/run/a,b", "org.example.1"));
	expect(alone("name=x=y,file=log"));
	expect(is(0, CONSOLE_FILE, "log", "x=y"));
	expect(alone("stdio,modern=off"));
	expect(!c.devices.console.modern && c.devices.console.legacy);
	expect(takes("file=a,modern=on,legacy=off"));
	expect(takes("unix=b"));
	expect(is(1, CONSOLE_FILE, "a", "") && is(2, CONSOLE_UNIX, "b", ""));
	expect(c.devices.console.modern && !c.devices.console.legacy);
	memset(&c, 0, sizeof(c));
	expect(!c.devices.console.present);
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "tty", "unix",
		"unix=", "file=", "name=a", "stdio=on", "stdio,stdio",
		"unix=a,file=b", "stdio,file=b", "file=a,file=b",
		"file=a,name=", "file=a,name=b/c", "file=a,ro",
		"stdio,modern=no", "stdio,modern=off,legacy=off", ",stdio" };

	unit_case("what may not");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		expect(!alone(wrong[i]));
}

static void
test_lengths(void)
{
	static char text[8192];

	unit_case("paths of 107 characters for sockets, names of 64");
	for (size_t n = 1; n < 200; n++) {
		memset(text, 'a', sizeof(text));
		memcpy(text, "unix=", 5);
		text[5 + n] = '\0';
		expect_eq(alone(text), n <= 107);
		memcpy(text, "file=", 5);
		expect(alone(text));
		memset(text, 'a', sizeof(text));
		memcpy(text, "stdio,name=", 11);
		text[11 + n] = '\0';
		expect_eq(alone(text), n <= 64);
	}
	unit_case("more text than there is room for");
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "file=", 5);
	expect(!alone(text));
	expect(c.text_used <= sizeof(c.text));
}

static void
test_many(void)
{
	unit_case("eight ports, one of them stdio, no name twice");
	memset(&c, 0, sizeof(c));
	expect(takes("unix=a,name=a"));
	expect(takes("stdio"));
	expect(!takes("stdio,name=s"));
	expect(!takes("unix=b,name=a"));
	expect_eq(c.console_count, 2);
	for (unsigned i = 2; i < 8; i++)
		expect(takes("file=b"));
	expect(!takes("file=b"));
	expect_eq(c.console_count, 8);
}

int
main(void)
{
	test_right();
	test_wrong();
	test_lengths();
	test_many();
	return unit_done();
}
