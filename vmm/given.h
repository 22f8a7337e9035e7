/* SPDX-License-Identifier: MIT
 *
 * What the user names: a path, or fd=N for a descriptor that mica was started
 * with, by somebody who may open what mica may not.
 *
 * Threads: main before the start.
 */
#ifndef VMM_GIVEN_H
#define VMM_GIVEN_H

#include "vmm/util.h"

/* Is it fd=N, or meant to be, and not a path? */
bool given_is_fd(const char *name);

/* open() with O_CLOEXEC and O_NOCTTY; or a descriptor of our own for N, if it
 * may be read or written as `flags` say, and for no more but of a socket that
 * is written: else -1 with EACCES, as where N is for both and /proc does not
 * help; or EBADF, where N is no number of one. Files that are made get the mode 0600. */
int given_open(const char *name, int flags);

/* Closes what mica was started with, but for 0, 1 and 2: nobody has named it,
 * or given_open() has a descriptor of its own. All that mica has opened is
 * close-on-exec, which nothing that came through an exec is. False with errno
 * when the host won't. */
bool given_close_rest(void);

#endif
