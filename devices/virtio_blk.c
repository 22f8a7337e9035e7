/* SPDX-License-Identifier: MIT
 *
 * The block device, after virtio 1.3, 5.2. A request is a header to read, data
 * one way or the other, and a status byte, the last to write; all of it by
 * cursors, so that no layout of descriptors matters (2.7.4.1).
 *
 * What no driver should send is answered with IOERR, what it may not know to be
 * missing with UNSUPP (5.2.6); only a request without room for a status is used
 * without a word.
 *
 * Threads: the loop, with the board's lock held; vCPUs for configuration and
 * reset. Left out: zoned devices, lifetime, secure erase, geometry, and of the
 * legacy interface BARRIER and SCSI.
 */
#include "devices/virtio_blk.h"

#include <linux/uio.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "devices/blk.h"
#include "devices/virtio_blk_config.h"
#include "devices/virtio_transport.h"

#define BIT(n)	    ((uint64_t)1 << (n))
#define T_FLUSH_OUT 5 /* 0.9.5, appendix D: what FLUSH is */

/* A turn ends after so much: others wait for the board's lock. */
enum { TURN_REQUESTS = 64, TURN_BYTES = 8 << 20 };

/* A chain is no longer than its ring. */
_Static_assert(
    (int)BLK_IOVS_MAX >= (int)VIRTIO_BLK_QUEUE_SIZE, "blk.h: iovecs");

/* One request while it is begun. */
struct work {
	struct virtio_blk *d;
	struct chain *chain;
	uint32_t tag;
	struct virtio_blk_request *request;
	struct virtio_blk_outhdr header;
	uint64_t in;			/* bytes to write before the status, */
	struct iovec iov[BLK_IOVS_MAX]; /* and where; or to read */
	unsigned iovs;
};

/*
 * Completion.
 */

/* What counts as written begins with the first writable byte (2.7.8.2): where
 * data was not written, a status behind it does not count. */
static void
finish(struct virtio_blk *d, uint32_t tag)
{
	struct virtio_blk_request *r = &d->request[tag >> 16][tag & 0xffff];
	bool whole =
	    r->writable == 1 || (r->fills && r->status == VIRTIO_BLK_S_OK);

	check(gmem_write(guest_ram, r->status_at, &r->status, 1));
	virtio_push(
	    &d->queue[tag >> 16], (uint16_t)tag, whole ? r->writable : 0);
}

/* One of its parts is done, or its beginning. */
static void
part_done(struct virtio_blk *d, uint32_t tag, bool ok)
{
	struct virtio_blk_request *r = &d->request[tag >> 16][tag & 0xffff];

	check(r->parts > 0);
	if (!ok)
		r->status = VIRTIO_BLK_S_IOERR;
	if (--r->parts == 0)
		finish(d, tag);
}

void
virtio_blk_done(struct virtio_blk *d, uint32_t tag, bool ok)
{
	check(tag >> 16 < VIRTIO_BLK_QUEUES);
	check((tag & 0xffff) < VIRTIO_BLK_QUEUE_SIZE);
	part_done(d, tag, ok);
}

void
virtio_blk_flush(struct virtio_blk *d)
{
	for (unsigned i = 0; i < VIRTIO_BLK_QUEUES; i++)
		if (d->queue[i].ring.enabled)
			virtio_flush(&d->v, &d->queue[i]);
}

void
virtio_blk_room(struct virtio_blk *d)
{
	virtio_kick_all(&d->v, &virtio_blk_type);
}

/*
 * Requests. Each begins its I/O, or says what is wrong.
 */

static uint8_t
submit(struct work *w, const struct blk_io *io)
{
	enum blk_result result;

	w->request->parts++;
	result = blk_submit(w->d->v.function.device, w->tag, io);
	if (result != BLK_LATER)
		part_done(w->d, w->tag, result == BLK_DONE);
	return w->request->status;
}

static uint8_t
transfer(struct work *w, enum blk_op op, uint64_t bytes)
{
	uint64_t sector = w->header.sector;
	struct blk_io io = { op, virtio_blk_stable(w->d), false,
		sector * SECTOR, bytes, w->iov, w->iovs };

	if (bytes % SECTOR != 0 ||
	    !range_within(sector, bytes / SECTOR, w->d->sectors))
		return VIRTIO_BLK_S_IOERR;
	return bytes == 0 ? VIRTIO_BLK_S_OK : submit(w, &io);
}

static uint8_t
begin_in(struct work *w)
{
	w->request->fills = true;
	if (w->chain->read.left != 0)
		return VIRTIO_BLK_S_IOERR;
	return transfer(w, BLK_READ, w->in);
}

/* 5.2.6.2: nothing is written if RO is offered. */
static uint8_t
begin_out(struct work *w)
{
	uint64_t bytes = w->chain->read.left;

	if (virtio_blk_read_only(w->d) || w->in != 0)
		return VIRTIO_BLK_S_IOERR;
	w->iovs = chain_read_iov(
	    w->chain, guest_ram, w->iov, ARRAY_SIZE(w->iov), bytes);
	return transfer(w, BLK_WRITE, bytes);
}

/* 5.2.6.1: the data is 20 bytes. */
static uint8_t
begin_get_id(struct work *w)
{
	const uint8_t *id = w->d->id;

	w->request->fills = true;
	if (w->in != VIRTIO_BLK_ID_SIZE)
		return VIRTIO_BLK_S_IOERR;
	for (unsigned i = 0; i < w->iovs; i++) {
		memcpy(w->iov[i].iov_base, id, w->iov[i].iov_len);
		id += w->iov[i].iov_len;
	}
	return VIRTIO_BLK_S_OK;
}

/* What DISCARD and WRITE_ZEROES differ in. */
struct ranges {
	enum blk_op op;
	unsigned feature, max;
	uint32_t sectors_max, flags;
};
static const struct ranges discard_ranges = { BLK_DISCARD, VIRTIO_BLK_F_DISCARD,
	DISCARD_SEGMENTS, DISCARD_SECTORS, 0 };
static const struct ranges zero_ranges = { BLK_ZERO, VIRTIO_BLK_F_WRITE_ZEROES,
	ZERO_SEGMENTS, ZERO_SECTORS, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP };

/* 5.2.6.2: a flag that is unknown, or UNMAP for what unmaps anyway. */
static uint8_t
judge_range(const struct virtio_blk *d, const struct ranges *k,
    const struct virtio_blk_discard_write_zeroes *range)
{
	if ((range->flags & ~k->flags) != 0)
		return VIRTIO_BLK_S_UNSUPP;
	if (range->num_sectors > k->sectors_max ||
	    !range_within(range->sector, range->num_sectors, d->sectors))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

/* All are judged before the first is begun. */
static uint8_t
begin_ranges(struct work *w, const struct ranges *k)
{
	struct virtio_blk_discard_write_zeroes range[DISCARD_SEGMENTS];
	uint64_t bytes = w->chain->read.left, n = bytes / sizeof(range[0]);
	uint8_t status = VIRTIO_BLK_S_OK;

	if (virtio_blk_read_only(w->d))
		return VIRTIO_BLK_S_IOERR;
	if (!virtio_has(&w->d->v, k->feature))
		return VIRTIO_BLK_S_UNSUPP;
	if (w->in != 0 || bytes % sizeof(range[0]) != 0 || n == 0 || n > k->max)
		return VIRTIO_BLK_S_IOERR;
	check(chain_read(w->chain, guest_ram, range, bytes) == bytes);
	for (unsigned i = 0; i < n && status == VIRTIO_BLK_S_OK; i++)
		status = judge_range(w->d, k, &range[i]);
	for (unsigned i = 0; i < n && status == VIRTIO_BLK_S_OK; i++) {
		struct blk_io io = { k->op, virtio_blk_stable(w->d),
			range[i].flags != 0, range[i].sector * SECTOR,
			range[i].num_sectors * (uint64_t)SECTOR, NULL, 0 };

		if (io.bytes > 0)
			status = submit(w, &io);
	}
	return status;
}

static uint8_t
begin_request(struct work *w)
{
	struct virtio_blk_outhdr *h = &w->header;

	if (chain_read(w->chain, guest_ram, h, sizeof(*h)) < sizeof(*h))
		return VIRTIO_BLK_S_IOERR;
	switch (h->type) {
	case VIRTIO_BLK_T_IN:
		return begin_in(w);
	case VIRTIO_BLK_T_OUT:
		return begin_out(w);
	case VIRTIO_BLK_T_FLUSH:
	case T_FLUSH_OUT:
		return submit(w, &(struct blk_io){ .op = BLK_FLUSH });
	case VIRTIO_BLK_T_GET_ID:
		return begin_get_id(w);
	case VIRTIO_BLK_T_DISCARD:
		return begin_ranges(w, &discard_ranges);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return begin_ranges(w, &zero_ranges);
	default:
		return VIRTIO_BLK_S_UNSUPP; /* 5.2.6.2: zones', too */
	}
}

/* The request holds a part of its own until all of its I/O is begun. */
static void
serve(struct virtio_blk *d, unsigned queue, struct chain *chain)
{
	struct virtio_blk_request *r = &d->request[queue][chain->id];
	struct work w;

	if (chain->writable == 0) {
		virtio_push(&d->queue[queue], chain->id, 0);
		return;
	}
	w.d = d;
	w.chain = chain;
	w.request = r;
	w.tag = queue << 16 | chain->id;
	w.in = chain->writable - 1;
	w.iovs =
	    chain_write_iov(chain, guest_ram, w.iov, ARRAY_SIZE(w.iov), w.in);
	check(chain->write.left == 1); /* a chain fits into its ring */
	*r = (struct virtio_blk_request){
		.status_at = chain_write_at(chain),
		.writable = (uint32_t)MIN(chain->writable, UINT32_MAX),
		.parts = 1,
	};
	r->status = begin_request(&w);
	part_done(d, w.tag, true);
}

static bool
kick(struct virtio *v, unsigned queue)
{
	struct virtio_blk *d = (struct virtio_blk *)v;
	uint64_t bytes = 0;
	struct chain chain UNCLEARED;

	for (unsigned n = 0; n < TURN_REQUESTS && bytes < TURN_BYTES; n++) {
		if (!blk_room(v->function.device))
			return false;
		if (!virtio_pop(&d->queue[queue], &chain))
			break;
		bytes += chain.readable + chain.writable;
		serve(d, queue, &chain);
	}
	return true;
}

static void
stop(struct virtio *v, unsigned queue)
{
	blk_stop(v->function.device, queue);
}

static void
settle(struct virtio *v)
{
	blk_settle(v->function.device);
}

static void
reset(struct virtio *v)
{
	((struct virtio_blk *)v)->writeback = true;
}

/* 5.2.5.2: FLUSH always, and nothing of zones. */
const struct virtio_type virtio_blk_type = {
	.id = VIRTIO_ID_BLOCK,
	.transitional = 0x1001,
	.pci_class = 0x010000,
	VIRTIO_QUEUES(struct virtio_blk),
	.queue_size = VIRTIO_BLK_QUEUE_SIZE,
	.config_size = VIRTIO_BLK_CONFIG_SIZE,
	.features = BIT(VIRTIO_BLK_F_SEG_MAX) | BIT(VIRTIO_BLK_F_RO) |
	    BIT(VIRTIO_BLK_F_BLK_SIZE) | BIT(VIRTIO_BLK_F_FLUSH) |
	    BIT(VIRTIO_BLK_F_TOPOLOGY) | BIT(VIRTIO_BLK_F_CONFIG_WCE) |
	    BIT(VIRTIO_BLK_F_MQ) | BIT(VIRTIO_BLK_F_DISCARD) |
	    BIT(VIRTIO_BLK_F_WRITE_ZEROES),
	.kick = kick,
	.stop = stop,
	.settle = settle,
	.reset = reset,
	.config_read = virtio_blk_config_read,
	.config_write = virtio_blk_config_write,
};
