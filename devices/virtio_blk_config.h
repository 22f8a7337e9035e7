/* SPDX-License-Identifier: MIT
 *
 * The block device's configuration space, and what follows from it; between
 * virtio_blk.c and virtio_blk_config.c.
 */
#ifndef DEVICES_VIRTIO_BLK_CONFIG_H
#define DEVICES_VIRTIO_BLK_CONFIG_H

#include <linux/virtio_blk.h>

#include "devices/blk.h"
#include "devices/virtio_blk.h"

enum {
	SECTOR = 512,

	/* Of a request: ranges, and sectors of each. */
	DISCARD_SEGMENTS = BLK_BURST,
	DISCARD_SECTORS = 1 << 22, /* 2 GiB */
	ZERO_SEGMENTS = 1,
	ZERO_SECTORS = 1 << 15, /* 16 MiB, which may have to be written */

	VIRTIO_BLK_CONFIG_SIZE =
	    offsetof(struct virtio_blk_config, write_zeroes_may_unmap) + 4
};

/* 5.2.6.2: is RO offered, whatever the driver made of it? */
bool virtio_blk_read_only(const struct virtio_blk *d);

/* 5.2.6.2: must a write be in storage when it is done? */
bool virtio_blk_stable(const struct virtio_blk *d);

/* For struct virtio_type. */
void virtio_blk_config_read(const struct virtio *v, void *to);
void virtio_blk_config_write(
    struct virtio *v, const void *config, unsigned offset, unsigned size);

#endif
