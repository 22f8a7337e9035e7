/* SPDX-License-Identifier: MIT
 *
 * The driver of a balloon, for tests: modern with either ring, or legacy, as
 * `mode` says.
 */
#ifndef DEVICES_VIRTIO_BALLOON_DRIVER_H
#define DEVICES_VIRTIO_BALLOON_DRIVER_H

#include "devices/virtio_balloon_fixture.h"
#include "devices/virtio_driver.h"

/* The driver's way up to DRIVER_OK, with bit n of `queues` for queue n. */
static inline void
prepare(uint64_t features, unsigned queues)
{
	memset(ram + RINGS, 0, QUEUES * RING_BYTES);
	features = negotiate(features);
	for (unsigned i = 0; i < QUEUES; i++)
		if (queues >> i & 1)
			set_up_queue(i, RING_SIZE, features);
}

static inline void
drive(uint64_t features, unsigned queues)
{
	prepare(features, queues);
	driver_ok();
}

static inline void
begin(const char *name)
{
	power_on(name, NULL);
	drive(F_ALL, EVERY_QUEUE);
}

/* A buffer of one piece: does it come back at once? */
static inline bool
request(unsigned queue, gpa_t at, uint32_t len, bool write)
{
	const struct element e = { at, len, write };

	offer_chain(queue, &e, 1);
	kick(queue);
	return taken(queue);
}

#endif
