/* SPDX-License-Identifier: MIT
 *
 * A process that has just been forked to be a life, as far as kept.c knows it.
 */
#ifndef VMM_KEPT_FIXTURE_H
#define VMM_KEPT_FIXTURE_H

#include <string.h>

#include "tools/unit.h"
#include "vmm/kept.h"

struct vm vm;

uint64_t
stats_now_ns(void)
{
	return fake.now_ns;
}

void
control_forget(void)
{
	vm.control.fd = 0;
	memset(&vm.control.client, 0, sizeof(vm.control.client));
	memset(&vm.control.stream, 0, sizeof(vm.control.stream));
	vm.control.in_count = 0;
	vm.control.out.used = 0;
}

/* With two disks, a balloon, and no console yet; of the board only what is
 * kept. */
static inline void
be_forked(bool client, bool tty)
{
	const struct mc146818_setup setup = { .cpus = 1 };

	memset(&vm.term, 0, sizeof(vm.term));
	memset(&vm.control, 0, sizeof(vm.control));
	memset(&vm.pause, 0, sizeof(vm.pause));
	memset(&vm.loop, 0, sizeof(vm.loop));
	memset(vm.consoles, 0, sizeof(vm.consoles));
	vm.config.mem = 64 * MIB;
	vm.config.devices.balloon.present = true;
	vm.disks.disks = 2;
	vm.disks.disk[0].lost = vm.disks.disk[1].lost = false;
	vm.board.pci.virtio.balloon.num_pages = 0;
	vm.board.pci.virtio.balloon.actual = 0;
	vm.control.fd = client ? 7 : 0;
	vm.control.out.text = vm.control.bytes;
	vm.control.out.room = sizeof(vm.control.bytes);
	vm.term.tty = tty;
	fake.now_ns = 1000000000000;
	mc146818_configure(&vm.board.rtc, &setup); /* clears it first */
}

#endif
