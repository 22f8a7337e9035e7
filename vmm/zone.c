/* SPDX-License-Identifier: MIT
 *
 * TZif, versions 2 and on, after RFC 8536 (sections below): sorted transitions
 * and, for times past the last of them, a rule as in POSIX' TZ. Left out:
 * version 1's 32-bit data, leap seconds, rules by Julian days (none of the
 * world's zones has one), and the variable TZ.
 */
#include "vmm/zone.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "devices/calendar.h"

enum { HEADER = 44 };
#define HOUR ((int64_t)3600)
#define DAY  ((int64_t)86400)

static int64_t
get(const uint8_t *from, unsigned bytes)
{
	uint64_t n = from[0] & 0x80 ? ~(uint64_t)0 : 0;

	while (bytes-- > 0)
		n = n << 8 | *from++;
	return (int64_t)n;
}

/* 3.1: the counts of a header, and the length of the data behind it. */
struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool
read_counts(const uint8_t *h, size_t left, struct counts *c)
{
	if (left < HEADER || memcmp(h, "TZif", 4) != 0)
		return false;
	*c = (struct counts){ (size_t)get(h + 20, 4), (size_t)get(h + 24, 4),
		(size_t)get(h + 28, 4), (size_t)get(h + 32, 4),
		(size_t)get(h + 36, 4), (size_t)get(h + 40, 4) };
	return c->isut <= 65536 && c->isstd <= 65536 && c->leap <= 65536 &&
	    c->time <= 65536 && c->type <= 256 && c->chars <= 65536;
}

static size_t
length_of(const struct counts *c, unsigned bytes)
{
	return c->time * (bytes + 1) + c->type * 6 + c->chars +
	    c->leap * (bytes + 4) + c->isstd + c->isut;
}

/*
 * The rule: "CET-1CEST,M3.5.0,M10.5.0/3" (3.3, and POSIX, 8.3).
 */

/* Digits, up to some; none are 0. */
static int64_t
digits(const char **at)
{
	int64_t n = 0;

	while (**at >= '0' && **at <= '9' && n < 1000)
		n = n * 10 + (*(*at)++ - '0');
	return n;
}

static void
skip_name(const char **at)
{
	if (**at == '<') {
		while (**at != '\0' && *(*at)++ != '>')
			;
		return;
	}
	while ((**at | 0x20) >= 'a' && (**at | 0x20) <= 'z')
		++*at;
}

/* [+-]hh[:mm[:ss]] */
static int64_t
seconds_of(const char **at)
{
	int64_t sign = **at == '-' ? -1 : 1, n;

	*at += **at == '-' || **at == '+';
	n = digits(at) * HOUR;
	for (int64_t unit = 60; unit > 0 && **at == ':'; unit /= 60) {
		++*at;
		n += digits(at) * unit;
	}
	return sign * n;
}

/* ",Mm.w.d[/time]": seconds since 1970, as that year's clocks show it. */
static bool
change_of(const char **at, int64_t year, int64_t *time)
{
	struct calendar c = { .year = year, .day = 1 };
	int64_t week, weekday, first, day;

	if (strncmp(*at, ",M", 2) != 0)
		return false;
	*at += 2;
	c.month = (unsigned)digits(at);
	*at += **at == '.';
	week = digits(at);
	*at += **at == '.';
	weekday = digits(at);
	if (c.month < 1 || c.month > 12 || week < 1 || week > 5 || weekday > 6)
		return false;
	first = calendar_seconds(&c);
	day = (weekday + 7 - calendar_of(first).weekday) % 7 + (week - 1) * 7;
	if (calendar_of(first + day * DAY).month != c.month)
		day -= 7; /* week 5 is the last */
	*time = first + day * DAY + 2 * HOUR;
	if (**at == '/') {
		++*at;
		*time += seconds_of(at) - 2 * HOUR;
	}
	return true;
}

static bool
rule_offset(const char *at, int64_t time, int64_t *offset)
{
	int64_t standard, summer, begin, end;
	int64_t year = calendar_of(time).year;

	skip_name(&at);
	standard = -seconds_of(&at);
	*offset = standard;
	if (*at == '\0')
		return true;
	skip_name(&at);
	summer = *at == ',' ? standard + HOUR : -seconds_of(&at);
	if (!change_of(&at, year, &begin) || !change_of(&at, year, &end))
		return false;
	begin -= standard;
	end -= summer;
	if (begin < end ? time >= begin && time < end
			: time >= begin || time < end)
		*offset = summer;
	return true;
}

/* 3.2: the last transition that is not after `time`; before all of them the
 * first type is in force. */
static bool
table_offset(
    const uint8_t *data, const struct counts *c, int64_t time, int64_t *offset)
{
	const uint8_t *types = data + c->time * 9;
	size_t n = c->time;
	uint8_t type;

	while (n > 0 && get(data + (n - 1) * 8, 8) > time)
		n--;
	type = n == 0 ? 0 : data[c->time * 8 + n - 1];
	if (type >= c->type)
		return false;
	*offset = get(types + (size_t)type * 6, 4);
	return true;
}

bool
zone_offset(const uint8_t *file, size_t size, int64_t time, int64_t *offset)
{
	struct counts c;
	const uint8_t *data;
	size_t left = size, length;
	char rule[64] = "";

	if (!read_counts(file, left, &c) || file[4] < '2' ||
	    length_of(&c, 4) > left - HEADER)
		return false;
	data = file + HEADER + length_of(&c, 4);
	left = size - (size_t)(data - file);
	if (!read_counts(data, left, &c) || length_of(&c, 8) > left - HEADER)
		return false;
	data += HEADER;
	left -= HEADER;
	length = length_of(&c, 8);
	for (size_t i = 0; i < sizeof(rule) - 1 && length + 1 + i < left &&
	     data[length + 1 + i] != '\n';
	     i++)
		rule[i] = (char)data[length + 1 + i];
	if ((c.time == 0 || get(data + (c.time - 1) * 8, 8) <= time) &&
	    rule[0] != '\0')
		return rule_offset(rule, time, offset);
	return table_offset(data, &c, time, offset);
}

int
zone_open(void)
{
	return open("/etc/localtime", O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int64_t
zone_local_offset(int fd, int64_t time)
{
	static uint8_t file[16384];
	const struct iovec iov = { file, sizeof(file) };
	ssize_t size = preadv(fd, &iov, 1, 0);
	int64_t offset;

	return size > 0 && zone_offset(file, (size_t)size, time, &offset)
	    ? offset
	    : 0;
}
