/* SPDX-License-Identifier: MIT
 *
 * The time and the alarm of the MC146818's programs, in B's form of them.
 */
#include "devices/calendar.h"
#include "tools/diff_chips_rtc.h"

void
diff_put(struct rtc_state *s, unsigned reg, uint8_t value)
{
	add(s->p, OP_OUT1, 0x70, reg | (below(s->seed, 4) ? 0 : 0x80));
	add(s->p, OP_OUT1, 0x71, value);
}

struct judgement *
diff_get(struct rtc_state *s, unsigned reg)
{
	add(s->p, OP_OUT1, 0x70, reg | (below(s->seed, 4) ? 0 : 0x80));
	return add(s->p, OP_IN1, 0x71, 0);
}

int64_t
diff_time(uint64_t *seed)
{
	struct calendar c = { .year = 1970 + (int64_t)below(seed, 130),
		.month = (unsigned)(1 + below(seed, 12)),
		.day = (unsigned)(1 + below(seed, 28)),
		.hour = (unsigned)below(seed, 24),
		.minute = (unsigned)below(seed, 60),
		.second = (unsigned)below(seed, 60) };
	int64_t time = calendar_seconds(&c);

	if (below(seed, 2))
		time -= time % 43200 + (int64_t)below(seed, 4);
	if (below(seed, 4) == 0) {
		c = (struct calendar){ c.year, c.month + 1, 1, 0, 0, 0, 0 };
		time = calendar_seconds(&c) - (int64_t)below(seed, 4);
	}
	return MAX(time, 0);
}

uint8_t
diff_form(const struct rtc_state *s, unsigned n)
{
	return (uint8_t)(s->b & B_DM ? n : n / 10 % 10 << 4 | n % 10);
}

static uint8_t
form_hour(const struct rtc_state *s, unsigned hour)
{
	if (s->b & B_24)
		return diff_form(s, hour);
	return diff_form(s, hour % 12 == 0 ? 12 : hour % 12) |
	    (hour < 12 ? 0 : PM);
}

void
diff_put_time(struct rtc_state *s, int64_t time)
{
	struct calendar c = calendar_of(time);

	diff_put(s, REG_SECONDS, diff_form(s, c.second));
	diff_put(s, REG_MINUTES, diff_form(s, c.minute));
	diff_put(s, REG_HOURS, form_hour(s, c.hour));
	diff_put(s, REG_WEEKDAY, (uint8_t)(c.weekday + 1));
	diff_put(s, REG_DAY, diff_form(s, c.day));
	diff_put(s, REG_MONTH, diff_form(s, c.month));
	diff_put(s, REG_YEAR, diff_form(s, (unsigned)(c.year % 100)));
	diff_put(s, REG_CENTURY, diff_form(s, (unsigned)(c.year / 100)));
}

void
diff_put_alarm(struct rtc_state *s, int64_t time)
{
	struct calendar c = calendar_of(time + (int64_t)below(s->seed, 5));
	uint64_t any = below(s->seed, 16);

	diff_put(s, REG_SECONDS_ALARM,
	    any & 1 && any & 8 ? 0xc0 | (uint8_t)any : diff_form(s, c.second));
	diff_put(s, REG_MINUTES_ALARM, any & 2 ? 0xff : diff_form(s, c.minute));
	if (!(s->b & B_24) && below(s->seed, 4))
		any |= 4;
	diff_put(s, REG_HOURS_ALARM, any & 4 ? 0xc7 : form_hour(s, c.hour));
	s->alarm = any & 4 || s->b & B_24 ? WHY_equal : WHY_alarm_pm;
	s->irqs = s->b & B_AIE ? s->alarm : WHY_equal;
}
