/* SPDX-License-Identifier: MIT
 *
 * The toy device in its place on the map, and a driver's way to its registers,
 * by the numbers of virtio 1.3, 4.1.4.3 (modern) and 4.1.4.10 (legacy).
 */
#ifndef DEVICES_VIRTIO_FIXTURE_H
#define DEVICES_VIRTIO_FIXTURE_H

#include "devices/virtio_pci.h"
#include "devices/virtio_toy_fixture.h"
#include "devices/virtio_transport.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum {
	ACKNOWLEDGE = 1,
	DRIVER = 2,
	DRIVER_OK = 4,
	FEATURES_OK = 8,
	NEEDS_RESET = 64,
	FAILED = 128
};

enum { /* the common configuration */
	DF_SELECT = 0x00,
	DF = 0x04,
	GF_SELECT = 0x08,
	GF = 0x0c,
	CONFIG_VECTOR = 0x10,
	NUM_QUEUES = 0x12,
	STATUS = 0x14,
	GENERATION = 0x15,
	Q_SELECT = 0x16,
	Q_SIZE = 0x18,
	Q_VECTOR = 0x1a,
	Q_ENABLE = 0x1c,
	Q_NOTIFY_OFF = 0x1e,
	Q_DESC = 0x20,
	Q_DRIVER = 0x28,
	Q_DEVICE = 0x30,
	Q_NOTIFY_DATA = 0x38,
	Q_RESET = 0x3a
};

enum { TOY = 5, RINGS = 0x10000, BUFFERS = 0x80000 };
enum { COMMAND = 0x04, SPACES = 3, MASTER = 4 };

#define F_ANY_LAYOUT ((uint64_t)1 << 27)
#define F_VERSION_1  ((uint64_t)1 << 32)
#define F_RESET	     ((uint64_t)1 << 40)

static struct toy toy;
static struct virtio *const v = &toy.v;

static inline uint32_t
in(uint32_t offset, unsigned size)
{
	return virtio_pci_read(v, &toy_type, offset, size) &
	    (uint32_t)ones(size);
}

static inline void
out(uint32_t offset, unsigned size, uint32_t value)
{
	virtio_pci_write(v, &toy_type, offset, size, value);
}

static inline void
config_out(unsigned reg, uint32_t value, uint32_t mask)
{
	virtio_pci_config_write(v, &toy_type, reg, value, mask);
}

/* A case with a toy that was just switched on. */
static inline void
begin(const char *name, bool modern, bool legacy)
{
	struct virtio_setup setup = {
		.present = true, .modern = modern, .legacy = legacy
	};

	unit_case(name);
	fake.ram = mem;
	memset(ram, 0, sizeof(ram));
	memset(&toy, 0, sizeof(toy));
	virtio_configure(v, &toy_type, TOY, &setup);
	virtio_pci_reset(v, &toy_type, false);
	toy.resets = 0;
	config_out(COMMAND, SPACES | MASTER, 0xffff);
}

/* The driver's part up to FEATURES_OK (3.1.1); is it granted? */
static inline bool
negotiate(uint64_t features)
{
	out(STATUS, 1, 0);
	out(STATUS, 1, ACKNOWLEDGE);
	out(STATUS, 1, ACKNOWLEDGE | DRIVER);
	for (unsigned half = 0; half < 2; half++) {
		out(GF_SELECT, 4, half);
		out(GF, 4, (uint32_t)(features >> 32 * half));
	}
	out(STATUS, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	return in(STATUS, 1) == (ACKNOWLEDGE | DRIVER | FEATURES_OK);
}

#endif
