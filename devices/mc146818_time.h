/* SPDX-License-Identifier: MIT
 *
 * Between the files of the clock chip: its registers, the time as they show it,
 * and what is for firmware beside them.
 */
#ifndef DEVICES_MC146818_TIME_H
#define DEVICES_MC146818_TIME_H

#include "devices/mc146818.h"

/* The address map, page 11; CENTURY is the PC's. */
enum {
	REG_SECONDS,
	REG_SECONDS_ALARM,
	REG_MINUTES,
	REG_MINUTES_ALARM,
	REG_HOURS,
	REG_HOURS_ALARM,
	REG_WEEKDAY, /* 1 is Sunday */
	REG_DAY,
	REG_MONTH,
	REG_YEAR,
	REG_A,
	REG_B,
	REG_C,
	REG_D,
	REG_CENTURY = 0x32
};

enum {
	A_UIP = 0x80,
	A_DV = 0x70,
	A_RS = 0x0f,
	B_SET = 0x80,
	B_PIE = 0x40,
	B_AIE = 0x20,
	B_UIE = 0x10,
	B_SQWE = 0x08,
	B_DM = 0x04, /* binary */
	B_24 = 0x02,
	C_IRQF = 0x80, /* the flags below it: as the enables of B */
	C_FLAGS = B_PIE | B_AIE | B_UIE,
	D_VRT = 0x80,
	PM = 0x80,
	DONT_CARE = 0xc0 /* in an alarm byte: both bits */
};

/* The time registers in seconds since 1970, whatever is in them. */
int64_t mc146818_time(const struct mc146818 *rtc);

/* Sets them, the weekday among them. */
void mc146818_set_time(struct mc146818 *rtc, int64_t time);

/* Moves them on. The weekday goes its own way from where the program set it. */
void mc146818_advance(struct mc146818 *rtc, int64_t from, int64_t to);

/* Is there an alarm in the `count` seconds that follow `time`? */
bool mc146818_alarm_within(
    const struct mc146818 *rtc, int64_t time, int64_t count);

/* Once: what firmware would have left in CMOS for its next start. */
void mc146818_tell_firmware(struct mc146818 *rtc);

#endif
