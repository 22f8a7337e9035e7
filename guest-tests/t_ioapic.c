/* SPDX-License-Identifier: MIT
 *
 * The IOAPIC with the UART's transmitter as a source that the guest commands:
 * registers, edge and level delivery, remote IRR and EOI, and a second
 * processor by its physical and its logical name. 82093AA data sheet.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"

enum { IER = 0x3f9, IIR = 0x3fa, MCR = 0x3fc };
enum { ETBEI = 2, OUT2 = 8, COM1 = 4 };
enum { IOAPIC_ID = 0, IOAPIC_VERSION = 1, PINS = 24, RTE = 0x10 };
enum { VECTOR = 0x44, LOGICAL = 1 << 11, LAPIC_LDR = 0xd0 };
#define SPINS 2000000

static unsigned taken[2], leave;
static bool up;

static unsigned
count(unsigned cpu)
{
	return __atomic_load_n(&taken[cpu], __ATOMIC_SEQ_CST);
}

/* Reading IIR ends the transmitter's interrupt; `leave` interrupts don't, so
 * that a level comes again. */
static void
on_com1(struct frame *frame)
{
	unsigned cpu = lapic_read(LAPIC_ID) >> 24 & 1;

	(void)frame;
	if (leave == 0) {
		inb(IIR);
	} else {
		leave--;
		inb(MCR);
	}
	__atomic_add_fetch(&taken[cpu], 1, __ATOMIC_SEQ_CST);
	lapic_write(LAPIC_EOI, 0);
}

static void
raise_line(void)
{
	outb(IER, 0);
	outb(IER, ETBEI);
}

/* Interrupts on for a while: all that are pending arrive. */
static void
let_in(void)
{
	irq_enable();
	for (unsigned i = 0; i < 20; i++)
		inb(MCR);
	irq_disable();
}

static void
check_registers(void)
{
	uint32_t version = ioapic_read(IOAPIC_VERSION);

	expect((version & 0xff) >= 0x10, "an 82093AA or later");
	expect_eq(version >> 16 & 0xff, PINS - 1, "pins");
	ioapic_write(IOAPIC_ID, 0x05000000);
	expect_eq(ioapic_read(IOAPIC_ID), 0x05000000, "ID");
	ioapic_write(IOAPIC_ID, 0);
	for (unsigned pin = 0; pin < PINS; pin++) {
		expect_eq(ioapic_read(RTE + 2 * pin), IOAPIC_MASKED,
		    "a pin's low half at power-on");
		expect_eq(ioapic_read(RTE + 2 * pin + 1), 0,
		    "a pin's high half at power-on");
	}
	ioapic_pin(5, 0xffffffff);
	expect_eq(ioapic_read(RTE + 10), 0x1afff,
	    "reserved and read-only bits stay zero");
	ioapic_pin(5, IOAPIC_MASKED);
}

static void
check_edge(void)
{
	ioapic_pin(COM1, VECTOR | IOAPIC_MASKED);
	raise_line();
	let_in();
	expect_eq(count(0), 0, "none while masked");
	inb(IIR);
	ioapic_pin(COM1, VECTOR);
	raise_line();
	let_in();
	expect_eq(count(0), 1, "an edge is one interrupt");
}

/* Level interrupts by a KVM without VMX or SVM: ISR stays empty, so that a
 * handler must cause an exit before its EOI for that to be seen, and there is
 * one interrupt more than its APIC had. QEMU's guests see the same. */
static void
check_level(void)
{
	taken[0] = 0;
	leave = 2;
	ioapic_pin(COM1, VECTOR | IOAPIC_LEVEL);
	raise_line();
	expect_eq(ioapic_read(RTE + 2 * COM1) & IOAPIC_REMOTE_IRR,
	    IOAPIC_REMOTE_IRR, "remote IRR once sent");
	let_in();
	expect(count(0) >= 3, "a level comes again until it ends");
	expect(count(0) <= 4, "and not when it has ended");
	expect_eq(ioapic_read(RTE + 2 * COM1) & IOAPIC_REMOTE_IRR, 0,
	    "remote IRR after the last EOI");
}

static void
ap(void)
{
	irq_init();
	lapic_write(LAPIC_LDR, 2 << 24); /* flat model, bit 1 */
	__atomic_store_n(&up, true, __ATOMIC_SEQ_CST);
	for (;;)
		irq_wait();
}

static void
check_second(uint32_t low, uint32_t high, const char *what)
{
	unsigned first = count(0), before = count(1);

	ioapic_pin(COM1, IOAPIC_MASKED);
	ioapic_write(RTE + 2 * COM1 + 1, high);
	ioapic_write(RTE + 2 * COM1, low);
	raise_line();
	for (unsigned i = 0; count(1) == before && i < SPINS; i++)
		pause();
	expect(count(1) > before && count(1) <= before + 2, what);
	expect_eq(count(0), first, "the first CPU takes none of them");
}

void
main(void)
{
	pic_init();
	irq_handle(VECTOR, on_com1);
	irq_init();
	lapic_enable();
	outb(MCR, OUT2);
	inb(IIR);
	check_registers();
	check_edge();
	check_level();
	smp_start(1, ap);
	for (unsigned i = 0;
	     !__atomic_load_n(&up, __ATOMIC_SEQ_CST) && i < SPINS; i++)
		pause();
	check_second(VECTOR, 1 << 24, "to the second CPU by its ID");
	check_second(VECTOR | LOGICAL, 2 << 24, "by its logical ID");
	check_second(VECTOR | LOGICAL | IOAPIC_LEVEL, 2 << 24, "as a level");
}
