/* SPDX-License-Identifier: MIT
 *
 * The disks of the command line, at the rows blk0 to blk7 of slots.def.
 */
#ifndef VMM_DISK_H
#define VMM_DISK_H

#include "devices/virtio_bus.h"

/* Opens and locks the files that the user named, before the first instruction,
 * or ends the process with a line. */
void disk_open_all(void);

/* For board_configure(): which of the rows there are. */
void disk_setup(struct virtio_bus_setup *devices);

/* Tells the devices their sizes; between board_configure() and the first
 * board_reset(). */
void disk_attach_all(void);

#endif
