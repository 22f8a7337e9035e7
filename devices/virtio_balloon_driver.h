/* SPDX-License-Identifier: MIT
 *
 * The driver of a balloon, for tests: modern with either ring, or legacy, as
 * `mode` says.
 */
#ifndef DEVICES_VIRTIO_BALLOON_DRIVER_H
#define DEVICES_VIRTIO_BALLOON_DRIVER_H

#include "devices/virtio_balloon_fixture.h"

static struct driver driver[5];
static uint32_t last_len; /* of the last used buffer */

static inline void
enable_queue(unsigned queue, uint64_t features)
{
	const gpa_t ring = RINGS + queue * RING_STEP;
	const struct virtq_layout at = { ring, ring + 0x800, ring + 0x1000,
		RING_SIZE };

	driver_init(&driver[queue], &at, features);
	if (mode == LEGACY) {
		port(14, 2, queue);
		port(8, 4, (uint32_t)at.desc >> 12);
		return;
	}
	common(0x16, 2, queue);
	common(0x18, 2, at.size);
	common(0x20, 4, (uint32_t)at.desc);
	common(0x28, 4, (uint32_t)at.driver);
	common(0x30, 4, (uint32_t)at.device);
	common(0x1c, 2, 1);
}

/* The driver's way up to DRIVER_OK, with bit n of `queues` for queue n. */
static inline void
prepare(uint64_t features, unsigned queues)
{
	memset(ram + RINGS, 0, 5 * RING_STEP);
	if (mode == LEGACY) {
		port(18, 1, 0);
		port(18, 1, 3);
		port(4, 4, (uint32_t)features);
	} else {
		features |= F(32) | (mode == PACKED ? F_PACKED : 0) |
		    (mode == IN_ORDER ? F_IN_ORDER : 0);
		common(0x14, 1, 0);
		common(0x14, 1, 3);
		for (unsigned half = 0; half < 2; half++) {
			common(0x08, 4, half);
			common(0x0c, 4, (uint32_t)(features >> 32 * half));
		}
		common(0x14, 1, 0xb);
	}
	for (unsigned i = 0; i < 5; i++)
		if (queues >> i & 1)
			enable_queue(i, features);
}

static inline void
driver_ok(void)
{
	if (mode == LEGACY)
		port(18, 1, 7);
	else
		common(0x14, 1, 0xf);
	expect_eq(d.v.status, mode == LEGACY ? 7 : 0xf);
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

static inline void
offer(unsigned queue, const struct element *e, unsigned count)
{
	if (mode == PACKED) {
		packed_add(&driver[queue], e, count, true);
		packed_show(&driver[queue]);
	} else {
		split_add(&driver[queue], e, count, count);
		split_show(&driver[queue]);
	}
}

/* Is there a used buffer? */
static inline bool
taken(unsigned queue)
{
	uint16_t id;

	return mode == PACKED ? packed_take(&driver[queue], &id, &last_len)
			      : split_take(&driver[queue], &id, &last_len);
}

/* A buffer of one piece: does it come back at once? */
static inline bool
request(unsigned queue, gpa_t at, uint32_t len, bool write)
{
	const struct element e = { at, len, write };

	offer(queue, &e, 1);
	kick(queue);
	return taken(queue);
}

#endif
