/* SPDX-License-Identifier: MIT
 *
 * What the host's kernel does, if asked, against those who read a process by
 * what the CPU does ahead of time.
 */
#ifndef VMM_SPECULATION_H
#define VMM_SPECULATION_H

/* Before the first thread, all of which inherit it: cores whose CPUs no other
 * process shares with us while we run, and branch predictions that are ours
 * alone. What the host does not have it does not give; see --check-host. */
void speculation_begin(void);

#endif
