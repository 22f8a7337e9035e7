/* SPDX-License-Identifier: MIT
 *
 * What any virtio driver does once it runs, for tests of devices: buffers there
 * and back.
 */
#ifndef DEVICES_VIRTIO_DRIVER_H
#define DEVICES_VIRTIO_DRIVER_H

#include "devices/virtio_start_fixture.h"

static uint32_t last_len; /* of the last used buffer */

static inline void
kick(unsigned queue)
{
	virtio_kick(device, device_type, queue);
}

static inline void
offer_chain(unsigned queue, const struct element *e, unsigned count)
{
	struct driver *to = &driver[queue];
	uint16_t id = mode == PACKED ? packed_add(to, e, count, true)
				     : split_add(to, e, count, count);

	to->buffer[id].writable = 0;
	for (unsigned i = 0; i < count; i++)
		to->buffer[id].writable += e[i].write ? e[i].len : 0;
	if (mode == PACKED)
		packed_show(to);
	else
		split_show(to);
}

/* Is there a used buffer? */
static inline bool
taken(unsigned queue)
{
	uint16_t id;

	return mode == PACKED ? packed_take(&driver[queue], &id, &last_len)
			      : split_take(&driver[queue], &id, &last_len);
}

#endif
