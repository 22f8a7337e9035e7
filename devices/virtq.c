/* SPDX-License-Identifier: MIT
 *
 * Virtqueues, what split and packed rings share: which buffers are in flight,
 * the order and the batches in which they are used, and when to interrupt;
 * virtio 1.3. Threads as in virtq.h.
 */
#include "devices/virtq_ring.h"

#include <string.h>

static void
toggle_busy(struct virtq *q, uint16_t id)
{
	q->busy[id / 64] ^= (uint64_t)1 << id % 64;
}

/* 2.6.1.1.1: all of the state. The arrays at the end are read only where `busy`
 * and `order_in` say. */
void
virtq_reset(struct virtq *q)
{
	memset(q, 0, offsetof(struct virtq, slot));
}

bool
virtq_enable(struct virtq *q, const struct gmem *mem,
    const struct virtq_layout *layout, uint64_t features)
{
	if (q->enabled)
		return true;
	q->ring = *layout;
	q->features = features;
	q->broken = virtq_judge_layout(mem, layout, virtq_packed(q));
	q->enabled = q->broken == VIRTQ_FINE;
	return q->enabled;
}

/* 2.7.2 */
struct virtq_layout
virtq_legacy_layout(uint32_t page, uint16_t size)
{
	gpa_t desc = (gpa_t)page << 12;
	gpa_t driver = desc + 16 * (uint64_t)size;

	return (struct virtq_layout){
		.desc = desc,
		.driver = driver,
		.device = ALIGN_UP(driver + 6 + 2 * (uint64_t)size, 4096),
		.size = size,
	};
}

static void
take(struct virtq *q, const struct chain *c)
{
	toggle_busy(q, c->id);
	q->slot[c->id] = (struct virtq_slot){
		.writable = (uint32_t)MIN(c->writable, UINT32_MAX),
		.slots = c->slots,
	};
	if (virtq_has(q, VIRTIO_F_IN_ORDER))
		q->order[q->order_in++ % VIRTQ_SIZE_MAX] = c->id;
	q->avail = virtq_step(q, q->avail, c->slots);
	q->in_flight += c->slots;
	q->popped++;
}

bool
virtq_pop(struct virtq *q, const struct gmem *mem, struct chain *c)
{
	bool got;

	memset(c, 0, offsetof(struct chain, part));
	if (!q->enabled || q->broken || q->popped == q->ring.size)
		return false;
	got = virtq_packed(q) ? virtq_packed_pop(q, mem, c)
			      : virtq_split_pop(q, mem, c);
	if (!got || !virtq_judge_id(q, c))
		return false;
	c->read.left = c->readable;
	c->write.left = c->writable;
	c->write.part = c->readers;
	take(q, c);
	return true;
}

void
virtq_unpop(struct virtq *q, const struct chain *c)
{
	check(c->id < q->ring.size && virtq_busy(q, c->id));
	toggle_busy(q, c->id);
	if (virtq_has(q, VIRTIO_F_IN_ORDER))
		q->order_in--;
	q->avail = virtq_step(q, q->avail, virtq_lap(q) - c->slots);
	q->in_flight -= c->slots;
	q->popped -= q->popped > 0; /* a flush may have come between */
}

static void
put_batch(struct virtq *q, const struct gmem *mem)
{
	if (virtq_packed(q))
		virtq_packed_put(q, mem);
	else
		virtq_split_put(q, mem);
	q->used = virtq_step(q, q->used, q->batch.slots);
	q->in_flight -= q->batch.slots;
	q->unsignalled += q->batch.slots;
	q->batch.slots = 0;
}

/* The next buffer in the order of use. It joins the batch if the driver may
 * take what is there for written completely (2.7.9); a length that saturated
 * does not say so. */
static void
use(struct virtq *q, const struct gmem *mem, uint16_t id)
{
	const struct virtq_slot *slot = &q->slot[id];
	struct virtq_batch *batch = &q->batch;

	if (batch->slots > 0 &&
	    !(virtq_has(q, VIRTIO_F_IN_ORDER) && batch->whole))
		put_batch(q, mem);
	batch->id = id;
	batch->len = slot->len;
	batch->slots += slot->slots;
	batch->whole = slot->len == slot->writable && slot->len != UINT32_MAX;
	toggle_busy(q, id);
}

void
virtq_push(struct virtq *q, const struct gmem *mem, uint16_t id, uint32_t len)
{
	if (q->broken)
		return;
	check(id < q->ring.size && virtq_busy(q, id) && !q->slot[id].done);
	check(len <= q->slot[id].writable);
	q->slot[id].len = len;
	if (!virtq_has(q, VIRTIO_F_IN_ORDER)) {
		use(q, mem, id);
		return;
	}
	/* virtio 1.3 6.2: in the order in which they became available */
	q->slot[id].done = true;
	while (q->order_out != q->order_in) {
		id = q->order[q->order_out % VIRTQ_SIZE_MAX];
		if (!q->slot[id].done)
			return;
		use(q, mem, id);
		q->order_out++;
	}
}

/* 2.7.7.2 and 2.8.10: has what the driver waits for been used? */
static bool
interrupt_due(const struct virtq *q, const struct gmem *mem)
{
	uint16_t position = 0;
	enum virtq_event event = virtq_packed(q)
	    ? virtq_packed_event(q, mem, &position)
	    : virtq_split_event(q, mem, &position);

	if (event != VIRTQ_AT)
		return event == VIRTQ_ALWAYS;
	position = virtq_step(q, position, 1);
	return virtq_distance(q, position, q->used) < q->unsignalled;
}

bool
virtq_flush(struct virtq *q, const struct gmem *mem)
{
	bool due;

	q->popped = 0;
	if (q->broken)
		return false;
	if (q->batch.slots > 0)
		put_batch(q, mem);
	if (q->unsignalled == 0)
		return false;
	if (!virtq_packed(q))
		virtq_split_publish(q, mem);
	/* What is used is visible before we look whether the driver wants to
	 * know: pairs with the driver's barrier between asking for interrupts
	 * and looking for used buffers once more (2.7.14, 2.8.22). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	due = interrupt_due(q, mem);
	q->unsignalled = 0;
	return due;
}

static void
notify(struct virtq *q, const struct gmem *mem, bool on)
{
	if (virtq_packed(q))
		virtq_packed_notify(q, mem, on);
	else
		virtq_split_notify(q, mem, on);
}

void
virtq_notify_disable(struct virtq *q, const struct gmem *mem)
{
	if (q->enabled && !q->broken)
		notify(q, mem, false);
}

bool
virtq_notify_enable(struct virtq *q, const struct gmem *mem)
{
	if (!q->enabled || q->broken)
		return false;
	notify(q, mem, true);
	/* The wish is visible before we look for buffers once more: pairs with
	 * the driver's barrier between offering one and looking whether to
	 * notify (2.7.13.4.1, 2.8.21.3.1). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return virtq_packed(q) ? virtq_packed_avail(q, mem)
			       : virtq_split_avail(q, mem);
}
