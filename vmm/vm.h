/* SPDX-License-Identifier: MIT
 *
 * The machine: the one writable object with static storage. Everything that
 * lives as long as the process is a member of it.
 */
#ifndef VMM_VM_H
#define VMM_VM_H

#include <pthread.h>

#include "devices/board.h"
#include "vmm/blk_engine.h"
#include "vmm/config.h"
#include "vmm/console_port.h"
#include "vmm/control.h"
#include "vmm/gmem.h"
#include "vmm/irq.h"
#include "vmm/kick.h"
#include "vmm/life.h"
#include "vmm/pause.h"
#include "vmm/stats.h"
#include "vmm/stop.h"
#include "vmm/term.h"

struct kvm_run;

struct vcpu {
	unsigned index; /* also its APIC id */
	int fd;
	struct kvm_run *run; /* KVM's shared pages */
	size_t run_size;
	pid_t thread;
	bool started; /* kicks go to the thread */
	struct stats stats;
};

struct vm {
	struct config config;
	struct gmem mem;
	struct blk_engine disks; /* config's, by the same numbers */
	struct console_port consoles[CONSOLES_MAX]; /* but stdio's */
	struct stats_disk disk_stats[DISKS_MAX];
	struct boot boot; /* kept for a restart: images and modules */

	int zone; /* the host's, of --rtc base=localtime: its file, or 0 */
	int kvm_fd, fd;
	_Alignas(8) uint8_t cpuid[8 + 256 * 40]; /* KVM's supported set, */
	bool cpuid_known;			 /* once it is there */
	struct vcpu vcpus[VCPUS_MAX];

	/* Protects board, the wires of irq.c, loop.c's timers, term.c's ring,
	 * control, pause, `stop`, and each vCPU's `started`. Held for one
	 * register access or one event; never while waiting for the host. */
	pthread_mutex_t lock;
	struct board board;
	struct wires wires;
	struct term term;
	struct loop loop;
	struct kicks kicks;
	struct control control;
	struct pause pause;

	/* With lock: INTR rose, the ring drained, a disk's I/O that was ended
	 * is over, a pause is, KVM has told its CPUID, or the machine stops. */
	pthread_cond_t changed;
	const struct vcpu *crashed; /* whose registers to print, or NULL */
	struct milestones milestones;

	struct life life;
	bool created;	/* the machine is there, without its image */
	bool running;	/* all threads are there, and confined, */
	unsigned ready; /* which so many have reported */
	unsigned ended; /* vCPUs that have left the guest for good */
	pid_t pid;
	pthread_mutex_t dying; /* whose thread says why; it keeps it */

	enum stop stop; /* also read without the lock, atomically */
	int stop_status;
};

extern struct vm vm;

/* Has the machine been told to end? Any thread, without the lock. */
static inline bool
vm_stopping(void)
{
	return __atomic_load_n(&vm.stop, __ATOMIC_ACQUIRE) != STOP_NOT;
}

/* Does it begin anew after that end? */
static inline bool
vm_restarts(enum stop how)
{
	return how == STOP_RESET && vm.config.restart;
}

/* Is it to stay out of the guest? The same. */
static inline bool
vm_pausing(void)
{
	return __atomic_load_n(&vm.pause.on, __ATOMIC_SEQ_CST);
}

/* A thread is ready; returns when all are. */
void vm_ready(void);

/* Returns once that is true. */
void vm_await(const bool *what);

/* The loop: all vCPUs have ended. With the lock. */
_Noreturn void vm_end(void);

/* The user presses the power button. The lock is held. */
void vm_power_button(void);

#endif
