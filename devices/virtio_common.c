/* SPDX-License-Identifier: MIT
 *
 * See virtio_common.h: virtio 1.3, 4.1.4.3, 4.1.5.1.
 *
 * Threads: vCPUs, with the board's lock held.
 *
 * Left out: VIRTIO_F_NOTIF_CONFIG_DATA (queue_notify_data reads 0), the
 * administration queues' registers.
 */
#include "devices/virtio_common.h"

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "devices/virtio_transport.h"

/* Later than the headers of many a system. */
enum { COMMON_QUEUE_NOTIFY_DATA = 0x38, COMMON_QUEUE_RESET = 0x3a };

/* 4.1.4.3.2: the layout stays while the queue is enabled; once the driver is
 * running, only RING_RESET lets it set up a queue again (2.6.1.2.1). */
static struct virtio_queue *
free_queue(struct virtio *v, const struct virtio_type *type)
{
	struct virtio_queue *q = virtio_queue(v, type, v->queue_select);
	bool running = (v->status & VIRTIO_CONFIG_S_DRIVER_OK) != 0;

	if (q == NULL || q->ring.enabled)
		return NULL;
	return !running || virtio_has(v, VIRTIO_F_RING_RESET) ? q : NULL;
}

/* The first byte of the register that `reg` is in. */
static unsigned
first_byte(unsigned reg)
{
	if (reg == VIRTIO_PCI_COMMON_CFGGENERATION)
		return reg;
	if ((reg >= VIRTIO_PCI_COMMON_MSIX &&
		reg < VIRTIO_PCI_COMMON_Q_DESCLO) ||
	    reg >= COMMON_QUEUE_NOTIFY_DATA)
		return reg & ~1u;
	return reg & ~3u;
}

/* 4.1.4.3.1: of a queue that there is not, its size is 0; and all else. */
static uint32_t
queue_read(const struct virtio_queue *q, unsigned index, unsigned reg)
{
	if (q == NULL)
		return 0;
	switch (reg) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		return q->layout.size;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		return q->vector;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return q->ring.enabled;
	case VIRTIO_PCI_COMMON_Q_NOFF:
		return index;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
		return (uint32_t)q->layout.desc;
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		return (uint32_t)(q->layout.desc >> 32);
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
		return (uint32_t)q->layout.driver;
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		return (uint32_t)(q->layout.driver >> 32);
	case VIRTIO_PCI_COMMON_Q_USEDLO:
		return (uint32_t)q->layout.device;
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		return (uint32_t)(q->layout.device >> 32);
	default: /* COMMON_QUEUE_RESET: it is done when it was written */
		return 0;
	}
}

/* Half of the features, 0 or 1. */
static uint32_t
half(uint64_t features, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(features >> 32 * select);
}

/* 4.1.4.3.1: features as selected; the driver's as it wrote them. */
static uint32_t
register_read(struct virtio *v, const struct virtio_type *type, unsigned reg)
{
	switch (reg) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		return v->device_feature_select;
	case VIRTIO_PCI_COMMON_DF:
		return half(virtio_offered(v, type), v->device_feature_select);
	case VIRTIO_PCI_COMMON_GFSELECT:
		return v->driver_feature_select;
	case VIRTIO_PCI_COMMON_GF:
		return half(v->driver_features, v->driver_feature_select);
	case VIRTIO_PCI_COMMON_MSIX:
		return v->config_vector;
	case VIRTIO_PCI_COMMON_NUMQ:
		return virtio_queues(v, type);
	case VIRTIO_PCI_COMMON_STATUS:
		return v->status;
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		return v->generation;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		return v->queue_select;
	default:
		return queue_read(virtio_queue(v, type, v->queue_select),
		    v->queue_select, reg);
	}
}

uint32_t
virtio_common_read(
    struct virtio *v, const struct virtio_type *type, unsigned reg)
{
	unsigned first = first_byte(reg);

	return register_read(v, type, first) >> 8 * (reg - first);
}

/* 4.1.4.3.1: while packed rings are not negotiated, it is a power of two. */
static void
set_size(struct virtio *v, const struct virtio_type *type,
    struct virtio_queue *q, uint16_t size)
{
	bool any = virtio_has(v, VIRTIO_F_RING_PACKED);

	if (size > 0 && size <= type->queue_size &&
	    (any || (size & (size - 1)) == 0))
		q->layout.size = size;
}

static void
set_low(gpa_t *address, uint32_t value)
{
	*address = (*address & ~ones(4)) | value;
}

static void
set_high(gpa_t *address, uint32_t value)
{
	*address = (*address & ones(4)) | (uint64_t)value << 32;
}

/* A register of the layout of a queue that is free. A driver writes no 0 to
 * queue_enable (4.1.4.3.2), and no features, no rings. */
static void
layout_write(struct virtio *v, const struct virtio_type *type, unsigned reg,
    uint32_t value)
{
	struct virtio_queue *q = free_queue(v, type);

	if (q == NULL)
		return;
	switch (reg) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		set_size(v, type, q, (uint16_t)value);
		return;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		if ((uint16_t)value == 1 &&
		    (v->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0)
			virtio_queue_enable(v, type, v->queue_select);
		return;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
		set_low(&q->layout.desc, value);
		return;
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		set_high(&q->layout.desc, value);
		return;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
		set_low(&q->layout.driver, value);
		return;
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		set_high(&q->layout.driver, value);
		return;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
		set_low(&q->layout.device, value);
		return;
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		set_high(&q->layout.device, value);
		return;
	}
}

/* 4.1.5.1.2.1: any event maps to any vector, at any time. */
void
virtio_common_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, uint32_t value)
{
	struct virtio_queue *q = virtio_queue(v, type, v->queue_select);

	switch (reg) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		v->device_feature_select = value;
		return;
	case VIRTIO_PCI_COMMON_GFSELECT:
		v->driver_feature_select = value;
		return;
	case VIRTIO_PCI_COMMON_GF:
		virtio_accept(v, v->driver_feature_select, value);
		return;
	case VIRTIO_PCI_COMMON_MSIX:
		v->config_vector = virtio_vector(v, (uint16_t)value);
		return;
	case VIRTIO_PCI_COMMON_STATUS:
		virtio_set_status(v, type, (uint8_t)value, false);
		return;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		v->queue_select = (uint16_t)value;
		return;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		if (q != NULL)
			q->vector = virtio_vector(v, (uint16_t)value);
		return;
	case COMMON_QUEUE_RESET: /* 4.1.4.3.1; done at once */
		if (q != NULL && (uint16_t)value == 1 &&
		    virtio_has(v, VIRTIO_F_RING_RESET))
			virtio_queue_reset(v, type, v->queue_select);
		return;
	default:
		layout_write(v, type, reg, value);
		return;
	}
}
