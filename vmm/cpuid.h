/* SPDX-License-Identifier: MIT
 *
 * What the guest's CPUID instruction answers: KVM's supported set, less what
 * no guest of ours gets and what --cpu takes away, plus topology and the
 * frequencies.
 */
#ifndef VMM_CPUID_H
#define VMM_CPUID_H

/* The row of cpuid.def with Linux's name of a feature, or -1. */
int cpuid_feature(const char *name);

/* Asks KVM what it supports: hundreds of microseconds where the host itself is
 * a guest, so the loop's thread does it while the VM is created. vm.kvm_fd is
 * open. */
void cpuid_query(void);

/* Waits for that and gives every vCPU its table; all exist. Ends the process
 * when KVM refuses. */
void cpuid_set(void);

#endif
