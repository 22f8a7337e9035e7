/* SPDX-License-Identifier: MIT
 *
 * How a machine ends, and the marks that a guest leaves on the way. Chips call
 * these with the board's lock held; tests and fuzzers link stand-ins.
 */
#ifndef VMM_STOP_H
#define VMM_STOP_H

#include "vmm/util.h"

enum stop {
	STOP_NOT,
	STOP_OFF,   /* the guest powered off */
	STOP_LEAVE, /* the user left: Ctrl-A x, SIGINT, SIGHUP, SIGTERM twice */
	STOP_RESET, /* the guest asked for a reset */
	STOP_PANIC, /* the guest's kernel told that it has panicked */
	STOP_STATUS, /* the guest gave an exit status */
	STOP_CRASH,  /* triple fault, KVM_EXIT_INTERNAL_ERROR and their kind */
	STOP_HOST    /* the host failed us */
};

/* Who asked for a STOP_RESET or STOP_LEAVE, in vm_stop()'s `status`. */
enum { BY_GUEST, BY_SIGNAL, BY_KEY, BY_COMMAND };

/* End the machine. The first call counts, but leaving overrides a reset; every
 * vCPU leaves the guest at its next exit at the latest. The board's lock is
 * held. `status` is what the process exits with, modulo 256, after STOP_STATUS;
 * with STOP_RESET and STOP_LEAVE it says who asked; it means nothing else. */
void vm_stop(enum stop how, int status);

/* A milestone of the guest's own for --stats, any number it likes. */
void vm_mark(uint32_t number);

#endif
