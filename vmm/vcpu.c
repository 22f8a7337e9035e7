/* SPDX-License-Identifier: MIT
 *
 * The vCPU's thread: enter the guest, look at why it came out (vcpu_exit.c),
 * and enter again.
 *
 * With the split irqchip the local APIC is KVM's and the 8259 pair ours: its
 * INTR wire goes to vCPU 0 alone, as an ExtINT (virt/kvm/api.rst,
 * KVM_INTERRUPT), at a moment when KVM says that the CPU takes one.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/sandbox.h"
#include "vmm/vcpu.h"

enum { KICK = SIGUSR1 };

static __thread struct vcpu *self;

/* To end KVM_RUN with EINTR is all that the signal is for. */
static void
kicked(int signal)
{
	(void)signal;
}

/* Who starts us may have the signal blocked. */
void
vcpu_init(void)
{
	struct sigaction action = { .sa_handler = kicked };
	sigset_t kick;

	sigemptyset(&kick);
	sigaddset(&kick, KICK);
	sigaction(KICK, &action, NULL);
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
}

void
vcpu_kick(struct vcpu *vcpu)
{
	if (vcpu == self || !vcpu->started)
		return;
	__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_tgkill, vm.pid, vcpu->thread, KICK);
}

void
vcpu_wait(void)
{
	unsigned ends = vm.pause.ends; /* a pause may begin meanwhile, too */

	pause_vcpu_out();
	pthread_cond_wait(&vm.changed, &vm.lock);
	pause_vcpu_back();
	/* EINVAL: its clock is not KVM's. */
	if (ends != vm.pause.ends)
		ioctl(self->fd, KVM_KVMCLOCK_CTRL, 0);
}

static struct kvm_segment
kvm_segment(const struct segment *s)
{
	return (struct kvm_segment){
		.base = s->base,
		.limit = s->limit,
		.selector = s->selector,
		.type = s->access & 0xf,
		.s = s->access >> 4 & 1,
		.dpl = s->access >> 5 & 3,
		.present = s->access >> 7 & 1,
		.avl = s->access >> 12 & 1,
		.l = s->access >> 13 & 1,
		.db = s->access >> 14 & 1,
		.g = s->access >> 15 & 1,
	};
}

/* The first entry's registers go in by the run page: no ioctl. */
static void
load_entry(struct kvm_run *run, const struct entry *e)
{
	struct kvm_segment data = kvm_segment(&e->ds);

	run->s.regs.regs = (struct kvm_regs){
		.rax = e->rax,
		.rbx = e->rbx,
		.rcx = e->rcx,
		.rdx = e->rdx,
		.rsi = e->rsi,
		.rdi = e->rdi,
		.rsp = e->rsp,
		.rip = e->rip,
		.rflags = 2, /* the bit that is always set; IF clear */
	};
	run->s.regs.sregs = (struct kvm_sregs){
		.cs = kvm_segment(&e->cs),
		.ds = data,
		.es = data,
		.fs = data,
		.gs = data,
		.ss = data,
		.tr = kvm_segment(&e->tr),
		.ldt = { .unusable = 1 },
		.gdt = { .base = e->gdt_base, .limit = e->gdt_limit },
		.idt = { .base = e->idt_base, .limit = e->idt_limit },
		.cr0 = e->cr0,
		.cr3 = e->cr3,
		.cr4 = e->cr4,
		.efer = e->efer,
		/* at its reset address, enabled, of the boot processor */
		.apic_base = 0xfee00900,
	};
	run->kvm_dirty_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
}

/* Before each entry of vCPU 0: the 8259s' INTR. */
static void
offer_interrupt(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct kvm_interrupt vector;

	if (vcpu->index != 0 ||
	    (!__atomic_load_n(&vm.wires.intr, __ATOMIC_SEQ_CST) &&
		!run->request_interrupt_window))
		return;
	pthread_mutex_lock(&vm.lock);
	if (vm.wires.intr && run->ready_for_interrupt_injection) {
		vector.irq = i8259_ack(&vm.board.pic);
		if (ioctl(vcpu->fd, KVM_INTERRUPT, &vector) < 0)
			warn_once("KVM_INTERRUPT: %s", strerror(errno));
		run->ready_for_interrupt_injection = 0;
	}
	run->request_interrupt_window = vm.wires.intr;
	pthread_mutex_unlock(&vm.lock);
}

static void
count_exit(struct vcpu *vcpu, uint64_t ns)
{
	const struct kvm_run *run = vcpu->run;
	struct stats *s = &vcpu->stats;

	stats_count(&s->reasons[MIN(run->exit_reason, STATS_REASONS - 1)], ns);
	if (run->exit_reason == KVM_EXIT_IO)
		stats_count(&s->ports[pio_row(run->io.port)], ns);
	if (run->exit_reason == KVM_EXIT_MMIO)
		stats_count(&s->windows[mmio_row(run->mmio.phys_addr)], ns);
}

static void
wait_for_end_of_pause(void)
{
	pthread_mutex_lock(&vm.lock);
	while (vm.pause.on && !vm_stopping())
		vcpu_wait();
	pthread_mutex_unlock(&vm.lock);
}

/* Once into the guest and out. What kicks sets its reason first and then
 * immediate_exit, so that clearing that before looking at the reasons misses
 * none. When the machine is to pause, KVM_RUN ends the work of the last exit,
 * which may take another, and no more (virt/kvm/api.rst, KVM_RUN): a vCPU at
 * rest is between two instructions. */
static void
enter(struct vcpu *vcpu)
{
	uint64_t since_ns;
	bool pausing;

	__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	if (vm_stopping())
		return;
	pausing = vm_pausing();
	if (pausing)
		__atomic_store_n(
		    &vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	else
		offer_interrupt(vcpu);
	if (ioctl(vcpu->fd, KVM_RUN, 0) < 0) {
		if (errno == EINTR || errno == EAGAIN) {
			if (pausing)
				wait_for_end_of_pause();
			return;
		}
		warn("vCPU %u: KVM_RUN: %s", vcpu->index, strerror(errno));
		pthread_mutex_lock(&vm.lock);
		vm_stop(STOP_HOST, 0);
		pthread_mutex_unlock(&vm.lock);
		return;
	}
	since_ns = vm.config.stats ? stats_now_ns() : 0;
	vcpu_exit(vcpu);
	if (vm.config.stats)
		count_exit(vcpu, stats_now_ns() - since_ns);
}

/* The thread stays: to end one takes system calls, and the process ends soon.
 * With the lock: vm_stop() either kicks it or comes before it. */
static _Noreturn void
run(struct vcpu *vcpu)
{
	pthread_mutex_lock(&vm.lock);
	vcpu->started = true;
	pthread_mutex_unlock(&vm.lock);
	while (!vm_stopping())
		enter(vcpu);
	pthread_mutex_lock(&vm.lock);
	if (++vm.ended == vm.config.cpus)
		loop_post();
	for (;;)
		pthread_cond_wait(&vm.changed, &vm.lock);
}

/* The calling thread is that vCPU from here on, and confined. */
static void
be(struct vcpu *vcpu)
{
	self = vcpu;
	vcpu->thread = (pid_t)syscall(SYS_gettid);
	sandbox_confine(SECCOMP_vcpu, vcpu->fd);
}

static void *
vcpu_main(void *vcpu)
{
	be(vcpu);
	vm_ready();
	run(vcpu);
}

void
vcpu_start(struct vcpu *vcpu)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, vcpu_main, vcpu);

	if (error == 0)
		return;
	errno = error;
	die_errno("thread of vCPU %u (see --cpus)", vcpu->index);
}

void
vcpu_be_first(void)
{
	be(&vm.vcpus[0]);
}

void
vcpu_run_first(void)
{
	struct vcpu *first = &vm.vcpus[0];

	load_entry(first->run, &vm.boot.entry);
	stats_milestone(AT_FIRST_INSTRUCTION);
	run(first);
}
