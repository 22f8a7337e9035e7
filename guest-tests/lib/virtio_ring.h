/* SPDX-License-Identifier: MIT
 *
 * Virtqueues, the driver's side: split and packed rings of virtio 1.3, 2.7 and
 * 2.8, legacy ones (2.7.2) too. RAM from VIRTIO_RINGS to VIRTIO_RINGS_END is
 * theirs. Buffers go in and come out; hostile guests write into the rings
 * beside these calls.
 */
#ifndef GUEST_TESTS_VIRTIO_RING_H
#define GUEST_TESTS_VIRTIO_RING_H

#include "guest-tests/lib/virtio.h"

enum { VIRTQ_SIZE = 16, VIRTQ_SIZE_MAX = 256, VIRTQ_PARTS_MAX = 16 };
enum { VIRTIO_RINGS = 0x1000000, VIRTIO_RINGS_END = 0x2000000 };
enum {
	D_NEXT = 1,
	D_WRITE = 2,
	D_INDIRECT = 4,
	D_AVAIL = 1 << 7,
	D_USED = 1 << 15
};

struct virtq {
	struct virtio *v;
	unsigned index;
	uint16_t size;
	uint64_t desc, driver, device, tables;
	bool indirect; /* a table for each buffer */

	uint16_t next, oldest, seen;  /* to fill; in flight; used */
	bool wrap, seen_wrap;	      /* packed: of next and seen */
	uint16_t added, shown;	      /* split: idx; when last kicked */
	uint16_t held_at, held_flags; /* packed: the first not shown yet */
	uint16_t unshown, room;	      /* descriptors */
	uint16_t in_flight;	      /* buffers */
	bool in_batch;		      /* with IN_ORDER, of which the last is */
	uint16_t batch_id;
	uint32_t batch_len;
	uint16_t slots[VIRTQ_SIZE_MAX];	   /* descriptors, by id, */
	uint32_t writable[VIRTQ_SIZE_MAX]; /* and bytes */
};

/* A buffer's part. */
struct part {
	uint64_t at;
	uint32_t len;
	bool write;
};

/* An empty queue of VIRTQ_SIZE descriptors, or fewer if the device has not so
 * many; legacy ones have what they have. Nothing is asked of the device but its
 * size until virtq_enable() tells it. */
void virtq_init(struct virtq *q, struct virtio *v, unsigned index);
void virtq_enable(const struct virtq *q);

/* From reset to DRIVER_OK, with one queue. */
void virtio_begin(
    struct virtio *v, uint64_t features, struct virtq *q, unsigned index);

/* One descriptor, whatever it says. */
void put_split_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next);
void put_packed_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t id, uint16_t flags);

/* Adds a buffer, at most VIRTQ_PARTS_MAX parts: its id. Fails the test if there
 * is no room, which comes back when all buffers have been used. */
uint16_t virtq_add(struct virtq *q, const struct part *parts, unsigned count);

/* Makes visible what was added, and notifies the device if it wants that; or
 * makes it visible alone, before a kick. */
void virtq_kick(struct virtq *q);
void virtq_show(struct virtq *q);

/* The next buffer that was used, if there is one: its id, and the bytes that
 * were written. Or waits for it, and fails the test if it does not come; the
 * id only if `id` is not NULL. */
bool virtq_take(struct virtq *q, uint16_t *id, uint32_t *len);
uint32_t virtq_wait(struct virtq *q, uint16_t *id);

#endif
