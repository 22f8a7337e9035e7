/* SPDX-License-Identifier: MIT
 *
 * A toy for the tests of virtio: three queues, a configuration space of odd
 * size, and a count of all that it is called for.
 */
#ifndef DEVICES_VIRTIO_TOY_FIXTURE_H
#define DEVICES_VIRTIO_TOY_FIXTURE_H

#include <string.h>

#include "devices/virtio.h"

enum { TOY_QUEUE_SIZE = 16 };
#define F_TOY	   ((uint64_t)1 << 3)
#define F_TOY_HIGH ((uint64_t)1 << 50)

struct toy {
	struct virtio v;
	uint32_t number; /* the driver writes it */
	uint32_t wrote_at, wrote_size;
	unsigned kicks[3], starts, stops[3], resets;
	bool slow;  /* kick takes one buffer */
	bool sated; /* ... or none, and says so */
	struct virtio_queue queue[3];
};

static inline void
toy_config_read(const struct virtio *v, void *to)
{
	uint32_t number = ((const struct toy *)v)->number;

	memcpy(to, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	memcpy((uint8_t *)to + 8, &number, 4);
	memcpy((uint8_t *)to + 12, "\xaa\xbb\xcc", 3);
}

static inline void
toy_config_write(
    struct virtio *v, const void *config, unsigned offset, unsigned size)
{
	struct toy *t = (struct toy *)v;

	memcpy(&t->number, (const uint8_t *)config + 8, 4);
	t->wrote_at = offset;
	t->wrote_size = size;
}

/* Uses buffers, all or one, and writes 0x5a to what it can write. */
static inline bool
toy_kick(struct virtio *v, unsigned queue)
{
	static struct chain chain;
	struct toy *t = (struct toy *)v;
	struct virtio_queue *q = &t->queue[queue];

	t->kicks[queue]++;
	if (t->sated)
		return false;
	while (virtio_pop(q, &chain)) {
		while (chain_write(&chain, guest_ram, "\x5a", 1) == 1)
			;
		virtio_push(q, chain.id, chain_written(&chain));
		if (t->slow)
			break;
	}
	return true;
}

static inline void
toy_start(struct virtio *v)
{
	((struct toy *)v)->starts++;
}

static inline void
toy_stop(struct virtio *v, unsigned queue)
{
	((struct toy *)v)->stops[queue]++;
}

static inline void
toy_reset(struct virtio *v)
{
	((struct toy *)v)->resets++;
	((struct toy *)v)->number = 0;
}

static const struct virtio_type toy_type = {
	.id = 2,
	.transitional = 0x1001,
	.pci_class = 0x010000,
	VIRTIO_QUEUES(struct toy),
	.queue_size = TOY_QUEUE_SIZE,
	.config_size = 15,
	.features = F_TOY | F_TOY_HIGH,
	.kick = toy_kick,
	.start = toy_start,
	.stop = toy_stop,
	.reset = toy_reset,
	.config_read = toy_config_read,
	.config_write = toy_config_write,
};

#endif
