/* SPDX-License-Identifier: MIT
 *
 * A clock chip for its tests, reached as a program reaches it.
 */
#ifndef DEVICES_MC146818_FIXTURE_H
#define DEVICES_MC146818_FIXTURE_H

#include "devices/calendar.h"
#include "devices/mc146818_time.h"
#include "tools/unit.h"

static struct mc146818 rtc;

static inline uint8_t
get(unsigned at)
{
	mc146818_write(&rtc, 0, 1, at);
	return (uint8_t)mc146818_read(&rtc, 1, 1);
}

static inline void
put(unsigned at, uint8_t value)
{
	mc146818_write(&rtc, 0, 1, at);
	mc146818_write(&rtc, 1, 1, value);
}

static inline uint8_t
bcd(unsigned n)
{
	return (uint8_t)(n / 10 << 4 | n % 10);
}

/* The time that it shows. */
static inline int64_t
now(void)
{
	get(REG_D);
	return mc146818_time(&rtc);
}

static inline void
wait_ms(uint64_t ms)
{
	fake.now_ns += ms * 1000000;
}

/* Power-on at a full second. */
static inline void
begin(int64_t seconds, uint64_t low_bytes)
{
	fake.now_ns = 5000000123;
	fake.host_ns = 1700000000000000000 - 123;
	mc146818_configure(&rtc,
	    &(struct mc146818_setup){
		.seconds = seconds, .low_bytes = low_bytes, .cpus = 1 });
	mc146818_reset(&rtc);
}

#endif
