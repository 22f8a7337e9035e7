/* SPDX-License-Identifier: MIT
 *
 * --rtc [base=utc|localtime|DATETIME][,base-year=N]
 * [,lost-tick-policy=discard|slew], by QEMU's names.
 */
#include <string.h>

#include "devices/calendar.h"
#include "vmm/config_words.h"

/* Exactly `digits` of them, and past them; ~0 when there are not. */
static unsigned
digits_of(const char **text, unsigned digits)
{
	unsigned n = 0;

	for (; digits > 0; digits--, ++*text) {
		if (**text < '0' || **text > '9')
			return ~0u;
		n = n * 10 + (unsigned)(**text - '0');
	}
	return n;
}

static bool
field(const char **text, char before, unsigned most, unsigned *value)
{
	if (**text != before)
		return false;
	++*text;
	*value = digits_of(text, 2);
	return *value <= most;
}

/* 2006-06-17 or 2006-06-17T16:01:21, a day that there is. */
static bool
parse_datetime(const char *text, int64_t *seconds)
{
	struct calendar c = { .year = digits_of(&text, 4) }, real;

	if (c.year > 9999 || !field(&text, '-', 12, &c.month) ||
	    !field(&text, '-', 31, &c.day))
		return false;
	if (*text != '\0' &&
	    (!field(&text, 'T', 23, &c.hour) ||
		!field(&text, ':', 59, &c.minute) ||
		!field(&text, ':', 59, &c.second)))
		return false;
	*seconds = calendar_seconds(&c);
	real = calendar_of(*seconds);
	return *text == '\0' && real.month == c.month && real.day == c.day;
}

static bool
take(struct config_rtc *rtc, const char *word)
{
	const char *value;
	uint64_t n;

	if ((value = value_of(word, "base")) != NULL) {
		rtc->base = strcmp(value, "utc") == 0 ? RTC_UTC
		    : strcmp(value, "localtime") == 0 ? RTC_LOCALTIME
						      : RTC_DATETIME;
		return rtc->base != RTC_DATETIME ||
		    parse_datetime(value, &rtc->seconds);
	}
	if ((value = value_of(word, "base-year")) != NULL) {
		if (!number(value, 0, 9999, &n))
			return false;
		rtc->base_year = (int64_t)n;
		return true;
	}
	rtc->slew = strcmp(word, "lost-tick-policy=slew") == 0;
	return rtc->slew || strcmp(word, "lost-tick-policy=discard") == 0;
}

const char *
opt_rtc(struct config *c, const char *text)
{
	do {
		const char *word = cut_word(c, &text);

		if (word == NULL || !take(&c->rtc, word))
			return "base=utc|localtime|2006-06-17T16:01:21,"
			       " base-year=N, lost-tick-policy=discard|slew";
	} while (*text != '\0');
	return NULL;
}
