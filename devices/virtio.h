/* SPDX-License-Identifier: MIT
 *
 * What every virtio device has, whatever the transport: status, features,
 * queues, configuration space, interrupts (virtio 1.3, 2 and 3). A device is
 *
 *	struct virtio_rng {
 *		struct virtio v;		first
 *		... integers of its own ...
 *		struct virtio_queue queue[1];
 *	};
 *	const struct virtio_type virtio_rng_type = { ... };
 *
 * and a row of slots.def. All that the guest can change is in the struct; what
 * cannot change is in the type, which is passed along.
 *
 * Threads: vCPUs and the loop, with the board's lock held; kick on the loop.
 */
#ifndef DEVICES_VIRTIO_H
#define DEVICES_VIRTIO_H

#include "devices/pci_function.h"
#include "devices/virtq.h"

enum { VIRTIO_CONFIG_MAX = 104, VIRTIO_NO_VECTOR = 0xffff };

/* What the user chose. Zero is no device. */
struct virtio_setup {
	bool present;
	bool modern, legacy; /* interfaces; a device has at least one */
	uint16_t queues;     /* 0: as many as the type has */
	uint16_t vectors;    /* of MSI-X; 0: one for each queue and one more */
	uint64_t withheld;   /* features not to offer */
};

#define VIRTIO_TRANSITIONAL                                                    \
	{                                                                      \
		.present = true, .modern = true, .legacy = true                \
	}

struct virtio_queue {
	struct virtq_layout layout; /* as the driver writes it */
	uint16_t vector;	    /* of MSI-X, or VIRTIO_NO_VECTOR */
	uint32_t page;		    /* legacy: its address; else 0 */
	struct virtq ring;
};

struct virtio {
	struct pci_function function;
	struct virtio_setup setup; /* kept by every reset */
	uint32_t warned;	   /* bit n: enum virtq_broken n; kept, too */
	uint32_t faults;	   /* rings found malformed; kept, too */

	uint8_t status, isr;
	uint8_t generation; /* of the configuration space; kept, too */
	uint16_t config_vector, queue_select;
	uint32_t device_feature_select, driver_feature_select;
	uint64_t driver_features; /* as the driver wrote them */
	uint64_t features;	  /* as negotiated */
	struct virtio_window {	  /* 4.1.4.9: BAR access by way of PCI's */
		uint8_t bar;
		uint32_t offset, length, data;
	} window;
};

struct virtio_type {
	uint16_t id;	       /* virtio's (5) */
	uint16_t transitional; /* PCI's (4.1.2.1); 0: never was legacy */
	uint32_t pci_class;    /* 24 bits */
	uint16_t queues;       /* VIRTIO_QUEUES(struct virtio_rng) sets */
	uint32_t queues_at;    /* both */
	uint16_t queue_size;   /* at most; a power of two */
	uint16_t config_size;  /* at most VIRTIO_CONFIG_MAX */
	uint64_t features;     /* its own; those of rings are added */

	/* The driver offers buffers, or may have: pop, serve and push what
	 * there is. True: it would take more; false: it waits for something
	 * else, and calls virtio_kick() itself when it has got that. */
	bool (*kick)(struct virtio *v, unsigned queue);

	/* The rest may be NULL. DRIVER_OK was set; kicks follow. */
	void (*start)(struct virtio *v);
	/* A queue is reset: the buffers that were popped from it are forgotten,
	 * and when the register access is over, nothing touches them. Before
	 * Bus Master ends: when the access is over, all are pushed. */
	void (*stop)(struct virtio *v, unsigned queue);
	void (*settle)(struct virtio *v);
	/* The device is reset, all queues are stopped: as at power-on. */
	void (*reset)(struct virtio *v);
	/* Its configuration space, config_size bytes, into `to`, which is 0. */
	void (*config_read)(const struct virtio *v, void *to);
	/* `config` is what the space would be if the driver could write all of
	 * it: take the fields that it can. It wrote `size` bytes at `offset`,
	 * both within config_size; legacy drivers write a byte at a time. */
	void (*config_write)(struct virtio *v, const void *config,
	    unsigned offset, unsigned size);
};
#define VIRTIO_QUEUES(type)                                                    \
	.queues = ARRAY_SIZE(((type *)0)->queue),                              \
	.queues_at = offsetof(type, queue)

/* For devices. virtio_pop() and virtio_push() are virtq's; a flush shows the
 * driver what was pushed, interrupts it if it wants that, and finds out if the
 * ring is malformed. After a kick it comes by itself. */
MUST_CHECK bool virtio_pop(struct virtio_queue *q, struct chain *chain);
void virtio_push(struct virtio_queue *q, uint16_t id, uint32_t len);
void virtio_flush(struct virtio *v, struct virtio_queue *q);
void virtio_kick(
    struct virtio *v, const struct virtio_type *type, unsigned queue);

/* The configuration space changed, by the device's doing: tells the driver. */
void virtio_config_changed(struct virtio *v);

/* Was this feature offered and accepted? (linux/virtio_config.h: a number) */
static inline bool
virtio_has(const struct virtio *v, unsigned feature)
{
	return v->features >> feature & 1;
}

#endif
