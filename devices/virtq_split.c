/* SPDX-License-Identifier: MIT
 *
 * The split virtqueue, virtio 1.3 2.7: drawn in virtq_ring.h. With the legacy
 * interface the same, at virtq_legacy_layout() (2.7.2), little-endian as the
 * guest (2.7.3). Threads as in virtq.h.
 */
#include "devices/virtq_ring.h"

enum {
	FLAGS = 0, /* of both rings */
	IDX = 2,
	RING = 4
};

static uint16_t
load_avail_idx(const struct virtq *q, const struct gmem *mem)
{
	/* Pairs with the driver's barrier before it advances idx
	 * (2.7.13.3.1): what idx counts, ring and descriptors, is there. */
	return __atomic_load_n(
	    virtq_field(mem, q->ring.driver + IDX), __ATOMIC_ACQUIRE);
}

bool
virtq_split_avail(const struct virtq *q, const struct gmem *mem)
{
	return load_avail_idx(q, mem) != q->avail;
}

/* Each turn copies one descriptor, which is what is then judged and followed.
 * It ends, since the judge takes at most a queue's size of parts and one
 * table. */
static bool
walk_chain(struct virtq *q, const struct gmem *mem, struct chain *c)
{
	struct vring_desc desc = { .flags = VRING_DESC_F_NEXT, .next = c->id };
	gpa_t table = q->ring.desc;
	uint32_t entries = q->ring.size;

	while (desc.flags & VRING_DESC_F_NEXT) {
		uint32_t index = desc.next;

		if (index >= entries) /* 2.7.5, 2.7.6 for the head */
			return virtq_break(q, VIRTQ_BROKEN_index);
		check(gmem_read(
		    mem, table + index * sizeof(desc), &desc, sizeof(desc)));
		if (!virtq_judge(q, mem, c, &desc))
			return false;
		if (desc.flags & VRING_DESC_F_INDIRECT) { /* 2.7.5.3.2 */
			table = desc.addr;
			entries = desc.len / sizeof(desc);
			desc.flags = VRING_DESC_F_NEXT;
			desc.next = 0;
		}
	}
	return true;
}

bool
virtq_split_pop(struct virtq *q, const struct gmem *mem, struct chain *c)
{
	uint16_t idx = load_avail_idx(q, mem);
	uint16_t offered = virtq_distance(q, q->avail, idx);
	uint32_t entry = q->avail & (q->ring.size - 1u);

	if (offered == 0)
		return false;
	/* 2.7.6.1: idx never goes back; 2.7: at most Queue Size buffers */
	if (offered > q->ring.size - q->in_flight)
		return virtq_break(q, VIRTQ_BROKEN_avail_idx);
	c->id = __atomic_load_n(
	    virtq_field(mem, q->ring.driver + RING + sizeof(uint16_t) * entry),
	    __ATOMIC_RELAXED);
	c->slots = 1;
	return walk_chain(q, mem, c);
}

/* 2.7.5.1: no descriptor is written, only the used ring. */
void
virtq_split_put(const struct virtq *q, const struct gmem *mem)
{
	uint32_t entry = q->used & (q->ring.size - 1u);
	struct vring_used_elem elem = { q->batch.id, q->batch.len };

	check(gmem_write(mem, q->ring.device + RING + sizeof(elem) * entry,
	    &elem, sizeof(elem)));
}

/* 2.7.8.2: len, and the bytes that it counts, before idx. Pairs with the
 * driver's barrier after it reads idx (2.7.14). */
void
virtq_split_publish(const struct virtq *q, const struct gmem *mem)
{
	__atomic_store_n(
	    virtq_field(mem, q->ring.device + IDX), q->used, __ATOMIC_RELEASE);
}

enum virtq_event
virtq_split_event(
    const struct virtq *q, const struct gmem *mem, uint16_t *position)
{
	gpa_t used_event =
	    q->ring.driver + RING + sizeof(uint16_t) * q->ring.size;
	uint16_t flags;

	if (virtq_has(q, VIRTIO_RING_F_EVENT_IDX)) { /* 2.7.7.2 */
		*position = __atomic_load_n(
		    virtq_field(mem, used_event), __ATOMIC_RELAXED);
		return VIRTQ_AT;
	}
	flags = __atomic_load_n(
	    virtq_field(mem, q->ring.driver + FLAGS), __ATOMIC_RELAXED);
	return flags & VRING_AVAIL_F_NO_INTERRUPT ? VIRTQ_NEVER : VIRTQ_ALWAYS;
}

/* 2.7.10.2. With the event index flags stay 0, and an index that is not moved
 * on asks for nothing more. */
void
virtq_split_notify(const struct virtq *q, const struct gmem *mem, bool on)
{
	gpa_t avail_event = q->ring.device + RING +
	    sizeof(struct vring_used_elem) * q->ring.size;

	if (!virtq_has(q, VIRTIO_RING_F_EVENT_IDX))
		__atomic_store_n(virtq_field(mem, q->ring.device + FLAGS),
		    on ? 0 : VRING_USED_F_NO_NOTIFY, __ATOMIC_RELAXED);
	else if (on)
		__atomic_store_n(
		    virtq_field(mem, avail_event), q->avail, __ATOMIC_RELAXED);
}
