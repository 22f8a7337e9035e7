/* SPDX-License-Identifier: MIT
 *
 * A balloon in 1 MiB of RAM below the hole and 1 MiB above, by the numbers of
 * virtio 1.3, 5.5.
 */
#ifndef DEVICES_VIRTIO_BALLOON_FIXTURE_H
#define DEVICES_VIRTIO_BALLOON_FIXTURE_H

#include "devices/virtio_balloon.h"
#include "devices/virtio_start_fixture.h"

enum { BALLOON = 11, QUEUES = 5, RING_SIZE = 128 };

/* From PAGES on is what a test may lose. */
enum { LIST = 0x30000, PAGES = 0x80000 };
enum { NUM_PAGES = 0, ACTUAL = 4, CMD_ID = 8, POISON = 12 };

#define F_TELL	    F(0)
#define F_STATS	    F(1)
#define F_OOM	    F(2)
#define F_HINT	    F(3)
#define F_POISON    F(4)
#define F_REPORT    F(5)
#define F_ALL	    (F(6) - 1)

#define EVERY_QUEUE 0x1fu

static struct virtio_balloon d;

/* A field of the configuration. */
static inline uint32_t
config(unsigned field)
{
	return config_in(field, 4);
}

static inline void
config_set(unsigned field, uint32_t value)
{
	if (mode != LEGACY) {
		common(0x2000 + field, 4, value);
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		port_out(20 + field + i, 1, value >> 8 * i & 0xff);
}

static inline void
power_on(const char *name, const struct virtio_setup *setup)
{
	static const struct virtio_setup whole = VIRTIO_TRANSITIONAL;

	unit_case(name);
	fake.ram = mem;
	memset(ram, 0, sizeof(ram));
	memset(&d, 0, sizeof(d));
	virtio_configure(
	    &d.v, &virtio_balloon_type, BALLOON, setup ? setup : &whole);
	switch_on(&d.v, &virtio_balloon_type);
}

/* The driver's page numbers, at LIST. */
static inline void
put_pfn(unsigned n, uint32_t pfn)
{
	put(LIST + 4 * n, 4, pfn);
}

/* Everything that a test may lose is 0xa5. */
static inline void
fill(void)
{
	memset(ram + PAGES, 0xa5, sizeof(ram) - PAGES);
}

/* Is each byte of RAM from PAGES on, in the host's order, as gone[] has its
 * page: zero, or untouched? */
static inline bool
only_gone(const bool *gone)
{
	for (size_t i = PAGES; i < sizeof(ram); i += 16)
		if (ram[i] != (gone[i / 4096] ? 0 : 0xa5))
			return false;
	return true;
}

#endif
