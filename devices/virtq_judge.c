/* SPDX-License-Identifier: MIT
 *
 * The judge of virtqueues: every check that virtio 1.3 forces on the device,
 * each a row of virtq_broken.def; and of ourselves, virtq_sane(). Threads as in
 * virtq.h. Left out on purpose: whether areas overlap, since a driver can only
 * spoil its own rings with that.
 */
#include "devices/virtq_ring.h"

#define CHAIN_BYTES_MAX ((uint64_t)1 << 32)

bool
virtq_break(struct virtq *q, enum virtq_broken why)
{
	q->broken = why;
	return false;
}

/* Alignment and size of the areas: 2.7 and 2.8.10.1. */
enum virtq_broken
virtq_judge_layout(
    const struct gmem *mem, const struct virtq_layout *layout, bool packed)
{
	gpa_t desc = layout->desc, driver = layout->driver;
	gpa_t device = layout->device;
	uint64_t n = layout->size;

	if (n == 0 || n > VIRTQ_SIZE_MAX || (!packed && (n & (n - 1)) != 0))
		return VIRTQ_BROKEN_size;
	if (desc % 16 != 0 || driver % (packed ? 4 : 2) != 0 || device % 4 != 0)
		return VIRTQ_BROKEN_alignment;
	if (gmem_ptr(mem, desc, 16 * n) == NULL ||
	    gmem_ptr(mem, driver, packed ? 4 : 6 + 2 * n) == NULL ||
	    gmem_ptr(mem, device, packed ? 4 : 6 + 8 * n) == NULL)
		return VIRTQ_BROKEN_area;
	return VIRTQ_FINE;
}

static enum virtq_broken
judge_table(
    const struct virtq *q, const struct chain *c, const struct vring_desc *desc)
{
	if (!virtq_has(q, VIRTIO_RING_F_INDIRECT_DESC))
		return VIRTQ_BROKEN_indirect; /* 2.7.5.3.1, 2.8.19 */
	if (c->indirect)
		return VIRTQ_BROKEN_nested; /* 2.7.5.3.1 */
	if (desc->flags & VRING_DESC_F_NEXT)
		return VIRTQ_BROKEN_indirect_next; /* 2.7.5.3.1, 2.8.19 */
	if (virtq_packed(q) && c->parts > 0)
		return VIRTQ_BROKEN_indirect_next; /* 2.8.5, 2.8.19 */
	if (desc->len == 0 || desc->len % sizeof(*desc) != 0)
		return VIRTQ_BROKEN_table_len; /* 2.7.5.3, 2.8.7 */
	return VIRTQ_FINE;
}

static enum virtq_broken
judge_part(
    const struct virtq *q, const struct chain *c, const struct vring_desc *desc)
{
	if (c->parts == q->ring.size)
		return VIRTQ_BROKEN_length; /* 2.7.5.3.1, 2.8.17 */
	if (!(desc->flags & VRING_DESC_F_WRITE) && c->parts > c->readers)
		return VIRTQ_BROKEN_order; /* 2.7.4.2, 2.8.17 */
	if (desc->len > CHAIN_BYTES_MAX - c->readable - c->writable)
		return VIRTQ_BROKEN_bytes; /* 2.7.5.2 */
	return VIRTQ_FINE;
}

/* A part without bytes counts, but leads nowhere: no section forbids one, and
 * its address says nothing. A table's WRITE flag is ignored (2.7.5.3.2). That
 * 4 GiB are the limit 2.7.5.2 says of split rings only, but the used length has
 * 32 bits in both. */
bool
virtq_judge(struct virtq *q, const struct gmem *mem, struct chain *c,
    const struct vring_desc *desc)
{
	bool table = desc->flags & VRING_DESC_F_INDIRECT;
	bool write = desc->flags & VRING_DESC_F_WRITE;
	enum virtq_broken why =
	    table ? judge_table(q, c, desc) : judge_part(q, c, desc);

	if (why != VIRTQ_FINE)
		return virtq_break(q, why);
	if (desc->len > 0 && gmem_ptr(mem, desc->addr, desc->len) == NULL)
		return virtq_break(q, VIRTQ_BROKEN_memory);
	if (table) {
		c->indirect = true;
		return true;
	}
	c->part[c->parts++] = (struct chain_part){ desc->addr, desc->len };
	c->readers += !write;
	*(write ? &c->writable : &c->readable) += desc->len;
	return true;
}

/* A packed ring's driver may take any number, says 2.8; but the example code of
 * 2.8.21 and every known driver stay below the queue size, which is always
 * enough. */
bool
virtq_judge_id(struct virtq *q, const struct chain *c)
{
	if (c->id >= q->ring.size)
		return virtq_break(q, VIRTQ_BROKEN_id);
	if (virtq_busy(q, c->id)) /* 2.7.13.1, 2.8.21.1: the next free one */
		return virtq_break(q, VIRTQ_BROKEN_in_flight);
	return true;
}

const char *
virtq_broken_text(enum virtq_broken why)
{
	switch (why) {
#define BROKEN(row, section, text)                                             \
	case VIRTQ_BROKEN_##row:                                               \
		return "virtio 1.3 " section ": " text;
#include "devices/virtq_broken.def"
	default:
		return "no fault";
	}
}

/* The ids in use: how many, and in *slots what they take of the ring; or
 * ~0u when one makes no sense. */
static unsigned
count_busy(const struct virtq *q, uint32_t *slots)
{
	unsigned ids = 0;

	for (unsigned id = 0; id < VIRTQ_SIZE_MAX; id++) {
		const struct virtq_slot *slot = &q->slot[id];

		if (!virtq_busy(q, (uint16_t)id))
			continue;
		if (id >= q->ring.size || slot->slots == 0 ||
		    (slot->done && !virtq_has(q, VIRTIO_F_IN_ORDER)))
			return ~0u;
		*slots += slot->slots;
		ids++;
	}
	return ids;
}

/* order[] has each busy id once. */
static bool
order_sane(const struct virtq *q, unsigned ids)
{
	uint64_t seen[VIRTQ_SIZE_MAX / 64] = { 0 };

	if ((uint16_t)(q->order_in - q->order_out) != ids)
		return false;
	for (uint16_t n = q->order_out; n != q->order_in; n++) {
		uint16_t id = q->order[n % VIRTQ_SIZE_MAX];
		uint64_t bit = (uint64_t)1 << id % 64;

		if (id >= q->ring.size || !virtq_busy(q, id) ||
		    seen[id / 64] & bit)
			return false;
		seen[id / 64] |= bit;
	}
	return true;
}

bool
virtq_sane(const struct virtq *q, const struct gmem *mem)
{
	uint32_t slots = q->batch.slots;
	unsigned ids = count_busy(q, &slots);
	bool packed = virtq_packed(q);

	if (q->broken >= VIRTQ_BROKENS || ids == ~0u)
		return false;
	if (!q->enabled)
		return slots == 0 && q->avail == q->used;
	if (virtq_judge_layout(mem, &q->ring, packed) != VIRTQ_FINE)
		return false;
	return q->avail < virtq_lap(q) && q->used < virtq_lap(q) &&
	    virtq_distance(q, q->used, q->avail) == q->in_flight &&
	    slots == q->in_flight && q->in_flight <= q->ring.size &&
	    q->popped <= q->ring.size &&
	    order_sane(q, virtq_has(q, VIRTIO_F_IN_ORDER) ? ids : 0);
}
