/* SPDX-License-Identifier: MIT
 *
 * The driver of a packed virtqueue, for tests: see virtq_driver.h.
 */
#ifndef DEVICES_VIRTQ_DRIVER_PACKED_H
#define DEVICES_VIRTQ_DRIVER_PACKED_H

#include "devices/virtq_driver.h"

/* A slot as 2.8.14 has it: bit 15 is the wrap counter, which starts at 1 and
 * changes at the end of the ring (2.8.1). */
static inline uint64_t
packed_event(const struct driver *d, uint64_t slot)
{
	return slot % d->at.size | (~(slot / d->at.size) & 1) << 15;
}

static inline gpa_t
packed_desc(const struct driver *d, uint64_t slot)
{
	return d->at.desc + 16 * (slot % d->at.size);
}

/* 2.8.21.1: the flags of the first that is not yet shown stay back, so that the
 * device sees none of them. */
static inline void
packed_put(
    struct driver *d, const struct element *e, uint16_t id, uint16_t flags)
{
	bool wrap = packed_event(d, d->added) >> 15;

	flags |= wrap ? DESC_AVAIL : DESC_USED;
	if (d->added == d->shown) {
		d->held_flags = flags;
		flags = wrap ? 0 : DESC_AVAIL | DESC_USED;
	}
	put_desc(packed_desc(d, d->added++), e->at, e->len, id, flags);
}

/* A buffer, in a table unless direct. Its id is the last descriptor's; those
 * before have another. What is not WRITE in a table is ignored (2.8.7). */
static inline uint16_t
packed_add(
    struct driver *d, const struct element *e, unsigned count, bool direct)
{
	uint16_t id = d->free[d->free_out++ % d->at.size];
	struct element table = { .at = TABLES + 16 * TABLE_ENTRIES * id,
		.len = 16 * count,
		.write = count & 1 };

	for (unsigned i = 0; i < count; i++) {
		uint16_t flags = (e[i].write ? DESC_WRITE : 0) |
		    (i + 1 < count ? DESC_NEXT : 0);

		if (direct)
			packed_put(
			    d, &e[i], i + 1 < count ? 0xffff : id, flags);
		else
			put_desc(table.at + 16 * i, e[i].at, e[i].len, 0xffff,
			    flags ^ (0xffff & ~DESC_WRITE));
	}
	if (!direct)
		packed_put(d, &table, id,
		    DESC_INDIRECT | (table.write ? DESC_WRITE : 0));
	d->buffer[id].slots = direct ? count : 1;
	return driver_added(d, id, d->buffer[id].slots);
}

/* True: the device must be notified (2.8.10). */
static inline bool
packed_show(struct driver *d)
{
	uint64_t event;
	bool hit = false;

	if (d->shown < d->added)
		put(packed_desc(d, d->shown) + 14, 2, d->held_flags);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* 2.8.21.3.1 */
	event = get(d->at.device, 4);
	for (; d->shown < d->added; d->shown++)
		hit |= event >> 16 == 0 ||
		    event == (2 << 16 | packed_event(d, d->shown));
	return hit;
}

/* 2.8.22, 2.8.8: the next buffer that is used, and the bytes written to it. */
static inline bool
packed_take(struct driver *d, uint16_t *id, uint32_t *len)
{
	gpa_t desc = packed_desc(d, d->seen);
	uint16_t used =
	    packed_event(d, d->seen) >> 15 ? DESC_AVAIL | DESC_USED : 0;
	uint64_t flags = get(desc + 14, 2);

	if (!d->in_batch) {
		if ((flags & (DESC_AVAIL | DESC_USED)) != used)
			return false;
		d->batch_id = (uint16_t)get(desc + 12, 2);
		d->batch_len =
		    flags & DESC_WRITE ? (uint32_t)get(desc + 8, 4) : 0;
	}
	driver_take(d, id, len);
	d->free[d->free_in++ % d->at.size] = *id;
	return true;
}

/* Must using the slots from `old` to before `end` interrupt? */
static inline bool
packed_due(const struct driver *d, uint64_t old, uint64_t end)
{
	unsigned flags = get(d->at.driver + 2, 2) & 3;
	uint64_t event = get(d->at.driver, 2);

	while (flags == 2 && old < end && packed_event(d, old) != event)
		old++;
	return old < end && flags != 1;
}

#endif
