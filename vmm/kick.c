/* SPDX-License-Identifier: MIT
 *
 * Doorbells: an eventfd for each queue, which KVM signals itself when the guest
 * writes to the address of one that is enabled, and one more for kicks that
 * come in any other way. They are made before the start, when that is still
 * allowed, but KVM hears of them as late as can be: from the first on, taking
 * the VM apart takes four times as long.
 *
 * Threads: as kick.h says; kick_ready on the loop's.
 */
#include "vmm/kick.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "devices/virtio_pci.h"
#include "vmm/kvm.h"
#include "vmm/log.h"
#include "vmm/loop.h"

static unsigned
number_of(unsigned device, unsigned queue)
{
	return LOOP_KICK + device * KICK_QUEUES + queue;
}

static struct doorbell
doorbell_of(unsigned device, unsigned queue, bool legacy)
{
	if (legacy)
		return (struct doorbell){ .fd = vm.kicks.fd[device][queue],
			.at = VIRTIO_LEGACY_DOORBELL(device),
			.port = true,
			.queue = queue };
	return (struct doorbell){ .fd = vm.kicks.fd[device][queue],
		.at = VIRTIO_DOORBELL(device, queue) };
}

static bool
make(unsigned device, unsigned queue)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	vm.kicks.fd[device][queue] = MAX(fd, 0);
	return fd >= 0 &&
	    loop_watch(number_of(device, queue), fd, EPOLLIN | EPOLLET);
}

void
kick_make_all(void)
{
	for (unsigned device = 0; device < PCI_DEVICES; device++) {
		unsigned queues =
		    virtio_bus_queues(&vm.board.pci.virtio, device);

		for (unsigned i = 0; i < MIN(queues, KICK_QUEUES); i++)
			if (!make(device, i))
				die_errno("doorbells");
	}
}

/* Where the host refuses, each write is an exit, and kick_post() its end. */
void
kick_enable(unsigned device, unsigned queue, bool legacy)
{
	struct kicks *k = &vm.kicks;
	struct doorbell bell;

	if (queue >= KICK_QUEUES || k->fd[device][queue] == 0 ||
	    k->enabled[device][queue])
		return;
	k->enabled[device][queue] = true;
	k->legacy[device][queue] = legacy;
	bell = doorbell_of(device, queue, legacy);
	if (!kvm_doorbell(&bell, true))
		warn_once("doorbell: %s", strerror(errno));
}

void
kick_disable(unsigned device, unsigned queue)
{
	struct doorbell bell;

	if (queue >= KICK_QUEUES || !vm.kicks.enabled[device][queue])
		return;
	bell = doorbell_of(device, queue, vm.kicks.legacy[device][queue]);
	if (!kvm_doorbell(&bell, false))
		warn_once("doorbell: %s", strerror(errno));
	vm.kicks.enabled[device][queue] = false;
}

void
kick_post(unsigned device, unsigned queue)
{
	if (queue >= KICK_QUEUES)
		return;
	vm.kicks.posted[device] |= (uint64_t)1 << queue;
	loop_post();
}

void
kick_ready(unsigned number)
{
	unsigned device = number / KICK_QUEUES, queue = number % KICK_QUEUES;

	/* Disabled since it was kicked? */
	if (vm.kicks.enabled[device][queue])
		board_kick(&vm.board, device, queue);
}

void
kick_posted(void)
{
	for (unsigned device = 0; device < PCI_DEVICES; device++) {
		uint64_t posted = vm.kicks.posted[device];

		vm.kicks.posted[device] = 0;
		for (; posted != 0; posted &= posted - 1)
			board_kick(&vm.board, device,
			    (unsigned)__builtin_ctzll(posted));
	}
}
