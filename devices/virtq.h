/* SPDX-License-Identifier: MIT
 *
 * Virtqueues, the device's side: split and packed rings (virtio 1.3, 2.6 to
 * 2.9) behind one set of calls; virtq_ring.h draws both. A device's turn:
 *
 *	virtq_notify_disable(q, mem);
 *	while (virtq_pop(q, mem, &chain)) {
 *		... chain_read(), chain_write() ...
 *		virtq_push(q, mem, chain.id, chain_written(&chain));
 *	}
 *	if (virtq_flush(q, mem))
 *		... interrupt the driver ...
 *	if (virtq_notify_enable(q, mem))
 *		... have the loop call again, as after a kick ...
 *	if (q->broken)
 *		... DEVICE_NEEDS_RESET; the queue does nothing any more ...
 *
 * Threads: one at a time, with the board's lock; the guest's CPUs write the
 * rings at any moment. Left out: VIRTIO_F_NOTIFY_ON_EMPTY, big-endian guests.
 */
#ifndef DEVICES_VIRTQ_H
#define DEVICES_VIRTQ_H

#include "devices/chain.h"

enum { VIRTQ_SIZE_MAX = CHAIN_PARTS_MAX };

enum virtq_broken {
	VIRTQ_FINE,
#define BROKEN(row, ...) VIRTQ_BROKEN_##row,
#include "devices/virtq_broken.def"
	VIRTQ_BROKENS
};

/* The transport's registers, by the names of 2.6. */
struct virtq_layout {
	gpa_t desc, driver, device;
	uint16_t size;
};

/* All zero is a queue after reset. */
struct virtq {
	struct virtq_layout ring; /* this and features: as at virtq_enable() */
	uint64_t features;
	bool enabled;
	uint8_t broken; /* enum virtq_broken; stays until virtq_reset() */

	/* Positions in the ring, and counts of its slots: virtq_ring.h. */
	uint16_t avail, used; /* the next to pop; to write as used */
	uint16_t in_flight;   /* popped, and not yet written as used */
	uint16_t popped;      /* chains, since the last flush */
	uint32_t unsignalled; /* written as used since the last flush */

	/* Pushed and not yet written: one buffer, or with VIRTIO_F_IN_ORDER
	 * several, of which the last is named (2.7.9, 2.8.8). */
	struct virtq_batch {
		uint32_t len;
		uint16_t id, slots;
		bool whole; /* the last was written from end to end */
	} batch;
	uint16_t order_in, order_out; /* free-running, of order[] */

	uint64_t busy[VIRTQ_SIZE_MAX / 64]; /* ids popped and not yet used */
	struct virtq_slot {
		uint32_t writable, len; /* bytes, saturated; len as pushed */
		uint16_t slots;		/* of the ring */
		bool done;		/* pushed; those before it are not */
	} slot[VIRTQ_SIZE_MAX];		/* by id, while that is busy */
	uint16_t order[VIRTQ_SIZE_MAX]; /* in-order: the ids as popped */
};

/* Disables the queue and forgets all, also for VIRTIO_F_RING_RESET (2.6.1). The
 * device has dropped what it popped: a later push of it aborts. */
void virtq_reset(struct virtq *q);

/* False, with q->broken set, when the driver's layout is nonsense. Without
 * effect on an enabled queue. */
MUST_CHECK bool virtq_enable(struct virtq *q, const struct gmem *mem,
    const struct virtq_layout *layout, uint64_t features);

/* The legacy interface's layout (2.7.2) from its queue address register. */
struct virtq_layout virtq_legacy_layout(uint32_t page, uint16_t size);

/* The next buffer. False when there is none, when Queue Size many were popped
 * since the last flush, or when the ring turns out malformed: q->broken. */
MUST_CHECK bool virtq_pop(
    struct virtq *q, const struct gmem *mem, struct chain *chain);

/* Undoes the last virtq_pop() that was not undone: the buffer is the next to
 * pop again. */
void virtq_unpop(struct virtq *q, const struct chain *chain);

/* Done with a popped buffer, in any order whatever was negotiated. `len` bytes
 * were written, from its first writable one on; rather too few than too many
 * (2.7.8.2). The driver sees it at the next flush at the latest. */
void virtq_push(
    struct virtq *q, const struct gmem *mem, uint16_t id, uint32_t len);

/* Shows the driver all that was pushed. True: it wants an interrupt. */
MUST_CHECK bool virtq_flush(struct virtq *q, const struct gmem *mem);

/* The driver need not notify; it must from now on. True: buffers are waiting
 * for which no notification will come, so come back soon. */
void virtq_notify_disable(struct virtq *q, const struct gmem *mem);
MUST_CHECK bool virtq_notify_enable(struct virtq *q, const struct gmem *mem);

/* For the log: the section and what is wrong. */
const char *virtq_broken_text(enum virtq_broken why);

/* Does the struct keep its word? For tests, fuzzers and restored snapshots. */
bool virtq_sane(const struct virtq *q, const struct gmem *mem);

#endif
