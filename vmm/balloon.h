/* SPDX-License-Identifier: MIT
 *
 * The balloon in bytes of RAM, which virtio_balloon has in pages. What is left
 * to the guest is RAM less the balloon, as QEMU's `balloon` command counts.
 *
 * Threads: any, with the board's lock held.
 */
#ifndef VMM_BALLOON_H
#define VMM_BALLOON_H

#include "vmm/util.h"

/* The target and interval of the command line; between board_configure() and
 * the first board_reset(). A restart keeps what they are by then; the balloon
 * is empty and the pages that were in it are zeros, as all of RAM. */
void balloon_attach(void);

/* Has the guest give up all but `bytes` of its RAM, whole pages; not more than
 * it has. */
void balloon_set_left(uint64_t bytes);

/* What the guest has left, by its own account. */
uint64_t balloon_left(void);

#endif
