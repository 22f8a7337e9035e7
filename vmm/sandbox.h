/* SPDX-License-Identifier: MIT
 *
 * --sandbox: what mica gives up before a guest, or any file that it was given,
 * has a say.
 *
 * Nothing is read of an image, a disk or a socket before the last step, the
 * threads' seccomp programs: what exploits a loader's defect is as confined as
 * what exploits a device's.
 */
#ifndef VMM_SANDBOX_H
#define VMM_SANDBOX_H

#include "vmm/seccomp.h"

/* In a life (life.h), with one thread, everything with a name open: no way to
 * any file, other process or privilege from here on. */
void sandbox_enter(void);

/* The machine is there: no further descriptors than clients'. */
void sandbox_close(void);

/* Each thread, last: its own program. `vcpu` is its descriptor, or -1.
 * (seccomp_slots.c) */
void sandbox_confine(enum seccomp_kind kind, int vcpu);

#endif
