/* SPDX-License-Identifier: MIT
 *
 * What virtq.c has in common with its halves virtq_split.c and virtq_packed.c;
 * no device includes it. N is the queue size.
 *
 * Split (2.7): three areas, each written by one side. The available ring has
 * the heads of chains, and `next` leads on.
 *
 *	desc: 16 N                     driver: 6 + 2 N  device: 6 + 8 N
 *	+------+-----+-------+------+  +------------+   +-------------+
 *	| addr | len | flags | next |  | flags      |   | flags       |
 *	+------+-----+-------+------+  | idx        |   | idx         |
 *	|        ... N              |  | head       |   | id, len     |
 *	+---------------------------+  |  ... N     |   |  ... N      |
 *	                               | used_event |   | avail_event |
 *	                               +------------+   +-------------+
 *
 * Packed (2.8): one ring that both sides write. A list is so many descriptors
 * in a row; when done, the device writes one of its own over the first it has
 * not yet written over, and passes over as many as the list had.
 *
 *	desc: 16 N                   driver: 4        device: 4
 *	+------+-----+----+-------+  +------------+   +-------------+
 *	| addr | len | id | flags |  | off, wrap  |   | off, wrap   |
 *	+------+-----+----+-------+  | flags      |   | flags       |
 *	|        ... N            |  +------------+   +-------------+
 *	+-------------------------+
 *
 * Positions count slots modulo virtq_lap(). A split ring's slot is a buffer and
 * its position the free-running idx; a packed ring's is a descriptor, and its
 * position covers two laps: 0 to N - 1 while the wrap counter is 1, then N to
 * 2 N - 1.
 *
 *	                  used            avail
 *	-- unsignalled --->|-- in flight -->|-- offered -->
 */
#ifndef DEVICES_VIRTQ_RING_H
#define DEVICES_VIRTQ_RING_H

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "devices/virtq_judge.h"

static inline bool
virtq_has(const struct virtq *q, unsigned feature)
{
	return q->features >> feature & 1;
}

static inline bool
virtq_packed(const struct virtq *q)
{
	return virtq_has(q, VIRTIO_F_RING_PACKED);
}

static inline bool
virtq_busy(const struct virtq *q, uint16_t id)
{
	return q->busy[id / 64] >> id % 64 & 1;
}

static inline uint32_t
virtq_lap(const struct virtq *q)
{
	return virtq_packed(q) ? 2u * q->ring.size : 0x10000;
}

/* The position `slots` further on, at most a lap. */
static inline uint16_t
virtq_step(const struct virtq *q, uint16_t from, uint32_t slots)
{
	uint32_t to = from + slots;

	return (uint16_t)(to < virtq_lap(q) ? to : to - virtq_lap(q));
}

static inline uint16_t
virtq_distance(const struct virtq *q, uint16_t from, uint16_t to)
{
	return virtq_step(q, to, virtq_lap(q) - from);
}

/* An aligned 16-bit field of the ring, for __atomic_load_n and _store_n: a byte
 * copy could tear. virtq_enable() saw that it is RAM. */
static inline uint16_t *
virtq_field(const struct gmem *mem, gpa_t at)
{
	uint16_t *field = gmem_ptr(mem, at, sizeof(*field));

	check(field != NULL);
	return field;
}

/*
 * The halves. pop fills in id, slots and parts, or is false; avail: is there
 * anything to pop? put writes q->batch at q->used; a packed ring shows it at
 * once, a split one by publish. event: does the driver want an interrupt, or
 * one when what is at *position gets used? notify: does the device want one?
 */
enum virtq_event { VIRTQ_NEVER, VIRTQ_ALWAYS, VIRTQ_AT };

bool virtq_split_pop(struct virtq *q, const struct gmem *mem, struct chain *c);
bool virtq_split_avail(const struct virtq *q, const struct gmem *mem);
void virtq_split_put(const struct virtq *q, const struct gmem *mem);
void virtq_split_publish(const struct virtq *q, const struct gmem *mem);
enum virtq_event virtq_split_event(
    const struct virtq *q, const struct gmem *mem, uint16_t *position);
void virtq_split_notify(const struct virtq *q, const struct gmem *mem, bool on);

bool virtq_packed_pop(struct virtq *q, const struct gmem *mem, struct chain *c);
bool virtq_packed_avail(const struct virtq *q, const struct gmem *mem);
void virtq_packed_put(const struct virtq *q, const struct gmem *mem);
enum virtq_event virtq_packed_event(
    const struct virtq *q, const struct gmem *mem, uint16_t *position);
void virtq_packed_notify(
    const struct virtq *q, const struct gmem *mem, bool on);

#endif
