/* SPDX-License-Identifier: MIT
 *
 * The memory balloon (virtio 1.3, 5.5): the host asks for memory, the driver
 * names pages that the guest does without, and the host takes them back.
 *
 * A page is 4 KiB whatever the guest's pages are. All that a driver says of its
 * balloon, its statistics, its hints is what it says: any number.
 *
 * Threads: all calls with the board's lock held.
 */
#ifndef DEVICES_VIRTIO_BALLOON_H
#define DEVICES_VIRTIO_BALLOON_H

#include "devices/virtio.h"

enum {
	VIRTIO_BALLOON_PAGE = 4096,
	VIRTIO_BALLOON_QUEUES = 5,
	VIRTIO_BALLOON_TAGS = 16
};

/* 5.5.6.4: values by tag (linux/virtio_balloon.h, VIRTIO_BALLOON_S_...). */
struct virtio_balloon_stats {
	uint64_t at_ns; /* when they came, as loop_now_ns(); 0: none yet */
	uint32_t known; /* bit n: the driver told value[n] */
	uint64_t value[VIRTIO_BALLOON_TAGS];
};

/* 5.5.6.5, as far as it has come. */
struct virtio_balloon_hints {
	bool running;
	uint64_t bytes; /* that the driver hinted at, this time or the last */
};

struct virtio_balloon {
	struct virtio v;
	uint32_t num_pages; /* this and interval_s: the host's, kept */
	uint32_t interval_s;
	uint32_t actual;	/* as the driver last wrote all of it */
	uint32_t actual_so_far; /* with what bytes came since */
	uint32_t poison_val;
	bool small;    /* RAM is without huge pages: there is a balloon */
	bool numbered; /* queues go by 5.5.2's numbers: role_of() */

	/* Of the buffer that is next in a queue, bytes dealt with. */
	uint64_t done[VIRTIO_BALLOON_QUEUES];

	bool primed; /* statsq has had its first buffer, */
	bool held;   /* and this one is kept, until we want statistics */
	uint16_t held_id;
	struct virtio_balloon_stats stats;

	uint32_t cmd_id;     /* free_page_hint_cmd_id */
	uint32_t last_id;    /* the last that we made up; kept */
	uint32_t drivers_id; /* the last that the driver sent */
	uint64_t hinted;     /* bytes */

	struct virtio_queue queue[VIRTIO_BALLOON_QUEUES];
};

extern const struct virtio_type virtio_balloon_type;

/* What the user chose to offer, into `setup`. */
struct virtio_balloon_offer {
	bool deflate_on_oom, stats, hinting, reporting;
};
void virtio_balloon_offer(
    struct virtio_setup *setup, const struct virtio_balloon_offer *offer);

/* How many pages the driver should have in its balloon, from now on. Without a
 * driver, the next one is told. */
void virtio_balloon_set_target(struct virtio_balloon *d, uint32_t pages);

/* How many it says it has. */
uint32_t virtio_balloon_actual(const struct virtio_balloon *d);

/* Has the driver asked for statistics every so many seconds, from now on; 0:
 * never. Without the feature it has no effect. */
void virtio_balloon_set_interval(struct virtio_balloon *d, uint32_t seconds);

/* The last statistics, whole. False: none since the driver came. */
bool virtio_balloon_stats(
    const struct virtio_balloon *d, struct virtio_balloon_stats *stats);

/* Has the driver hint at all of its free pages, once; what was running ends.
 * False when no driver is there that could. */
bool virtio_balloon_hint_start(struct virtio_balloon *d);

/* Ends it, if it has not ended by itself: the guest has its pages back. */
void virtio_balloon_hint_stop(struct virtio_balloon *d);

struct virtio_balloon_hints virtio_balloon_hints(
    const struct virtio_balloon *d);

/* The timer of devices/events.def. */
void virtio_balloon_fire(struct virtio_balloon *d, uint64_t now_ns);

#endif
