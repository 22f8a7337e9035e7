/* SPDX-License-Identifier: MIT
 *
 * The 8254 against the PM timer and the TSC: channel 2 behind port B, as
 * guests calibrate by it, and channel 0's interrupt by the chip that the
 * command line names. Late is allowed, the host being busy; early is not.
 * Or, after the word "none", what is left without one: port B.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

enum { CHANNEL0 = 0x40, CHANNEL2 = 0x42, CONTROL = 0x43, PORT_B = 0x61 };
enum { GATE2 = 1, REFRESH = 1 << 4, OUT2 = 1 << 5 };
enum { COUNT_10MS = 11932, TICK_US = 10000, LATE_US = 1000000 };
enum { CPUID_TSC_KHZ = 0x40000010 };

static volatile unsigned ticks;

static void
load(uint16_t port, uint8_t control, uint16_t count)
{
	outb(CONTROL, control);
	outb(port, (uint8_t)count);
	outb(port, (uint8_t)(count >> 8));
}

/* Mode 0: OUT rises when the count is over. */
static void
check_channel2(void)
{
	uint32_t since, us;
	uint64_t tsc, khz = 0;

	outb(PORT_B, GATE2);
	since = pm_timer();
	tsc = rdtsc();
	load(CHANNEL2, 0xb0, COUNT_10MS);
	expect((inb(PORT_B) & OUT2) == 0, "OUT is low while it counts");
	while ((inb(PORT_B) & OUT2) == 0)
		;
	tsc = rdtsc() - tsc;
	us = pm_timer_us(since);
	expect(us >= TICK_US - 20, "channel 2 is not early");
	expect(us < LATE_US, "channel 2 is not late");
	if (cpuid(0x40000000, 0).eax >= CPUID_TSC_KHZ)
		khz = cpuid(CPUID_TSC_KHZ, 0).eax;
	if (khz == 0)
		return;
	tsc = tsc * 1000 / khz;
	expect(tsc >= TICK_US - 100, "the TSC's frequency: not too slow");
	expect(tsc <= us + 100, "the TSC's frequency: not too fast");
}

static uint16_t
latched(void)
{
	uint8_t low;

	outb(CONTROL, 0x00);
	low = inb(CHANNEL0);
	return (uint16_t)(low | inb(CHANNEL0) << 8);
}

static void
check_latch(void)
{
	uint16_t first, second;

	load(CHANNEL0, 0x30, 0xffff);
	first = latched();
	second = latched();
	expect(second < first, "the count falls");
	outb(CONTROL, 0xc2 | 0x20); /* read back: status alone */
	expect_eq(inb(CHANNEL0) & 0x3f, 0x30, "the status tells the mode");
}

static void
on_tick(struct frame *frame)
{
	(void)frame;
	ticks++;
	irq_eoi(0);
}

/* Six, because the first may be OUT's rise from the mode before. */
static void
check_channel0(const char *chip)
{
	uint32_t since, us;

	irq_route(chip, 0, on_tick);
	since = pm_timer();
	load(CHANNEL0, 0x34, COUNT_10MS);
	while (ticks < 6)
		irq_wait();
	us = pm_timer_us(since);
	expect(us >= 5 * TICK_US - 20, "six ticks are not early");
	expect(us < LATE_US, "six ticks are not late");
}

/* A guest that waits for OUT 2 as above must get out of it. */
static void
check_none(const char *chip)
{
	uint32_t since = pm_timer();

	irq_route(chip, 0, on_tick);
	load(CHANNEL0, 0x34, COUNT_10MS);
	outb(PORT_B, GATE2);
	load(CHANNEL2, 0xb0, COUNT_10MS);
	expect_eq(inb(PORT_B) & ~REFRESH, GATE2 | OUT2, "port B, OUT 2 high");
	for (unsigned port = CHANNEL0; port <= CONTROL; port++)
		expect_eq(
		    inb((uint16_t)port), 0xff, "a port of an absent chip");
	irq_enable();
	while (pm_timer_us(since) < 5 * TICK_US)
		pause();
	irq_disable();
	expect_eq(ticks, 0, "interrupts");
}

void
main(void)
{
	const char *chip = cmdline();

	if (take_word(&chip, "none")) {
		check_none(chip);
		return;
	}
	check_channel2();
	check_latch();
	check_channel0(chip);
}
