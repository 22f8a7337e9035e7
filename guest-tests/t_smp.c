/* SPDX-License-Identifier: MIT
 *
 * Every processor of the MADT starts by INIT and SIPI, knows its number and
 * its company by APIC and CPUID, and takes and sends interrupts. The command
 * line says how many there should be.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"

enum { VECTOR_TO_AP = 0x40, VECTOR_TO_BSP = 0x41 };
enum { ICR_FIXED = 0x4000, ICR_ALL_BUT_SELF = 3 << 18 };
enum { IA32_APIC_BASE = 0x1b, APIC_BASE_BSP = 1 << 8 };
#define SPINS 2000000

static struct report {
	uint32_t apic_id, leaf1_ebx, leafb_edx, leafb_ebx, bsp;
} reports[CPUS_MAX];

static unsigned started, taken_by_aps, taken_by_bsp;

static unsigned
get(const unsigned *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void
describe_self(void)
{
	struct report *r = &reports[lapic_read(LAPIC_ID) >> 24 & 63];

	r->apic_id = lapic_read(LAPIC_ID) >> 24;
	r->leaf1_ebx = cpuid(1, 0).ebx;
	r->leafb_edx = cpuid(0xb, 0).edx;
	r->leafb_ebx = cpuid(0xb, 1).ebx;
	r->bsp = (rdmsr(IA32_APIC_BASE) & APIC_BASE_BSP) != 0;
}

static void
on_ap(struct frame *frame)
{
	(void)frame;
	__atomic_add_fetch(&taken_by_aps, 1, __ATOMIC_SEQ_CST);
	lapic_write(LAPIC_EOI, 0);
	lapic_ipi(0, ICR_FIXED | VECTOR_TO_BSP);
}

static void
on_bsp(struct frame *frame)
{
	(void)frame;
	__atomic_add_fetch(&taken_by_bsp, 1, __ATOMIC_SEQ_CST);
	lapic_write(LAPIC_EOI, 0);
}

static void
ap(void)
{
	irq_init();
	describe_self();
	__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
	for (;;)
		irq_wait();
}

static void
wait_for(const unsigned *counter, unsigned count, const char *what)
{
	for (unsigned i = 0; get(counter) < count && i < SPINS; i++)
		pause();
	expect(get(counter) >= count, what);
}

static void
check_report(unsigned apic_id, unsigned cpus)
{
	const struct report *r = &reports[apic_id];

	expect_eq(r->apic_id, apic_id, "APIC ID");
	expect_eq(r->leaf1_ebx >> 24, apic_id, "CPUID 1: APIC ID");
	expect_eq(r->leaf1_ebx >> 16 & 0xff, cpus, "CPUID 1: processors");
	expect_eq(r->bsp, apic_id == 0, "IA32_APIC_BASE's BSP flag");
	if (cpuid(0, 0).eax < 0xb)
		return;
	expect_eq(r->leafb_edx, apic_id, "CPUID 0xb: x2APIC ID");
	expect_eq(r->leafb_ebx & 0xffff, cpus, "CPUID 0xb: processors");
}

void
main(void)
{
	uint8_t ids[CPUS_MAX];
	unsigned cpus = smp_cpus(ids);

	expect_eq(cpus, (unsigned)(cmdline()[0] - '0'), "processors");
	irq_handle(VECTOR_TO_AP, on_ap);
	irq_handle(VECTOR_TO_BSP, on_bsp);
	irq_init();
	lapic_enable();
	describe_self();
	for (unsigned i = 1; i < cpus; i++) {
		smp_start(ids[i], ap);
		wait_for(&started, i, "processors started");
	}
	for (unsigned i = 0; i < cpus; i++) {
		expect_eq(ids[i], i, "the MADT's order");
		check_report(i, cpus);
	}
	for (unsigned i = 1; i < cpus; i++)
		lapic_ipi(i, ICR_FIXED | VECTOR_TO_AP);
	wait_for(&taken_by_aps, cpus - 1, "interrupts from the first CPU");
	lapic_write(LAPIC_ICR, ICR_FIXED | ICR_ALL_BUT_SELF | VECTOR_TO_AP);
	wait_for(&taken_by_aps, 2 * (cpus - 1), "interrupts to all others");
	irq_enable();
	wait_for(&taken_by_bsp, cpus > 1, "interrupts from the others");
	expect_eq(started, cpus - 1, "each started once");
	expect_eq(taken_by_aps, 2 * (cpus - 1), "each took two interrupts");
}
