/* SPDX-License-Identifier: MIT
 *
 * The floor that mica is measured against: the least program that gives a
 * guest the same machine (a VM, one memory slot, one vCPU, the split irqchip,
 * the host's CPUID) and runs tools/bench_guest.S in it. It does nothing else:
 * no chips, no options beyond these, no error messages.
 *
 *	floor [--bare] [--doorbell] [--mem=MIB] IMAGE
 *
 * --bare leaves out irqchip and CPUID; --doorbell has an ioeventfd where mica
 * has virtio-rng's, and a thread that takes what it signals. A byte out of COM1
 * goes to stdout, one to port 0xf4 ends it, every other exit goes straight
 * back.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where bench_guest.ld puts the code, in the file and in memory. */
enum { CODE_AT = 0x100000, CODE_OFFSET = 0x1000, CODE_SIZE = 0x1000 };

/* VIRTIO_DOORBELL(1, 0) of devices/virtio_pci.h. */
enum { DOORBELL_AT = 0xc000b000 };

#define MUST(expression)                                                       \
	({                                                                     \
		__typeof__(expression) result_ = (expression);                 \
		if (result_ < 0)                                               \
			abort();                                               \
		result_;                                                       \
	})

static void
set_cpuid(int kvm, int vcpu)
{
	union {
		struct kvm_cpuid2 head;
		uint8_t room[sizeof(struct kvm_cpuid2) +
		    256 * sizeof(struct kvm_cpuid_entry2)];
	} table = { .head = { .nent = 256 } };

	MUST(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &table.head));
	MUST(ioctl(vcpu, KVM_SET_CPUID2, &table.head));
}

static void
set_registers(int vcpu)
{
	struct kvm_regs regs = { .rip = CODE_AT, .rflags = 2 };
	struct kvm_sregs sregs;
	struct kvm_segment flat = { .limit = ~0u,
		.selector = 8,
		.type = 11,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1 };

	MUST(ioctl(vcpu, KVM_GET_SREGS, &sregs));
	sregs.cs = flat;
	flat.type = 3;
	flat.selector = 16;
	sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = flat;
	sregs.cr0 |= 1;
	MUST(ioctl(vcpu, KVM_SET_SREGS, &sregs));
	MUST(ioctl(vcpu, KVM_SET_REGS, &regs));
}

static void *
take_kicks(void *kick)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = MUST(epoll_create1(0));
	uint64_t count;

	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, *(int *)kick, &event));
	for (;;) {
		epoll_wait(epoll, &event, 1, -1);
		MUST(read(*(int *)kick, &count, sizeof(count)));
	}
	return NULL;
}

static void
install_doorbell(int vm)
{
	static int kick;
	struct kvm_ioeventfd doorbell = { .addr = DOORBELL_AT };
	pthread_t thread;

	kick = MUST(eventfd(0, 0));
	doorbell.fd = kick;
	MUST(ioctl(vm, KVM_IOEVENTFD, &doorbell));
	MUST(-pthread_create(&thread, NULL, take_kicks, &kick));
}

static void
run(int vcpu, struct kvm_run *run)
{
	for (;;) {
		MUST(ioctl(vcpu, KVM_RUN, 0));
		if (run->exit_reason == KVM_EXIT_MMIO)
			continue;
		if (run->exit_reason != KVM_EXIT_IO)
			abort();
		if (run->io.port == 0xf4)
			return;
		if (run->io.port == 0x3f8)
			MUST(write(1, (char *)run + run->io.data_offset, 1));
	}
}

int
main(int argc, char **argv)
{
	int bare = 0, doorbell = 0, kvm, vm, vcpu, image;
	size_t mem_size = 128u << 20;
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP,
		.args = { 24 } };
	struct kvm_userspace_memory_region slot;
	uint8_t *mem;

	for (; argc > 2; argc--, argv++) {
		bare |= strcmp(argv[1], "--bare") == 0;
		doorbell |= strcmp(argv[1], "--doorbell") == 0;
		if (strncmp(argv[1], "--mem=", 6) == 0)
			mem_size = strtoul(argv[1] + 6, NULL, 10) << 20;
	}
	kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));
	vm = MUST(ioctl(kvm, KVM_CREATE_VM, 0));
	if (!bare)
		MUST(ioctl(vm, KVM_ENABLE_CAP, &split));
	mem = mmap(NULL, mem_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	image = MUST(open(argv[1], O_RDONLY));
	MUST(pread(image, mem + CODE_AT, CODE_SIZE, CODE_OFFSET));
	slot = (struct kvm_userspace_memory_region){ .memory_size = mem_size,
		.userspace_addr = (uintptr_t)mem };
	MUST(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot));
	vcpu = MUST(ioctl(vm, KVM_CREATE_VCPU, 0));
	if (!bare)
		set_cpuid(kvm, vcpu);
	set_registers(vcpu);
	if (doorbell)
		install_doorbell(vm);
	run(vcpu,
	    mmap(NULL, (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
		PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0));
	_exit(0);
}
