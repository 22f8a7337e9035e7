/* SPDX-License-Identifier: MIT
 *
 * The queues of virtio devices, between transport and device logic, after
 * virtio 1.3: set up and reset (2.6), rings that are malformed, kicks (2.3).
 * The rings are in virtq.c.
 *
 * Threads: vCPUs and the loop, with the board's lock held; virtio_kick() the
 * loop.
 */
#include <linux/virtio_config.h>

#include "devices/virtio_transport.h"
#include "vmm/kick.h"
#include "vmm/log.h"

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
		virtio_interrupt(v, VIRTIO_ISR_QUEUE, q->vector);
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
