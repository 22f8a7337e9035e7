/* SPDX-License-Identifier: MIT
 *
 * The other side of a virtqueue, for tests: a driver written from virtio 1.3
 * alone, with its own constants and its own way into memory, that shares
 * nothing with the device's code. It counts in 64 bits that never wrap, and
 * finds out about events by trying each slot, as the specification words it.
 *
 * Here is what both rings share; virtq_driver_split.h and virtq_driver_packed.h
 * have the rest. A ring's slots are buffers (split) or descriptors (packed).
 */
#ifndef DEVICES_VIRTQ_DRIVER_H
#define DEVICES_VIRTQ_DRIVER_H

#include "devices/virtq_fixture.h"

struct element {
	gpa_t at;
	uint32_t len;
	bool write;
};

struct driver {
	struct virtq_layout at;
	uint64_t features;

	/* Slots filled; made visible; taken back when used. */
	uint64_t added, shown, seen;
	unsigned room; /* free descriptors */

	/* What came free, in that order: descriptors of a split ring, where the
	 * first gives the id; ids of a packed one. */
	uint16_t free[VIRTQ_SIZE_MAX];
	unsigned free_out, free_in;

	struct {
		unsigned slots, descs;		  /* that it takes */
		uint16_t desc[TABLE_ENTRIES + 1]; /* split: which */
		uint32_t writable;		  /* bytes; the test's */
	} buffer[VIRTQ_SIZE_MAX];
	uint16_t order[VIRTQ_SIZE_MAX]; /* ids as added, with F_IN_ORDER */
	unsigned order_out, order_in;

	uint16_t held_flags; /* packed: of the slot `shown`, if not shown yet */

	bool in_batch; /* of which the last is: */
	uint16_t batch_id;
	uint32_t batch_len;
};

static inline void
driver_init(struct driver *d, const struct virtq_layout *layout, uint64_t f)
{
	memset(d, 0, sizeof(*d));
	d->at = *layout;
	d->features = f;
	d->room = d->free_in = layout->size;
	for (unsigned i = 0; i < layout->size; i++)
		d->free[i] = (uint16_t)i;
}

static inline uint16_t
driver_added(struct driver *d, uint16_t id, unsigned descs)
{
	d->buffer[id].descs = descs;
	d->room -= descs;
	d->order[d->order_in++ % VIRTQ_SIZE_MAX] = id;
	return id;
}

/* One buffer of what the last used element names: itself, or with F_IN_ORDER
 * the next in order, up to it; those before are written whole (2.7.9, 2.8.8).
 */
static inline void
driver_take(struct driver *d, uint16_t *id, uint32_t *len)
{
	*id = d->batch_id;
	if (d->features & F_IN_ORDER)
		*id = d->order[d->order_out++ % VIRTQ_SIZE_MAX];
	d->in_batch = *id != d->batch_id;
	*len = d->in_batch ? d->buffer[*id].writable : d->batch_len;
	d->seen += d->buffer[*id].slots;
	d->room += d->buffer[*id].descs;
}

#endif
