/* SPDX-License-Identifier: MIT
 *
 * The machine as KVM has it: its file descriptors and the ioctls on them. The
 * set-up calls end the process with a line that says what is missing; the
 * rest can fail only if the host breaks its word, and then say so once.
 */
#ifndef VMM_KVM_H
#define VMM_KVM_H

#include "vmm/vm.h"

/* Opens /dev/kvm. */
void kvm_open(void);

/* Creates the VM, its irqchip and its memory slots, in the order that costs
 * least. vm.config and vm.mem are set. */
void kvm_create(void);

/* Creates vCPU `index`, maps its run page and sets the MSRs that firmware
 * would. */
void kvm_create_vcpu(unsigned index);

/* Interrupts: a message to the local APICs; a line of KVM's own irqchip (only
 * with --irqchip kernel). */
void kvm_signal_msi(uint64_t address, uint32_t data);
void kvm_irq_line(unsigned line, bool high);

/* The messages of the IOAPIC's level pins, all 24 at once. */
void kvm_set_routes(const struct route routes[IRQ_LINES]);

/* An eventfd that KVM signals itself when the guest writes to an address, any
 * width and value, or a port, the word `queue`. False with errno when the host
 * won't. */
struct doorbell {
	int fd;
	uint64_t at;
	bool port;
	unsigned queue;
};
bool kvm_doorbell(const struct doorbell *bell);

#endif
