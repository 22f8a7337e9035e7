/* SPDX-License-Identifier: MIT
 *
 * See balloon.h.
 */
#include "vmm/balloon.h"

#include "devices/balloon.h"
#include "vmm/vm.h"

static struct virtio_balloon *
device(void)
{
	return &vm.board.pci.virtio.balloon;
}

void
balloon_attach(void)
{
	const struct config_balloon *c = &vm.config.balloon;

	if (c->target != 0)
		balloon_set_left(c->target);
	virtio_balloon_set_interval(device(), c->stats_s);
}

void
balloon_set_left(uint64_t bytes)
{
	uint64_t size = vm.config.mem;

	check(bytes <= size && size / VIRTIO_BALLOON_PAGE <= UINT32_MAX);
	virtio_balloon_set_target(
	    device(), (uint32_t)((size - bytes) / VIRTIO_BALLOON_PAGE));
}

uint64_t
balloon_left(void)
{
	uint64_t bytes =
	    (uint64_t)virtio_balloon_actual(device()) * VIRTIO_BALLOON_PAGE;

	return vm.config.mem - MIN(bytes, vm.config.mem);
}

void
balloon_changed(uint32_t pages)
{
	(void)pages;
	control_balloon();
}
