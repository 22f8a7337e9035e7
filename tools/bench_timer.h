/* SPDX-License-Identifier: MIT
 *
 * What tools/bench_timer_guest.c sends to tools/bench_timer.c by COM1, as it is
 * in memory.
 */
#ifndef TOOLS_BENCH_TIMER_H
#define TOOLS_BENCH_TIMER_H

#include <stdint.h>

enum { TIMER_SAMPLES = 2000 };

/* Times are the TSC's. */
struct timer_log {
	uint64_t khz;	/* of the TSC, by CPUID 40000010H; 0: it is not told */
	uint64_t start; /* before the access that starts the timer */
	uint64_t at[TIMER_SAMPLES]; /* in the handler, first of all */
};

/* The timers' rates, in periods of `count` in so many a second. */
enum { PIT_HZ = 1193182, PIT_COUNT = 1193, RTC_HZ = 1024 };

#endif
