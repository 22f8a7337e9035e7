/* SPDX-License-Identifier: MIT
 *
 * The VM's own ioctls. The order matters more than the number: KVM waits for
 * grace periods when its in-kernel chips or an ioeventfd join its I/O bus
 * before the memory slots, so the slots come first and the split irqchip,
 * which adds nothing to that bus, costs nothing.
 *
 * Kernel documentation: virt/kvm/api.rst.
 * Threads: set-up on the main thread; kvm_signal_msi, kvm_irq_line and
 * kvm_set_routes on any, with the board's lock held.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vmm/given.h"
#include "vmm/irq.h"
#include "vmm/kvm.h"
#include "vmm/log.h"

/* KVM's own pages, where windows.def has them. */
enum {
#define HOST(row, first, last, reason) ROW_##row = (first),
#define WINDOW(row, first, last, ...)  ROW_##row = (first),
#include "devices/windows.def"
};

static void
set_up(unsigned long request, const void *argument, const char *what)
{
	if (ioctl(vm.fd, request, argument) < 0)
		die_errno("%s failed", what);
}

void
kvm_open(void)
{
	const int sync = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	const char *kvm = vm.config.kvm;
	int has;

	vm.kvm_fd = given_open(kvm, O_RDWR);
	if (vm.kvm_fd < 0 && given_is_fd(kvm))
		die_errno("--kvm %s (wants what N<>/dev/kvm gives)", kvm);
	if (vm.kvm_fd < 0 && errno == EACCES)
		die("--kvm %s: permission denied (join the group that owns it:"
		    " ls -l %s)",
		    kvm, kvm);
	if (vm.kvm_fd < 0 &&
	    (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		die("--kvm %s: not there (load kvm_intel or kvm_amd; in a"
		    " container, pass the device in)",
		    kvm);
	if (vm.kvm_fd < 0)
		die_errno("--kvm %s", kvm);
	if (ioctl(vm.kvm_fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		die("--kvm %s: not the stable KVM interface (API version 12)",
		    kvm);
	/* The youngest of the capabilities that every run needs. */
	has = ioctl(vm.kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_SYNC_REGS);
	if (has < 0 || (has & sync) != sync)
		die("--kvm %s: no KVM_CAP_SYNC_REGS (Linux has it since 4.17)",
		    kvm);
}

enum { SLOT_LOW, SLOT_HIGH, SLOT_ROM };

static void
add_slot(uint32_t slot, gpa_t at, uint64_t size, const uint8_t *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = slot == SLOT_ROM ? KVM_MEM_READONLY : 0,
		.guest_phys_addr = at,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	set_up(KVM_SET_USER_MEMORY_REGION, &region, "guest memory slot");
}

/* --irqchip kernel: KVM's own default has the PIT, GSI 0, on pin 0 of its
 * IOAPIC; here it is pin 2, as irq.c has it and the MADT says. */
static void
route_kernel_irqchip(void)
{
	enum { ISA_LINES = 16, PIT_PIN = 2 };
	union {
		struct kvm_irq_routing head;
		uint8_t room[sizeof(struct kvm_irq_routing) +
		    (ISA_LINES + IRQ_LINES) *
			sizeof(struct kvm_irq_routing_entry)];
	} table = { .head = { .nr = 0 } };
	struct kvm_irq_routing_entry *e = table.head.entries;

	for (unsigned line = 0; line < ISA_LINES; line++)
		*e++ = (struct kvm_irq_routing_entry){
			.gsi = line,
			.type = KVM_IRQ_ROUTING_IRQCHIP,
			.u.irqchip = { line / 8, line % 8 },
		};
	for (unsigned line = 0; line < IRQ_LINES; line++)
		if (line != IRQ_CASCADE)
			*e++ = (struct kvm_irq_routing_entry){
				.gsi = line,
				.type = KVM_IRQ_ROUTING_IRQCHIP,
				.u.irqchip = { KVM_IRQCHIP_IOAPIC,
				    line == IRQ_PIT ? PIT_PIN : line },
			};
	table.head.nr = (uint32_t)(e - table.head.entries);
	set_up(KVM_SET_GSI_ROUTING, &table, "in-kernel irqchip's routes");
}

static void
create_irqchip(void)
{
	static const struct kvm_enable_cap split = {
		.cap = KVM_CAP_SPLIT_IRQCHIP, .args = { IRQ_LINES }
	};
	/* port 0x61, which gates channel 2, belongs to it */
	static const struct kvm_pit_config pit = { .flags =
						       KVM_PIT_SPEAKER_DUMMY };

	switch (vm.config.irqchip) {
	case IRQCHIP_SPLIT:
		set_up(KVM_ENABLE_CAP, &split, "split irqchip");
		return;
	case IRQCHIP_KERNEL:
		set_up(KVM_CREATE_IRQCHIP, NULL, "in-kernel irqchip");
		if (vm.config.pit == PIT_KERNEL)
			set_up(KVM_CREATE_PIT2, &pit, "in-kernel PIT");
		route_kernel_irqchip();
		return;
	case IRQCHIP_NONE:
		return;
	}
}

/* KVM_CREATE_VCPU's own EINVAL would come late and say less. */
static void
check_cpus(void)
{
	int most;

	if (vm.config.cpus == 1)
		return;
	most = ioctl(vm.kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	if (most > 0 && vm.config.cpus > (unsigned)most)
		die("--cpus %u: this host's KVM has at most %d", vm.config.cpus,
		    most);
}

void
kvm_create(void)
{
	uint64_t identity = ROW_kvm_pages;

	check_cpus();
	vm.fd = ioctl(vm.kvm_fd, KVM_CREATE_VM, 0);
	if (vm.fd < 0)
		die_errno("/dev/kvm: no VM could be created");
	set_up(KVM_SET_IDENTITY_MAP_ADDR, &identity, "identity map address");
	if (ioctl(vm.fd, KVM_SET_TSS_ADDR, identity + 4096) < 0)
		die_errno("TSS address failed");
	add_slot(SLOT_LOW, 0, vm.mem.low_size, vm.mem.host);
	if (vm.mem.high_size != 0)
		add_slot(SLOT_HIGH, RAM_HIGH, vm.mem.high_size,
		    vm.mem.host + vm.mem.low_size);
	if (vm.mem.rom_size != 0)
		add_slot(SLOT_ROM, 4 * GIB - vm.mem.rom_size, vm.mem.rom_size,
		    vm.mem.rom);
	create_irqchip();
	stats_milestone(AT_VM_CREATED);
}

/* What firmware leaves behind: MTRRs enabled, all memory write-back (Intel SDM
 * volume 3, 12.11.2.1). Without it Linux gives up PAT. A KVM without MTRRs
 * refuses, and its guests see none. */
static void
set_msrs(const struct vcpu *vcpu)
{
	enum { MTRR_DEF_TYPE = 0x2ff, ENABLED = 0x800, WRITE_BACK = 6 };
	union {
		struct kvm_msrs head;
		uint8_t room[sizeof(struct kvm_msrs) +
		    sizeof(struct kvm_msr_entry)];
	} msrs = { .head = { .nmsrs = 1 } };

	msrs.head.entries[0] = (struct kvm_msr_entry){ .index = MTRR_DEF_TYPE,
		.data = ENABLED | WRITE_BACK };
	if (ioctl(vcpu->fd, KVM_SET_MSRS, &msrs) < 0)
		warn_once("KVM_SET_MSRS: %s", strerror(errno));
}

void
kvm_create_vcpu(unsigned index)
{
	struct vcpu *vcpu = &vm.vcpus[index];
	long size = ioctl(vm.kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	vcpu->run_size = size > 0 ? (size_t)size : 0;
	vcpu->index = index;
	vcpu->fd = ioctl(vm.fd, KVM_CREATE_VCPU, index);
	if (vcpu->fd < 0)
		die_errno("vCPU %u of %u (see --cpus)", index, vm.config.cpus);
	vcpu->run = mmap(NULL, vcpu->run_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die_errno("vCPU %u: run page", index);
	set_msrs(vcpu);
}

void
kvm_signal_msi(uint64_t address, uint32_t data)
{
	struct kvm_msi msi = {
		.address_lo = (uint32_t)address,
		.address_hi = (uint32_t)(address >> 32),
		.data = data,
	};

	/* 0: the destination is absent or its APIC is off; the guest's own. */
	if (ioctl(vm.fd, KVM_SIGNAL_MSI, &msi) < 0)
		warn_once("KVM_SIGNAL_MSI: %s", strerror(errno));
}

void
kvm_irq_line(unsigned line, bool high)
{
	struct kvm_irq_level level = { .irq = line, .level = high };

	if (ioctl(vm.fd, KVM_IRQ_LINE, &level) < 0)
		warn_once("KVM_IRQ_LINE: %s", strerror(errno));
}

void
kvm_set_routes(const struct route routes[IRQ_LINES])
{
	/* KVM's table with room behind its flexible array. */
	union {
		struct kvm_irq_routing head;
		uint8_t room[sizeof(struct kvm_irq_routing) +
		    IRQ_LINES * sizeof(struct kvm_irq_routing_entry)];
	} table = { .head = { .nr = 0 } };

	for (unsigned pin = 0; pin < IRQ_LINES; pin++) {
		if (!routes[pin].used)
			continue;
		table.head.entries[table.head.nr++] =
		    (struct kvm_irq_routing_entry){
			    .gsi = pin,
			    .type = KVM_IRQ_ROUTING_MSI,
			    .u.msi = {
				.address_lo = (uint32_t)routes[pin].address,
				.address_hi =
				    (uint32_t)(routes[pin].address >> 32),
				.data = routes[pin].data,
			    },
		    };
	}
	if (ioctl(vm.fd, KVM_SET_GSI_ROUTING, &table) < 0)
		warn_once("KVM_SET_GSI_ROUTING: %s", strerror(errno));
}

bool
kvm_doorbell(const struct doorbell *bell)
{
	struct kvm_ioeventfd request = {
		.addr = bell->at,
		.fd = bell->fd,
	};

	if (bell->port) {
		request.len = 2;
		request.datamatch = bell->queue;
		request.flags |=
		    KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH;
	}
	return ioctl(vm.fd, KVM_IOEVENTFD, &request) == 0;
}
