/* SPDX-License-Identifier: MIT
 *
 * The machine stopped and let go on by its user: no vCPU is in the guest, no
 * disk reads or writes, no chip's clock runs, and no chip hears of the host; what
 * the user does (the control socket, signals, a terminal's keys) is heard.
 *
 * What goes on is KVM's: the guest's TSC, and its local APICs' timers, which
 * count by it. A guest whose clock is KVM's (kvmclock) is told that it was
 * stopped, so that its watchdogs do not take the gap for a hang.
 *
 * Threads: any, with the board's lock held.
 */
#ifndef VMM_PAUSE_H
#define VMM_PAUSE_H

#include "vmm/util.h"

struct pause {
	bool on;	/* asked for; also read without the lock, atomically */
	bool reached;	/* since then no vCPU has been in the guest, and
			 * nothing has changed its memory or its disks */
	bool prelaunch; /* --paused: it has not been off yet */
	unsigned out;	/* vCPUs in vcpu_wait() */
	unsigned ends;	/* how often it has gone on */
};

/* Stops the machine. It has come to rest when vm.pause.reached; control_paused()
 * is called then, maybe at once. No effect when it is on. */
void pause_begin(void);

/* The vCPUs have ended, for a life of the machine that has yet to begin: which
 * is at rest. */
void pause_at_end(void);

/* Goes on. No effect when it is off. */
void pause_end(void);

/* Has it come to rest now? After a vCPU is out, and a disk's I/O is done. */
void pause_look(void);

/* A vCPU is about to wait, out of the guest, until the lock is released and
 * vm.changed; and has it again. */
void pause_vcpu_out(void);
void pause_vcpu_back(void);

#endif
