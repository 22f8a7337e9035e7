/* SPDX-License-Identifier: MIT
 *
 * --on-reboot restart. The driver answers "a" to the first boot, which leaves
 * traces everywhere and resets itself by the road that the command line says,
 * and "b" to the second, which must find none.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

enum {
	COM1_IER = 0x3f9,
	COM1_LCR = 0x3fb,
	COM1_MCR = 0x3fc,
	COM1_SCR = 0x3ff,
	ELCR2 = 0x4d1,
	PM1_ENABLE = 0x602,
	PCI_ADDRESS = 0xcf8,
	PORT_B = 0x61
};
enum { PIN = 5, PWRBTN = 1 << 8, TRACE = 0x5a };

static uint64_t in_data = 1;
static const uint64_t in_ram[] = { 0x500, 0x9fbf8, 0x600000, 0x7fffff8 };

static void
leave_traces(void)
{
	in_data = TRACE;
	for (unsigned i = 0; i < 4; i++)
		*(volatile uint64_t *)phys(in_ram[i]) = TRACE;
	pic_init();
	outb(PIC_MASK, TRACE);
	outb(PIC_MASK + PIC_2ND, TRACE);
	outb(ELCR2, TRACE);
	lapic_enable();
	ioapic_pin(PIN, TRACE);
	outb(COM1_SCR, TRACE);
	outb(COM1_IER, 1);
	outb(COM1_MCR, 8);
	outb(PORT_B, 1);
	outw(PM1_ENABLE, PWRBTN);
	outl(PCI_ADDRESS, 0x80000000);
}

static void
check_none(void)
{
	expect_eq(in_data, 1, "the image is fresh");
	for (unsigned i = 0; i < 4; i++)
		expect_eq(
		    *(volatile uint64_t *)phys(in_ram[i]), 0, "RAM is zero");
	expect(inb(PIC_MASK) != TRACE, "first 8259: IMR");
	expect(inb(PIC_MASK + PIC_2ND) != TRACE, "second 8259: IMR");
	expect(inb(ELCR2) != TRACE, "ELCR2");
	expect_eq(lapic_read(LAPIC_SPURIOUS) & 0x1ff, 0xff, "APIC disabled");
	expect_eq(ioapic_read(0x10 + 2 * PIN), IOAPIC_MASKED, "IOAPIC pin");
	expect_eq(inb(COM1_SCR), 0, "UART: SCR");
	expect_eq(inb(COM1_IER), 0, "UART: IER");
	expect_eq(inb(COM1_MCR), 0, "UART: MCR");
	expect_eq(inb(PORT_B) & 3, 0, "port B");
	expect_eq(inw(PM1_ENABLE), 0, "PM1 enable");
	expect_eq(inl(PCI_ADDRESS), 0, "PCI address");
	check_protected();
	check_map(
	    (const void *)start_info()->memmap, start_info()->memmap_entries);
	check_rsdp(start_info()->rsdp);
}

void
main(void)
{
	if (ask() == 'a') {
		leave_traces();
		obey(cmdline());
		fail("the machine has reset");
	}
	check_none();
}
