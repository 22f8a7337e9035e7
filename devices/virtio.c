/* SPDX-License-Identifier: MIT
 *
 * Virtio devices between transport and device logic, after virtio 1.3: status
 * (2.1, 3.1), features (2.2, 6), notifications of the driver (2.3), reset
 * (2.4), configuration space (2.5). The queues are in virtio_queue.c.
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

/* Younger than many a system's headers. */
enum { F_NOTIFICATION_DATA = 38 };

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
 * Interrupts.
 */

/* 4.1.4.5.1: the queue's bit is for INTA# alone, the configuration's for all;
 * with MSI-X and no vector there is no interrupt (4.1.5.3.1, 4.1.5.4.1). */
void
virtio_interrupt(struct virtio *v, uint8_t isr, uint16_t vector)
{
	bool msix = v->function.msix.enabled;

	if (!msix || isr == VIRTIO_ISR_CONFIG)
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
		virtio_interrupt(v, VIRTIO_ISR_CONFIG, v->config_vector);
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
