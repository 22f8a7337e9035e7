/* SPDX-License-Identifier: MIT
 *
 * The clock chip by its registers: update cycle, SET, the divider, memory. Its
 * interrupts: mc146818_irq_test.c; its time: mc146818_time_test.c.
 */
#include <string.h>

#include "devices/mc146818_fixture.h"

static void
test_power_on(void)
{
	unit_case("power-on: the time, rates and flags");
	begin(951827696, 0); /* Tuesday, 29 February 2000, 12:34:56 */
	expect_eq(get(REG_CENTURY), 0x20);
	expect_eq(get(REG_YEAR), 0);
	expect_eq(get(REG_MONTH), 2);
	expect_eq(get(REG_DAY), 0x29);
	expect_eq(get(REG_WEEKDAY), 3);
	expect_eq(get(REG_HOURS), 0x12);
	expect_eq(get(REG_MINUTES), 0x34);
	expect_eq(get(REG_SECONDS), 0x56);
	expect_eq(get(REG_A), 0x26);
	expect_eq(get(REG_B), 2);
	expect_eq(get(REG_C), 0);
	expect_eq(get(REG_D), 0x80);
	expect_eq(mc146818_read(&rtc, 0, 1), 0xff);
}

static void
test_memory(void)
{
	unit_case("CMOS: the rest is memory, which a reset keeps");
	begin(0, 0);
	for (unsigned at = 0x40; at < CMOS_SIZE; at++)
		put(at, (uint8_t)(at * 7));
	mc146818_reset(&rtc);
	for (unsigned at = 0x40; at < CMOS_SIZE; at++)
		expect_eq(get(at), (uint8_t)(at * 7));
	put(0x80 | 0x40, 1); /* with the NMI masked: the same cell */
	expect_eq(get(0x40), 1);
}

static void
test_read_only(void)
{
	unit_case("what cannot be written");
	begin(0, 0);
	put(REG_A, 0xff);
	expect_eq(get(REG_A), 0x7f);
	put(REG_C, 0xff);
	put(REG_D, 0);
	expect_eq(get(REG_C), 0);
	expect_eq(get(REG_D), 0x80);
	put(REG_SECONDS, 0xff);
	expect_eq(get(REG_SECONDS), 0x7f);
}

static void
test_set(void)
{
	unit_case("SET holds the time, and the chain goes on");
	begin(100, 0);
	wait_ms(300);
	put(REG_B, 0x82);
	wait_ms(5000);
	expect_eq(get(REG_SECONDS), 0x40);
	put(REG_SECONDS, 0x10);
	put(REG_B, 2);
	wait_ms(699);
	expect_eq(get(REG_SECONDS), 0x10);
	wait_ms(1);
	expect_eq(get(REG_SECONDS), 0x11);

	unit_case("the weekday goes its own way");
	begin(0, 0); /* a Thursday */
	put(REG_WEEKDAY, 7);
	wait_ms(86400 * 1000);
	expect_eq(get(REG_WEEKDAY), 1);
	expect_eq(get(REG_DAY), 2);

	unit_case("the date byte by byte, with no update between");
	begin(2592000, 0); /* 31 January */
	put(REG_MONTH, 2);
	put(REG_DAY, 0x15);
	wait_ms(1000);
	expect_eq(get(REG_MONTH), 2);
	expect_eq(get(REG_DAY), 0x15);
}

static void
test_divider(void)
{
	unit_case("the divider in reset stands; the first second is half");
	begin(0, 0);
	wait_ms(250);
	put(REG_A, 0x66);
	wait_ms(10000);
	expect_eq(get(REG_SECONDS), 0);
	expect_eq(get(REG_A) & 0x80, 0);
	put(REG_A, 0x26);
	wait_ms(499);
	expect_eq(get(REG_SECONDS), 0);
	wait_ms(1);
	expect_eq(get(REG_SECONDS), 1);

	unit_case("no other divider counts");
	for (uint8_t dv = 0; dv < 8; dv++) {
		begin(0, 0);
		put(REG_A, (uint8_t)(dv << 4));
		wait_ms(1500);
		expect_eq(get(REG_SECONDS), dv <= 2);
	}
}

/* Page 14: UIP rises 244 us before the update, which takes 1984 us or 248. */
static void
test_update(void)
{
	static const struct {
		uint8_t a;
		unsigned us;
	} rates[] = { { 0x26, 2228 }, { 0x16, 492 }, { 0x06, 492 } };

	unit_case("UIP: from t_BUC before the update cycle to its end");
	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		begin(0, 0);
		put(REG_A, rates[i].a);
		fake.now_ns += 1000000000 - rates[i].us * 1000 - 1;
		expect_eq(get(REG_A) >> 7, 0);
		fake.now_ns++;
		expect_eq(get(REG_A) >> 7, 1);
		fake.now_ns += rates[i].us * 1000 - 1;
		expect_eq(get(REG_A) >> 7, 1);
		expect_eq(get(REG_SECONDS), 0);
		fake.now_ns++;
		expect_eq(get(REG_A) >> 7, 0);
		expect_eq(get(REG_SECONDS), 1);
	}
	put(REG_B, 0x82);
	fake.now_ns += 999999999;
	expect_eq(get(REG_A) >> 7, 0);
}

static void
test_host(void)
{
	unit_case("the host's clock jumps");
	begin(1000000, 0);
	fake.host_ns += 3600000000000;
	expect_eq(now(), 1003600);
	fake.host_ns -= 2 * 3600000000000;
	expect_eq(now(), 996400);
	fake.host_ns += 400000000; /* less than half a second is no jump */
	expect_eq(now(), 996400);
	fake.host_ns += 200000000;
	expect_eq(now(), 996401);
	wait_ms(1000);
	expect_eq(now(), 996402);

	unit_case("half a second to either side is none, at each look");
	begin(1000000, 0);
	fake.host_ns += 500000000;
	expect_eq(now(), 1000000);
	expect_eq(now(), 1000000);
	fake.host_ns -= 1000000000;
	expect_eq(now(), 1000000);
	expect_eq(now(), 1000000);
	fake.host_ns -= 1;
	expect_eq(now(), 999999);

	unit_case("the user's year counts");
	begin(0, 0);
	rtc.setup.base_year = 1980;
	mc146818_set_time(&rtc, 946684800); /* 2000 */
	expect_eq(get(REG_YEAR), 0x20);
	expect_eq(get(REG_CENTURY), 0);
	expect_eq(now(), 946684800);
}

/* Whatever is in the struct, a snapshot's bytes for one: nothing undefined
 * (the sanitizers look), and the timer is not for the past. */
static void
test_any_state(void)
{
	uint64_t seed = 1;
	bool later = true;

	unit_case("any bytes as the state");
	begin(0, 0);
	for (unsigned i = 0; i < 20000; i++) {
		struct mc146818_setup setup = rtc.setup;
		uint8_t bytes[sizeof(rtc)] = { 0 };

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)unit_random(&seed);
		memcpy(&rtc, bytes, sizeof(rtc));
		rtc.setup = setup;
		fake.now_ns = unit_random(&seed) >> 8;
		fake.host_ns = unit_random(&seed);
		mc146818_fire(&rtc, fake.now_ns);
		later &= fake.timer_at[TIMER_rtc] > fake.now_ns;
		put((unsigned)unit_random(&seed), (uint8_t)unit_random(&seed));
		get((unsigned)unit_random(&seed));
		mc146818_reset(&rtc);
	}
	expect(later);
}

static void
test_recall(void)
{
	struct mc146818_kept kept;

	unit_case("recalled, it goes on to the millisecond");
	begin(951827696, 0);
	put(REG_A, 0x66);
	wait_ms(2250);
	put(REG_A, 0x26); /* half a second to the next one: a phase */
	put(0x40, 0x5a);
	wait_ms(1300);
	mc146818_keep(&rtc, &kept);
	wait_ms(250);
	mc146818_configure(&rtc, &(struct mc146818_setup){ .seconds = 5 });
	mc146818_recall(&rtc, &kept);
	mc146818_reset(&rtc);
	expect_eq(get(0x40), 0x5a);
	expect_eq(now(), 951827696 + 2);
	wait_ms(949);
	expect_eq(now(), 951827696 + 2);
	wait_ms(2);
	expect_eq(now(), 951827696 + 3);
	expect_eq(rtc.setup.seconds, 5);
}

/* What a life that was taken over leaves to the next. */
static void
test_recall_any(void)
{
	uint64_t seed = 2;
	bool later = true, there = true;

	unit_case("any bytes recalled: a chip that a program could have made");
	for (unsigned i = 0; i < 20000; i++) {
		struct mc146818_kept kept;
		uint8_t bytes[sizeof(kept)] = { 0 };

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = i == 0 ? 0xff : (uint8_t)unit_random(&seed);
		memcpy(&kept, bytes, sizeof(kept));
		begin((int64_t)(unit_random(&seed) >> 32), 0);
		mc146818_recall(&rtc, &kept);
		there &= rtc.second <= fake.now_ns / 1000000000 + 1;
		mc146818_reset(&rtc);
		later &= fake.timer_at[TIMER_rtc] > fake.now_ns;
		there &= !(get(REG_SECONDS) & 0x80) && get(REG_D) == D_VRT &&
		    !(rtc.cmos[REG_A] & A_UIP) && !fake.line[IRQ_RTC];
		wait_ms(1000);
		mc146818_fire(&rtc, fake.now_ns);
		there &= rtc.second <= fake.now_ns / 1000000000 + 1;
	}
	expect(later);
	expect(there);
}

int
main(void)
{
	test_power_on();
	test_memory();
	test_read_only();
	test_set();
	test_divider();
	test_update();
	test_host();
	test_any_state();
	test_recall();
	test_recall_any();
	return unit_done();
}
