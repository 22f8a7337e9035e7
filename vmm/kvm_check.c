/* SPDX-License-Identifier: MIT
 *
 * KVM's rows of --check-host: what mica asks it for (virt/kvm/api.rst).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/check_host.h"
#include "vmm/given.h"
#include "vmm/util.h"

static const struct capability {
	char name[23], without[25]; /* "": it is needed */
	uint8_t number;
} capabilities[] = {
#define CAP(name, without)                                                     \
	{                                                                      \
#name, without, KVM_CAP_##name                                 \
	}
	CAP(EXT_CPUID, ""),
	CAP(IMMEDIATE_EXIT, ""),
	CAP(IRQ_ROUTING, ""),
	CAP(SET_IDENTITY_MAP_ADDR, ""),
	CAP(SET_TSS_ADDR, ""),
	CAP(SIGNAL_MSI, ""),
	CAP(SPLIT_IRQCHIP, ""),
	CAP(SYNC_REGS, ""),
	CAP(GET_TSC_KHZ, "guests calibrate the TSC"),
	CAP(IOEVENTFD, "a kick is an exit"),
	CAP(IRQCHIP, "no --irqchip kernel"),
	CAP(KVMCLOCK_CTRL, "pauses look like hangs"),
	CAP(PIT2, "no --pit kernel"),
	CAP(READONLY_MEM, "no --firmware"),
	CAP(TSC_DEADLINE_TIMER, "no such APIC timer"),
#undef CAP
};

static bool
check_capability(int kvm, const struct capability *c)
{
	int has = ioctl(kvm, KVM_CHECK_EXTENSION, (unsigned long)c->number);

	return check_row(c->without[0] == '\0', c->name, has > 0, "%s",
	    has > 0 ? "" : c->without);
}

bool
kvm_check(const char *path)
{
	int kvm = given_open(path, O_RDWR), vm, n;
	bool runs = true;

	if (!check_row(
		true, path, kvm >= 0, "%s", kvm >= 0 ? "" : strerror(errno)))
		return false;
	n = ioctl(kvm, KVM_GET_API_VERSION, 0);
	runs &= check_row(true, "API", n == KVM_API_VERSION, "version %d", n);
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	runs &= check_row(true, "a virtual machine", vm >= 0, "%s",
	    vm >= 0 ? "" : strerror(errno));
	n = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	runs &= check_row(true, "vCPUs", n > 0, "at most %d", n);
	for (unsigned i = 0; i < ARRAY_SIZE(capabilities); i++)
		runs &= check_capability(kvm, &capabilities[i]);
	if (vm >= 0)
		close(vm);
	close(kvm);
	return runs;
}
