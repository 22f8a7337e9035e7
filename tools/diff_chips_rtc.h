/* SPDX-License-Identifier: MIT
 *
 * Between the two files of the MC146818's programs.
 */
#ifndef TOOLS_DIFF_CHIPS_RTC_H
#define TOOLS_DIFF_CHIPS_RTC_H

#include "devices/mc146818_time.h"
#include "tools/diff_chips.h"

struct rtc_state {
	uint64_t *seed;
	struct program *p;
	uint8_t a, b;
	uint64_t phase; /* of the second, in the guest's clock */
	bool weekday;	/* QEMU computes it from the date */
	enum why time, flags, alarm, irqs;
};

/* A byte into a register, with the NMI masked or not. */
void diff_put(struct rtc_state *s, unsigned reg, uint8_t value);

/* The byte of a register. */
struct judgement *diff_get(struct rtc_state *s, unsigned reg);

/* 1970 to 2099, the edges of days, months and years more often. */
int64_t diff_time(uint64_t *seed);

/* A number as B's DM has it. */
uint8_t diff_form(const struct rtc_state *s, unsigned n);

/* Writes the time, or an alarm for near it, or never, or often. */
void diff_put_time(struct rtc_state *s, int64_t time);
void diff_put_alarm(struct rtc_state *s, int64_t time);

#endif
