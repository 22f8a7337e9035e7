/* SPDX-License-Identifier: MIT
 *
 * See pause.h. A vCPU counts as out of the guest wherever it waits, in hlt, for
 * a slow reader of its output or for a disk too; each of those waits lasts as
 * long as the pause. A disk delays the end of it by the steps that the host is at
 * (vmm/blk_job.h): who copies memory and disks then finds them as the guest
 * would, with requests under way that may be done in part, as on any disk.
 */
#include "vmm/pause.h"

#include "vmm/control.h"
#include "vmm/loop.h"
#include "vmm/term.h"
#include "vmm/vcpu.h"

void
pause_at_end(void)
{
	struct pause *p = &vm.pause;

	if (!p->on || p->reached)
		return;
	p->reached = true;
	control_paused();
}

void
pause_look(void)
{
	if (vm.pause.on && vm.pause.out == vm.config.cpus &&
	    blk_engine_idle(&vm.disks))
		pause_at_end();
}

void
pause_begin(void)
{
	if (vm.pause.on)
		return;
	__atomic_store_n(&vm.pause.on, true, __ATOMIC_SEQ_CST);
	loop_clock(false);
	blk_engine_hold(&vm.disks, true);
	for (unsigned i = 0; i < vm.config.cpus; i++)
		vcpu_kick(&vm.vcpus[i]);
	pause_look();
}

void
pause_end(void)
{
	if (!vm.pause.on)
		return;
	__atomic_store_n(&vm.pause.on, false, __ATOMIC_SEQ_CST);
	vm.pause.reached = false;
	vm.pause.prelaunch = false;
	vm.pause.ends++;
	loop_clock(true);
	blk_engine_hold(&vm.disks, false);
	term_want_input();
	pthread_cond_broadcast(&vm.changed);
	control_event("RESUME", NULL);
}

void
pause_vcpu_out(void)
{
	vm.pause.out++;
	pause_look();
}

void
pause_vcpu_back(void)
{
	vm.pause.out--;
}
