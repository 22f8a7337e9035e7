/* SPDX-License-Identifier: MIT
 *
 * The power button (SIGTERM to mica, when the guest is "ready") as ACPI's
 * fixed event: polled, or as a level interrupt by the 8259s or the IOAPIC,
 * which comes again until its cause is gone. (ACPI 6.5, 4.8.2.2.1)
 */
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

enum { PWRBTN = 1 << 8 };

static uint16_t status_port;
static unsigned line;
static volatile unsigned interrupts;

/* Leaves the cause the first time. Interrupts without a cause don't count:
 * see check_level() in t_ioapic.c. */
static void
on_sci(struct frame *frame)
{
	(void)frame;
	if ((inw(status_port) & PWRBTN) != 0 && interrupts++ != 0)
		outw(status_port, PWRBTN);
	irq_eoi(line);
}

static void
by_interrupt(const char *chip)
{
	irq_route(chip, line, on_sci);
	outw(status_port + 2, PWRBTN);
	puts("ready\n");
	while (interrupts < 2)
		irq_wait();
}

static void
by_polling(void)
{
	puts("ready\n");
	while ((inw(status_port) & PWRBTN) == 0)
		;
	outw(status_port, PWRBTN);
}

void
main(void)
{
	status_port = (uint16_t)get32(fadt() + FADT_PM1A_EVT);
	line = get16(fadt() + FADT_SCI_INT);
	expect_eq(inw(status_port) & PWRBTN, 0, "PWRBTN_STS before");
	if (starts_with(cmdline(), "poll"))
		by_polling();
	else
		by_interrupt(cmdline());
	expect_eq(inw(status_port) & PWRBTN, 0, "PWRBTN_STS written away");
	puts("PASS\n");
	obey("acpi-off");
	fail("the machine is off");
}
