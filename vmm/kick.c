/* SPDX-License-Identifier: MIT
 *
 * Doorbells: an eventfd for each enabled queue, which KVM signals itself when
 * the guest writes to the queue's address, and one more for kicks that come in
 * any other way.
 *
 * Threads: as kick.h says; kick_ready on the loop's.
 */
#include "vmm/kick.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

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

/* Where the host refuses, each write is an exit, and kick_post() its end. */
void
kick_enable(unsigned device, unsigned queue, bool legacy)
{
	int *fd;
	struct doorbell bell;

	if (queue >= KICK_QUEUES)
		return;
	fd = &vm.kicks.fd[device][queue];
	if (*fd != 0)
		return;
	*fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (*fd < 0) {
		warn_once("eventfd: %s", strerror(errno));
		*fd = 0;
		return;
	}
	vm.kicks.legacy[device][queue] = legacy;
	bell = doorbell_of(device, queue, legacy);
	if (loop_watch(number_of(device, queue), *fd, EPOLLIN | EPOLLET) &&
	    kvm_doorbell(&bell, true))
		return;
	warn_once("doorbell: %s", strerror(errno));
	close(*fd); /* epoll forgets it */
	*fd = 0;
}

void
kick_disable(unsigned device, unsigned queue)
{
	struct doorbell bell;

	if (queue >= KICK_QUEUES || vm.kicks.fd[device][queue] == 0)
		return;
	bell = doorbell_of(device, queue, vm.kicks.legacy[device][queue]);
	/* ENOENT: of a machine that a restart has taken away. */
	if (!kvm_doorbell(&bell, false) && errno != ENOENT)
		warn_once("doorbell: %s", strerror(errno));
	close(bell.fd); /* epoll forgets it */
	vm.kicks.fd[device][queue] = 0;
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

	/* Disabled by what the loop did just before, in the same batch? */
	if (vm.kicks.fd[device][queue] != 0)
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
