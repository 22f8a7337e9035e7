/* SPDX-License-Identifier: MIT
 *
 * See virtio_ring.h.
 */
#include "guest-tests/lib/virtio_ring.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { OF_QUEUE = 0x100000, TABLES = 0x80000 }; /* RAM */
enum { FLAGS = 0, IDX = 2, RING = 4 };		/* split: of both rings */
enum { NO_NOTIFY = 1 };				/* split */
enum { EVENT_DISABLE = 1, EVENT_DESC = 2 };	/* packed */

static bool
has(const struct virtq *q, uint64_t feature)
{
	return (q->v->features & feature) != 0;
}

static bool
packed(const struct virtq *q)
{
	return has(q, F_PACKED);
}

static void
barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static uint16_t
size_of(const struct virtio *v, unsigned index)
{
	uint16_t size;

	if (v->legacy) {
		outw(v->ports + L_QUEUE_SELECT, (uint16_t)index);
		return inw(v->ports + L_QUEUE_SIZE);
	}
	common_write(v, C_QUEUE_SELECT, 2, index);
	size = (uint16_t)common_read(v, C_QUEUE_SIZE, 2);
	return size < VIRTQ_SIZE ? size : VIRTQ_SIZE;
}

/* 2.7.2 is one of the layouts that suit all. */
void
virtq_init(struct virtq *q, struct virtio *v, unsigned index)
{
	uint64_t at = VIRTIO_RINGS + index * (uint64_t)OF_QUEUE;

	memset(q, 0, sizeof(*q));
	q->v = v;
	q->index = index;
	q->size = q->room = size_of(v, index);
	if (q->size == 0 || q->size > VIRTQ_SIZE_MAX)
		fail("the queue is there");
	q->desc = at;
	q->driver = at + 16u * q->size;
	q->device = (q->driver + 6 + 2u * q->size + 0xfff) & ~0xfffull;
	q->tables = at + TABLES;
	q->indirect = has(q, F_INDIRECT);
	q->wrap = q->seen_wrap = true;
	memset((void *)at, 0, q->device + 6 + 8u * q->size - at);
}

void
virtq_enable(const struct virtq *q)
{
	const struct virtio *v = q->v;

	if (v->legacy) {
		outw(v->ports + L_QUEUE_SELECT, (uint16_t)q->index);
		outl(v->ports + L_QUEUE_ADDRESS, (uint32_t)(q->desc >> 12));
		return;
	}
	common_write(v, C_QUEUE_SELECT, 2, q->index);
	common_write(v, C_QUEUE_SIZE, 2, q->size);
	common_write(v, C_QUEUE_DESC, 8, q->desc);
	common_write(v, C_QUEUE_DRIVER, 8, q->driver);
	common_write(v, C_QUEUE_DEVICE, 8, q->device);
	common_write(v, C_QUEUE_ENABLE, 2, 1);
}

void
virtio_begin(
    struct virtio *v, uint64_t features, struct virtq *q, unsigned index)
{
	virtio_reset(v);
	virtio_negotiate(v, features);
	virtq_init(q, v, index);
	virtq_enable(q);
	virtio_start(v);
}

/*
 * Adding.
 */

void
put_split_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	poke(at, 8, addr);
	poke(at + 8, 4, len);
	poke(at + 12, 2, flags);
	poke(at + 14, 2, next);
}

void
put_packed_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t id, uint16_t flags)
{
	poke(at, 8, addr);
	poke(at + 8, 4, len);
	poke(at + 12, 2, id);
	poke(at + 14, 2, flags);
}

/* 2.7.13.1. */
static void
put_split(
    struct virtq *q, const struct part *p, uint16_t flags, uint16_t number)
{
	put_split_desc(q->desc + 16u * number, p->at, p->len, flags,
	    (uint16_t)((number + 1) % q->size));
}

/* 2.8.21.1: the flags of the first that is not shown come last. */
static void
put_packed(struct virtq *q, const struct part *p, uint16_t flags, uint16_t id)
{
	uint64_t at = q->desc + 16u * q->next;

	flags |= q->wrap ? D_AVAIL : D_USED;
	if (q->unshown == 0) {
		q->held_at = q->next;
		q->held_flags = flags;
		flags = (uint16_t)peek(at + 14, 2);
	}
	put_packed_desc(at, p->at, p->len, id, flags);
}

static void
put_next(struct virtq *q, const struct part *p, uint16_t flags, uint16_t id)
{
	if (q->room == 0)
		fail("the driver has room in its ring");
	if (packed(q))
		put_packed(q, p, flags, id);
	else
		put_split(q, p, flags, q->next);
	q->room--;
	q->unshown++;
	q->slots[id]++;
	if (++q->next == q->size) {
		q->next = 0;
		q->wrap = !q->wrap;
	}
}

/* 2.7.5.3, 2.8.7: one for each descriptor of the ring. */
static struct part
put_table(struct virtq *q, const struct part *parts, unsigned count)
{
	uint64_t at = q->tables + 16u * VIRTQ_PARTS_MAX * q->next;

	for (unsigned i = 0; i < count; i++) {
		const struct part *p = &parts[i];
		uint16_t flags = p->write ? D_WRITE : 0;

		if (packed(q))
			put_packed_desc(at + 16 * i, p->at, p->len, 0, flags);
		else
			put_split_desc(at + 16 * i, p->at, p->len,
			    flags | (i + 1 < count ? D_NEXT : 0),
			    (uint16_t)(i + 1));
	}
	return (struct part){ at, 16 * count, false };
}

/* The id is the number of the first descriptor, in either ring. */
uint16_t
virtq_add(struct virtq *q, const struct part *parts, unsigned count)
{
	uint16_t id = q->next;

	if (count > VIRTQ_PARTS_MAX)
		fail("the driver knows its limits");
	q->slots[id] = 0;
	q->writable[id] = 0;
	for (unsigned i = 0; i < count; i++)
		q->writable[id] += parts[i].write ? parts[i].len : 0;
	if (q->indirect) {
		struct part table = put_table(q, parts, count);

		put_next(q, &table, D_INDIRECT, id);
	}
	for (unsigned i = 0; i < count && !q->indirect; i++)
		put_next(q, &parts[i],
		    (parts[i].write ? D_WRITE : 0) |
			(i + 1 < count ? D_NEXT : 0),
		    id);
	if (!packed(q)) /* 2.7.13.2 */
		poke(q->driver + RING + 2u * (q->added++ % q->size), 2, id);
	q->in_flight++;
	return id;
}

void
virtq_show(struct virtq *q)
{
	barrier(); /* 2.7.13.3.1, 2.8.21.1.1: what is shown is there */
	if (!packed(q))
		poke(q->driver + IDX, 2, q->added);
	else if (q->unshown > 0)
		poke(q->desc + 16u * q->held_at + 14, 2, q->held_flags);
	barrier(); /* 2.7.13.4.1, 2.8.21.3.1: before the device's wish is read */
}

/* 2.7.10.1: does it wait for one of the buffers since the last time? */
static bool
split_wants(const struct virtq *q)
{
	uint16_t event;

	if (!has(q, F_EVENT_IDX))
		return (peek(q->device + FLAGS, 2) & NO_NOTIFY) == 0;
	event = (uint16_t)peek(q->device + RING + 8u * q->size, 2);
	return (uint16_t)(q->added - event - 1) <
	    (uint16_t)(q->added - q->shown);
}

/* 2.8.10: the same of descriptors, in two laps of the ring. */
static bool
packed_wants(const struct virtq *q)
{
	uint32_t event = (uint32_t)peek(q->device, 4), lap = 2u * q->size;
	uint32_t off = event & 0x7fff;

	if (event >> 16 != EVENT_DESC)
		return event >> 16 != EVENT_DISABLE;
	off += event & 0x8000 ? 0 : q->size;
	off += lap - q->held_at - (q->held_flags & D_AVAIL ? 0 : q->size);
	return off % lap < q->unshown;
}

void
virtq_kick(struct virtq *q)
{
	virtq_show(q);
	if (packed(q) ? packed_wants(q) : split_wants(q))
		virtio_notify(q->v, q->index);
	q->shown = q->added;
	q->unshown = 0;
}

/*
 * Taking.
 */

/* A used element that names another than the oldest, with IN_ORDER, stands for
 * all up to that one, and those before it are full (2.7.9, 2.8.8). */
static void
taken(struct virtq *q, uint16_t *id, uint32_t *len)
{
	*id = has(q, F_IN_ORDER) ? q->oldest : q->batch_id;
	if (*id >= q->size || q->slots[*id] == 0)
		fail("a used buffer was offered");
	q->in_batch = *id != q->batch_id;
	*len = q->in_batch ? q->writable[*id] : q->batch_len;
	q->oldest = (uint16_t)((q->oldest + q->slots[*id]) % q->size);
	q->seen += packed(q) ? q->slots[*id] : 1;
	if (packed(q) && q->seen >= q->size) {
		q->seen -= q->size;
		q->seen_wrap = !q->seen_wrap;
	}
	q->slots[*id] = 0;
	if (--q->in_flight == 0)
		q->room = q->size;
}

static bool
split_used(struct virtq *q)
{
	uint64_t at = q->device + RING + 8u * (q->seen % q->size);

	if (peek(q->device + IDX, 2) == q->seen)
		return false;
	barrier(); /* 2.7.14 */
	q->batch_id = (uint16_t)peek(at, 4);
	q->batch_len = (uint32_t)peek(at + 4, 4);
	return true;
}

static bool
packed_used(struct virtq *q)
{
	uint64_t at = q->desc + 16u * q->seen;
	uint16_t flags = (uint16_t)peek(at + 14, 2);
	uint16_t used = q->seen_wrap ? D_AVAIL | D_USED : 0;

	if ((flags & (D_AVAIL | D_USED)) != used || q->in_flight == 0)
		return false;
	barrier(); /* 2.8.22 */
	q->batch_id = (uint16_t)peek(at + 12, 2);
	q->batch_len = flags & D_WRITE ? (uint32_t)peek(at + 8, 4) : 0;
	return true;
}

/* With EVENT_IDX, that the next is of interest: 2.7.7.1. */
bool
virtq_take(struct virtq *q, uint16_t *id, uint32_t *len)
{
	if (!q->in_batch && !(packed(q) ? packed_used(q) : split_used(q)))
		return false;
	taken(q, id, len);
	if (!packed(q))
		poke(q->driver + RING + 2u * q->size, 2, q->seen);
	return true;
}

struct take {
	struct virtq *q;
	uint16_t id;
	uint32_t len;
};

static bool
take(void *of)
{
	struct take *t = of;

	return virtq_take(t->q, &t->id, &t->len);
}

uint32_t
virtq_wait(struct virtq *q, uint16_t *id)
{
	struct take t = { .q = q };

	if (!within(SOON, take, &t))
		fail("a buffer is used");
	if (id != NULL)
		*id = t.id;
	return t.len;
}
