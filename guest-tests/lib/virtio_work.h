/* SPDX-License-Identifier: MIT
 *
 * Devices by name, and a piece of honest work for each, by which a guest finds
 * out whether the device does what it should. To add one: a row in
 * virtio_work.c.
 */
#ifndef GUEST_TESTS_VIRTIO_WORK_H
#define GUEST_TESTS_VIRTIO_WORK_H

#include "guest-tests/lib/virtio_ring.h"

struct work {
	const char *name;
	unsigned type;	/* of device */
	unsigned queue; /* by which it works */
	/* Fails the test if the device does not do it, or does it wrong. */
	void (*work)(struct virtq *q);
};

/* The device that the command line names next: rng, blk, console, balloon. */
const struct work *take_work(const char **text);

/* The interface and the features that it names next, as many as there are:
 * legacy, packed, indirect, event, in-order, ring-reset. */
uint64_t take_features(const char **text, bool *legacy);

/* RAM for what the work moves. Its content does not matter. */
enum { WORK_RAM = 0x2100000 };

#endif
