/* SPDX-License-Identifier: MIT
 *
 * The legacy interface of a transitional device (virtio 1.3, 4.1.4.10): a
 * header and the device configuration in I/O ports.
 */
#ifndef DEVICES_VIRTIO_LEGACY_H
#define DEVICES_VIRTIO_LEGACY_H

#include "devices/virtio.h"

/* A register: `reg` below VIRTIO_IO_SIZE, `size` 1, 2 or 4, aligned. */
uint32_t virtio_legacy_read(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size);
void virtio_legacy_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size, uint32_t value);

#endif
