/* SPDX-License-Identifier: MIT
 *
 * The Gregorian calendar, forwards and backwards without end, and without leap
 * seconds: for the clock chip and for --rtc.
 */
#ifndef DEVICES_CALENDAR_H
#define DEVICES_CALENDAR_H

#include "vmm/util.h"

struct calendar {
	int64_t year;
	unsigned month, day; /* from 1 */
	unsigned weekday;    /* 0 is Sunday */
	unsigned hour, minute, second;
};

/* The date and time so many seconds after the beginning of 1970. */
struct calendar calendar_of(int64_t seconds);

/* The other way round. Takes any month and any day, hour and so on: the 31st of
 * April is the first of May, the month 0 is December before. Its weekday is
 * ignored. Years beyond a million are the caller's to refuse. */
int64_t calendar_seconds(const struct calendar *c);

#endif
