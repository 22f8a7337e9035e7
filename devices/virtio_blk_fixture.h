/* SPDX-License-Identifier: MIT
 *
 * A block device over a disk in memory, by the numbers of virtio 1.3, 5.2.
 */
#ifndef DEVICES_VIRTIO_BLK_FIXTURE_H
#define DEVICES_VIRTIO_BLK_FIXTURE_H

#include "devices/virtio_blk.h"
#include "devices/virtio_start_fixture.h"

enum { DISK = 3, SECTORS = 256 };
enum { HEADER = 0x20000, STATUS = 0x21000, DATA = 0x80000, NOT_SAID = 0xee };
enum { OK, IOERR, UNSUPP };
enum { IN, OUT, FLUSH = 4, GET_ID = 8, DISCARD = 11, ZEROES = 13 };

#define F_RO	F(5)
#define F_FLUSH F(9)
#define F_WCE	F(11)
#define F_ALL	(F(2) | F(6) | F_FLUSH | F(10) | F_WCE | F(13) | F(14))

static struct virtio_blk d;
static uint8_t image[SECTORS * 512];

/* A byte of the configuration. */
static inline uint8_t
config(unsigned at)
{
	return (uint8_t)config_in(at, 1);
}

static inline uint64_t
config_field(unsigned at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)config(at + i) << 8 * i;
	return value;
}

static inline void
set_writeback(uint8_t value)
{
	if (mode == LEGACY)
		port_out(20 + 32, 1, value);
	else
		common(0x2000 + 32, 1, value);
}

/* A case with a disk that was just switched on, before its driver. */
static inline void
power_on(const char *name, bool read_only, unsigned queues)
{
	struct virtio_setup setup = { .present = true,
		.modern = true,
		.legacy = true,
		.queues = (uint16_t)queues,
		.withheld = virtio_blk_withheld(read_only, queues) };

	unit_case(name);
	fake.ram = mem;
	fake.disk.bytes = image;
	fake.disk.size = sizeof(image);
	memset(&d, 0, sizeof(d));
	virtio_configure(&d.v, &virtio_blk_type, DISK, &setup);
	virtio_blk_attach(&d, SECTORS, "disk-of-25-characters-xyz");
	switch_on(&d.v, &virtio_blk_type);
}

static inline void
put_header(uint32_t type, uint64_t sector)
{
	put(HEADER, 4, type);
	put(HEADER + 4, 4, 0xabad1dea); /* reserved: to be ignored */
	put(HEADER + 8, 8, sector);
}

/* The n-th range of DISCARD and WRITE_ZEROES. */
static inline void
put_range(unsigned n, uint64_t sector, uint32_t sectors, uint32_t flags)
{
	put(DATA + 16 * n, 8, sector);
	put(DATA + 16 * n + 8, 4, sectors);
	put(DATA + 16 * n + 12, 4, flags);
}

#endif
