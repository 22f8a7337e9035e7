/* SPDX-License-Identifier: MIT
 *
 * The time and alarm registers of mc146818.c: bytes in one of four forms,
 * binary or BCD, of 24 hours or twice 12.
 */
#include "devices/mc146818_time.h"

#include "devices/calendar.h"

static uint8_t
encode(const struct mc146818 *rtc, unsigned n)
{
	if (rtc->cmos[REG_B] & B_DM)
		return (uint8_t)n;
	return (uint8_t)(n / 10 << 4 | n % 10);
}

/* Digits above 9 weigh what they are. */
static unsigned
decode(const struct mc146818 *rtc, uint8_t byte)
{
	return rtc->cmos[REG_B] & B_DM ? byte : (byte >> 4) * 10u + (byte & 15);
}

static uint8_t
encode_hour(const struct mc146818 *rtc, unsigned hour)
{
	if (rtc->cmos[REG_B] & B_24)
		return encode(rtc, hour);
	return (uint8_t)(encode(rtc, hour % 12 == 0 ? 12 : hour % 12) |
	    (hour >= 12 ? PM : 0));
}

static unsigned
decode_hour(const struct mc146818 *rtc, uint8_t byte)
{
	if (rtc->cmos[REG_B] & B_24)
		return decode(rtc, byte);
	return decode(rtc, byte & ~PM) % 12 + (byte & PM ? 12 : 0);
}

int64_t
mc146818_time(const struct mc146818 *rtc)
{
	const uint8_t *r = rtc->cmos;

	return calendar_seconds(&(struct calendar){
	    .year = decode(rtc, r[REG_CENTURY]) * 100 +
		decode(rtc, r[REG_YEAR]) + rtc->setup.base_year,
	    .month = decode(rtc, r[REG_MONTH]),
	    .day = decode(rtc, r[REG_DAY]),
	    .hour = decode_hour(rtc, r[REG_HOURS]),
	    .minute = decode(rtc, r[REG_MINUTES]),
	    .second = decode(rtc, r[REG_SECONDS]),
	});
}

void
mc146818_set_time(struct mc146818 *rtc, int64_t time)
{
	struct calendar c = calendar_of(time);
	unsigned year = (unsigned)(c.year - rtc->setup.base_year) % 10000;
	uint8_t *r = rtc->cmos;

	r[REG_CENTURY] = encode(rtc, year / 100);
	r[REG_YEAR] = encode(rtc, year % 100);
	r[REG_MONTH] = encode(rtc, c.month);
	r[REG_DAY] = encode(rtc, c.day);
	r[REG_HOURS] = encode_hour(rtc, c.hour);
	r[REG_MINUTES] = encode(rtc, c.minute);
	r[REG_SECONDS] = encode(rtc, c.second);
	r[REG_WEEKDAY] = encode(rtc, c.weekday + 1);
}

void
mc146818_advance(struct mc146818 *rtc, int64_t from, int64_t to)
{
	unsigned shown = decode(rtc, rtc->cmos[REG_WEEKDAY]);
	unsigned was = calendar_of(from).weekday + 1;

	mc146818_set_time(rtc, to);
	shown += calendar_of(to).weekday + 7 - was;
	rtc->cmos[REG_WEEKDAY] = encode(rtc, shown % 7 + 1);
}

static bool
alarm_has(const struct mc146818 *rtc, unsigned which, uint8_t byte)
{
	uint8_t alarm = rtc->cmos[which];

	return (alarm & DONT_CARE) == DONT_CARE || alarm == byte;
}

/* Is there an alarm in the `count` seconds that follow `time`? Whole hours and
 * minutes are skipped; a day has them all. */
bool
mc146818_alarm_within(const struct mc146818 *rtc, int64_t time, int64_t count)
{
	int64_t last = time + MIN(count, 86400);

	for (int64_t t = time + 1; t <= last;) {
		struct calendar c = calendar_of(t);

		if (!alarm_has(rtc, REG_HOURS_ALARM, encode_hour(rtc, c.hour)))
			t += 3600 - c.minute * 60 - c.second;
		else if (!alarm_has(
			     rtc, REG_MINUTES_ALARM, encode(rtc, c.minute)))
			t += 60 - c.second;
		else if (!alarm_has(
			     rtc, REG_SECONDS_ALARM, encode(rtc, c.second)))
			t++;
		else
			return true;
	}
	return false;
}
