/* SPDX-License-Identifier: MIT
 *
 * ACPI's fixed hardware and every way to end the machine.
 */
#include <string.h>

#include "devices/power.h"
#include "tools/unit.h"

enum { TMR = 1 << 0, PWRBTN = 1 << 8, RTC = 1 << 10 };

static struct power p;

static uint32_t
in(unsigned reg)
{
	return power_read(&p, reg, reg == POWER_PM_TIMER ? 4 : 2);
}

static void
out(unsigned reg, uint32_t value)
{
	power_write(&p, reg, 2, value);
}

static void
fresh(void)
{
	memset(&p, 0xa5, sizeof(p));
	power_reset(&p);
	fake.stop = STOP_NOT;
}

static void
begin(const char *name)
{
	unit_case(name);
	fresh();
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	if (timer == TIMER_pm_timer)
		power_fire(&p, now_ns);
}

/* The PM timer in one step, without splitting. */
static uint64_t
ticks(uint64_t now_ns)
{
	return (uint64_t)((unsigned __int128)now_ns * 3579545 / 1000000000);
}

static void
test_reset(void)
{
	static const unsigned zero[] = { POWER_PM1_STATUS, POWER_PM1_ENABLE,
		POWER_RESET, POWER_DEBUG_EXIT, POWER_EXIT_STATUS, POWER_MARK,
		POWER_SHUTDOWN };

	unit_case("reset: no event, line low, no timer");
	fake.now_ns = (uint64_t)1 << 62;
	fake.line[IRQ_SCI] = true;
	fake.timer_at[TIMER_pm_timer] = 5;
	memset(&p, 0xa5, sizeof(p));
	power_reset(&p);
	expect(!fake.line[IRQ_SCI]);
	expect_eq(fake.timer_at[TIMER_pm_timer], TIMER_OFF);
	for (unsigned i = 0; i < ARRAY_SIZE(zero); i++)
		expect_eq(in(zero[i]), 0);
	expect_eq(in(POWER_PM1_CONTROL), 1);
}

static void
test_timer_rate(void)
{
	static const struct {
		uint64_t now_ns;
		uint32_t ticks;
	} rows[] = {
		{ 0, 0 },
		{ 279, 0 },
		{ 280, 1 },
		{ 1000000000, 3579545 },
		{ 999999999, 3579544 },
		{ 3600000000000, 12886362000 % ((uint64_t)1 << 32) },
	};
	uint64_t state = 1;

	begin("PM timer: 3.579545 MHz, exact at any time");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.now_ns = rows[i].now_ns;
		expect_eq(in(POWER_PM_TIMER), rows[i].ticks);
	}
	for (unsigned i = 0; i < 10000; i++) {
		uint64_t r = unit_random(&state);

		fake.now_ns = r >> (r & 63);
		expect_eq(in(POWER_PM_TIMER), (uint32_t)ticks(fake.now_ns));
	}
	out(POWER_PM_TIMER, 0); /* read-only */
	expect_eq(in(POWER_PM_TIMER), (uint32_t)ticks(fake.now_ns));
}

static void
test_timer_status(void)
{
	uint64_t at_ns;

	begin("TMR_STS: set by each toggle of bit 31, no host timer");
	for (unsigned i = 1; i <= 4; i++) {
		/* The first nanosecond of toggle i, rounded up. */
		at_ns = (uint64_t)(((unsigned __int128)i << 31) * 1000000000 /
			    3579545) +
		    1;
		fake.now_ns = at_ns - 1;
		expect_eq(in(POWER_PM1_STATUS), 0);
		fake.now_ns = at_ns;
		expect_eq(in(POWER_PM_TIMER) >> 31, i & 1);
		expect_eq(in(POWER_PM1_STATUS), TMR);
		out(POWER_PM1_STATUS, 0xffff & ~TMR);
		expect_eq(in(POWER_PM1_STATUS), TMR);
		out(POWER_PM1_STATUS, TMR);
		expect_eq(in(POWER_PM1_STATUS), 0);
	}
	fake.now_ns *= 10;
	out(POWER_PM1_STATUS, TMR); /* unseen toggles are cleared as well */
	expect_eq(in(POWER_PM1_STATUS), 0);
	expect_eq(fake.timer_at[TIMER_pm_timer], TIMER_OFF);
	expect_eq(fake.rises[IRQ_SCI], 0);
}

static void
test_timer_interrupt(void)
{
	static const uint64_t starts[] = { 0, 12345678901234567,
		(uint64_t)1 << 62 };

	unit_case("TMR_EN: the host's timer falls on the toggle, then is off");
	for (unsigned i = 0; i < ARRAY_SIZE(starts); i++) {
		uint64_t at_ns;

		fake.now_ns = starts[i];
		power_reset(&p);
		fake.rises[IRQ_SCI] = 0;
		out(POWER_PM1_ENABLE, TMR);
		at_ns = fake.timer_at[TIMER_pm_timer];
		expect(at_ns > fake.now_ns);
		expect_eq(ticks(at_ns) >> 31, (ticks(fake.now_ns) >> 31) + 1);
		expect_eq(ticks(at_ns - 1) >> 31, ticks(fake.now_ns) >> 31);
		unit_advance(at_ns - 1, fire);
		expect(!fake.line[IRQ_SCI]);
		unit_advance(at_ns + 1000, fire);
		expect(fake.line[IRQ_SCI]);
		expect_eq(fake.timer_at[TIMER_pm_timer], TIMER_OFF);
		out(POWER_PM1_STATUS, TMR);
		expect(!fake.line[IRQ_SCI]);
		expect(fake.timer_at[TIMER_pm_timer] > at_ns + 1000);
		unit_advance(fake.timer_at[TIMER_pm_timer], fire);
		expect_eq(fake.rises[IRQ_SCI], 2);
		out(POWER_PM1_ENABLE, 0);
		expect(!fake.line[IRQ_SCI]);
		expect_eq(fake.timer_at[TIMER_pm_timer], TIMER_OFF);
	}
}

static void
test_button(void)
{
	begin("power button: an SCI while status and enable meet");
	out(POWER_PM1_ENABLE, 0xffff);
	expect_eq(in(POWER_PM1_ENABLE), 0x0721);
	out(POWER_PM1_ENABLE, 0);
	power_button(&p);
	expect_eq(in(POWER_PM1_STATUS), PWRBTN);
	expect(!fake.line[IRQ_SCI]);
	out(POWER_PM1_ENABLE, PWRBTN);
	expect(fake.line[IRQ_SCI]);
	out(POWER_PM1_STATUS, 0);
	expect(fake.line[IRQ_SCI]);
	out(POWER_PM1_STATUS, PWRBTN);
	expect(!fake.line[IRQ_SCI]);
	expect_eq(in(POWER_PM1_STATUS), 0);
	power_button(&p);
	expect(fake.line[IRQ_SCI]);
	out(POWER_PM1_ENABLE, 0xffff & ~PWRBTN);
	expect(!fake.line[IRQ_SCI]);
}

static void
test_clock(void)
{
	begin("clock: RTC_STS, and an SCI if that is enabled");
	power_clock(&p);
	expect_eq(in(POWER_PM1_STATUS), RTC);
	expect(!fake.line[IRQ_SCI]);
	out(POWER_PM1_STATUS, RTC);
	expect_eq(in(POWER_PM1_STATUS), 0);
	out(POWER_PM1_ENABLE, RTC);
	expect(!fake.line[IRQ_SCI]);
	power_clock(&p);
	power_clock(&p);
	expect(fake.line[IRQ_SCI]);
	out(POWER_PM1_STATUS, RTC);
	expect(!fake.line[IRQ_SCI]);
}

static void
test_control(void)
{
	static const struct {
		uint32_t write, read;
		enum stop stop;
	} rows[] = {
		{ 0x0000, 0x0001, STOP_NOT },
		{ 0x0003, 0x0003, STOP_NOT },
		{ 0x1c00, 0x1c01, STOP_NOT }, /* SLP_TYP alone */
		{ 0xdfff, 0x1c03, STOP_NOT },
		{ 0x2000, 0x0001, STOP_OFF }, /* S5; SLP_EN is write-only */
		{ 0x2001, 0x0001, STOP_OFF },
		{ 0xe3ff, 0x0003, STOP_OFF },
		{ 0x2400, 0x0401, STOP_NOT }, /* no such sleep */
		{ 0x3c00, 0x1c01, STOP_NOT },
	};

	unit_case("PM1 control: S5 is the only sleep, SCI_EN stays");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		out(POWER_PM1_CONTROL, rows[i].write);
		expect_eq(in(POWER_PM1_CONTROL), rows[i].read);
		expect_eq(fake.stop, rows[i].stop);
	}
}

static void
test_reset_control(void)
{
	static const struct {
		uint32_t first, second, read;
		enum stop stop;
	} rows[] = {
		{ 0x06, 0x06, 0x06, STOP_RESET },
		{ POWER_RESET_VALUE, 0x00, 0x00, STOP_RESET },
		{ 0x04, 0x00, 0x00, STOP_RESET },
		{ 0x02, 0x0e, 0x0e, STOP_RESET }, /* as Linux does */
		{ 0x02, 0x0a, 0x0a, STOP_NOT },
		{ 0xfb, 0x00, 0x00, STOP_NOT },
		{ 0x00, 0xfb, 0x0a, STOP_NOT },
	};

	unit_case("reset control: RST_CPU resets as it rises");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		out(POWER_RESET, rows[i].first);
		out(POWER_RESET, rows[i].second);
		expect_eq(in(POWER_RESET), rows[i].read);
		expect_eq(fake.stop, rows[i].stop);
	}
	fresh();
	out(POWER_RESET, 0x04);
	fake.stop = STOP_NOT;
	out(POWER_RESET, 0x06); /* it is high already */
	expect_eq(fake.stop, STOP_NOT);
}

static void
test_exits(void)
{
	static const struct {
		unsigned reg;
		uint32_t value;
		int status;
	} rows[] = {
		{ POWER_DEBUG_EXIT, 0, 1 },
		{ POWER_DEBUG_EXIT, 0x10, 0x21 },
		{ POWER_DEBUG_EXIT + 3, 0x31, 0x63 },
		{ POWER_DEBUG_EXIT, 0xffffffff, 0xff },
		{ POWER_DEBUG_EXIT, 0x80, 1 },
		{ POWER_EXIT_STATUS, 0, 0 },
		{ POWER_EXIT_STATUS + 1, 42, 42 },
		{ POWER_EXIT_STATUS + 3, 0xffffff07, 7 },
	};

	unit_case("exits with a status: debug exit and plain");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		power_write(&p, rows[i].reg, 4, rows[i].value);
		expect_eq(fake.stop, STOP_STATUS);
		expect_eq(fake.stop_status, rows[i].status);
	}
	begin("a mark ends nothing");
	power_write(&p, POWER_MARK, 4, 0xdeadbeef);
	expect_eq(fake.mark, 0xdeadbeef);
	power_write(&p, POWER_MARK + 3, 1, 7);
	expect_eq(fake.mark, 7);
	expect_eq(fake.marks, 2);
	expect_eq(fake.stop, STOP_NOT);
}

static void
test_shutdown(void)
{
	static const struct {
		const char *word;
		enum stop stop;
	} rows[] = {
		{ "Shutdown", STOP_OFF },
		{ "SShutdown", STOP_OFF },
		{ "ShutShutdown", STOP_OFF },
		{ "xShutdown", STOP_OFF },
		{ "Shutdow", STOP_NOT },
		{ "Shutdxown", STOP_NOT },
		{ "shutdown", STOP_NOT },
		{ "hutdownShutdow", STOP_NOT },
	};

	unit_case("the word Shutdown, wherever it begins");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		for (const char *c = rows[i].word; *c != '\0'; c++) {
			expect_eq(fake.stop, STOP_NOT);
			out(POWER_SHUTDOWN, (uint8_t)*c);
		}
		expect_eq(fake.stop, rows[i].stop);
		out(POWER_SHUTDOWN, 'S');
		expect_eq(p.shutdown_bytes, 1);
	}
}

int
main(void)
{
	test_reset();
	test_timer_rate();
	test_timer_status();
	test_timer_interrupt();
	test_button();
	test_clock();
	test_control();
	test_reset_control();
	test_exits();
	test_shutdown();
	return unit_done();
}
