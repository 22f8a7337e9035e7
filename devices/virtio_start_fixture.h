/* SPDX-License-Identifier: MIT
 *
 * A virtio device and its driver, for tests of devices, from power-on to
 * DRIVER_OK: modern with split, in-order or packed rings, or legacy, as `mode`
 * says. By the numbers of virtio 1.3, 3.1.1, 4.1.4.3 (modern) and 4.1.4.10
 * (legacy). What comes then is in virtio_driver.h.
 */
#ifndef DEVICES_VIRTIO_START_FIXTURE_H
#define DEVICES_VIRTIO_START_FIXTURE_H

#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"
#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum mode { SPLIT, IN_ORDER, PACKED, LEGACY, MODES };
enum { RINGS = 0x10000, RING_BYTES = 0x2000 };

#define F(n) ((uint64_t)1 << (n))

static struct virtio *device;
static const struct virtio_type *device_type;
static struct driver driver[18]; /* by queue */
static enum mode mode;

static inline void
common(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_write(device, device_type, reg, size, value);
}

static inline void
port_out(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_io_write(device, device_type, reg, size, value);
}

/* Its configuration space, by the interface that is in use. */
static inline uint32_t
config_in(unsigned at, unsigned size)
{
	uint32_t value = mode == LEGACY
	    ? virtio_pci_io_read(device, device_type, 20 + at, size)
	    : virtio_pci_read(device, device_type, 0x2000 + at, size);

	return value & (uint32_t)ones(size);
}

/* Of the device that was configured: as at power-on, and it decodes. */
static inline void
switch_on(struct virtio *v, const struct virtio_type *type)
{
	device = v;
	device_type = type;
	virtio_pci_reset(v, type, false);
	virtio_pci_config_write(v, type, 4, 7, 0xffff);
}

/* A ring of `size` where queue n of them has its place, and to be enabled. */
static inline void
set_up_queue(unsigned queue, unsigned size, uint64_t features)
{
	const gpa_t desc = RINGS + queue * RING_BYTES, avail = desc + 16 * size;
	const struct virtq_layout at = { desc, avail,
		ALIGN_UP(avail + 6 + 2 * size, 4096), (uint16_t)size };

	driver_init(&driver[queue], &at, features);
	if (mode == LEGACY) {
		port_out(14, 2, queue);
		port_out(8, 4, (uint32_t)desc >> 12);
		return;
	}
	common(0x16, 2, queue);
	common(0x18, 2, size);
	common(0x20, 4, (uint32_t)at.desc);
	common(0x28, 4, (uint32_t)at.driver);
	common(0x30, 4, (uint32_t)at.device);
	common(0x1c, 2, 1);
}

/* From reset to FEATURES_OK, with the features of the mode beside these. Which
 * all together are. */
static inline uint64_t
negotiate(uint64_t features)
{
	if (mode == LEGACY) {
		port_out(18, 1, 0);
		port_out(18, 1, 3);
		port_out(4, 4, (uint32_t)features);
		return features;
	}
	features |= F(32) | (mode == PACKED ? F_PACKED : 0) |
	    (mode == IN_ORDER ? F_IN_ORDER : 0);
	common(0x14, 1, 0);
	common(0x14, 1, 3);
	for (unsigned half = 0; half < 2; half++) {
		common(0x08, 4, half);
		common(0x0c, 4, (uint32_t)(features >> 32 * half));
	}
	common(0x14, 1, 0xb);
	return features;
}

static inline void
driver_ok(void)
{
	if (mode == LEGACY)
		port_out(18, 1, 7);
	else
		common(0x14, 1, 0xf);
	expect_eq(device->status, mode == LEGACY ? 7 : 0xf);
}

#endif
