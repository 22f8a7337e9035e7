/* SPDX-License-Identifier: MIT
 *
 * From devices/blk.h to the files: each I/O is done when blk_submit() returns.
 *
 * Threads: main before the start; then the loop, with the board's lock held,
 * which a slow file holds up with it.
 */
#include "vmm/disk.h"

#include <signal.h>

#include "vmm/log.h"
#include "vmm/vm.h"

#define EACH_DISK(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

static struct virtio_blk *
device_of(unsigned disk)
{
	struct virtio_bus *bus = &vm.board.pci.virtio;
#define DEVICE(n) &bus->blk##n,
	struct virtio_blk *const devices[] = { EACH_DISK(DEVICE) };

	_Static_assert(ARRAY_SIZE(devices) == DISKS_MAX, "slots.def: blk rows");
	return devices[disk];
}

void
disk_open_all(void)
{
	const struct config *c = &vm.config;

	signal(SIGXFSZ, SIG_IGN); /* RLIMIT_FSIZE: an error, to the guest */
	for (unsigned i = 0; i < c->disk_count; i++) {
		const struct config_disk *d = &c->disks[i];
		const char *wrong =
		    blk_file_open(&vm.disks[i], d->path, d->read_only);

		if (wrong != NULL)
			die("--disk %s: %s", d->path, wrong);
	}
}

void
disk_setup(struct virtio_bus_setup *devices)
{
#define SETUP(n) &devices->blk##n,
	struct virtio_setup *const setups[] = { EACH_DISK(SETUP) };

	for (unsigned i = 0; i < vm.config.disk_count; i++) {
		const struct config_disk *d = &vm.config.disks[i];

		*setups[i] = d->setup;
		setups[i]->withheld =
		    virtio_blk_withheld(d->read_only, d->setup.queues);
	}
}

void
disk_attach_all(void)
{
	for (unsigned i = 0; i < vm.config.disk_count; i++)
		virtio_blk_attach(device_of(i), vm.disks[i].bytes / 512,
		    vm.config.disks[i].id);
}

bool
blk_room(unsigned device)
{
	(void)device; /* nothing is under way */
	return true;
}

enum blk_result
blk_submit(unsigned device, uint32_t tag, const struct blk_io *io)
{
	unsigned disk = device - device_of(0)->v.function.device;

	(void)tag;
	check(disk < vm.config.disk_count);
	return blk_file_io(&vm.disks[disk], io) ? BLK_DONE : BLK_FAILED;
}

void
blk_stop(unsigned device, unsigned queue)
{
	(void)device, (void)queue; /* nothing is under way */
}
