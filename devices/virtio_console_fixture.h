/* SPDX-License-Identifier: MIT
 *
 * A console and its driver, for tests: modern with split, in-order or packed
 * rings, or legacy, as `mode` says; by the numbers of virtio 1.3, 5.3, 4.1.4.3.
 */
#ifndef DEVICES_VIRTIO_CONSOLE_FIXTURE_H
#define DEVICES_VIRTIO_CONSOLE_FIXTURE_H

#include "devices/virtio_console.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"
#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum { CONSOLE = 10, RINGS = 0x10000, RING_BYTES = 0x2000, DATA = 0x80000 };
enum { RX, TX, CONTROL_RX, CONTROL_TX }; /* of port 0; of port n: 2n + 2, .. */
enum mode { SPLIT, IN_ORDER, PACKED, LEGACY, MODES };

#define F(n)	    ((uint64_t)1 << (n))
#define F_SIZE	    F(0)
#define F_MULTIPORT F(1)
#define F_EMERG	    F(2)

static struct virtio_console d;
static struct driver driver[18]; /* by queue */
static enum mode mode;
static uint32_t last_len; /* of the last used buffer */

static inline void
common(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_write(&d.v, &virtio_console_type, reg, size, value);
}

static inline void
port_out(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_io_write(&d.v, &virtio_console_type, reg, size, value);
}

static inline uint32_t
config(unsigned at, unsigned size)
{
	uint32_t value = mode == LEGACY
	    ? virtio_pci_io_read(&d.v, &virtio_console_type, 20 + at, size)
	    : virtio_pci_read(&d.v, &virtio_console_type, 0x2000 + at, size);

	return value & (uint32_t)ones(size);
}

/* A case with a device that was just switched on, before its driver. */
static inline void
power_on(const char *name, unsigned ports, bool multiport)
{
	struct virtio_setup setup = VIRTIO_TRANSITIONAL;

	unit_case(name);
	fake.ram = mem;
	memset(&d, 0, sizeof(d));
	virtio_console_setup(&setup, ports, multiport, true);
	virtio_configure(&d.v, &virtio_console_type, CONSOLE, &setup);
	virtio_pci_reset(&d.v, &virtio_console_type, false);
	virtio_pci_config_write(&d.v, &virtio_console_type, 4, 7, 0xffff);
}

static inline void
set_up_queue(unsigned queue, uint64_t features)
{
	const gpa_t r = RINGS + queue * RING_BYTES;
	const struct virtq_layout at = { r, r + 0x400, r + 0x1000, 64 };

	driver_init(&driver[queue], &at, features);
	if (mode == LEGACY) {
		port_out(14, 2, queue);
		port_out(8, 4, (uint32_t)r >> 12);
		return;
	}
	common(0x16, 2, queue);
	common(0x20, 4, (uint32_t)at.desc);
	common(0x28, 4, (uint32_t)at.driver);
	common(0x30, 4, (uint32_t)at.device);
	common(0x1c, 2, 1);
}

/* Its driver comes, with these features: from reset to DRIVER_OK. */
static inline void
drive(uint64_t features)
{
	unsigned all = virtio_queues(&d.v, &virtio_console_type);
	unsigned queues = features & F_MULTIPORT ? all : 2;

	memset(ram, 0, sizeof(ram));
	if (mode == LEGACY) {
		port_out(18, 1, 0);
		port_out(18, 1, 3);
		port_out(4, 4, (uint32_t)features);
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
	for (unsigned i = 0; i < queues; i++)
		set_up_queue(i, features);
	if (mode == LEGACY)
		port_out(18, 1, 7);
	else
		common(0x14, 1, 0xf);
	expect_eq(d.v.status, mode == LEGACY ? 7 : 0xf);
	for (unsigned i = 0; i < queues; i++)
		fake.kick[CONSOLE][i].posts = 0;
}

#endif
