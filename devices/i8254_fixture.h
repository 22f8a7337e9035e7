/* SPDX-License-Identifier: MIT
 *
 * For the tests of the 8254: one chip, the clock in its ticks, and the accesses
 * that drivers make.
 */
#ifndef DEVICES_I8254_FIXTURE_H
#define DEVICES_I8254_FIXTURE_H

#include "devices/i8254.h"
#include "tools/unit.h"

#define HZ     1193182
#define SECOND 1000000000

static struct i8254 pit;
static unsigned fires;

static inline uint64_t
tick_at(uint64_t ns)
{
	return (uint64_t)((unsigned __int128)ns * HZ / SECOND);
}

/* The first nanosecond of a tick. */
static inline uint64_t
ns_at(uint64_t tick)
{
	return (uint64_t)(((unsigned __int128)tick * SECOND + HZ - 1) / HZ);
}

static inline void
fire(enum timer timer, uint64_t now_ns)
{
	expect_eq(timer, TIMER_pit);
	fires++;
	i8254_fire(&pit, now_ns);
}

/* To the middle of the tick `n` ticks on, with every timer in time. */
static inline void
pass(uint64_t n)
{
	unit_advance(ns_at(tick_at(fake.now_ns) + n) + 400, fire);
}

static inline void
out(unsigned reg, uint8_t value)
{
	i8254_write(&pit, reg, 1, value);
}

static inline uint8_t
in(unsigned reg)
{
	return (uint8_t)i8254_read(&pit, reg, 1);
}

static inline void
begin(const char *name)
{
	unit_case(name);
	fires = 0;
	fake.now_ns = 12345678;
	i8254_reset(&pit);
}

static inline void
gate(bool high)
{
	out(4, high);
}

static inline bool
out2(void)
{
	return in(4) >> 5 & 1;
}

/* Two bytes of count, the way every driver does it. */
static inline void
set(unsigned counter, uint8_t control, uint16_t count)
{
	out(3, (uint8_t)(counter << 6 | 0x30 | control));
	out(counter, (uint8_t)count);
	out(counter, (uint8_t)(count >> 8));
}

static inline uint16_t
latched(unsigned counter)
{
	uint8_t low;

	out(3, (uint8_t)(counter << 6));
	low = in(counter);
	return (uint16_t)(low | in(counter) << 8);
}

static inline uint8_t
status(unsigned counter)
{
	out(3, (uint8_t)(0xe0 | 2u << counter));
	return in(counter);
}

#endif
