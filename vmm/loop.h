/* SPDX-License-Identifier: MIT
 *
 * The loop thread: waits for host file descriptors and timers and hands each
 * to the chip that devices/events.def names, with the board's lock held.
 * Chips call the first half; unit tests and fuzzers link stand-ins for it and
 * own the clock.
 */
#ifndef VMM_LOOP_H
#define VMM_LOOP_H

#include "vmm/util.h"

/* One timer a row of devices/events.def. */
enum timer {
#define TIMER(row, ...) TIMER_##row,
#include "devices/events.def"
	TIMERS
};

/* The machine's clock in nanoseconds: CLOCK_MONOTONIC less the time during
 * which the machine was stopped. Starts anywhere, never goes back. */
uint64_t loop_now_ns(void);

/* Have the row's chip called (chip_fire) once at or soon after `at_ns` on that
 * clock; a new call replaces the old. TIMER_OFF: never. Under board lock. */
#define TIMER_OFF (~(uint64_t)0)
void loop_timer(enum timer timer, uint64_t at_ns);

#endif
