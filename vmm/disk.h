/* SPDX-License-Identifier: MIT
 *
 * The disks of the command line, at the rows blk0 to blk7 of slots.def.
 */
#ifndef VMM_DISK_H
#define VMM_DISK_H

#include "devices/virtio_bus.h"

/* Opens and locks the files that the user named, or ends the process with a
 * line. */
void disk_open_all(void);

/* The supervisor, around each life: their sizes, of which the sandbox makes a
 * limit, are what they have become; what serves them is for the life to start,
 * but lets go of the files at the supervisor's word alone. The same. */
void disk_prepare(void);
void disk_release(void);

/* Starts what serves them; the same. */
void disk_start_all(void);

/* For board_configure(): which of the rows there are. */
void disk_setup(struct virtio_bus_setup *devices);

/* Tells the devices their sizes; between board_configure() and the first
 * board_reset(). Board's lock held. */
void disk_attach_all(void);

/*
 * For the user, while the machine runs. Board's lock held.
 */

/* The disk of that name: blk0 to blk7, as in slots.def, or what id= gave. -1:
 * there is none. */
int disk_find(const char *name);

/* Makes it `bytes` long, a multiple of 512, and tells the guest: a file grows
 * or is cut off; a block device has become what it is. False: why not is in
 * *wrong. What a guest does past a smaller disk's end fails. */
bool disk_resize(unsigned disk, uint64_t bytes, const char **wrong);

/*
 * For the loop. Some I/O is done, board's lock held.
 */
void disk_ready(void);

/* Does I/O wait for disk_begin()? With the lock; then that, without it. */
bool disk_waits(void);
void disk_begin(void);

/*
 * For vCPUs, board's lock held.
 */

/* Has a register access ended I/O, by devices/blk.h, that is not over yet? Then
 * nor is the access: the vCPU waits for vm.changed. */
bool disk_awaited(void);

/*
 * For the end of a machine.
 */

/* In a life: may the supervisor let go of the files? */
void disk_end(void);

#endif
