/* SPDX-License-Identifier: MIT
 *
 * What a crashed vCPU looked like: registers and the bytes at rip, on stderr.
 * On AMD a triple fault resets the CPU before KVM tells us (SVM's shutdown
 * intercept), so that there the registers are those of a reset.
 *
 * Threads: the main thread, after the vCPU's has ended.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vmm/log.h"
#include "vmm/text.h"
#include "vmm/vcpu.h"

#define HEX(n) (unsigned long long)(n)

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
dump_code(struct vcpu *vcpu, uint64_t linear)
{
	struct kvm_translation where = { .linear_address = linear };
	char text[16 * 3 + 1];
	uint8_t byte;
	size_t used = 0;

	if (ioctl(vcpu->fd, KVM_TRANSLATE, &where) < 0 || !where.valid) {
		warn("  no code at rip: not mapped");
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		if (!gmem_read(&vm.mem, where.physical_address + i, &byte, 1))
			break;
		used +=
		    text_put(text + used, sizeof(text) - used, " %02x", byte);
	}
	warn("  code at rip:%s", used ? text : " not in RAM");
}

void
vcpu_dump(struct vcpu *vcpu)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) < 0 ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0) {
		warn("vCPU %u: no registers to be had", vcpu->index);
		return;
	}
	warn("vCPU %u:", vcpu->index);
	dump_registers(&regs, &sregs);
	dump_code(vcpu, sregs.cs.base + regs.rip);
}
