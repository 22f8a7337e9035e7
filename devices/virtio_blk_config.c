/* SPDX-License-Identifier: MIT
 *
 * See virtio_blk_config.h; virtio 1.3, 5.2.3 to 5.2.5: what the device offers,
 * says of itself, and lets the driver change, which is the cache mode.
 *
 * Threads: vCPUs, with the board's lock held.
 */
#include "devices/virtio_blk_config.h"

#include <linux/virtio_config.h>
#include <string.h>

#include "devices/virtio_transport.h"

#define BIT(n) ((uint64_t)1 << (n))

enum {
	/* Header, status and data of each request fit into a ring. */
	SEGMENTS_MAX = VIRTIO_BLK_QUEUE_SIZE - 2,
	BLOCK_EXP = 3 /* pages of 4 KiB are best */
};

uint64_t
virtio_blk_withheld(bool read_only, unsigned queues)
{
	uint64_t writes =
	    BIT(VIRTIO_BLK_F_DISCARD) | BIT(VIRTIO_BLK_F_WRITE_ZEROES);

	return (read_only ? writes : BIT(VIRTIO_BLK_F_RO)) |
	    (queues == 1 ? BIT(VIRTIO_BLK_F_MQ) : 0);
}

void
virtio_blk_attach(struct virtio_blk *d, uint64_t sectors, const char *id)
{
	d->sectors = sectors;
	memset(d->id, 0, sizeof(d->id));
	memcpy(d->id, id, strnlen(id, sizeof(d->id)));
}

bool
virtio_blk_read_only(const struct virtio_blk *d)
{
	return (d->v.setup.withheld & BIT(VIRTIO_BLK_F_RO)) == 0;
}

/* 5.2.5.2: without FLUSH there is nothing to write back with; but a legacy
 * driver's feature bits do not change the field (5.2.5.3). */
static bool
writeback(const struct virtio_blk *d)
{
	bool modern = virtio_has(&d->v, VIRTIO_F_VERSION_1);

	if (modern && virtio_has(&d->v, VIRTIO_BLK_F_CONFIG_WCE) &&
	    !virtio_has(&d->v, VIRTIO_BLK_F_FLUSH))
		return false;
	return d->writeback;
}

/* 5.2.6.2: must a write be in storage when it is done? */
bool
virtio_blk_stable(const struct virtio_blk *d)
{
	if (virtio_has(&d->v, VIRTIO_BLK_F_CONFIG_WCE))
		return !writeback(d);
	return !virtio_has(&d->v, VIRTIO_BLK_F_FLUSH);
}

/* 5.2.5.2: what is unused is 0. 5.2.6.2: zeros may give space back. */
void
virtio_blk_config_read(const struct virtio *v, void *to)
{
	const struct virtio_blk *d = (const struct virtio_blk *)v;
	struct virtio_blk_config c = {
		.capacity = d->sectors,
		.seg_max = SEGMENTS_MAX,
		.blk_size = SECTOR,
		.physical_block_exp = BLOCK_EXP,
		.min_io_size = 1 << BLOCK_EXP,
		.wce = writeback(d),
		.num_queues = (uint16_t)virtio_queues(v, &virtio_blk_type),
		.max_discard_sectors = DISCARD_SECTORS,
		.max_discard_seg = DISCARD_SEGMENTS,
		.discard_sector_alignment = 1 << BLOCK_EXP,
		.max_write_zeroes_sectors = ZERO_SECTORS,
		.max_write_zeroes_seg = ZERO_SEGMENTS,
		.write_zeroes_may_unmap = 1,
	};

	memcpy(to, &c, VIRTIO_BLK_CONFIG_SIZE);
}

/* 5.2.5.1; 5.2.5.3: at any time. */
void
virtio_blk_config_write(
    struct virtio *v, const void *config, unsigned offset, unsigned size)
{
	const struct virtio_blk_config *c = config;
	const unsigned at = offsetof(struct virtio_blk_config, wce);

	if (offset <= at && at < offset + size)
		((struct virtio_blk *)v)->writeback = c->wce & 1;
}
