/* SPDX-License-Identifier: MIT
 *
 * The calendar, against a walk day by day that knows no formula.
 */
#include "devices/calendar.h"
#include "tools/unit.h"

enum { DAY = 86400 };

static unsigned
days_in(int64_t year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool
same(const struct calendar *a, const struct calendar *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day &&
	    a->weekday == b->weekday && a->hour == b->hour &&
	    a->minute == b->minute && a->second == b->second;
}

static void
test_walk(void)
{
	struct calendar c = {
		.year = 1600, .month = 1, .day = 1, .weekday = 6
	};
	int64_t time = -(int64_t)135140 * DAY;
	bool right = true;

	unit_case("every day from 1600 to 2400, there and back");
	for (; c.year < 2401; time += DAY) {
		struct calendar got = calendar_of(time);

		right &= same(&got, &c) && calendar_seconds(&c) == time;
		c.weekday = (c.weekday + 1) % 7;
		if (++c.day <= days_in(c.year, c.month))
			continue;
		c.day = 1;
		c.year += c.month == 12;
		c.month = c.month % 12 + 1;
	}
	expect(right);
	expect_eq(time, 13601088000); /* date -ud 2401-01-01 +%s */
}

static void
test_day(void)
{
	struct calendar c = calendar_of(-1), d = calendar_of(DAY - 1);

	unit_case("seconds of a day");
	expect(same(&c, &(struct calendar){ 1969, 12, 31, 3, 23, 59, 59 }));
	expect(same(&d, &(struct calendar){ 1970, 1, 1, 4, 23, 59, 59 }));
	c = calendar_of(951827696);
	expect(same(&c, &(struct calendar){ 2000, 2, 29, 2, 12, 34, 56 }));
}

static void
test_overflow(void)
{
	struct calendar a = { 2001, 14, 0, 0, 25, 61, 61 };
	struct calendar b = { 2002, 1, 31, 0, 26, 2, 1 };
	struct calendar c = { 2001, 0, 32, 0, 0, 0, 0 };
	struct calendar d = { 2001, 1, 1, 0, 0, 0, 0 };

	unit_case("fields past their end");
	expect_eq(calendar_seconds(&a), calendar_seconds(&b));
	expect_eq(calendar_seconds(&c), calendar_seconds(&d));
}

int
main(void)
{
	test_walk();
	test_day();
	test_overflow();
	return unit_done();
}
