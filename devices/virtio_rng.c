/* SPDX-License-Identifier: MIT
 *
 * The entropy device, after virtio 1.3, 5.4: the driver offers buffers, the
 * device fills them with random bytes. The simplest device there is; a new one
 * may begin as a copy of it.
 *
 * Threads: the loop, with the board's lock held.
 */
#include "devices/virtio_rng.h"

#include <linux/virtio_ids.h>

#include "vmm/entropy.h"

/* A buffer gets this much at most, so that a huge one does not keep all others
 * waiting: 5.4.6.2 lets the device use less than its length. */
enum { BYTES_MAX = 4096 };

static void
fill(struct chain *chain)
{
	uint8_t bytes[256];

	while (chain->write.left > 0 && chain_written(chain) < BYTES_MAX) {
		size_t want = MIN(chain->write.left, sizeof(bytes));
		size_t got = entropy_read(bytes, want);

		if (got == 0 || chain_write(chain, guest_ram, bytes, got) < got)
			return;
	}
}

/* 5.4.6.1: no part of a buffer is for the device to read; it ignores such.
 * 5.4.6.2: what has room gets a byte or more. A host that has none is just
 * starting itself: the loop comes back until it has. */
static bool
kick(struct virtio *v, unsigned queue)
{
	struct virtio_queue *q = &((struct virtio_rng *)v)->queue[queue];
	struct chain chain UNCLEARED;

	while (virtio_pop(q, &chain)) {
		fill(&chain);
		if (chain.writable > 0 && chain_written(&chain) == 0) {
			virtq_unpop(&q->ring, &chain);
			break;
		}
		virtio_push(q, chain.id, chain_written(&chain));
	}
	return true;
}

const struct virtio_type virtio_rng_type = {
	.id = VIRTIO_ID_RNG,
	.transitional = 0x1005,
	.pci_class = 0x00ff00, /* none that fits */
	VIRTIO_QUEUES(struct virtio_rng),
	.queue_size = 8,
	.kick = kick,
};
