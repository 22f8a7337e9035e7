/* SPDX-License-Identifier: MIT
 *
 * Virtio devices between transport and device logic, after virtio 1.3: status
 * (2.1, 3.1), features (2.2, 6), notifications (2.3), reset (2.4, 2.6.1),
 * configuration space (2.5), queues.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 *
 * Left out: VIRTIO_F_NOTIFY_ON_EMPTY, which a transitional device may offer
 * (6.3), shared memory, administration queues.
 */
#include "devices/virtio_transport.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "vmm/kick.h"
#include "vmm/log.h"

/* Younger than many a system's headers. */
enum { F_NOTIFICATION_DATA = 38 };

enum { ISR_QUEUE = 1 << 0, ISR_CONFIG = 1 << 1 }; /* 4.1.4.5 */

#define BIT(n) ((uint64_t)1 << (n))

/* 2.2.2, 6.2: what virtq and the transports do for every device, no more. */
#define LEGACY_FEATURES                                                        \
	(BIT(VIRTIO_RING_F_INDIRECT_DESC) | BIT(VIRTIO_RING_F_EVENT_IDX))
#define MODERN_FEATURES                                                        \
	(LEGACY_FEATURES | BIT(VIRTIO_F_VERSION_1) |                           \
	    BIT(VIRTIO_F_RING_PACKED) | BIT(VIRTIO_F_IN_ORDER) |               \
	    BIT(F_NOTIFICATION_DATA) | BIT(VIRTIO_F_RING_RESET))

enum {
	DRIVERS_BITS = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER |
	    VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK |
	    VIRTIO_CONFIG_S_FAILED,
	SETTLED = VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK
};

void
virtio_configure(struct virtio *v, const struct virtio_type *type,
    unsigned device, const struct virtio_setup *setup)
{
	unsigned vectors;

	v->function.device = (uint8_t)device;
	v->function.present = setup->present;
	v->setup = *setup;
	v->setup.legacy &= type->transitional != 0;
	/* 4.1.5.1.2.1: two or more, and none that goes unused, unless
	 * the user wants it so */
	vectors =
	    setup->vectors != 0 ? setup->vectors : virtio_queues(v, type) + 1;
	v->function.msix.vectors =
	    (uint8_t)MIN(vectors, (unsigned)MSIX_VECTORS_MAX);
}

/*
 * Features.
 */

uint64_t
virtio_offered(const struct virtio *v, const struct virtio_type *type)
{
	return (type->features | MODERN_FEATURES) & ~v->setup.withheld;
}

/* 6.3: ANY_LAYOUT must be offered here, and is reserved elsewhere. */
uint64_t
virtio_legacy_offered(const struct virtio *v, const struct virtio_type *type)
{
	uint64_t all =
	    type->features | LEGACY_FEATURES | BIT(VIRTIO_F_ANY_LAYOUT);

	return all & ~v->setup.withheld & 0xffffffff;
}

void
virtio_accept(struct virtio *v, uint32_t select, uint32_t value)
{
	unsigned shift = 32 * select;

	if (select > 1 || (v->status & SETTLED) != 0)
		return;
	v->driver_features &= ~(ones(4) << shift);
	v->driver_features |= (uint64_t)value << shift;
}

/* There is no FEATURES_OK, 3.1.2: what is not offered is not accepted, nor
 * anything from 32 on (4.1.4.10). Who comes here is a legacy driver (2.2.3). */
void
virtio_legacy_accept(
    struct virtio *v, const struct virtio_type *type, uint32_t value)
{
	if ((v->status & SETTLED) != 0)
		return;
	v->driver_features = value;
	v->features = value & virtio_legacy_offered(v, type);
}

/* 2.2.2: a subset of what is offered. Without VERSION_1 we would fail to
 * operate as 6.2 allows us to. */
static bool
acceptable(const struct virtio *v, const struct virtio_type *type)
{
	return (v->driver_features & ~virtio_offered(v, type)) == 0 &&
	    (v->driver_features & BIT(VIRTIO_F_VERSION_1)) != 0;
}

/*
 * Queues.
 */

unsigned
virtio_queues(const struct virtio *v, const struct virtio_type *type)
{
	unsigned wanted = v->setup.queues;

	return wanted == 0 ? type->queues : MIN(wanted, type->queues);
}

struct virtio_queue *
virtio_queue(struct virtio *v, const struct virtio_type *type, unsigned index)
{
	struct virtio_queue *first = (void *)((uint8_t *)v + type->queues_at);

	return index < virtio_queues(v, type) ? &first[index] : NULL;
}

static void
needs_reset(struct virtio *v)
{
	v->status |= VIRTIO_CONFIG_S_NEEDS_RESET; /* 2.1.2 */
	virtio_config_changed(v);
}

static void
fault(struct virtio *v, const struct virtio_queue *q)
{
	uint32_t bit = 1u << q->ring.broken;

	_Static_assert(VIRTQ_BROKENS <= 32, "virtio.h: bits of `warned`");
	v->faults++;
	if ((v->warned & bit) == 0)
		warn_first("PCI device %u: %s; it waits to be reset",
		    v->function.device, virtq_broken_text(q->ring.broken));
	v->warned |= bit;
	needs_reset(v);
}

void
virtio_queue_enable(
    struct virtio *v, const struct virtio_type *type, unsigned index)
{
	struct virtio_queue *q = virtio_queue(v, type, index);

	if (!virtq_enable(&q->ring, guest_ram, &q->layout, v->features))
		fault(v, q);
	else
		kick_enable(v->function.device, index);
}

void
virtio_queue_reset(
    struct virtio *v, const struct virtio_type *type, unsigned index)
{
	struct virtio_queue *q = virtio_queue(v, type, index);

	if (q->ring.enabled) {
		kick_disable(v->function.device, index);
		if (type->stop != NULL)
			type->stop(v, index);
	}
	virtq_reset(&q->ring); /* 2.6.1.1.1: available and used state, too */
	q->layout = (struct virtq_layout){ .size = type->queue_size };
	q->vector = VIRTIO_NO_VECTOR; /* 4.1.5.1.2.1 */
	q->page = 0;
}

/*
 * Status and reset.
 */

/* 2.4.1, 4.1.4.3.1: status 0 comes last, and there is nothing left that could
 * notify. The MSI-X table is PCI's and stays. */
void
virtio_reset(struct virtio *v, const struct virtio_type *type)
{
	for (unsigned i = 0; i < virtio_queues(v, type); i++)
		virtio_queue_reset(v, type, i);
	if (type->reset != NULL)
		type->reset(v);
	v->function.msix.pending = 0;
	v->isr = 0;
	pci_function_interrupt(&v->function, false);
	v->config_vector = VIRTIO_NO_VECTOR; /* 4.1.5.1.2.1 */
	v->queue_select = 0;
	v->device_feature_select = v->driver_feature_select = 0;
	v->driver_features = v->features = 0;
	v->status = 0;
}

/* Bits come one by one and none goes (2.1.1). FEATURES_OK is ours to refuse
 * (2.2.2), and without it the driver must not go on (3.1.1), but a legacy one
 * knows nothing of it (3.1.2). */
void
virtio_set_status(struct virtio *v, const struct virtio_type *type,
    uint8_t value, bool legacy)
{
	uint8_t added = value & DRIVERS_BITS & ~v->status;

	if (value == 0) {
		virtio_reset(v, type);
		return;
	}
	if (legacy || !acceptable(v, type))
		added &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (added & VIRTIO_CONFIG_S_FEATURES_OK)
		v->features = v->driver_features;
	v->status |= added & ~VIRTIO_CONFIG_S_DRIVER_OK;
	if ((added & VIRTIO_CONFIG_S_DRIVER_OK) == 0 ||
	    (!legacy && (v->status & VIRTIO_CONFIG_S_FEATURES_OK) == 0))
		return;
	v->status |= VIRTIO_CONFIG_S_DRIVER_OK;
	if (type->start != NULL)
		type->start(v);
	virtio_kick_all(v, type);
}

/*
 * Notifications.
 */

/* 4.1.4.5.1: the queue's bit is for INTA# alone, the configuration's for all;
 * with MSI-X and no vector there is no interrupt (4.1.5.3.1, 4.1.5.4.1). */
static void
interrupt(struct virtio *v, uint8_t isr, uint16_t vector)
{
	bool msix = v->function.msix.enabled;

	if (!msix || isr == ISR_CONFIG)
		v->isr |= isr;
	pci_function_interrupt(&v->function, v->isr != 0);
	if (msix && vector != VIRTIO_NO_VECTOR)
		pci_function_message(&v->function, vector);
}

uint8_t
virtio_take_isr(struct virtio *v)
{
	uint8_t isr = v->isr;

	v->isr = 0; /* 4.1.4.5.1 */
	pci_function_interrupt(&v->function, false);
	return isr;
}

/* 4.1.5.1.2.1: any vector that there is, or none. */
uint16_t
virtio_vector(const struct virtio *v, uint16_t value)
{
	return value < v->function.msix.vectors ? value : VIRTIO_NO_VECTOR;
}

/* A change at each call keeps 4.1.4.3.1's promise about the generation. */
void
virtio_config_changed(struct virtio *v)
{
	v->generation++;
	if (v->status & VIRTIO_CONFIG_S_DRIVER_OK) /* 2.1.2 */
		interrupt(v, ISR_CONFIG, v->config_vector);
}

bool
virtio_pop(struct virtio_queue *q, struct chain *chain)
{
	return virtq_pop(&q->ring, guest_ram, chain);
}

void
virtio_push(struct virtio_queue *q, uint16_t id, uint32_t len)
{
	virtq_push(&q->ring, guest_ram, id, len);
}

void
virtio_flush(struct virtio *v, struct virtio_queue *q)
{
	if (virtq_flush(&q->ring, guest_ram))
		interrupt(v, ISR_QUEUE, q->vector);
	if (q->ring.broken && (v->status & VIRTIO_CONFIG_S_NEEDS_RESET) == 0)
		fault(v, q);
}

/* 2.1.2: no buffer before DRIVER_OK, unless by a legacy driver's queue (3.1.2);
 * and no DMA that PCI forbids. */
static bool
runs(const struct virtio *v, const struct virtio_queue *q)
{
	if (!q->ring.enabled || !pci_function_masters(&v->function) ||
	    (v->status & VIRTIO_CONFIG_S_NEEDS_RESET) != 0)
		return false;
	return (v->status & VIRTIO_CONFIG_S_DRIVER_OK) != 0 || q->page != 0;
}

/* A turn ends when Queue Size buffers were popped: the loop lets others have
 * theirs before it comes back. */
void
virtio_kick(struct virtio *v, const struct virtio_type *type, unsigned queue)
{
	struct virtio_queue *q = virtio_queue(v, type, queue);
	bool more;

	if (q == NULL || !runs(v, q)) /* 2.7.10.2: kicks for nothing */
		return;
	virtq_notify_disable(&q->ring, guest_ram);
	more = type->kick(v, queue);
	virtio_flush(v, q);
	if (more && virtq_notify_enable(&q->ring, guest_ram))
		kick_post(v->function.device, queue);
}

void
virtio_notify(struct virtio *v, const struct virtio_type *type, unsigned queue)
{
	if (virtio_queue(v, type, queue) != NULL)
		kick_post(v->function.device, queue);
}

void
virtio_kick_all(struct virtio *v, const struct virtio_type *type)
{
	for (unsigned i = 0; i < virtio_queues(v, type); i++)
		if (virtio_queue(v, type, i)->ring.enabled)
			kick_post(v->function.device, i);
}

/*
 * Configuration space.
 */

/* 2.5.2: it can be read at any time; 4.1.3.2: in any parts. */
uint32_t
virtio_config_read(const struct virtio *v, const struct virtio_type *type,
    unsigned offset, unsigned size)
{
	_Alignas(8) uint8_t config[VIRTIO_CONFIG_MAX] = { 0 };
	uint32_t value = 0;

	if (type->config_read != NULL)
		type->config_read(v, config);
	for (unsigned i = 0; i < size; i++)
		if (offset + i < type->config_size)
			value |= (uint32_t)config[offset + i] << 8 * i;
	return value;
}

void
virtio_config_write(struct virtio *v, const struct virtio_type *type,
    unsigned offset, unsigned size, uint32_t value)
{
	_Alignas(8) uint8_t config[VIRTIO_CONFIG_MAX] = { 0 };

	if (type->config_write == NULL || offset >= type->config_size)
		return;
	if (type->config_read != NULL)
		type->config_read(v, config);
	size = MIN(size, type->config_size - offset);
	memcpy(config + offset, &value, size);
	type->config_write(v, config, offset, size);
}
