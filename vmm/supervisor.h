/* SPDX-License-Identifier: MIT
 *
 * The supervisor: the process that the user has started, with all that he may
 * do. It keeps what was opened by name, forks each life of the machine
 * (life.h), hands signals on to it, begins another when the machine restarts,
 * and at the end tidies up and passes on the exit status, at once: the kernel
 * takes the VM apart meanwhile. It never looks at what a guest had a hand in,
 * but for a life's last word (last_word.h).
 *
 * Threads: the one there is.
 */
#ifndef VMM_SUPERVISOR_H
#define VMM_SUPERVISOR_H

/* Before anything is made that has to go at the end, whatever that is. */
void supervisor_keep_tidy(void);

/* Everything that has a name is open. Returns in each life, whose parent stays
 * in here, and ends the process with the last one's status. */
void supervisor_begin(void);

#endif
