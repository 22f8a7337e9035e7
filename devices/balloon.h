/* SPDX-License-Identifier: MIT
 *
 * What virtio_balloon tells the monitor of its own accord; unit tests and
 * fuzzers link a stand-in.
 *
 * Threads: vCPUs, with the board's lock held.
 */
#ifndef DEVICES_BALLOON_H
#define DEVICES_BALLOON_H

#include "vmm/util.h"

/* The balloon now holds that many pages of 4 KiB, as the driver has it: any
 * number at all, as often as it likes. Comes with each change, and to 0 with a
 * reset. */
void balloon_changed(uint32_t pages);

#endif
