/* SPDX-License-Identifier: MIT
 *
 * To write to what mica was started with, stdout or fd=N, without a wait.
 * O_NONBLOCK belongs to everybody who shares the open file, the user's shell
 * too, and outlives mica: so it is never set on theirs.
 *
 * Threads: main before the start; output_write() any.
 */
#ifndef VMM_OUTPUT_H
#define VMM_OUTPUT_H

#include <sys/types.h>

#include "vmm/util.h"

/* What to write to for `fd`, which is the caller's: our own opening of a pipe or
 * a terminal, or else `fd` itself. *guarded: it might block. */
int output_open(int fd, bool *guarded);

/* write(), or as much as what is guarded takes at once: -1 with EAGAIN where
 * that is nothing. */
ssize_t output_write(int fd, bool guarded, const void *from, size_t length);

#endif
