/* SPDX-License-Identifier: MIT
 *
 * The memory balloon, after virtio 1.3, 5.5: the device itself; who serves its
 * queues is in virtio_balloon_parts.h. A page in the balloon goes back to the
 * host before its request is answered, and comes back, as zeros, when the guest
 * touches it: deflating needs nothing from us, and whether the driver must tell
 * us first makes no difference.
 *
 * Threads: the loop, with the board's lock held; vCPUs for configuration and
 * reset.
 */
#include "devices/virtio_balloon.h"

#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "devices/balloon.h"
#include "devices/virtio_balloon_parts.h"
#include "vmm/loop.h"

#define BIT(n) ((uint64_t)1 << (n))

bool
balloon_has(const struct virtio_balloon *d, enum balloon_role role)
{
	switch (role) {
	case BALLOON_INFLATE:
	case BALLOON_DEFLATE:
		return true;
	case BALLOON_STATS:
		return virtio_has(&d->v, VIRTIO_BALLOON_F_STATS_VQ);
	case BALLOON_HINTS:
		return virtio_has(&d->v, VIRTIO_BALLOON_F_FREE_PAGE_HINT);
	case BALLOON_REPORTS:
		return virtio_has(&d->v, VIRTIO_BALLOON_F_REPORTING);
	case BALLOON_NOBODY:
		break;
	}
	return false;
}

bool
balloon_runs(const struct virtio_balloon *d)
{
	return (d->v.status & VIRTIO_CONFIG_S_DRIVER_OK) != 0 &&
	    (d->v.status & VIRTIO_CONFIG_S_NEEDS_RESET) == 0 &&
	    pci_function_masters(&d->v.function);
}

/*
 * 5.5.2 gives each queue a number, and says that some exist only with their
 * feature. Linux takes that for a list: its transports pass over queues that
 * were not negotiated and number the others without gaps, and QEMU's device
 * goes along. Other drivers keep to the section's numbers. With all features
 * the two agree; where they don't, the section's last number is past the end
 * of Linux' list: start() looks whether the driver has enabled one there.
 */
static enum balloon_role
role_of(const struct virtio_balloon *d, unsigned queue)
{
	unsigned number = 0;

	if (d->numbered)
		return balloon_has(d, (enum balloon_role)queue)
		    ? (enum balloon_role)queue
		    : BALLOON_NOBODY;
	for (enum balloon_role role = BALLOON_INFLATE; role < BALLOON_NOBODY;
	     role++)
		if (balloon_has(d, role) && number++ == queue)
			return role;
	return BALLOON_NOBODY;
}

static bool
kick(struct virtio *v, unsigned queue)
{
	struct virtio_balloon *d = (struct virtio_balloon *)v;

	switch (role_of(d, queue)) {
	case BALLOON_INFLATE:
		return balloon_inflate(d, queue);
	case BALLOON_DEFLATE:
		return balloon_acknowledge(d, queue);
	case BALLOON_STATS:
		return balloon_take_stats(d);
	case BALLOON_HINTS:
		return balloon_take_hints(d, queue);
	case BALLOON_REPORTS:
		return balloon_report(d, queue);
	case BALLOON_NOBODY:
		break;
	}
	return false;
}

static void
start(struct virtio *v)
{
	struct virtio_balloon *d = (struct virtio_balloon *)v;
	unsigned last = 0;

	for (unsigned i = 0; i < VIRTIO_BALLOON_QUEUES; i++)
		if (d->queue[i].ring.enabled)
			last = i;
	d->numbered = role_of(d, last) == BALLOON_NOBODY;
	balloon_set_timer(d);
}

static void
stop(struct virtio *v, unsigned queue)
{
	struct virtio_balloon *d = (struct virtio_balloon *)v;

	d->done[queue] = 0;
	if (queue == BALLOON_STATS)
		d->primed = d->held = false;
}

static void
set_actual(struct virtio_balloon *d, uint32_t pages)
{
	bool changed = d->actual != pages;

	d->actual = d->actual_so_far = pages;
	if (pages == 0 && d->small) {
		gmem_huge(guest_ram, true);
		d->small = false;
	}
	if (changed)
		balloon_changed(pages);
}

/* 5.5.6.5.2: STOP while no hints are wanted. */
static void
reset(struct virtio *v)
{
	struct virtio_balloon *d = (struct virtio_balloon *)v;

	d->poison_val = 0;
	d->numbered = false;
	d->stats = (struct virtio_balloon_stats){ .at_ns = 0 };
	d->cmd_id = d->drivers_id = VIRTIO_BALLOON_CMD_ID_STOP;
	d->hinted = 0;
	loop_timer(TIMER_balloon, TIMER_OFF);
	set_actual(d, 0);
}

static void
config_read(const struct virtio *v, void *to)
{
	const struct virtio_balloon *d = (const struct virtio_balloon *)v;
	struct virtio_balloon_config *c = to;

	c->num_pages = d->num_pages;
	c->actual = d->actual_so_far;
	c->free_page_hint_cmd_id = d->cmd_id;
	c->poison_val = d->poison_val;
}

/* 5.5.6.2.1: a legacy driver writes `actual` a byte at a time, and the last one
 * makes it count. */
static void
config_write(
    struct virtio *v, const void *config, unsigned offset, unsigned size)
{
	struct virtio_balloon *d = (struct virtio_balloon *)v;
	const struct virtio_balloon_config *c = config;
	const unsigned last =
	    offsetof(struct virtio_balloon_config, actual) + 3;

	d->poison_val = c->poison_val;
	d->actual_so_far = c->actual;
	if (offset <= last && last < offset + size)
		set_actual(d, c->actual);
}

void
virtio_balloon_set_target(struct virtio_balloon *d, uint32_t pages)
{
	if (d->num_pages == pages)
		return;
	d->num_pages = pages;
	virtio_config_changed(&d->v);
}

uint32_t
virtio_balloon_actual(const struct virtio_balloon *d)
{
	return d->actual;
}

/* A queue exists with its feature alone (5.5.2); a poison matters to hints and
 * reports. */
void
virtio_balloon_offer(
    struct virtio_setup *setup, const struct virtio_balloon_offer *offer)
{
	setup->queues = offer->reporting ? BALLOON_REPORTS + 1
	    : offer->hinting		 ? BALLOON_HINTS + 1
	    : offer->stats		 ? BALLOON_STATS + 1
					 : BALLOON_DEFLATE + 1;
	setup->withheld = 0;
	if (!offer->stats)
		setup->withheld |= BIT(VIRTIO_BALLOON_F_STATS_VQ);
	if (!offer->deflate_on_oom)
		setup->withheld |= BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
	if (!offer->hinting)
		setup->withheld |= BIT(VIRTIO_BALLOON_F_FREE_PAGE_HINT);
	if (!offer->reporting)
		setup->withheld |= BIT(VIRTIO_BALLOON_F_REPORTING);
	if (!offer->hinting && !offer->reporting)
		setup->withheld |= BIT(VIRTIO_BALLOON_F_PAGE_POISON);
}

const struct virtio_type virtio_balloon_type = {
	.id = VIRTIO_ID_BALLOON,
	.transitional = 0x1002,
	.pci_class = 0x00ff00, /* none that fits */
	VIRTIO_QUEUES(struct virtio_balloon),
	.queue_size = 128,
	.config_size = sizeof(struct virtio_balloon_config),
	.features = BIT(VIRTIO_BALLOON_F_MUST_TELL_HOST) |
	    BIT(VIRTIO_BALLOON_F_STATS_VQ) |
	    BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM) |
	    BIT(VIRTIO_BALLOON_F_FREE_PAGE_HINT) |
	    BIT(VIRTIO_BALLOON_F_PAGE_POISON) | BIT(VIRTIO_BALLOON_F_REPORTING),
	.kick = kick,
	.start = start,
	.stop = stop,
	.reset = reset,
	.config_read = config_read,
	.config_write = config_write,
};
