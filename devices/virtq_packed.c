/* SPDX-License-Identifier: MIT
 *
 * The packed virtqueue, virtio 1.3 2.8: drawn in virtq_ring.h. Threads as in
 * virtq.h. Left out: lists that mix direct and indirect descriptors, which
 * 2.8.5 and 2.8.19 forbid.
 */
#include "devices/virtq_ring.h"

enum {
	AVAIL = 1 << VRING_PACKED_DESC_F_AVAIL,
	USED = 1 << VRING_PACKED_DESC_F_USED,
	EVENT_OFF = 0x7fff,
	EVENT_WRAP = 1 << VRING_PACKED_EVENT_F_WRAP_CTR,
	EVENT_FLAGS = 3
};

static bool
first_lap(const struct virtq *q, uint16_t position)
{
	return position < q->ring.size;
}

static uint16_t
offset(const struct virtq *q, uint16_t position)
{
	return first_lap(q, position) ? position : position - q->ring.size;
}

static gpa_t
desc_at(const struct virtq *q, uint16_t position)
{
	return q->ring.desc +
	    sizeof(struct vring_packed_desc) * offset(q, position);
}

/* 2.8.1, 2.8.15: AVAIL is the driver's wrap counter, USED its inverse. */
static bool
is_avail(const struct virtq *q, uint16_t position, uint16_t flags)
{
	return (flags & (AVAIL | USED)) ==
	    (first_lap(q, position) ? AVAIL : USED);
}

static uint16_t
load_flags(const struct virtq *q, const struct gmem *mem)
{
	gpa_t at = desc_at(q, q->avail);

	/* Pairs with the driver's barrier before it sets these flags
	 * (2.8.21.1.1): the whole list is there. */
	at += offsetof(struct vring_packed_desc, flags);
	return __atomic_load_n(virtq_field(mem, at), __ATOMIC_ACQUIRE);
}

bool
virtq_packed_avail(const struct virtq *q, const struct gmem *mem)
{
	return is_avail(q, q->avail, load_flags(q, mem));
}

static bool
judge(struct virtq *q, const struct gmem *mem, struct chain *c,
    const struct vring_packed_desc *desc)
{
	struct vring_desc judged = {
		.addr = desc->addr, .len = desc->len, .flags = desc->flags
	};

	return virtq_judge(q, mem, c, &judged);
}

/* 2.8.7: the entries follow each other and only their WRITE flag counts. */
static bool
walk_table(struct virtq *q, const struct gmem *mem, struct chain *c,
    const struct vring_packed_desc *table)
{
	struct vring_packed_desc desc;

	for (uint32_t at = 0; at < table->len; at += sizeof(desc)) {
		check(gmem_read(mem, table->addr + at, &desc, sizeof(desc)));
		desc.flags &= VRING_DESC_F_WRITE;
		if (!judge(q, mem, c, &desc))
			return false;
	}
	return true;
}

/* Copies and judges the list at q->avail in its order (2.8.18). Its first flags
 * are read already: those that made it available are those that count. Each
 * turn takes a slot of the ring, of which there are few. */
static bool
walk_list(
    struct virtq *q, const struct gmem *mem, struct chain *c, uint16_t flags)
{
	struct vring_packed_desc desc;

	do {
		uint16_t at = virtq_step(q, q->avail, c->slots);

		if (c->slots == q->ring.size - q->in_flight) /* 2.8.17 */
			return virtq_break(q, VIRTQ_BROKEN_ring_full);
		check(gmem_read(mem, desc_at(q, at), &desc, sizeof(desc)));
		if (c->slots == 0)
			desc.flags = flags;
		else if (!is_avail(q, at, desc.flags)) /* 2.8.6, 2.8.17 */
			return virtq_break(q, VIRTQ_BROKEN_list_hole);
		c->slots++;
		if (!judge(q, mem, c, &desc))
			return false;
	} while (desc.flags & VRING_DESC_F_NEXT);
	c->id = desc.id; /* 2.8.6: the last one's */
	return !(desc.flags & VRING_DESC_F_INDIRECT) ||
	    walk_table(q, mem, c, &desc);
}

/* 2.8.12: as the ring has them. */
bool
virtq_packed_pop(struct virtq *q, const struct gmem *mem, struct chain *c)
{
	uint16_t flags = load_flags(q, mem);

	return is_avail(q, q->avail, flags) && walk_list(q, mem, c, flags);
}

/* 2.8.1: USED and AVAIL are both the device's wrap counter; 2.8.3: WRITE tells
 * whether anything was written. After these flags the slot is the driver's
 * (2.8.15), and the next is for what is used next (2.8.12). */
void
virtq_packed_put(const struct virtq *q, const struct gmem *mem)
{
	struct vring_packed_desc *desc =
	    gmem_ptr(mem, desc_at(q, q->used), sizeof(*desc));
	uint16_t flags = first_lap(q, q->used) ? AVAIL | USED : 0;

	check(desc != NULL);
	desc->id = q->batch.id;
	desc->len = q->batch.len;
	if (q->batch.len > 0)
		flags |= VRING_DESC_F_WRITE;
	/* Pairs with the driver's barrier after it reads them (2.8.22). */
	__atomic_store_n(&desc->flags, flags, __ATOMIC_RELEASE);
}

/* Both event structures (2.8.14) are 4 bytes, aligned to 4 (2.8.10.1): read and
 * written whole, so that off and flags belong together. */
static uint32_t *
event_at(const struct gmem *mem, gpa_t at)
{
	uint32_t *event = gmem_ptr(mem, at, sizeof(*event));

	check(event != NULL);
	return event;
}

/* 2.8.10. What says nothing valid, the reserved value, an event without
 * VIRTIO_F_EVENT_IDX or a slot that is none, gets its interrupt: too many harm
 * nobody. */
enum virtq_event
virtq_packed_event(
    const struct virtq *q, const struct gmem *mem, uint16_t *position)
{
	uint32_t event =
	    __atomic_load_n(event_at(mem, q->ring.driver), __ATOMIC_RELAXED);
	uint16_t off = event & EVENT_OFF;

	switch (event >> 16 & EVENT_FLAGS) {
	case VRING_PACKED_EVENT_FLAG_DISABLE:
		return VIRTQ_NEVER;
	case VRING_PACKED_EVENT_FLAG_DESC:
		if (!virtq_has(q, VIRTIO_RING_F_EVENT_IDX) ||
		    off >= q->ring.size)
			return VIRTQ_ALWAYS;
		*position = event & EVENT_WRAP ? off : off + q->ring.size;
		return VIRTQ_AT;
	default:
		return VIRTQ_ALWAYS;
	}
}

void
virtq_packed_notify(const struct virtq *q, const struct gmem *mem, bool on)
{
	uint32_t event = VRING_PACKED_EVENT_FLAG_DISABLE << 16;

	if (on && virtq_has(q, VIRTIO_RING_F_EVENT_IDX))
		event = VRING_PACKED_EVENT_FLAG_DESC << 16 |
		    (first_lap(q, q->avail) ? EVENT_WRAP : 0) |
		    offset(q, q->avail);
	else if (on)
		event = VRING_PACKED_EVENT_FLAG_ENABLE << 16;
	__atomic_store_n(
	    event_at(mem, q->ring.device), event, __ATOMIC_RELAXED);
}
