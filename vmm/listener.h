/* SPDX-License-Identifier: MIT
 *
 * A Unix socket at a path that the user names, or one that mica was started
 * with (fd=N, given.h): clients of --control and --console unix= come to it.
 *
 * Threads: main before the start and, in the supervisor, at the end; clients
 * are the loop's.
 */
#ifndef VMM_LISTENER_H
#define VMM_LISTENER_H

#include <sys/types.h>

#include "vmm/util.h"

/* The file that it made, to know it again. */
struct listener_file {
	dev_t device;
	ino_t inode; /* 0: it made none */
};

/* Listens, with a descriptor in `fd` that does not block; a file of its own
 * gets `mode`, less the umask, and takes the place of one that nobody listens
 * at any more. NULL, or what is wrong, with nothing left open or behind. */
const char *listener_open(
    int *fd, struct listener_file *file, const char *path, mode_t mode);

/* Did this connection come to that listener, whoever says so? By the addresses
 * of both: to the listener's very own; or to one of this host's, all of which
 * it has, but for those at which another listens. */
enum listener_fit { LISTENER_NOT, LISTENER_ANY, LISTENER_OWN };
enum listener_fit listener_fits(int listener, int connection);

/* Has the client at the other end of it hung up? */
bool listener_client_left(int connection);

/* Takes its file away, unless another has come to that path. */
void listener_remove(const struct listener_file *file, const char *path);

#endif
