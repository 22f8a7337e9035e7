/* SPDX-License-Identifier: MIT
 *
 * The side of virtio.c and virtio_queue.c that the transports see: virtio_pci.c
 * with virtio_common.c (modern) and virtio_legacy.c drive a device by these
 * calls and keep no state of their own.
 */
#ifndef DEVICES_VIRTIO_TRANSPORT_H
#define DEVICES_VIRTIO_TRANSPORT_H

#include "devices/virtio.h"

/* What the machine has; before the first reset. `device`: number on the bus. */
void virtio_configure(struct virtio *v, const struct virtio_type *type,
    unsigned device, const struct virtio_setup *setup);

/* 2.4: device and queues as at power-on, but not the PCI function. */
void virtio_reset(struct virtio *v, const struct virtio_type *type);

/* The features to offer by either interface. */
uint64_t virtio_offered(const struct virtio *v, const struct virtio_type *type);
uint64_t virtio_legacy_offered(
    const struct virtio *v, const struct virtio_type *type);

/* Half of the accepted ones, `select` 0 or 1; or all that a legacy driver has.
 * Without effect once they are settled. */
void virtio_accept(struct virtio *v, uint32_t select, uint32_t value);
void virtio_legacy_accept(
    struct virtio *v, const struct virtio_type *type, uint32_t value);

/* The status register is written: 0 resets. */
void virtio_set_status(struct virtio *v, const struct virtio_type *type,
    uint8_t value, bool legacy);

/* How many queues there are; one of them, or NULL. */
unsigned virtio_queues(const struct virtio *v, const struct virtio_type *type);
struct virtio_queue *virtio_queue(
    struct virtio *v, const struct virtio_type *type, unsigned index);

/* Enables it with its layout. It is there, and not enabled. */
void virtio_queue_enable(
    struct virtio *v, const struct virtio_type *type, unsigned index);

/* 2.6.1: one queue as after virtio_reset(). It is there. */
void virtio_queue_reset(
    struct virtio *v, const struct virtio_type *type, unsigned index);

/* A kick that came as an ordinary access. There may be no such queue. */
void virtio_notify(
    struct virtio *v, const struct virtio_type *type, unsigned queue);

/* Kicks whatever queues are enabled, for what was missed. */
void virtio_kick_all(struct virtio *v, const struct virtio_type *type);

/* What a vector register holds after this was written to it. */
uint16_t virtio_vector(const struct virtio *v, uint16_t value);

/* An event of the ISR's bit, with that vector: tells the driver. */
enum { VIRTIO_ISR_QUEUE = 1 << 0, VIRTIO_ISR_CONFIG = 1 << 1 }; /* 4.1.4.5 */
void virtio_interrupt(struct virtio *v, uint8_t isr, uint16_t vector);

/* The ISR, which reading clears. */
uint8_t virtio_take_isr(struct virtio *v);

/* `size` bytes of the configuration space, 1 to 4, at any offset. What is past
 * its end reads 0 and ignores writes. */
uint32_t virtio_config_read(const struct virtio *v,
    const struct virtio_type *type, unsigned offset, unsigned size);
void virtio_config_write(struct virtio *v, const struct virtio_type *type,
    unsigned offset, unsigned size, uint32_t value);

#endif
