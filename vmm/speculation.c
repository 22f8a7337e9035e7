/* SPDX-License-Identifier: MIT
 *
 * See speculation.h; the kernel's admin-guide/hw-vuln/core-scheduling.rst and
 * userspace-api/spec_ctrl.rst. A guest on one CPU of a core reads the buffers
 * that a guest on the other has filled (MDS, L1TF), unless no other is there.
 *
 * Left out: stores that are bypassed, and the L1D cache flushed at each switch:
 * they guard a process from what runs inside it, and mica holds nothing that
 * its guest may not have.
 */
#include "vmm/speculation.h"

/* uapi's for SCHED_CORE, which musl's own lacks; the two do not mix. */
#include <linux/prctl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREAD = 0, PROCESS = 1 }; /* the kernel's PIDTYPE_ */

/* Whoever starts several machines that trust each other has given them a
 * cookie of their own: it stays. */
void
speculation_begin(void)
{
	_Alignas(8) uint64_t cookie = 0;

	syscall(
	    SYS_prctl, PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, THREAD, &cookie);
	if (cookie == 0)
		syscall(SYS_prctl, PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0,
		    PROCESS, 0);
	syscall(SYS_prctl, PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH,
	    PR_SPEC_DISABLE, 0, 0);
}
