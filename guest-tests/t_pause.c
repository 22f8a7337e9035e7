/* SPDX-License-Identifier: MIT
 *
 * Says "tick" at every interrupt of the 8254, as many as the command line has,
 * while another CPU counts, which it still does at the end. Whoever stops the
 * machine for seconds meanwhile must stop the PM timer too: no two ticks are a
 * second apart on it.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"
#include "guest-tests/lib/words.h"

enum { CHANNEL0 = 0x40, CONTROL = 0x43, COUNT_20MS = 23864 };
enum { LATE_US = 1000000 };

static volatile unsigned ticks;
static volatile uint64_t counted;

static void
on_tick(struct frame *frame)
{
	(void)frame;
	ticks++;
	irq_eoi(0);
}

static void
count(void)
{
	for (;;)
		counted++;
}

static void
wait_for_tick(void)
{
	unsigned before = ticks;
	uint32_t since = pm_timer();

	while (ticks == before)
		irq_wait();
	expect(pm_timer_us(since) < LATE_US, "a tick is not late");
	puts("tick\n");
}

void
main(void)
{
	const char *words = cmdline();
	uint64_t left = take_hex(&words), before;
	uint8_t ids[CPUS_MAX];
	unsigned cpus = smp_cpus(ids);

	irq_route("ioapic", 0, on_tick);
	if (cpus > 1)
		smp_start(ids[1], count);
	outb(CONTROL, 0x34);
	outb(CHANNEL0, (uint8_t)COUNT_20MS);
	outb(CHANNEL0, COUNT_20MS >> 8);
	for (; left != 0; left--)
		wait_for_tick();
	before = counted;
	while (cpus > 1 && counted == before)
		pause();
}
