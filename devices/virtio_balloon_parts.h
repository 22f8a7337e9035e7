/* SPDX-License-Identifier: MIT
 *
 * What the files of the balloon share: its queues and what each is kicked for.
 * virtio_balloon.c is the device; _pages.c, _stats.c and _hints.c serve its
 * queues.
 */
#ifndef DEVICES_VIRTIO_BALLOON_PARTS_H
#define DEVICES_VIRTIO_BALLOON_PARTS_H

#include "devices/virtio_balloon.h"

/* In the order, and with the numbers, of 5.5.2. */
enum balloon_role {
	BALLOON_INFLATE,
	BALLOON_DEFLATE,
	BALLOON_STATS,
	BALLOON_HINTS,
	BALLOON_REPORTS,
	BALLOON_NOBODY
};

/* Was its feature negotiated? */
bool balloon_has(const struct virtio_balloon *d, enum balloon_role role);

/* May we use its queues and interrupt it, other than when it kicks? */
bool balloon_runs(const struct virtio_balloon *d);

/* kick() of struct virtio_type, for a queue in one of the roles. */
bool balloon_acknowledge(struct virtio_balloon *d, unsigned queue);
bool balloon_inflate(struct virtio_balloon *d, unsigned queue);
bool balloon_report(struct virtio_balloon *d, unsigned queue);
bool balloon_take_stats(struct virtio_balloon *d);
bool balloon_take_hints(struct virtio_balloon *d, unsigned queue);

/* Sets the timer of statistics by interval_s and by whether there is a driver
 * to ask. */
void balloon_set_timer(struct virtio_balloon *d);

#endif
