/* SPDX-License-Identifier: MIT
 *
 * A port's far end as virtio_console sees it: whoever is there takes bytes and
 * gives bytes by these calls. A port goes by its number; what is behind it is
 * vmm/console.c's to know. Unit tests and fuzzers link a far end in memory.
 *
 * Threads: the loop, with the board's lock held; a vCPU too for
 * console_write(), of the emergency write.
 */
#ifndef DEVICES_CONSOLE_H
#define DEVICES_CONSOLE_H

#include "vmm/util.h"

/* Takes what it can of `len` bytes without waiting, and says how much. When it
 * is not all, virtio_console_writable() comes once there is room again. Where
 * nobody listens all is taken, and lost. */
size_t console_write(unsigned port, const void *from, size_t len);

/* Gives at most `len` bytes, which is not 0, without waiting, and says how many.
 * When it is none, virtio_console_readable() comes once there are some. */
size_t console_read(unsigned port, void *to, size_t len);

#endif
