/* SPDX-License-Identifier: MIT
 *
 * The clock chip's interrupts: periodic at all rates, alarm, update-ended, and
 * what becomes of periodic ticks that come too late.
 */
#include <string.h>

#include "devices/mc146818_fixture.h"

#define SECOND ((uint64_t)1000000000)

static unsigned interrupts;
static uint64_t deaf_ns;

static void
fire(enum timer timer, uint64_t now_ns)
{
	expect_eq(timer, TIMER_rtc);
	mc146818_fire(&rtc, now_ns);
}

/* Lets the time go on as the loop does, with a program that reads C at each
 * interrupt; at the first of them only after `deaf_ns`. */
static void
run(uint64_t ns)
{
	uint64_t to_ns = fake.now_ns + ns;

	while (fake.timer_at[TIMER_rtc] <= to_ns) {
		unsigned rises = fake.rises[IRQ_RTC];

		unit_advance(fake.timer_at[TIMER_rtc], fire);
		interrupts += fake.rises[IRQ_RTC] - rises;
		fake.now_ns += deaf_ns;
		deaf_ns = 0;
		if (fake.line[IRQ_RTC])
			get(REG_C);
	}
	fake.now_ns = to_ns;
}

static void
start(int64_t seconds, bool slew)
{
	interrupts = 0;
	deaf_ns = 0;
	begin(seconds, 0);
	rtc.setup.slew = slew;
}

static void
test_rates(void)
{
	/* Table 3, page 15, in ns; 32768 Hz, and the two faster ones */
	static const unsigned hz_slow[] = { 0, 256, 128, 8192, 4096, 2048, 1024,
		512, 256, 128, 64, 32, 16, 8, 4, 2 };
	static const unsigned hz_fast[] = { 0, 32768, 16384, 8192, 4096, 2048,
		1024, 512, 256, 128, 64, 32, 16, 8, 4, 2 };

	unit_case("periodic: all rates of the three dividers");
	for (unsigned a = 0; a < 0x30; a++) {
		start(0, false);
		put(REG_A, (uint8_t)a);
		put(REG_B, 0x42);
		run(SECOND);
		expect_eq(
		    interrupts, a >= 0x20 ? hz_slow[a & 15] : hz_fast[a & 15]);
	}

	unit_case("periodic: exact over an hour");
	start(0, false);
	put(REG_B, 0x42);
	run(3600 * SECOND);
	expect_eq(interrupts, 3600 * 1024);
	expect_eq(fake.timer_at[TIMER_rtc] - fake.now_ns, 976563);
}

/* The host is not woken for ticks that a program does not take: there is
 * nothing to do for it until it has read C. */
static void
test_sleeper(bool slew)
{
	unit_case("periodic: ticks behind one that is up wake nobody");
	start(0, slew);
	put(REG_A, 0x01); /* 32768 Hz */
	put(REG_B, 0x42);
	unit_advance(fake.timer_at[TIMER_rtc], fire);
	expect(fake.line[IRQ_RTC]);
	expect_eq(fake.timer_at[TIMER_rtc], TIMER_OFF);
	wait_ms(1000);
	expect_eq(get(REG_C), 0xd0);
	expect(!fake.line[IRQ_RTC]);
	expect(fake.timer_at[TIMER_rtc] - fake.now_ns < 31000);
	expect_eq(rtc.lost, slew ? 32768 : 0);

	unit_case("periodic: but the second still does, for its own sake");
	start(0, slew);
	put(REG_B, 0x52);
	unit_advance(fake.timer_at[TIMER_rtc], fire);
	expect(fake.line[IRQ_RTC]);
	expect(fake.timer_at[TIMER_rtc] - fake.now_ns > SECOND / 2);
}

static void
test_flags(void)
{
	unit_case("flags rise without their enables, and reading clears them");
	start(0, false);
	wait_ms(10);
	expect_eq(get(REG_C), 0x40);
	expect_eq(get(REG_C), 0);
	wait_ms(1000);
	expect_eq(get(REG_C), 0x50);
	put(REG_SECONDS_ALARM, 0x02);
	put(REG_MINUTES_ALARM, 0xc0);
	put(REG_HOURS_ALARM, 0xff);
	wait_ms(1000);
	expect_eq(get(REG_C), 0x70);
	expect_eq(fake.rises[IRQ_RTC], 0);
	expect_eq(fake.timer_at[TIMER_rtc], TIMER_OFF);

	unit_case("a flag that is up interrupts when it is enabled");
	start(0, false);
	wait_ms(10);
	put(REG_B, 0x42);
	expect(fake.line[IRQ_RTC]);
	expect_eq(get(REG_C), 0xc0);
	expect(!fake.line[IRQ_RTC]);

	unit_case("what is due interrupts at a write to C or D, too");
	for (unsigned at = REG_C; at <= REG_D; at++) {
		start(0, false);
		put(REG_B, 0x42);
		wait_ms(10);
		put(at, 0x72);
		expect(fake.line[IRQ_RTC]);
		expect_eq(get(REG_C), 0xc0);
	}

	unit_case("a reset: no enables, no flags, line low");
	wait_ms(10);
	put(REG_B, 0x7a);
	get(REG_A);
	expect(fake.line[IRQ_RTC]);
	mc146818_reset(&rtc);
	expect(!fake.line[IRQ_RTC]);
	expect_eq(get(REG_B), 2);
	expect_eq(get(REG_C), 0);
	expect_eq(fake.timer_at[TIMER_rtc], TIMER_OFF);
}

static void
test_update_ended(void)
{
	unit_case("update-ended: once a second, when the time is there");
	start(0, false);
	put(REG_B, 0x12);
	run(SECOND - 1);
	expect_eq(interrupts, 0);
	run(1);
	expect_eq(interrupts, 1);
	expect_eq(get(REG_SECONDS), 1);
	run(59 * SECOND);
	expect_eq(interrupts, 60);

	unit_case(
	    "update-ended: though the host's clock takes the second back");
	start(10, false);
	put(REG_B, 0x12);
	fake.host_ns -= SECOND;
	run(SECOND);
	expect_eq(interrupts, 1);
	expect_eq(get(REG_SECONDS), 0x10);

	unit_case("update-ended: no host's jump makes one by itself");
	start(10, false);
	put(REG_B, 0x12);
	fake.host_ns += 5 * SECOND;
	expect_eq(get(REG_SECONDS), 0x15);
	expect_eq(get(REG_C) & 0x10, 0);
	put(REG_B, 0x92);
	expect_eq(get(REG_B), 0x82);

	unit_case("update-ended: SET ends it");
	start(0, false);
	put(REG_B, 0x12);
	run(60 * SECOND);
	put(REG_B, 0x92);
	expect_eq(get(REG_B), 0x82);
	run(5 * SECOND);
	expect_eq(interrupts, 60);
}

/* How many alarms come in a day. */
static unsigned
alarms(uint8_t hour, uint8_t minute, uint8_t second, uint8_t b)
{
	start(0, false);
	put(REG_B, 0x80 | b);
	mc146818_set_time(&rtc, 86400 * 365);
	put(REG_HOURS_ALARM, hour);
	put(REG_MINUTES_ALARM, minute);
	put(REG_SECONDS_ALARM, second);
	put(REG_B, b);
	run(86400 * SECOND);
	return interrupts;
}

static void
test_alarm(void)
{
	unit_case("alarm: each field, or any");
	expect_eq(alarms(0x23, 0x59, 0x59, 0x22), 1);
	expect_eq(alarms(0x00, 0x00, 0x00, 0x22), 1);
	expect_eq(alarms(0x12, 0x30, 0xc0, 0x22), 60);
	expect_eq(alarms(0x12, 0xff, 0x30, 0x22), 60);
	expect_eq(alarms(0xc5, 0x30, 0x00, 0x22), 24);
	expect_eq(alarms(0xc0, 0xc0, 0x00, 0x22), 1440);
	expect_eq(alarms(0x0c, 0xc0, 0x00, 0x26), 60);
	expect_eq(alarms(0x92, 0x00, 0x00, 0x20), 1); /* 12 p.m. */
	expect_eq(alarms(0x8c, 0x00, 0x00, 0x24), 1);
	expect_eq(alarms(0x24, 0x00, 0x00, 0x22), 0);
	expect_eq(alarms(0x12, 0x60, 0x00, 0x22), 0);
	expect_eq(alarms(0x12, 0x00, 0x3b, 0x22), 0);

	unit_case("alarm: at its second");
	start(0, false);
	put(REG_HOURS_ALARM, 0x01);
	put(REG_MINUTES_ALARM, 0x02);
	put(REG_SECONDS_ALARM, 0x03);
	put(REG_B, 0x22);
	run(3723 * SECOND - 1);
	expect_eq(interrupts, 0);
	run(1);
	expect_eq(interrupts, 1);

	unit_case("alarm: nobody looked for a week");
	start(0, false);
	put(REG_HOURS_ALARM, 0x01);
	put(REG_MINUTES_ALARM, 0xc0);
	put(REG_SECONDS_ALARM, 0x07);
	wait_ms(7 * 86400 * 1000ull);
	expect_eq(get(REG_C) & 0x20, 0x20);
	put(REG_HOURS_ALARM, 0x25);
	wait_ms(7 * 86400 * 1000ull);
	expect_eq(get(REG_C) & 0x20, 0);
}

static void
test_lost(void)
{
	unit_case("lost ticks: discard");
	start(0, false);
	put(REG_B, 0x42);
	deaf_ns = 100 * SECOND / 1024;
	run(SECOND / 8);
	expect_eq(interrupts, 28); /* 128 ticks, 100 with PF up */
	run(SECOND);
	expect_eq(interrupts, 28 + 1024);

	unit_case("lost ticks: slew gives them again, one between two");
	start(0, true);
	put(REG_B, 0x42);
	deaf_ns = 100 * SECOND / 1024;
	run(SECOND);
	expect(interrupts >= 1023 && interrupts <= 1024);
	expect_eq(rtc.lost, 0);

	unit_case("lost ticks: the loop itself came late");
	start(0, true);
	put(REG_B, 0x42);
	fake.now_ns += SECOND / 2;
	mc146818_fire(&rtc, fake.now_ns);
	expect_eq(rtc.lost, 511);
	interrupts = 1;
	get(REG_C);
	run(SECOND / 2);
	expect(interrupts >= 1023 && interrupts <= 1024);

	unit_case("lost ticks: none after the interrupt was disabled");
	fake.now_ns += SECOND / 2;
	mc146818_fire(&rtc, fake.now_ns);
	put(REG_B, 2);
	expect_eq(rtc.lost, 0);
	get(REG_C);
	put(REG_B, 0x42);
	interrupts = 0;
	run(SECOND / 2);
	expect_eq(interrupts, 512);

	unit_case("lost ticks: none after the rate was taken away");
	start(0, true);
	put(REG_B, 0x42);
	fake.now_ns += SECOND / 2;
	mc146818_fire(&rtc, fake.now_ns);
	put(REG_A, 0x20);
	expect_eq(rtc.lost, 0);
	put(REG_A, 0x26);
	get(REG_C);
	run(SECOND / 2);
	expect_eq(interrupts, 512);

	unit_case("lost ticks: bounded, whatever the host does");
	fake.now_ns += 86400 * 365 * SECOND;
	mc146818_fire(&rtc, fake.now_ns);
	expect_eq(rtc.lost, 1 << 20);
}

/* Programs that look too often, or too late. */
static void
test_lost_looks(void)
{
	unit_case("lost ticks: who reads C all the time does not put them off");
	start(0, true);
	put(REG_B, 0x42);
	fake.now_ns += SECOND / 8;
	mc146818_fire(&rtc, fake.now_ns);
	expect_eq(rtc.lost, 127);
	for (unsigned i = 0; i < 16 * 128; i++) {
		fake.now_ns += SECOND / 16384;
		interrupts += get(REG_C) >> 6 & 1;
	}
	expect(interrupts >= 255 && interrupts <= 256);
	expect(rtc.lost <= 1);

	unit_case("lost ticks: one at once for whom the middle is too early");
	start(0, true);
	put(REG_B, 0x42);
	fake.now_ns += SECOND / 8;
	for (unsigned i = 0; i < 64; i++) {
		fake.now_ns += SECOND / 1024 * 6 / 10;
		mc146818_fire(&rtc, fake.now_ns);
		expect(fake.line[IRQ_RTC]);
		interrupts = fake.rises[IRQ_RTC];
		expect_eq(get(REG_C), 0xc0);
		expect(fake.line[IRQ_RTC]);
		expect_eq(fake.rises[IRQ_RTC], interrupts + 1);
		get(REG_C);
		expect(!fake.line[IRQ_RTC]);
		fake.now_ns += SECOND / 1024 * 4 / 10 + 1;
	}
	expect_eq(rtc.lost, 127 - 64);
}

int
main(void)
{
	test_rates();
	test_sleeper(false);
	test_sleeper(true);
	test_flags();
	test_update_ended();
	test_alarm();
	test_lost();
	test_lost_looks();
	return unit_done();
}
