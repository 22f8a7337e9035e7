/* SPDX-License-Identifier: MIT
 *
 * The legacy interface, after virtio 1.3: 4.1.4.10 (registers), 4.1.5.1.1.1,
 * 4.1.5.1.3.1 (queues), 3.1.2 (initialization). Drivers that know it are many
 * and old; what they do has to work, in whatever order.
 *
 * Threads: vCPUs, with the board's lock held.
 */
#include "devices/virtio_legacy.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "devices/virtio_transport.h"

static unsigned
header_size(const struct virtio *v)
{
	return VIRTIO_PCI_CONFIG_OFF(v->function.msix.enabled);
}

/*
 * A read gives the part of the register that it begins in, a write goes to the
 * register at whose port it begins: what is wider reaches no further, so that
 * nobody reads the ISR, and clears it, by accident.
 */

/* 4.1.5.1.3.1: the queue's size is not up to the driver. */
static uint32_t
register_read(struct virtio *v, const struct virtio_type *type, unsigned reg)
{
	const struct virtio_queue *q = virtio_queue(v, type, v->queue_select);

	switch (reg) {
	case VIRTIO_PCI_HOST_FEATURES:
		return (uint32_t)virtio_legacy_offered(v, type);
	case VIRTIO_PCI_GUEST_FEATURES:
		return (uint32_t)v->driver_features;
	case VIRTIO_PCI_QUEUE_PFN:
		return q == NULL ? 0 : q->page;
	case VIRTIO_PCI_QUEUE_NUM:
		return q == NULL ? 0 : type->queue_size;
	case VIRTIO_PCI_QUEUE_SEL:
		return v->queue_select;
	case VIRTIO_PCI_STATUS:
		return v->status;
	case VIRTIO_PCI_ISR:
		return virtio_take_isr(v);
	case VIRTIO_MSI_CONFIG_VECTOR:
		return v->config_vector;
	case VIRTIO_MSI_QUEUE_VECTOR:
		return q == NULL ? VIRTIO_NO_VECTOR : q->vector;
	default:
		return 0;
	}
}

/* 4.1.5.1.3.1: a page number enables the queue, 0 takes it back. */
static void
set_page(struct virtio *v, const struct virtio_type *type, uint32_t page)
{
	struct virtio_queue *q = virtio_queue(v, type, v->queue_select);

	if (q == NULL)
		return;
	if (page == 0) {
		virtio_queue_reset(v, type, v->queue_select);
	} else if (!q->ring.enabled) {
		q->page = page;
		q->layout = virtq_legacy_layout(page, type->queue_size);
		virtio_queue_enable(v, type, v->queue_select);
	}
}

/* Linux before 2.6.34 and many a small kernel drive the device without ever
 * enabling bus mastering: the driver's arrival does it for them. */
static void
set_status(struct virtio *v, const struct virtio_type *type, uint8_t value)
{
	if (value & (VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_DRIVER_OK))
		v->function.command |= PCI_COMMAND_MASTER;
	virtio_set_status(v, type, value, true);
}

static void
register_write(struct virtio *v, const struct virtio_type *type, unsigned reg,
    uint32_t value)
{
	struct virtio_queue *q = virtio_queue(v, type, v->queue_select);

	switch (reg) {
	case VIRTIO_PCI_GUEST_FEATURES:
		virtio_legacy_accept(v, type, value);
		return;
	case VIRTIO_PCI_QUEUE_PFN:
		set_page(v, type, value);
		return;
	case VIRTIO_PCI_QUEUE_SEL:
		v->queue_select = (uint16_t)value;
		return;
	case VIRTIO_PCI_QUEUE_NOTIFY:
		virtio_notify(v, type, (uint16_t)value);
		return;
	case VIRTIO_PCI_STATUS:
		set_status(v, type, (uint8_t)value);
		return;
	case VIRTIO_MSI_CONFIG_VECTOR:
		v->config_vector = virtio_vector(v, (uint16_t)value);
		return;
	case VIRTIO_MSI_QUEUE_VECTOR:
		if (q != NULL)
			q->vector = virtio_vector(v, (uint16_t)value);
		return;
	default:
		return;
	}
}

/* 4.1.4.10: the device's configuration follows the header, and takes accesses
 * of any width. */
uint32_t
virtio_legacy_read(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size)
{
	unsigned header = header_size(v), first = reg & ~3u;

	if (reg >= header)
		return virtio_config_read(v, type, reg - header, size);
	if (reg >= VIRTIO_PCI_QUEUE_NUM)
		first = reg & ~1u;
	if (reg == VIRTIO_PCI_ISR)
		first = reg;
	return register_read(v, type, first) >> 8 * (reg - first) &
	    (uint32_t)ones(size);
}

/* 3.1.2: the configuration at any time, before any status. */
void
virtio_legacy_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size, uint32_t value)
{
	unsigned header = header_size(v);

	if (reg >= header)
		virtio_config_write(v, type, reg - header, size, value);
	else
		register_write(v, type, reg, value & (uint32_t)ones(size));
}
