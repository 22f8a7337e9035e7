/* SPDX-License-Identifier: MIT
 *
 * Doorbells: a driver's "look at this queue" that wakes the loop instead of
 * stopping a vCPU in user space. devices/ calls these and knows nothing of
 * eventfds; unit tests and fuzzers link stand-ins of the same names.
 *
 * Whatever its way, a kick ends in board_kick(device, queue) on the loop's
 * thread. One that comes late, twice, or for nothing does no harm there.
 *
 * Threads: any, with the board's lock held.
 */
#ifndef VMM_KICK_H
#define VMM_KICK_H

#include "devices/pci_function.h"

/* Makes an eventfd for each queue that gets a doorbell; after
 * board_configure(). */
void kick_make_all(void);

/* Has KVM signal them. A queue's doorbell is VIRTIO_DOORBELL(device, queue), any
 * width and value, and, legacy, the word `queue` at the port
 * VIRTIO_LEGACY_DOORBELL(device) (devices/virtio_pci.h). After that no memory,
 * chip or vCPU is added to the VM. */
void kick_hang_all(void);

/* The driver of PCI device number `device` has enabled a queue: from now on its
 * doorbell is heeded. */
void kick_enable(unsigned device, unsigned queue);

/* No more: the queue was enabled and is reset. A kick may be under way. */
void kick_disable(unsigned device, unsigned queue);

/* A kick that came as an ordinary access, or that a device gives itself to go
 * on later. */
void kick_post(unsigned device, unsigned queue);

/*
 * The monitor's half.
 */
enum { KICK_QUEUES = 64 }; /* a device's, at most */

/* Doorbells by device and queue. */
struct kicks {
	int fd[PCI_DEVICES][KICK_QUEUES]; /* 0: there is no such queue */
	/* bit n: queue n */
	uint64_t enabled[PCI_DEVICES];
	uint64_t posted[PCI_DEVICES]; /* by kick_post() */
};

/* What the loop calls. */
void kick_ready(unsigned number); /* device * KICK_QUEUES + queue */
void kick_posted(void);

#endif
