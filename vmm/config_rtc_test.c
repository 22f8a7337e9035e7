/* SPDX-License-Identifier: MIT
 *
 * --rtc's text.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config.h"

static struct config c;

static bool
takes(const char *text)
{
	memset(&c, 0, sizeof(c));
	return opt_rtc(&c, text) == NULL;
}

static void
test_right(void)
{
	unit_case("what may be said");
	expect(takes("base=utc") && c.rtc.base == RTC_UTC);
	expect(takes("base=localtime") && c.rtc.base == RTC_LOCALTIME);
	expect(takes("base=1970-01-02"));
	expect(c.rtc.base == RTC_DATETIME);
	expect_eq(c.rtc.seconds, 86400);
	expect(takes("base=2000-02-29T23:59:58,base-year=1980"));
	expect_eq(c.rtc.seconds, 951868798);
	expect_eq(c.rtc.base_year, 1980);
	expect(!c.rtc.slew);
	expect(takes("lost-tick-policy=slew,base=utc") && c.rtc.slew);
	expect(takes("lost-tick-policy=slew,lost-tick-policy=discard"));
	expect(!c.rtc.slew);
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "utc", "base=", "base=UTC",
		"base=1970-1-2", "base=1970-01-02T", "base=1970-01-02T00:00",
		"base=1970-01-02T24:00:00", "base=1970-01-02T00:60:00",
		"base=1970-01-02T00:00:60", "base=2001-02-29",
		"base=1970-04-31", "base=1970-13-01", "base=1970-00-01",
		"base=1970-01-00", "base=1970-01-02T00:00:00Z",
		"base=19700-01-02", "base-year=", "base-year=x",
		"base-year=10000", "lost-tick-policy=", "lost-tick-policy=x",
		"slew", "base=utc,clock=vm" };

	unit_case("what may not");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		if (takes(wrong[i])) {
			printf("# %s\n", wrong[i]);
			expect(!"taken");
		}
}

int
main(void)
{
	test_right();
	test_wrong();
	return unit_done();
}
