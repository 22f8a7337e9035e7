/* SPDX-License-Identifier: MIT
 *
 * The driver of a split virtqueue, for tests: see virtq_driver.h.
 */
#ifndef DEVICES_VIRTQ_DRIVER_SPLIT_H
#define DEVICES_VIRTQ_DRIVER_SPLIT_H

#include "devices/virtq_driver.h"

/* 2.7.13.1 and .2: a buffer whose first `direct` elements get descriptors of
 * their own and whose others share an indirect table. Its id. */
static inline uint16_t
split_add(
    struct driver *d, const struct element *e, unsigned count, unsigned direct)
{
	unsigned descs = direct + (direct < count), i;
	uint16_t id = d->free[d->free_out % d->at.size];
	gpa_t table = TABLES + 16 * TABLE_ENTRIES * id;

	for (i = 0; i < descs; i++)
		d->buffer[id].desc[i] = d->free[d->free_out++ % d->at.size];
	for (i = 0; i < count; i++) {
		bool more = i < direct ? i + 1 < descs : i + 1 < count;
		gpa_t to = i < direct ? d->at.desc + 16 * d->buffer[id].desc[i]
				      : table + 16 * (i - direct);
		uint16_t next = i < direct ? d->buffer[id].desc[i + 1]
					   : (uint16_t)(i - direct + 1);

		put_desc(to, e[i].at, e[i].len,
		    (more ? DESC_NEXT : 0) | (e[i].write ? DESC_WRITE : 0),
		    more ? next : 0xffff);
	}
	if (direct < count) /* 2.7.5.3.2: WRITE is to be ignored there */
		put_desc(d->at.desc + 16 * d->buffer[id].desc[direct], table,
		    16 * (count - direct),
		    DESC_INDIRECT | (count & 1 ? DESC_WRITE : 0), 0xffff);
	put(d->at.driver + 4 + 2 * (d->added++ % d->at.size), 2, id);
	d->buffer[id].slots = 1;
	return driver_added(d, id, descs);
}

/* 2.7.13.3: makes all of them visible. True: the device must be notified
 * (2.7.10.1). */
static inline bool
split_show(struct driver *d)
{
	uint64_t event;
	bool hit = false;

	put(d->at.driver + 2, 2, d->added);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* 2.7.13.4.1 */
	event = get(d->at.device + 4 + 8 * d->at.size, 2);
	for (; d->shown < d->added; d->shown++)
		hit |= !(d->features & F_EVENT_IDX) ||
		    (d->shown & 0xffff) == event;
	if (d->features & F_EVENT_IDX)
		return hit;
	return hit && get(d->at.device, 2) == 0;
}

/* The slots that are used by now. */
static inline uint64_t
split_used(const struct driver *d)
{
	return d->seen + (uint16_t)(get(d->at.device + 2, 2) - d->seen);
}

/* 2.7.14, 2.7.9: the next buffer that is used, and the bytes written to it. */
static inline bool
split_take(struct driver *d, uint16_t *id, uint32_t *len)
{
	gpa_t elem = d->at.device + 4 + 8 * (d->seen % d->at.size);

	if (!d->in_batch) {
		if (split_used(d) == d->seen)
			return false;
		d->batch_id = (uint16_t)get(elem, 4);
		d->batch_len = (uint32_t)get(elem + 4, 4);
	}
	driver_take(d, id, len);
	for (unsigned i = 0; i < d->buffer[*id].descs; i++)
		d->free[d->free_in++ % d->at.size] = d->buffer[*id].desc[i];
	return true;
}

/* 2.7.7.2: must using the slots from `old` to before `end` interrupt? */
static inline bool
split_due(const struct driver *d, uint64_t old, uint64_t end)
{
	uint64_t event = get(d->at.driver + 4 + 2 * d->at.size, 2);

	if (!(d->features & F_EVENT_IDX))
		return old < end && get(d->at.driver, 2) == 0;
	while (old < end && (old & 0xffff) != event)
		old++;
	return old < end;
}

#endif
