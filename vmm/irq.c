/* SPDX-License-Identifier: MIT
 *
 * The wires of the board: which chip hears which line, and how the chips'
 * outputs reach the vCPUs.
 *
 *	device -> line -> i8259 -> INTR -> vCPU 0 (KVM_INTERRUPT at its entry)
 *	              \-> ioapic -> message -> local APICs (KVM_SIGNAL_MSI)
 *	rtc's line -> RTC_STS of PM1 -> SCI
 *
 * With --irqchip kernel both chips are KVM's and a line goes straight there.
 * Threads: any, with the board's lock held.
 */
#include "vmm/irq.h"
#include "vmm/kvm.h"
#include "vmm/vcpu.h"

enum { ISA_LINES = 16, IOAPIC_PIT_PIN = 2 };

void
irq_set(unsigned line, bool high)
{
	check(line < IRQ_LINES);
	if (vm.wires.high[line] == high)
		return;
	vm.wires.high[line] = high;
	if (line == IRQ_RTC && high)
		power_clock(&vm.board.power);
	if (vm.config.irqchip == IRQCHIP_KERNEL) {
		kvm_irq_line(line, high);
		return;
	}
	if (line < ISA_LINES)
		i8259_set_line(&vm.board.pic, line, high);
	/* As on every PC the PIT is the IOAPIC's pin 2: the MADT says so. */
	ioapic_set_line(
	    &vm.board.ioapic, line == IRQ_PIT ? IOAPIC_PIT_PIN : line, high);
}

void
irq_share(unsigned line, unsigned driver, bool high)
{
	check(line < IRQ_LINES && driver < 32);
	vm.wires.drivers[line] &= ~(1u << driver);
	vm.wires.drivers[line] |= (uint32_t)high << driver;
	irq_set(line, vm.wires.drivers[line] != 0);
}

void
irq_intr(bool high)
{
	__atomic_store_n(&vm.wires.intr, high, __ATOMIC_SEQ_CST);
	if (!high)
		return;
	pthread_cond_broadcast(&vm.changed); /* in exit_hlt() */
	vcpu_kick(&vm.vcpus[0]);
}

void
irq_msi(uint64_t address, uint32_t data)
{
	if (vm.config.irqchip != IRQCHIP_NONE)
		kvm_signal_msi(address, data);
}

void
irq_route(unsigned pin, bool used, uint64_t address, uint32_t data)
{
	check(pin < IRQ_LINES);
	vm.wires.routes[pin] = (struct route){ used, address, data };
	if (vm.config.irqchip == IRQCHIP_SPLIT)
		kvm_set_routes(vm.wires.routes);
}
