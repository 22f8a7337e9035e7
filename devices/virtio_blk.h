/* SPDX-License-Identifier: MIT
 *
 * The block device (virtio 1.3, 5.2). What holds its bytes: devices/blk.h.
 */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/virtio.h"

enum {
	VIRTIO_BLK_QUEUES = 8,
	VIRTIO_BLK_QUEUE_SIZE = 256,
	VIRTIO_BLK_ID_SIZE = 20
};

/* What a request needs while its I/O goes on; by queue and buffer id. */
struct virtio_blk_request {
	gpa_t status_at;
	uint32_t writable; /* bytes, saturated */
	uint16_t parts;	   /* I/O not done; 0: no request */
	uint8_t status;	   /* so far */
	bool fills;	   /* if it succeeds, all that is writable is written */
};

struct virtio_blk {
	struct virtio v;
	uint64_t sectors; /* this and id: virtio_blk_attach()'s, kept */
	uint8_t id[VIRTIO_BLK_ID_SIZE];
	bool writeback; /* the configuration's field */

	struct virtio_blk_request request[VIRTIO_BLK_QUEUES]
					 [VIRTIO_BLK_QUEUE_SIZE];
	struct virtio_queue queue[VIRTIO_BLK_QUEUES];
};

extern const struct virtio_type virtio_blk_type;

/* For struct virtio_setup: what a disk of this kind does not offer. */
uint64_t virtio_blk_withheld(bool read_only, unsigned queues);

/* Its size in sectors of 512 bytes, and the id that the driver can ask for, of
 * which 20 bytes count. Before the first reset; or later, with
 * virtio_config_changed() (5.2.6.2). */
void virtio_blk_attach(struct virtio_blk *d, uint64_t sectors, const char *id);

/* What blk_submit() left for later is done; after the last of several that were
 * done together, the flush shows them to the driver. Board's lock held. */
void virtio_blk_done(struct virtio_blk *d, uint32_t tag, bool ok);
void virtio_blk_flush(struct virtio_blk *d);

/* There is room again: blk_room(). Kicks follow. Board's lock held. */
void virtio_blk_room(struct virtio_blk *d);

#endif
