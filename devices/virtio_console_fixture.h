/* SPDX-License-Identifier: MIT
 *
 * A console, and its driver's way to DRIVER_OK, by the numbers of virtio 1.3,
 * 5.3.
 */
#ifndef DEVICES_VIRTIO_CONSOLE_FIXTURE_H
#define DEVICES_VIRTIO_CONSOLE_FIXTURE_H

#include "devices/virtio_console.h"
#include "devices/virtio_start_fixture.h"

enum { CONSOLE = 10, RING_SIZE = 64, DATA = 0x80000 };
enum { RX, TX, CONTROL_RX, CONTROL_TX }; /* of port 0; of port n: 2n + 2, .. */

#define F_SIZE	    F(0)
#define F_MULTIPORT F(1)
#define F_EMERG	    F(2)

static struct virtio_console d;

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
	switch_on(&d.v, &virtio_console_type);
}

/* Its driver comes, with these features: from reset to DRIVER_OK. */
static inline void
drive(uint64_t features)
{
	unsigned all = virtio_queues(&d.v, &virtio_console_type);
	unsigned queues = features & F_MULTIPORT ? all : 2;

	memset(ram, 0, sizeof(ram));
	features = negotiate(features);
	for (unsigned i = 0; i < queues; i++)
		set_up_queue(i, RING_SIZE, features);
	driver_ok();
	for (unsigned i = 0; i < queues; i++)
		fake.kick[CONSOLE][i].posts = 0;
}

#endif
