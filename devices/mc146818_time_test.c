/* SPDX-License-Identifier: MIT
 *
 * The time registers in their four forms, at the edges of the calendar, and
 * alarms against a walk second by second.
 */
#include "devices/mc146818_fixture.h"

enum { DAY = 86400 };

/* Every form of every second around the edges of days, months and years. */
static void
test_edges(void)
{
	static const int64_t edges[] = { 0, 68169600 /* 1972-02-29 */,
		946684800 /* 2000 */, 951868800 /* 2000-03-01 */,
		1709164800 /* 2024-02-29 */, 4107542400 /* 2100-03-01 */,
		4102444800 /* 2100 */ };

	unit_case("midnight of special days, in all forms");
	for (unsigned form = 0; form < 4; form++)
		for (unsigned i = 0; i < ARRAY_SIZE(edges); i++) {
			begin(edges[i], 0);
			put(REG_B, 0x80 | (uint8_t)(form << 1));
			mc146818_set_time(&rtc, edges[i] - 1);
			put(REG_B, (uint8_t)(form << 1));
			expect_eq(mc146818_time(&rtc), edges[i] - 1);
			wait_ms(1000);
			get(REG_D);
			expect_eq(mc146818_time(&rtc), edges[i]);
			expect_eq(get(REG_HOURS),
			    form & 1	   ? 0
				: form & 2 ? 12
					   : 0x12);
		}
}

/* Each month's end from 1970 to 2099, by the chip's own going on. */
static void
test_months(void)
{
	bool right = true;

	unit_case("the end of each month from 1970 to 2099");
	begin(0, 0);
	for (unsigned month = 1; month <= 130 * 12; month++) {
		struct calendar c = { 1970, month + 1, 1, 0, 0, 0, 0 };
		int64_t next = calendar_seconds(&c);

		put(REG_B, 0x82);
		mc146818_set_time(&rtc, next - 1);
		put(REG_B, 2);
		wait_ms(1000);
		right &= get(REG_DAY) == 1 && get(REG_HOURS) == 0 &&
		    get(REG_MONTH) == bcd(month % 12 + 1) &&
		    get(REG_YEAR) == bcd((70 + month / 12) % 100) &&
		    get(REG_CENTURY) == bcd((1970 + month / 12) / 100) &&
		    get(REG_WEEKDAY) == calendar_of(next).weekday + 1;
	}
	expect(right);
}

static void
test_hours(void)
{
	unit_case("12 hours: midnight and noon");
	begin(0, 0);
	put(REG_B, 0);
	for (unsigned hour = 0; hour < 24; hour++) {
		uint8_t byte = bcd(hour % 12 == 0 ? 12 : hour % 12);

		mc146818_set_time(&rtc, (int64_t)hour * 3600);
		expect_eq(get(REG_HOURS), byte | (hour >= 12 ? 0x80 : 0));
		expect_eq(mc146818_time(&rtc), hour * 3600);
	}
	put(REG_HOURS, 0x92); /* 12 p.m. */
	expect_eq(mc146818_time(&rtc), 12 * 3600);
	put(REG_HOURS, 0x12); /* 12 a.m. */
	expect_eq(mc146818_time(&rtc), 0);
}

/* Table 2, page 12: the ranges, in each form. */
static void
test_ranges(void)
{
	bool right = true;

	unit_case("each hour of each form, there and back");
	begin(0, 0);
	for (unsigned form = 0; form < 4; form++) {
		put(REG_B, 0x80 | (uint8_t)(form << 1));
		for (int64_t t = 0; t < DAY; t += 59) {
			mc146818_set_time(&rtc, t);
			right &= mc146818_time(&rtc) == t;
		}
	}
	expect(right);

	unit_case("the four forms of 23:58:59 on 29 December 1999");
	put(REG_B, 0x80);
	mc146818_set_time(&rtc, 946511939);
	expect_eq(get(REG_HOURS), 0x91);
	expect_eq(get(REG_MINUTES), 0x58);
	expect_eq(get(REG_YEAR), 0x99);
	put(REG_B, 0x82);
	mc146818_set_time(&rtc, 946511939);
	expect_eq(get(REG_HOURS), 0x23);
	put(REG_B, 0x84);
	mc146818_set_time(&rtc, 946511939);
	expect_eq(get(REG_HOURS), 0x8b);
	expect_eq(get(REG_SECONDS), 59);
	expect_eq(get(REG_CENTURY), 19);
	expect_eq(get(REG_WEEKDAY), 4);
	put(REG_B, 0x86);
	mc146818_set_time(&rtc, 946511939);
	expect_eq(get(REG_HOURS), 23);
	expect_eq(get(REG_DAY), 29);
}

/* What is no date is one all the same: the days run on. */
static void
test_no_date(void)
{
	unit_case("no such date: 31 April, month 0, digits above 9");
	begin(0, 0);
	put(REG_B, 0x82);
	put(REG_MONTH, 4);
	put(REG_DAY, 0x31);
	expect_eq(mc146818_time(&rtc), 120 * DAY); /* 1 May 1970 */
	put(REG_MONTH, 0);
	expect_eq(mc146818_time(&rtc), -DAY); /* 31 December 1969 */
	put(REG_MONTH, 1);
	put(REG_DAY, 0x0f);
	expect_eq(mc146818_time(&rtc), 14 * DAY);
	put(REG_B, 2);
	wait_ms(1000);
	expect_eq(get(REG_DAY), 0x15);
}

static void
test_weekday(void)
{
	unit_case("the weekday goes on from what was set, across any span");
	begin(0, 0); /* a Thursday: 5 */
	for (unsigned set = 0; set <= 7; set++)
		for (unsigned days = 0; days < 15; days++) {
			put(REG_WEEKDAY, (uint8_t)set);
			mc146818_advance(&rtc, 0, (int64_t)days * DAY);
			expect_eq(get(REG_WEEKDAY), (set + days + 6) % 7 + 1);
			mc146818_advance(&rtc, (int64_t)days * DAY, 0);
			expect_eq(get(REG_WEEKDAY), (set + 6) % 7 + 1);
		}
}

/* The same question, asked of every second. */
static bool
walk(int64_t time, int64_t count)
{
	const uint8_t *r = rtc.cmos;
	bool found = false;

	for (int64_t t = time + 1; t <= time + count && !found; t++) {
		mc146818_set_time(&rtc, t);
		found = true;
		for (unsigned i = REG_SECONDS; i <= REG_HOURS; i += 2)
			found &= r[i + 1] >= 0xc0 || r[i + 1] == r[i];
	}
	return found;
}

/* Alarms of a few seconds, minutes and hours, asked for from near them. */
static void
test_alarms(void)
{
	uint64_t seed = 146818;
	bool right = true;

	unit_case("alarms in a span, as a walk finds them");
	begin(0, 0);
	for (unsigned i = 0; i < 4000 && right; i++) {
		uint64_t r = unit_random(&seed);
		int64_t time = (int64_t)(r >> 8) % (2 * DAY);
		int64_t count = (int64_t)(r >> 32) % (r & 1 ? 200 : 8000) - 9;

		put(REG_B, 0x80 | (r & 6));
		mc146818_set_time(&rtc, time + (int64_t)(r >> 48) % 4000);
		for (unsigned k = REG_SECONDS; k <= REG_HOURS; k += 2)
			put(k + 1, r >> (3 + k) & 1 ? 0xc0 : rtc.cmos[k]);
		right = mc146818_alarm_within(&rtc, time, count) ==
		    walk(time, count);
	}
	expect(right);

	unit_case("alarms in more than a day: as in a day");
	put(REG_B, 0x82);
	put(REG_HOURS_ALARM, 0x23);
	put(REG_MINUTES_ALARM, 0x59);
	put(REG_SECONDS_ALARM, 0x58);
	expect(!mc146818_alarm_within(&rtc, -1, DAY - 2));
	expect(mc146818_alarm_within(&rtc, -1, DAY - 1));
	expect(mc146818_alarm_within(&rtc, DAY - 2, DAY));
	expect(mc146818_alarm_within(&rtc, -1, INT64_MAX / 2));
	put(REG_HOURS_ALARM, 0x24);
	expect(!mc146818_alarm_within(&rtc, -1, INT64_MAX / 2));
}

int
main(void)
{
	test_edges();
	test_months();
	test_hours();
	test_ranges();
	test_no_date();
	test_weekday();
	test_alarms();
	return unit_done();
}
