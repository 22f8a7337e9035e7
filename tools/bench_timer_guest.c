/* SPDX-License-Identifier: MIT
 *
 * The guest of tools/bench_timer: takes interrupts of the 8254 at 1000 Hz or
 * the MC146818 at 1024 Hz, by the IOAPIC, notes the TSC at each, and sends its
 * notes. The command line is the words "pit" or "rtc", and what the CPU does
 * between two: "halt" or "spin".
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"
#include "tools/bench_timer.h"

enum { PIT_COUNTER = 0x40, PIT_CONTROL = 0x43 };
enum { RTC_INDEX = 0x70, RTC_DATA = 0x71, RTC_A = 10, RTC_B, RTC_C };
enum { RTC_STOPPED = 0x76, RTC_1024 = 0x26, RTC_PIE_24 = 0x42 };

static struct timer_log notes;
static volatile unsigned taken;
static unsigned line;

static void
on_interrupt(struct frame *frame)
{
	uint64_t now = rdtsc();

	(void)frame;
	if (line == 8)
		(void)inb(RTC_DATA); /* register C */
	if (taken < TIMER_SAMPLES)
		notes.at[taken++] = now;
	irq_eoi(line);
}

/* Mode 2 raises OUT at once on some chips: away with that interrupt. */
static void
start_pit(void)
{
	outb(PIT_CONTROL, 0x34);
	irq_enable();
	for (unsigned i = 0; i < 10000; i++)
		pause();
	irq_disable();
	taken = 0;
	outb(PIT_COUNTER, PIT_COUNT & 0xff);
	notes.start = rdtsc();
	outb(PIT_COUNTER, PIT_COUNT >> 8);
}

static void
put_rtc(uint8_t at, uint8_t value)
{
	outb(RTC_INDEX, at);
	outb(RTC_DATA, value);
}

/* The divider comes out of its reset half a second on, a whole period. */
static void
start_rtc(void)
{
	put_rtc(RTC_A, RTC_STOPPED);
	put_rtc(RTC_B, RTC_PIE_24);
	outb(RTC_INDEX, RTC_C);
	(void)inb(RTC_DATA);
	outb(RTC_INDEX, RTC_A);
	notes.start = rdtsc();
	outb(RTC_DATA, RTC_1024);
	outb(RTC_INDEX, RTC_C);
}

void
main(void)
{
	const char *words = cmdline();
	bool rtc = take_word(&words, "rtc"), halt;

	if (!rtc && !take_word(&words, "pit"))
		fail("the command line names a timer");
	halt = take_word(&words, "halt");
	if (cpuid(0x40000000, 0).eax >= 0x40000010)
		notes.khz = cpuid(0x40000010, 0).eax;
	line = rtc ? 8 : 0;
	irq_route("ioapic", line, on_interrupt);
	if (rtc)
		start_rtc();
	else
		start_pit();
	if (!halt)
		irq_enable();
	while (taken < TIMER_SAMPLES)
		if (halt)
			irq_wait();
		else
			pause();
	irq_disable();
	put(&notes, sizeof(notes));
}
