/* SPDX-License-Identifier: MIT
 *
 * See calendar.h. A year here begins with March, so that the leap day is its
 * last and a month's first day a linear function of its number; 400 years have
 * 146097 days.
 */
#include "devices/calendar.h"

enum {
	DAY = 86400,
	ERA_DAYS = 146097, /* 400 years */
	EPOCH = 719468	   /* days from 1 March of year 0 to 1970 */
};

/* Division that rounds down. */
static int64_t
floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

int64_t
calendar_seconds(const struct calendar *c)
{
	int64_t months = c->year * 12 + (int64_t)c->month - 3;
	int64_t year = floor_div(months, 12), month = months - year * 12;
	int64_t days = year * 365 + floor_div(year, 4) - floor_div(year, 100) +
	    floor_div(year, 400) + (month * 153 + 2) / 5 + (int64_t)c->day - 1;

	return (days - EPOCH) * DAY + (int64_t)c->hour * 3600 +
	    (int64_t)c->minute * 60 + (int64_t)c->second;
}

/* In an era, a year's number follows from its day by taking out the leap days
 * before it: one in 1461 days but not in 36524, and the era's last. */
struct calendar
calendar_of(int64_t seconds)
{
	int64_t days = floor_div(seconds, DAY), from = days + EPOCH;
	unsigned second = (unsigned)(seconds - days * DAY);
	int64_t era = floor_div(from, ERA_DAYS);
	unsigned day = (unsigned)(from - era * ERA_DAYS);
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	return (struct calendar){
		.year = era * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day - (153 * month + 2) / 5 + 1,
		.weekday = (unsigned)(days - floor_div(days + 4, 7) * 7 + 4),
		.hour = second / 3600,
		.minute = second / 60 % 60,
		.second = second % 60,
	};
}
