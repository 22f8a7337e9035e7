/* SPDX-License-Identifier: MIT
 *
 * What a crashed vCPU looked like: registers and the bytes at rip, on stderr.
 * On AMD a triple fault resets the CPU before KVM tells us (SVM's shutdown
 * intercept), so that there the registers are those of a reset.
 *
 * Threads: the vCPU's own has KVM leave them in the run page; the loop prints
 * them, when all vCPUs have ended.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vmm/log.h"
#include "vmm/paging.h"
#include "vmm/text.h"
#include "vmm/vcpu.h"

#define HEX(n) (unsigned long long)(n)

/* An entry that KVM gives up at once, EINTR, leaves registers as any other
 * (virt/kvm/api.rst, kvm_valid_regs): no ioctl is for them alone. */
void
vcpu_save(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	__atomic_store_n(&run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	if (ioctl(vcpu->fd, KVM_RUN, 0) == 0 || errno != EINTR)
		run->kvm_valid_regs = 0;
}

static void
dump_segment(const char *name, const struct kvm_segment *s)
{
	warn("  %s %04x base %016llx limit %08x type %x%s%s%s", name,
	    s->selector, HEX(s->base), s->limit, s->type,
	    s->l	? " 64"
		: s->db ? " 32"
			: " 16",
	    s->present ? "" : " absent", s->unusable ? " unusable" : "");
}

static void
dump_registers(const struct kvm_regs *r, const struct kvm_sregs *s)
{
	warn("  rip %016llx rflags %08llx", HEX(r->rip), HEX(r->rflags));
	warn("  rax %016llx rbx %016llx rcx %016llx rdx %016llx", HEX(r->rax),
	    HEX(r->rbx), HEX(r->rcx), HEX(r->rdx));
	warn("  rsi %016llx rdi %016llx rbp %016llx rsp %016llx", HEX(r->rsi),
	    HEX(r->rdi), HEX(r->rbp), HEX(r->rsp));
	warn("  r8  %016llx r9  %016llx r10 %016llx r11 %016llx", HEX(r->r8),
	    HEX(r->r9), HEX(r->r10), HEX(r->r11));
	warn("  r12 %016llx r13 %016llx r14 %016llx r15 %016llx", HEX(r->r12),
	    HEX(r->r13), HEX(r->r14), HEX(r->r15));
	warn("  cr0 %08llx cr2 %016llx cr3 %016llx cr4 %08llx efer %04llx",
	    HEX(s->cr0), HEX(s->cr2), HEX(s->cr3), HEX(s->cr4), HEX(s->efer));
	dump_segment("cs", &s->cs);
	dump_segment("ss", &s->ss);
	dump_segment("ds", &s->ds);
	warn("  gdt %016llx limit %04x  idt %016llx limit %04x",
	    HEX(s->gdt.base), s->gdt.limit, HEX(s->idt.base), s->idt.limit);
}

/* Through the guest's page tables as they are now. */
static void
dump_code(const struct kvm_sregs *s, uint64_t linear)
{
	const struct paging cpu = { s->cr0, s->cr3, s->cr4, s->efer };
	char text[16 * 3 + 1];
	uint8_t byte;
	size_t used = 0;
	gpa_t at;

	if (!paging_walk(&vm.mem, &cpu, linear, &at)) {
		warn("  no code at rip: not mapped");
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		if (!paging_walk(&vm.mem, &cpu, linear + i, &at) ||
		    !gmem_read(&vm.mem, at, &byte, 1))
			break;
		used +=
		    text_put(text + used, sizeof(text) - used, " %02x", byte);
	}
	warn("  code at rip:%s", used ? text : " not in RAM");
}

void
vcpu_dump(const struct vcpu *vcpu)
{
	const struct kvm_regs *regs = &vcpu->run->s.regs.regs;
	const struct kvm_sregs *sregs = &vcpu->run->s.regs.sregs;

	if (vcpu->run->kvm_valid_regs == 0) {
		warn("vCPU %u: no registers to be had", vcpu->index);
		return;
	}
	warn("vCPU %u:", vcpu->index);
	dump_registers(regs, sregs);
	dump_code(sregs, sregs->cs.base + regs->rip);
}
