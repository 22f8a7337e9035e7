/* SPDX-License-Identifier: MIT
 *
 * The driver of a block device, for tests: modern with either ring, or legacy,
 * as `mode` says.
 */
#ifndef DEVICES_VIRTIO_BLK_DRIVER_H
#define DEVICES_VIRTIO_BLK_DRIVER_H

#include "devices/virtio_blk_fixture.h"

static inline void
drive_legacy(uint64_t features)
{
	static const struct virtq_layout at = { RINGS, RINGS + 0x1000,
		RINGS + 0x2000, 256 };

	port(18, 1, 0);
	port(18, 1, 3);
	port(4, 4, (uint32_t)features);
	port(14, 2, 0);
	port(8, 4, RINGS >> 12);
	port(18, 1, 7);
	driver_init(&driver, &at, features);
}

static inline void
drive_modern(uint64_t features)
{
	static const struct virtq_layout at = { RINGS, RINGS + 0x1000,
		RINGS + 0x2000, 128 };

	features |= F(32) | (mode == PACKED ? F_PACKED : 0) |
	    (mode == IN_ORDER ? F_IN_ORDER : 0);
	common(0x14, 1, 0);
	common(0x14, 1, 3);
	for (unsigned half = 0; half < 2; half++) {
		common(0x08, 4, half);
		common(0x0c, 4, (uint32_t)(features >> 32 * half));
	}
	common(0x14, 1, 0xb);
	common(0x16, 2, 0);
	common(0x18, 2, at.size);
	common(0x20, 4, (uint32_t)at.desc);
	common(0x28, 4, (uint32_t)at.driver);
	common(0x30, 4, (uint32_t)at.device);
	common(0x1c, 2, 1);
	common(0x14, 1, 0xf);
	driver_init(&driver, &at, features);
}

/* Its driver comes, with these features: from reset to DRIVER_OK. */
static inline void
drive(uint64_t features)
{
	memset(ram, 0, sizeof(ram));
	if (mode == LEGACY)
		drive_legacy(features);
	else
		drive_modern(features);
	expect_eq(d.v.status, mode == LEGACY ? 7 : 0xf);
}

static inline void
begin(const char *name)
{
	power_on(name, false, 1);
	drive(F_ALL);
}

static inline void
offer(const struct element *e, unsigned count)
{
	if (mode == PACKED) {
		packed_add(&driver, e, count, true);
		packed_show(&driver);
	} else {
		split_add(&driver, e, count, count);
		split_show(&driver);
	}
}

/* Is there a used buffer? */
static inline bool
taken(void)
{
	uint16_t id;

	return mode == PACKED ? packed_take(&driver, &id, &last_len)
			      : split_take(&driver, &id, &last_len);
}

/* Any chain at all; what the byte at STATUS then says. */
static inline uint8_t
chain_status(const struct element *e, unsigned count)
{
	put(STATUS, 1, NOT_SAID);
	offer(e, count);
	kick();
	expect(taken());
	return (uint8_t)get(STATUS, 1);
}

/* A request as Linux lays it out, with `len` bytes at DATA. */
static inline uint8_t
request(uint32_t type, uint64_t sector, uint32_t len, bool write)
{
	struct element e[3] = { { HEADER, 16, false } };
	unsigned n = 1;

	put_header(type, sector);
	if (len > 0)
		e[n++] = (struct element){ DATA, len, write };
	e[n++] = (struct element){ STATUS, 1, true };
	return chain_status(e, n);
}

#endif
