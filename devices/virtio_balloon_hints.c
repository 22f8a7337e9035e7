/* SPDX-License-Identifier: MIT
 *
 * Free page hints, after virtio 1.3, 5.5.6.5: taken, counted, and not acted on.
 * The driver may use a page again before we have seen its hint (5.5.6.5.1), so
 * only somebody who knows which pages were written since the command may
 * discard one (5.5.6.5.2). Migration knows; we do not. For giving memory back
 * there are reports, which the driver waits for.
 *
 * Threads: the loop, with the board's lock held.
 */
#include <linux/virtio_balloon.h>

#include "devices/virtio_balloon_parts.h"

static void
set_cmd_id(struct virtio_balloon *d, uint32_t id)
{
	d->cmd_id = id;
	virtio_config_changed(&d->v);
}

static bool
hinting(const struct virtio_balloon *d)
{
	return d->cmd_id != VIRTIO_BALLOON_CMD_ID_STOP &&
	    d->cmd_id != VIRTIO_BALLOON_CMD_ID_DONE;
}

/* The driver begins with our id and ends with STOP; then, since we keep no
 * hints, it may have its pages back at once (5.5.6.5.2). */
static void
take_command(struct virtio_balloon *d, uint32_t id)
{
	bool was_ours = hinting(d) && d->drivers_id == d->cmd_id;

	d->drivers_id = id;
	if (was_ours && id == VIRTIO_BALLOON_CMD_ID_STOP)
		set_cmd_id(d, VIRTIO_BALLOON_CMD_ID_DONE);
}

/* What comes under another id than ours counts for nothing (5.5.6.5.2). */
bool
balloon_take_hints(struct virtio_balloon *d, unsigned queue)
{
	struct virtio_queue *q = &d->queue[queue];
	struct chain chain UNCLEARED;
	uint32_t id;

	while (virtio_pop(q, &chain)) {
		if (chain_read(&chain, guest_ram, &id, sizeof(id)) ==
		    sizeof(id))
			take_command(d, id);
		if (hinting(d) && d->drivers_id == d->cmd_id)
			d->hinted += chain.writable;
		virtio_push(q, chain.id, 0);
	}
	return true;
}

/* 5.5.6.5.2: no id comes twice, within four billion. */
bool
virtio_balloon_hint_start(struct virtio_balloon *d)
{
	if (!balloon_has(d, BALLOON_HINTS) ||
	    (d->v.status & VIRTIO_CONFIG_S_DRIVER_OK) == 0)
		return false;
	do
		d->last_id++;
	while (d->last_id <= VIRTIO_BALLOON_CMD_ID_DONE);
	d->hinted = 0;
	set_cmd_id(d, d->last_id);
	return true;
}

/* 5.5.6.5.2 */
void
virtio_balloon_hint_stop(struct virtio_balloon *d)
{
	if (hinting(d))
		set_cmd_id(d, VIRTIO_BALLOON_CMD_ID_DONE);
}

struct virtio_balloon_hints
virtio_balloon_hints(const struct virtio_balloon *d)
{
	return (struct virtio_balloon_hints){ hinting(d), d->hinted };
}
