/* SPDX-License-Identifier: MIT
 *
 * Why a vCPU came out of the guest (virt/kvm/api.rst, the kvm_run structure):
 * port and MMIO accesses go to the board, what the guest cannot go on from
 * ends the machine.
 *
 * Threads: the vCPU's own, without the board's lock.
 */
#include <linux/kvm.h>
#include <string.h>

#include "vmm/disk.h"
#include "vmm/log.h"
#include "vmm/term.h"
#include "vmm/vcpu.h"

/* An access that resets a disk's queue or takes memory back from it is over when
 * the host is through with that memory, and so others wait as they would for a
 * bus: but not the loop, so that the user is heard, nor who has the lock, so
 * that nobody sees the board between two states. */
static void
await_disks(void)
{
	for (bool held = disk_awaited(); held && !vm_stopping();
	     held = disk_awaited() || vm.pause.on)
		vcpu_wait();
}

static void
begin_access(void)
{
	pthread_mutex_lock(&vm.lock);
	await_disks();
}

static void
end_access(void)
{
	await_disks();
	pthread_mutex_unlock(&vm.lock);
}

/* `count` accesses for the string forms. The lock is held for one at a time:
 * another vCPU's access may come between, as on a bus. */
static void
exit_io(struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	unsigned size = run->io.size;
	uint32_t value;

	for (uint32_t i = 0; i < run->io.count && !vm_stopping();
	     i++, data += size) {
		begin_access();
		if (run->io.direction == KVM_EXIT_IO_IN) {
			value = pio_read(&vm.board, run->io.port, size);
			memcpy(data, &value, size);
		} else {
			value = 0;
			memcpy(&value, data, size);
			pio_write(&vm.board, run->io.port, size, value);
		}
		end_access();
		term_wait();
	}
}

/* KVM cuts what crosses a page, so any length from 1 to 8 may come. */
static void
exit_mmio(struct kvm_run *run)
{
	uint8_t *data = run->mmio.data;
	gpa_t at = run->mmio.phys_addr;
	unsigned left = MIN(run->mmio.len, 8), size;
	uint64_t value;

	for (; left != 0; left -= size, at += size, data += size) {
		size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
		begin_access();
		if (run->mmio.is_write) {
			value = 0;
			memcpy(&value, data, size);
			mmio_write(&vm.board, at, size, value);
		} else {
			value = mmio_read(&vm.board, at, size);
			memcpy(data, &value, size);
		}
		end_access();
	}
}

static void
stop(enum stop how)
{
	pthread_mutex_lock(&vm.lock);
	vm_stop(how, 0);
	pthread_mutex_unlock(&vm.lock);
}

/* --irqchip none alone: there is no APIC in KVM to wait inside it. */
static void
exit_hlt(struct kvm_run *run)
{
	if (!run->if_flag) {
		stop(STOP_OFF); /* nothing can ever wake it */
		return;
	}
	pthread_mutex_lock(&vm.lock);
	while ((!vm.wires.intr || vm.pause.on) && !vm_stopping())
		vcpu_wait();
	pthread_mutex_unlock(&vm.lock);
}

/* What a vCPU does once another has ended the machine is nobody's concern. */
static void
exit_crash(struct vcpu *vcpu, const char *what)
{
	pthread_mutex_lock(&vm.lock);
	if (!vm_stopping()) {
		warn("vCPU %u: %s (KVM exit %u)", vcpu->index, what,
		    vcpu->run->exit_reason);
		vcpu_save(vcpu);
		vm.crashed = vcpu;
		vm_stop(STOP_CRASH, 0);
	}
	pthread_mutex_unlock(&vm.lock);
}

static void
exit_internal_error(struct vcpu *vcpu)
{
	exit_crash(vcpu,
	    vcpu->run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION
		? "KVM cannot emulate the guest's instruction"
		: "KVM internal error");
}

void
vcpu_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		exit_io(run);
		return;
	case KVM_EXIT_MMIO:
		exit_mmio(run);
		return;
	case KVM_EXIT_IOAPIC_EOI:
		pthread_mutex_lock(&vm.lock);
		ioapic_eoi(&vm.board.ioapic, run->eoi.vector);
		pthread_mutex_unlock(&vm.lock);
		return;
	case KVM_EXIT_HLT:
		exit_hlt(run);
		return;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_SET_TPR: /* CR8 fell, with --irqchip none */
		return;
	case KVM_EXIT_SHUTDOWN: /* triple fault */
		if (vm.config.restart)
			stop(STOP_RESET);
		else
			exit_crash(vcpu, "triple fault");
		return;
	case KVM_EXIT_INTERNAL_ERROR:
		exit_internal_error(vcpu);
		return;
	case KVM_EXIT_FAIL_ENTRY:
		exit_crash(vcpu, "the CPU refuses the guest's state");
		return;
	default:
		exit_crash(vcpu, "an exit that mica does not know");
	}
}
