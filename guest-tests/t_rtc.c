/* SPDX-License-Identifier: MIT
 *
 * The MC146818 against the PM timer. The command line says what is tested:
 *	time FIRST		the time of day is FIRST (hexadecimal, since
 *				1970) or up to some seconds more, and advances
 *	alarm CHIP		it wakes a CPU that sleeps; CHIP is pic, ioapic
 *	update CHIP		an interrupt a second
 *	periodic CHIP		8192 Hz; with slew none is lost, late as it may
 *	stopped POLICY CHIP	... while the host stops mica; lost-tick-policy
 * Late is allowed, the host being busy; early is not.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

enum { INDEX = 0x70, DATA = 0x71, LINE = 8 };
enum { A = 10, B, C, CENTURY = 0x32 };
enum { UIP = 0x80, RATE_8192 = 3, RATE_512 = 7, RATE_64 = 10 };
enum { PIE = 0x40, AIE = 0x20, UIE = 0x10, H24 = 2 };
enum { HZ = 8192, OFTEN = 128, LATE = 16, SECOND_US = 1000000 };
enum { GAP = PM_TIMER_HZ / 5 };

static volatile unsigned interrupts, flags;

static uint8_t
get(uint8_t at)
{
	outb(INDEX, at);
	return inb(DATA);
}

static void
put_reg(uint8_t at, uint8_t value)
{
	outb(INDEX, at);
	outb(DATA, value);
}

static unsigned
get_bcd(uint8_t at)
{
	uint8_t byte = get(at);

	return (byte >> 4) * 10u + (byte & 15);
}

/*
 * Time of day.
 */

struct date {
	unsigned second, minute, hour, day, month, year;
};

/* There are 244 us from UIP clear to the update: too few for a CPU that another
 * has interrupted, so the second is looked at again. */
static struct date
date(void)
{
	struct date d;

	do {
		while (get(A) & UIP)
			;
		d.second = get_bcd(0);
		d.minute = get_bcd(2);
		d.hour = get_bcd(4);
		d.day = get_bcd(7);
		d.month = get_bcd(8);
		d.year = get_bcd(CENTURY) * 100 + get_bcd(9);
	} while (get_bcd(0) != d.second);
	return d;
}

/* Since 1970, the year being one of 1901 to 2099. */
static uint64_t
seconds_of(const struct date *d)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212,
		243, 273, 304, 334 };
	uint64_t leap = d->year % 4 == 0 && d->month > 2;
	uint64_t days = (d->year - 1970) * 365 + (d->year - 1969) / 4 +
	    before[(d->month - 1) % 12] + leap + d->day - 1;

	return ((days * 24 + d->hour) * 60 + d->minute) * 60 + d->second;
}

static uint64_t
now(void)
{
	struct date d = date();

	return seconds_of(&d);
}

/* From before a second begins until after the next has, as seen. */
static void
check_time(uint64_t first)
{
	uint64_t begin = now(), at;
	uint32_t since, next = pm_timer();

	expect(begin >= first, "the clock is not slow");
	expect(begin < first + 8, "the clock is not fast");
	do {
		since = next;
		next = pm_timer();
	} while ((at = now()) == begin);
	expect_eq(at, begin + 1, "the next second");
	while ((at = now()) == begin + 1)
		;
	expect_eq(at, begin + 2, "the second after it");
	expect(pm_timer_us(since) >= SECOND_US - 20, "a second is not short");
	expect(pm_timer_us(since) < 3 * SECOND_US, "a second is not long");
}

/*
 * Interrupts.
 */

/* The index is C. */
static void
on_interrupt(struct frame *frame)
{
	(void)frame;
	flags |= inb(DATA);
	interrupts++;
	irq_eoi(LINE);
}

static void
start(const char *chip, uint8_t enable)
{
	irq_route(chip, LINE, on_interrupt);
	put_reg(B, enable | H24);
	get(C);
}

static uint8_t
bcd(unsigned n)
{
	return (uint8_t)(n / 10 << 4 | n % 10);
}

static void
check_alarm(const char *chip)
{
	struct date d = date();
	uint64_t set = seconds_of(&d);
	unsigned second = (d.second + 2) % 60;

	put_reg(1, bcd(second));
	put_reg(3, 0xff);
	put_reg(5, 0xff);
	start(chip, AIE);
	while (interrupts == 0)
		irq_wait();
	expect(now() >= set + 2, "the alarm is not early");
	expect_eq(flags & 0xa0, 0xa0, "it was the alarm");
	expect_eq(interrupts, 1, "interrupts");
}

/* The first may come at once. */
static void
check_update(const char *chip)
{
	uint32_t since = pm_timer();

	start(chip, UIE);
	while (interrupts < 4)
		irq_wait();
	expect(pm_timer_us(since) >= 3 * SECOND_US - 20, "updates: not early");
	expect_eq(flags & 0x90, 0x90, "it was the update");
}

/* By the PM timer, of which more may pass than its 24 bits: time so far, the
 * longest between two looks, and the interrupts due, each in its own rate's. */
static uint64_t passed, longest, due;
static uint32_t last;
static unsigned hz;

static void
look(void)
{
	uint32_t at = pm_timer(), step = (at - last) & 0xffffff;

	last = at;
	passed += step;
	longest = step > longest ? step : longest;
	due += (uint64_t)step * hz;
}

static int64_t
owed(void)
{
	return (int64_t)(due / PM_TIMER_HZ - interrupts);
}

static void
set_rate(uint8_t select)
{
	put_reg(A, 0x20 | select);
	get(C); /* the handler's index */
	look();
	hz = 32768u >> (select - 1);
}

static void
sleep_often(void)
{
	for (unsigned i = 0; i < OFTEN; i++)
		irq_wait();
	look();
}

static void
check_early(void)
{
	expect(owed() >= -2, "no interrupt is early");
}

/* At 8192 Hz. */
static void
begin_periodic(const char *chip)
{
	start(chip, 0);
	last = pm_timer();
	set_rate(RATE_8192);
	put_reg(B, PIE | H24);
	get(C);
	puts("ready\n");
}

static void
sleep_for(uint64_t pm_ticks)
{
	uint64_t until = passed + pm_ticks;

	while (passed < until && owed() > LATE) {
		sleep_often();
		check_early();
	}
}

/* All that is owed comes at a rate that leaves a host time for it. One too busy
 * for 1024 interrupts a second, at least, owes less and less. */
static void
check_slew(void)
{
	int64_t before;

	set_rate(RATE_512);
	sleep_for(12 * (uint64_t)PM_TIMER_HZ);
	before = owed();
	if (before <= LATE)
		return;
	set_rate(RATE_64);
	sleep_for(8 * (uint64_t)PM_TIMER_HZ);
	expect(owed() < before - 128, "no interrupt is lost");
	puts("a busy host\n");
}

/* What the stop has cost is still owed when slew would have given most of it;
 * a sleep may take two. */
static void
check_discard(void)
{
	uint64_t lost = longest * HZ / PM_TIMER_HZ;

	set_rate(RATE_512);
	sleep_for(3 * (uint64_t)PM_TIMER_HZ);
	expect(owed() + (int64_t)2 * OFTEN >= (int64_t)lost,
	    "interrupts are lost");
}

static void
check_stopped(const char *chip, bool slew)
{
	begin_periodic(chip);
	while (longest < GAP && passed < 4 * (uint64_t)PM_TIMER_HZ)
		sleep_often();
	expect(longest >= GAP, "the host has stopped mica");
	if (slew)
		check_slew();
	else
		check_discard();
}

void
main(void)
{
	const char *words = cmdline();

	if (take_word(&words, "time")) {
		check_time(take_hex(&words));
	} else if (take_word(&words, "alarm")) {
		check_alarm(words);
	} else if (take_word(&words, "update")) {
		check_update(words);
	} else if (take_word(&words, "periodic")) {
		begin_periodic(words);
		while (passed < PM_TIMER_HZ)
			sleep_often();
		check_early();
		check_slew();
	} else if (take_word(&words, "stopped")) {
		bool slew = take_word(&words, "slew");

		if (!slew && !take_word(&words, "discard"))
			fail("a policy");
		check_stopped(words, slew);
	} else {
		fail("the command line says what to test");
	}
	put_reg(B, H24);
	put_dec(interrupts);
	puts(" interrupts\n");
}
