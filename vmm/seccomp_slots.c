/* SPDX-License-Identifier: MIT
 *
 * The last step of sandbox.h: a thread's seccomp program, with the numbers that
 * this machine has for the slots of seccomp.h.
 *
 * Threads: each for itself, when the machine is there and its guest is not.
 */
#include <linux/kvm.h>

#include "vmm/log.h"
#include "vmm/sandbox.h"
#include "vmm/vm.h"

static uint32_t
if_any(uint32_t number, bool is)
{
	return is ? number : SECCOMP_NOTHING;
}

/* From the least to the greatest; none, from a number to a lesser one. */
static void
widen(uint32_t range[2], int fd)
{
	if (fd < 0)
		return;
	range[0] = MIN(range[0], (uint32_t)fd);
	range[1] = MAX(range[1], (uint32_t)fd);
}

static void
fill_ranges(uint32_t slots[SECCOMP_SLOTS])
{
	uint32_t disks[2] = { SECCOMP_NOTHING, 0 };
	uint32_t images[2] = { SECCOMP_NOTHING, 0 };
	uint32_t listeners[2] = { SECCOMP_NOTHING, 0 };
	uintptr_t ram = (uintptr_t)vm.mem.host;
	uint64_t bytes = vm.mem.low_size + vm.mem.high_size;

	for (unsigned i = 0; i < vm.disks.disks; i++)
		widen(disks, vm.disks.disk[i].file.fd);
	widen(images, vm.boot.kernel.fd);
	for (unsigned i = 0; i < vm.boot.module_count; i++)
		widen(images, vm.boot.modules[i].image.fd);
	if (vm.zone != 0)
		widen(images, vm.zone);
	for (unsigned i = 0; i < vm.config.console_count; i++)
		if (vm.consoles[i].listener != 0)
			widen(listeners, vm.consoles[i].listener);
	if (vm.config.control != NULL)
		widen(listeners, vm.control.listener);
	slots[SLOT_disk_first] = disks[0];
	slots[SLOT_disk_last] = disks[1];
	slots[SLOT_image_first] = images[0];
	slots[SLOT_image_last] = images[1];
	slots[SLOT_listener_first] = listeners[0];
	slots[SLOT_listener_last] = listeners[1];
	slots[SLOT_ram_first] = (uint32_t)(ram >> 32);
	slots[SLOT_ram_last] = (uint32_t)((ram + bytes - 1) >> 32);
}

/* KVM's requests that this thread may have a use for. The 8259s' INTR is vCPU
 * 0's; with KVM's chips it is KVM's. */
static void
fill_requests(uint32_t slots[SECCOMP_SLOTS], int vcpu)
{
	const struct config *c = &vm.config;
	bool kernel = c->irqchip == IRQCHIP_KERNEL;

	slots[SLOT_interrupt] =
	    if_any(KVM_INTERRUPT, !kernel && vcpu == vm.vcpus[0].fd);
	slots[SLOT_clock_ctrl] =
	    if_any(KVM_KVMCLOCK_CTRL, c->control != NULL || c->paused);
	slots[SLOT_signal_msi] =
	    if_any(KVM_SIGNAL_MSI, c->irqchip != IRQCHIP_NONE);
	slots[SLOT_gsi_routing] =
	    if_any(KVM_SET_GSI_ROUTING, c->irqchip == IRQCHIP_SPLIT);
	slots[SLOT_irq_line] = if_any(KVM_IRQ_LINE, kernel);
}

void
sandbox_confine(enum seccomp_kind kind, int vcpu)
{
	struct sock_filter program[SECCOMP_LENGTH_MAX];
	uint32_t slots[SECCOMP_SLOTS] = {
		[SLOT_vcpu] = (uint32_t)vcpu,
		[SLOT_vm] = (uint32_t)vm.fd,
		[SLOT_pid] = (uint32_t)vm.pid,
		[SLOT_timer] = (uint32_t)vm.loop.timer,
		[SLOT_control_timer] = if_any(
		    (uint32_t)vm.control.timer, vm.config.control != NULL),
		[SLOT_epoll] = (uint32_t)vm.loop.epoll,
		[SLOT_users] = (uint32_t)vm.loop.users,
		[SLOT_uring] =
		    if_any((uint32_t)vm.disks.uring.fd, vm.disks.has_uring),
		[SLOT_disk_iovs] = kind == SECCOMP_worker ? BLK_IOVS_MAX : 1,
		[SLOT_word] = if_any((uint32_t)vm.life.word, vm.life.word != 0),
	};

	if (vm.config.sandbox == SANDBOX_OFF)
		return;
	fill_ranges(slots);
	fill_requests(slots, vcpu);
	if (!seccomp_obey(program, seccomp_program(kind, slots, program)))
		die_errno("--sandbox: seccomp");
}
