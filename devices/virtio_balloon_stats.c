/* SPDX-License-Identifier: MIT
 *
 * The guest's memory statistics, after virtio 1.3, 5.5.6.3. The queue works the
 * other way round: we keep the driver's buffer, and giving it back asks for the
 * next.
 *
 * Threads: the loop, with the board's lock held; vCPUs when a driver starts.
 */
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>

#include "devices/virtio_balloon_parts.h"
#include "vmm/loop.h"

/* No more is read of a buffer: all tags of today, and many more. */
enum { STATS_MAX = 256 };

/* 5.5.6.3.2: in any order, and unknown tags are no matter. */
static void
parse(struct virtio_balloon *d, struct chain *chain)
{
	struct virtio_balloon_stat stat;

	d->stats =
	    (struct virtio_balloon_stats){ .at_ns = MAX(loop_now_ns(), 1) };
	for (unsigned n = 0; n < STATS_MAX; n++) {
		if (chain_read(chain, guest_ram, &stat, sizeof(stat)) <
		    sizeof(stat))
			return;
		if (stat.tag >= VIRTIO_BALLOON_TAGS)
			continue;
		d->stats.known |= 1u << stat.tag;
		d->stats.value[stat.tag] = stat.val;
	}
}

static void
release(struct virtio_balloon *d)
{
	if (d->held)
		virtio_push(&d->queue[BALLOON_STATS], d->held_id, 0);
	d->held = false;
}

/* The driver has one buffer at most in the queue (5.5.6.3.1); with a second one
 * it gets the first back. A legacy driver's very first may be full of what was
 * in memory (5.5.6.3.3). */
bool
balloon_take_stats(struct virtio_balloon *d)
{
	struct chain chain UNCLEARED;

	while (virtio_pop(&d->queue[BALLOON_STATS], &chain)) {
		release(d);
		if (d->primed || virtio_has(&d->v, VIRTIO_F_VERSION_1))
			parse(d, &chain);
		d->primed = true;
		d->held = true;
		d->held_id = chain.id;
	}
	return true;
}

void
balloon_set_timer(struct virtio_balloon *d)
{
	uint64_t at_ns = TIMER_OFF;

	if (d->interval_s != 0 && balloon_has(d, BALLOON_STATS) &&
	    (d->v.status & VIRTIO_CONFIG_S_DRIVER_OK) != 0)
		at_ns = loop_now_ns() + d->interval_s * (uint64_t)1000000000;
	loop_timer(TIMER_balloon, at_ns);
}

void
virtio_balloon_fire(struct virtio_balloon *d, uint64_t now_ns)
{
	(void)now_ns;
	balloon_set_timer(d);
	if (!balloon_runs(d))
		return;
	release(d);
	virtio_flush(&d->v, &d->queue[BALLOON_STATS]);
}

void
virtio_balloon_set_interval(struct virtio_balloon *d, uint32_t seconds)
{
	d->interval_s = seconds;
	balloon_set_timer(d);
}

bool
virtio_balloon_stats(
    const struct virtio_balloon *d, struct virtio_balloon_stats *stats)
{
	*stats = d->stats;
	return stats->at_ns != 0;
}
