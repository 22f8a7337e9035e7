/* SPDX-License-Identifier: MIT
 *
 * A driver of virtio functions on PCI's bus 0 for tests, written from virtio
 * 1.3: initialization (3.1), PCI (4.1); rings are in virtio_ring.h. Honest, but
 * each step is a call of its own: hostile guests take those they like and go
 * wrong in between.
 */
#ifndef GUEST_TESTS_VIRTIO_H
#define GUEST_TESTS_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

enum { VIRTIO_BLK = 2, VIRTIO_CONSOLE, VIRTIO_RNG, VIRTIO_BALLOON }; /* 5 */

enum { /* device status, 2.1 */
	ACKNOWLEDGE = 1,
	DRIVER = 2,
	DRIVER_OK = 4,
	FEATURES_OK = 8,
	NEEDS_RESET = 0x40,
	FAILED = 0x80
};

/* 6 */
#define F_INDIRECT   (1ull << 28)
#define F_EVENT_IDX  (1ull << 29)
#define F_VERSION_1  (1ull << 32)
#define F_PACKED     (1ull << 34)
#define F_IN_ORDER   (1ull << 35)
#define F_RING_RESET (1ull << 40)

enum { /* the common configuration, 4.1.4.3 */
	C_DEVICE_FEATURE_SELECT = 0x00,
	C_DEVICE_FEATURE = 0x04,
	C_DRIVER_FEATURE_SELECT = 0x08,
	C_DRIVER_FEATURE = 0x0c,
	C_CONFIG_VECTOR = 0x10,
	C_NUM_QUEUES = 0x12,
	C_STATUS = 0x14,
	C_QUEUE_SELECT = 0x16,
	C_QUEUE_SIZE = 0x18,
	C_QUEUE_VECTOR = 0x1a,
	C_QUEUE_ENABLE = 0x1c,
	C_QUEUE_NOTIFY_OFF = 0x1e,
	C_QUEUE_DESC = 0x20,
	C_QUEUE_DRIVER = 0x28,
	C_QUEUE_DEVICE = 0x30,
	C_QUEUE_RESET = 0x3a
};
enum { /* the legacy header, 4.1.4.10 */
	L_DEVICE_FEATURES = 0,
	L_DRIVER_FEATURES = 4,
	L_QUEUE_ADDRESS = 8,
	L_QUEUE_SIZE = 12,
	L_QUEUE_SELECT = 14,
	L_QUEUE_NOTIFY = 16,
	L_STATUS = 18,
	L_ISR = 19,
	L_CONFIG = 20 /* with MSI-X it is 24, and here are the vectors */
};
enum { ISR_QUEUE = 1, ISR_CONFIG = 2 }; /* 4.1.4.5: reading it clears it */
enum { PCI_COMMAND = 4, PCI_IO = 1, PCI_MEMORY = 2, PCI_MASTER = 4 };
enum { MSIX_ENABLE = 0x8000, MSIX_MASK_ALL = 0x4000, NO_VECTOR = 0xffff };

struct virtio {
	bool legacy;	/* driven by its ports */
	uint64_t pci;	/* configuration space, by ECAM */
	uint16_t ports; /* BAR 0; 0: no legacy interface */
	uint64_t common, isr, config, notify; /* 0: no modern one */
	uint32_t notify_multiplier;
	uint64_t window;	       /* 4.1.4.9's capability, by ECAM */
	uint64_t msix, table, pending; /* MSI-X: capability, table, PBA */
	uint64_t features;	       /* negotiated */
};

/* The function of this device type: it is there, with memory, ports and bus
 * mastering on. */
void virtio_find(struct virtio *v, unsigned type, bool legacy);

/* Where its first PCI capability of this ID is, by ECAM; 0: it has none. */
enum { CAP_PM = 1, CAP_EXP = 0x10 };
uint64_t virtio_capability(const struct virtio *v, unsigned id);

uint64_t common_read(const struct virtio *v, unsigned reg, unsigned size);
void common_write(
    const struct virtio *v, unsigned reg, unsigned size, uint64_t value);

/* By the interface that it is driven by. */
uint8_t virtio_status(const struct virtio *v);
uint8_t virtio_isr(const struct virtio *v);
void virtio_set_status(const struct virtio *v, uint8_t status);
uint64_t virtio_offered(const struct virtio *v);
void virtio_accept(const struct virtio *v, uint64_t features);
void virtio_notify(const struct virtio *v, unsigned queue);
uint64_t virtio_config(const struct virtio *v, unsigned at, unsigned size);

/* 3.1.1: reset, and wait until it is done; to FEATURES_OK, which the device
 * grants, VERSION_1 by itself; DRIVER_OK. */
void virtio_reset(const struct virtio *v);
void virtio_negotiate(struct virtio *v, uint64_t features);
void virtio_start(const struct virtio *v);

/* Is it so within `us`, at most four seconds? It is asked at least twice. */
bool within(uint32_t us, bool (*is)(void *of), void *of);
enum { SOON = 2000000 }; /* us: it is never so late on a host that lives */

/* Lets `us` go by, at most four seconds. */
void pass(uint32_t us);

#endif
