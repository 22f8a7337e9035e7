/* SPDX-License-Identifier: MIT
 *
 * The driver of a block device, for tests: modern with either ring, or legacy,
 * as `mode` says.
 */
#ifndef DEVICES_VIRTIO_BLK_DRIVER_H
#define DEVICES_VIRTIO_BLK_DRIVER_H

#include "devices/virtio_blk_fixture.h"
#include "devices/virtio_driver.h"

/* Its driver comes, with these features: from reset to DRIVER_OK. */
static inline void
drive(uint64_t features)
{
	memset(ram, 0, sizeof(ram));
	set_up_queue(0, mode == LEGACY ? 256 : 128, negotiate(features));
	driver_ok();
}

static inline void
begin(const char *name)
{
	power_on(name, false, 1);
	drive(F_ALL);
}

/* Any chain at all; what the byte at STATUS then says. */
static inline uint8_t
chain_status(const struct element *e, unsigned count)
{
	put(STATUS, 1, NOT_SAID);
	offer_chain(0, e, count);
	kick(0);
	expect(taken(0));
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
