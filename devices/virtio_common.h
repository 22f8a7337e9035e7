/* SPDX-License-Identifier: MIT
 *
 * The common configuration (virtio 1.3, 4.1.4.3): by its registers a modern
 * driver negotiates features and status and sets the queues up.
 */
#ifndef DEVICES_VIRTIO_COMMON_H
#define DEVICES_VIRTIO_COMMON_H

#include "devices/virtio.h"

/* `reg` is an offset into it. A read gives the part of the register that it
 * begins in, a write goes to the register that begins there; what no register
 * is reads 0 and ignores writes. */
uint32_t virtio_common_read(
    struct virtio *v, const struct virtio_type *type, unsigned reg);
void virtio_common_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, uint32_t value);

#endif
