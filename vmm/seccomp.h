/* SPDX-License-Identifier: MIT
 *
 * The seccomp programs of syscalls.def, one for each kind of thread, made when
 * mica is compiled; but for a few numbers that the machine has to fill in.
 */
#ifndef VMM_SECCOMP_H
#define VMM_SECCOMP_H

#include <linux/filter.h>

#include "vmm/util.h"

enum seccomp_kind { SECCOMP_vcpu, SECCOMP_loop, SECCOMP_worker, SECCOMP_KINDS };

/* Descriptors unless it says otherwise. */
#define SECCOMP_EACH_SLOT(X)                                                   \
	X(vcpu) /* this vCPU's */                                              \
	X(vm)                                                                  \
	X(interrupt) /* five of KVM's requests, if the machine has a use */    \
	X(clock_ctrl)                                                          \
	X(signal_msi)                                                          \
	X(gsi_routing)                                                         \
	X(irq_line)                                                            \
	X(pid) /* of this process */                                           \
	X(timer)                                                               \
	X(control_timer)                                                       \
	X(epoll)                                                               \
	X(users)                                                               \
	X(listener_first)                                                      \
	X(listener_last)                                                       \
	X(uring)                                                               \
	X(disk_first)                                                          \
	X(disk_last)                                                           \
	X(disk_iovs) /* how many of an I/O's */                                \
	X(image_first)                                                         \
	X(image_last)                                                          \
	X(ram_first) /* the upper 32 bits of its addresses */                  \
	X(ram_last)                                                            \
	X(word) /* to the supervisor */

enum seccomp_slot {
#define SLOT_NAME(name) SLOT_##name,
	SECCOMP_EACH_SLOT(SLOT_NAME)
#undef SLOT_NAME
	    SECCOMP_SLOTS
};

/* No descriptor is that, and no request. */
#define SECCOMP_NOTHING 0xfffffffeu

/* How a program's constant says which slot it stands for. */
#define SECCOMP_SLOT(slot) (0x51070000u | (slot))

enum { DESCRIPTORS_MOST = 4095 };

enum { SECCOMP_LENGTH_MAX = 128 };

/* Writes the program for a kind of thread; its length. */
unsigned seccomp_program(enum seccomp_kind kind,
    const uint32_t slots[SECCOMP_SLOTS],
    struct sock_filter program[SECCOMP_LENGTH_MAX]);

/* Has the calling thread obey it for good, and all that it starts. False with
 * errno set; no_new_privs is. */
bool seccomp_obey(struct sock_filter *program, unsigned length);

#endif
