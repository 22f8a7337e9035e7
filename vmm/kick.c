/* SPDX-License-Identifier: MIT
 *
 * Doorbells: an eventfd for each queue, which KVM signals itself when the guest
 * writes to its address, by either transport, and one more for kicks that come
 * in any other way. KVM hears of them before the start, for no thread may tell
 * it later; but after all else, since what it adds to the VM after a doorbell
 * waits for a grace period.
 *
 * So does taking the VM apart: from the first doorbell on it takes four times
 * as long. The rng that is there unless the user says no has none.
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
	struct virtio_bus *bus = &vm.board.pci.virtio;

	for (unsigned device = 0; device < PCI_DEVICES; device++) {
		unsigned queues = virtio_bus_queues(bus, device);

		if (device == bus->rng.v.function.device &&
		    !vm.config.rng_given)
			continue;
		for (unsigned i = 0; i < MIN(queues, KICK_QUEUES); i++)
			if (!make(device, i))
				die_errno("doorbells");
	}
}

/* Where the host refuses, each write is an exit, and kick_post() its end. */
static void
hang(const struct doorbell *bell)
{
	if (!kvm_doorbell(bell))
		warn_once("doorbell: %s", strerror(errno));
}

void
kick_hang_all(void)
{
	for (unsigned device = 0; device < PCI_DEVICES; device++)
		for (unsigned i = 0; i < KICK_QUEUES; i++) {
			struct doorbell bell = {
				.fd = vm.kicks.fd[device][i],
				.at = VIRTIO_DOORBELL(device, i),
			};

			if (bell.fd == 0)
				continue;
			hang(&bell);
			bell.at = VIRTIO_LEGACY_DOORBELL(device);
			bell.port = true;
			bell.queue = i;
			hang(&bell);
		}
}

void
kick_enable(unsigned device, unsigned queue)
{
	if (queue < KICK_QUEUES)
		vm.kicks.enabled[device] |= (uint64_t)1 << queue;
}

void
kick_disable(unsigned device, unsigned queue)
{
	if (queue < KICK_QUEUES)
		vm.kicks.enabled[device] &= ~((uint64_t)1 << queue);
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

	/* Not yet, or disabled since it was kicked? */
	if ((vm.kicks.enabled[device] >> queue & 1) != 0)
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
