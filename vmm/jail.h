/* SPDX-License-Identifier: MIT
 *
 * The sandbox's steps but for seccomp, each for the calling thread and what it
 * starts. False with errno set: the host won't.
 */
#ifndef VMM_JAIL_H
#define VMM_JAIL_H

#include <sys/types.h>

#include "vmm/util.h"

/* Joins the cgroup and the network namespace that the user names; or ends the
 * process with a line. */
void jail_join(void);

/* fork() into namespaces of its own: users, processes, mounts, network, IPC,
 * names, cgroups. root's child is its --jail-uid's. */
pid_t jail_fork(void);

/* In that child: has its ids be known there, and no others. At no instant may
 * anybody look into it who may not into its parent. */
bool jail_be_somebody(void);

/* In it: the root is an empty directory that cannot be written to. */
bool jail_empty_root(void);

/* root: another user and group, and no further groups. */
bool jail_drop_ids(void);

bool jail_drop_capabilities(void);

/* No memory that is written becomes executable. */
bool jail_forbid_new_code(void);

/* No path leads to a file, no port or abstract name to a socket, no signal to
 * another process. no_new_privs is set. */
bool jail_forbid_paths(void);

#endif
