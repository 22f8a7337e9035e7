/* SPDX-License-Identifier: MIT
 *
 * Between the devices blk0 to blk7, devices/blk.h, and the engine that does
 * their I/O. Each I/O begins when the loop has let go of the board's lock.
 *
 * Threads: main before the start and at the end; the loop; blk_stop(),
 * blk_settle() and disk_awaited() on vCPUs. The board's lock is held but where
 * disk.h says otherwise.
 */
#include "vmm/disk.h"

#include <string.h>
#include <sys/epoll.h>

#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/sandbox.h"
#include "vmm/vm.h"

#define EACH_DISK(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

_Static_assert((int)DISKS_MAX == (int)BLK_DISKS_MAX, "config.h: DISKS_MAX");

static struct virtio_blk *
device_of(unsigned disk)
{
	struct virtio_bus *bus = &vm.board.pci.virtio;
#define DEVICE(n) &bus->blk##n,
	struct virtio_blk *const devices[] = { EACH_DISK(DEVICE) };

	_Static_assert(ARRAY_SIZE(devices) == DISKS_MAX, "slots.def: blk rows");
	return devices[disk];
}

static unsigned
disk_of(unsigned device)
{
	unsigned disk = device - device_of(0)->v.function.device;

	check(disk < vm.disks.disks);
	return disk;
}

/* By two numbers of one opening no lock is in the way. */
static const char *
check_others(unsigned disk)
{
	const struct blk_file *f = &vm.disks.disk[disk].file, *other;

	for (unsigned i = 0; i < disk; i++) {
		other = &vm.disks.disk[i].file;
		if (!(f->read_only && other->read_only) &&
		    blk_file_same(f, other))
			return "in use by another --disk";
	}
	return NULL;
}

void
disk_open_all(void)
{
	const struct config *c = &vm.config;
	const char *wrong;

	for (unsigned i = 0; i < c->disk_count; i++) {
		const struct config_disk *d = &c->disks[i];
		struct blk_disk *disk = &vm.disks.disk[i];

		disk->aio = d->aio;
		disk->sync = d->sync;
		wrong = blk_file_open(&disk->file, d->path, d->read_only);
		if (wrong == NULL)
			wrong = check_others(i);
		if (wrong != NULL)
			die("--disk path=%s: %s", d->path, wrong);
	}
}

static void
confine_worker(void)
{
	sandbox_confine(SECCOMP_worker, -1);
	vm_ready();
}

void
disk_prepare(void)
{
	unsigned disks = vm.config.disk_count;
	const char *wrong = NULL;

	for (unsigned i = 0; vm.life.again && i < disks; i++)
		blk_file_remeasure(&vm.disks.disk[i].file);
	if (disks > 0)
		wrong = blk_engine_open(&vm.disks, disks);
	if (wrong != NULL)
		die("--disk: %s", wrong);
}

void
disk_release(void)
{
	if (vm.config.disk_count > 0)
		blk_engine_close(&vm.disks);
}

void
disk_start_all(void)
{
	const char *wrong;

	if (vm.config.disk_count == 0)
		return;
	vm.disks.worker = confine_worker;
	wrong = blk_engine_start(&vm.disks);
	if (wrong != NULL)
		die("--disk: %s", wrong);
	if (!loop_watch(LOOP_DISK, vm.disks.event, EPOLLIN | EPOLLET))
		die_errno("--disk: event loop");
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

static void
attach(unsigned disk)
{
	virtio_blk_attach(device_of(disk), vm.disks.disk[disk].file.bytes / 512,
	    vm.config.disks[disk].id);
}

void
disk_attach_all(void)
{
	for (unsigned i = 0; i < vm.disks.disks; i++)
		attach(i);
}

int
disk_find(const char *name)
{
	for (unsigned i = 0; i < vm.disks.disks; i++) {
		char row[] = { 'b', 'l', 'k', (char)('0' + i), '\0' };

		if (strcmp(name, row) == 0)
			return (int)i;
	}
	for (unsigned i = 0; i < vm.disks.disks && *name != '\0'; i++)
		if (strcmp(name, vm.config.disks[i].id) == 0)
			return (int)i;
	return -1;
}

bool
disk_resize(unsigned disk, uint64_t bytes, const char **wrong)
{
	struct virtio_blk *d = device_of(disk);

	check(disk < vm.disks.disks);
	*wrong = blk_file_resize(&vm.disks.disk[disk].file, bytes);
	if (*wrong != NULL)
		return false;
	attach(disk);
	virtio_config_changed(&d->v);
	return true;
}

/*
 * devices/blk.h.
 */

bool
blk_room(unsigned device)
{
	return blk_engine_room(&vm.disks, disk_of(device));
}

enum blk_result
blk_submit(unsigned device, uint32_t tag, const struct blk_io *io)
{
	unsigned disk = disk_of(device);

	stats_count_disk(&vm.disk_stats[disk], io);
	return blk_engine_submit(&vm.disks, disk, tag, io);
}

void
blk_stop(unsigned device, unsigned queue)
{
	blk_engine_stop(&vm.disks, disk_of(device), queue);
}

void
blk_settle(unsigned device)
{
	blk_engine_settle(&vm.disks, disk_of(device));
}

/*
 * The loop's.
 */

/* Who stopped the machine looks at its memory: a sync that is done meanwhile is
 * told of later. */
void
disk_ready(void)
{
	bool awaited = disk_awaited();
	struct blk_done done;
	uint32_t disks = 0; /* bit n: disk n has something to show */

	if (vm.pause.reached)
		return;
	while (blk_engine_next(&vm.disks, &done)) {
		virtio_blk_done(device_of(done.disk), done.tag, done.ok);
		disks |= 1u << done.disk;
	}
	for (unsigned i = 0; i < vm.disks.disks; i++) {
		if ((disks >> i & 1) != 0)
			virtio_blk_flush(device_of(i));
		if (blk_engine_room_again(&vm.disks, i))
			virtio_blk_room(device_of(i));
	}
	if (awaited && !disk_awaited())
		pthread_cond_broadcast(&vm.changed);
}

bool
disk_awaited(void)
{
	return blk_engine_awaited(&vm.disks);
}

bool
disk_waits(void)
{
	return blk_engine_waits(&vm.disks);
}

void
disk_begin(void)
{
	blk_engine_begin(&vm.disks);
}

void
disk_end(void)
{
	if (vm.config.disk_count > 0)
		blk_engine_end(&vm.disks);
}
