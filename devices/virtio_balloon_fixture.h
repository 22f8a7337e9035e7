/* SPDX-License-Identifier: MIT
 *
 * A balloon in 1 MiB of RAM below the hole and 1 MiB above, and its registers
 * by the numbers of virtio 1.3, 5.5.4, 4.1.4.3 (modern), 4.1.4.10 (legacy).
 */
#ifndef DEVICES_VIRTIO_BALLOON_FIXTURE_H
#define DEVICES_VIRTIO_BALLOON_FIXTURE_H

#include "devices/virtio_balloon.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"
#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum { BALLOON = 11, RINGS = 0x10000, RING_STEP = 0x2000, RING_SIZE = 128 };

/* From PAGES on is what a test may lose. */
enum { LIST = 0x30000, PAGES = 0x80000 };
enum { NUM_PAGES = 0, ACTUAL = 4, CMD_ID = 8, POISON = 12 };
enum mode { SPLIT, IN_ORDER, PACKED, LEGACY, MODES };

#define F(n)	    ((uint64_t)1 << (n))
#define F_TELL	    F(0)
#define F_STATS	    F(1)
#define F_OOM	    F(2)
#define F_HINT	    F(3)
#define F_POISON    F(4)
#define F_REPORT    F(5)
#define F_ALL	    (F(6) - 1)

#define EVERY_QUEUE 0x1fu

static struct virtio_balloon d;
static enum mode mode;

static inline void
common(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_write(&d.v, &virtio_balloon_type, reg, size, value);
}

static inline void
port(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_io_write(&d.v, &virtio_balloon_type, reg, size, value);
}

/* A field of the configuration, by the interface that is in use. */
static inline uint32_t
config(unsigned field)
{
	if (mode == LEGACY)
		return virtio_pci_io_read(
		    &d.v, &virtio_balloon_type, 20 + field, 4);
	return virtio_pci_read(&d.v, &virtio_balloon_type, 0x2000 + field, 4);
}

static inline void
config_set(unsigned field, uint32_t value)
{
	if (mode != LEGACY) {
		common(0x2000 + field, 4, value);
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		port(20 + field + i, 1, value >> 8 * i & 0xff);
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
	virtio_pci_reset(&d.v, &virtio_balloon_type, false);
	virtio_pci_config_write(&d.v, &virtio_balloon_type, 4, 7, 0xffff);
}

static inline void
kick(unsigned queue)
{
	virtio_kick(&d.v, &virtio_balloon_type, queue);
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
