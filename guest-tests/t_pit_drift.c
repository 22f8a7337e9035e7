/* SPDX-License-Identifier: MIT
 *
 * The 8254 at 1000 Hz against the PM timer, for the seconds (hexadecimal) and
 * by the chip that the command line says: neither its count nor its interrupts
 * drift. A host may be so late that interrupts merge, so they are not counted
 * but for too many. Instead some look where in its period the counter is, which
 * tells how far count and PM timer are apart, to within the exit that it took,
 * and the others how late they are. (Not the one after a look: a write to the
 * 8254 brings an interrupt that was due.)
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

enum { CHANNEL0 = 0x40, CONTROL = 0x43, LATCH0 = 0x00 };
/* The PM timer counts three for each of the 8254's, to 0.3 ppm. */
enum { COUNT = 1193, PERIOD = 3 * COUNT, LIMIT = PM_TIMER_HZ / 10000 };
enum { WINDOW = 250, LOOK = 8, PATIENCE = 12 };

/* In ticks of the PM timer, as all else here. */
static volatile uint64_t passed;
static int64_t lead; /* of the PM timer over the counter, at least */
static volatile unsigned interrupts;
static uint32_t last;

/* Between what the lead is, by all looks, and how late the promptest interrupt
 * was. */
static struct seen {
	int64_t least, most, late;
} seen;

static int64_t
wrapped(int64_t difference)
{
	difference = (difference % PERIOD + PERIOD) % PERIOD;
	return difference > PERIOD / 2 ? difference - PERIOD : difference;
}

/* From one look to the next the lead changes by less than half a period. */
static void
note(unsigned phase, unsigned width)
{
	lead += wrapped((int64_t)passed - phase - lead);
	seen.least = lead > seen.least ? lead : seen.least;
	seen.most = lead + width < seen.most ? lead + width : seen.most;
}

static void
look_at_count(void)
{
	unsigned count, width;

	outb(CONTROL, LATCH0);
	width = (pm_timer() - last) & 0xffffff;
	count = inb(CHANNEL0);
	count |= (unsigned)inb(CHANNEL0) << 8;
	if (width < PERIOD / 4)
		note(3 * (COUNT - count), width);
}

static void
on_tick(struct frame *frame)
{
	uint32_t now = pm_timer();
	int64_t late;

	(void)frame;
	passed += (now - last) & 0xffffff;
	last = now;
	late = ((int64_t)passed - lead) % PERIOD;
	if (interrupts % LOOK == 0)
		look_at_count();
	else if (interrupts % LOOK != 1)
		seen.late = late < seen.late ? late : seen.late;
	interrupts++;
	irq_eoi(0);
}

static struct seen
watch(void)
{
	unsigned until = interrupts + WINDOW;

	seen = (struct seen){ INT64_MIN, INT64_MAX, INT64_MAX };
	while (interrupts < until)
		irq_wait();
	return seen;
}

static void
start(const char *chip)
{
	irq_route(chip, 0, on_tick);
	outb(CONTROL, 0x34);
	outb(CHANNEL0, COUNT & 0xff);
	outb(CHANNEL0, COUNT >> 8);
	irq_wait(); /* perhaps OUT's rise from the mode before */
	irq_wait();
	last = pm_timer();
	passed = interrupts = 0;
}

static void
report(const struct seen *first, const struct seen *now)
{
	int64_t ticks = (now->least + now->most - first->least - first->most);

	put_dec(interrupts);
	puts(" interrupts of ");
	put_dec(passed / PERIOD);
	puts(ticks < 0 ? ", us apart: -" : ", us apart: ");
	put_dec((uint64_t)(ticks < 0 ? -ticks : ticks) * 500000 / PM_TIMER_HZ);
	puts(", us late: ");
	put_dec((uint64_t)now->late * 1000000 / PM_TIMER_HZ);
	puts("\n");
}

/* A busy host may be late in some windows, but not for three seconds. */
void
main(void)
{
	const char *chip = cmdline();
	uint64_t end = take_hex(&chip) * PM_TIMER_HZ;
	struct seen first, now;
	unsigned late = 0;

	start(chip);
	lead = watch().least;
	now = first = watch();
	while (passed < end || (late > 0 && late <= PATIENCE)) {
		now = watch();
		late = now.late > first.late + LIMIT ? late + 1 : 0;
		if (now.least - first.most > LIMIT ||
		    first.least - now.most > LIMIT || late > PATIENCE)
			break;
	}
	report(&first, &now);
	expect(now.least - first.most <= LIMIT, "the count is not slow");
	expect(first.least - now.most <= LIMIT, "the count is not fast");
	expect(late <= PATIENCE, "the interrupts keep in step with the count");
	expect(interrupts <= passed / PERIOD + 2, "not too many interrupts");
}
