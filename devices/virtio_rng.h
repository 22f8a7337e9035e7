/* SPDX-License-Identifier: MIT
 *
 * The entropy device (virtio 1.3, 5.4).
 */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/virtio.h"

struct virtio_rng {
	struct virtio v;
	struct virtio_queue queue[1]; /* requestq */
};

extern const struct virtio_type virtio_rng_type;

#endif
