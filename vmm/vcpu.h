/* SPDX-License-Identifier: MIT
 *
 * A virtual CPU: its thread, its entry into the guest and what it does with
 * each exit.
 */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include "vmm/vm.h"

/* Before the threads: the handler of the kick's signal. */
void vcpu_init(void);

/* Starts the thread of any vCPU but the first; once all are there it waits
 * inside KVM for an INIT and a start-up IPI. */
void vcpu_start(struct vcpu *vcpu);

/* Has this thread be vCPU 0's. */
void vcpu_be_first(void);

/* Runs vCPU 0 from vm.boot.entry. When vm_stopping(), and all vCPUs have left
 * the guest, the loop ends the process. */
_Noreturn void vcpu_run_first(void);

/* Makes it leave the guest soon, to see vm_stopping() or the INTR wire. Any
 * thread; no effect on one that is just leaving. */
void vcpu_kick(struct vcpu *vcpu);

/* On a vCPU's thread, with the lock, out of the guest: waits for vm.changed. */
void vcpu_wait(void);

/* Does what its exit asks for. On its thread, without the lock.
 * (vcpu_exit.c) */
void vcpu_exit(struct vcpu *vcpu);

/* The vCPU has crashed: keeps its registers, on its thread; has them, and the
 * bytes at rip, on stderr, when the thread has ended. (vcpu_dump.c) */
void vcpu_save(struct vcpu *vcpu);
void vcpu_dump(const struct vcpu *vcpu);

#endif
