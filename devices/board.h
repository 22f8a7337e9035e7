/* SPDX-License-Identifier: MIT
 *
 * The board: every device of the machine by value, and the calls by which the
 * monitor reaches them. Knows nothing of KVM: unit tests and fuzzers drive a
 * board with stand-ins for what vmm/ does for it.
 *
 * Threads: vCPUs and the loop, each with the board's lock held.
 */
#ifndef DEVICES_BOARD_H
#define DEVICES_BOARD_H

#include "devices/fw_cfg.h"
#include "devices/i8042.h"
#include "devices/i8254.h"
#include "devices/i8259.h"
#include "devices/ioapic.h"
#include "devices/mc146818.h"
#include "devices/pci.h"
#include "devices/power.h"
#include "devices/pvpanic.h"
#include "devices/uart8250.h"
#include "vmm/loop.h"

struct board {
#define CHIP(member, type) struct type member;
#include "devices/chips.def"
};

/* Which of slots.def's devices there are; once, before the first reset. A board
 * that is all zero has none of them. */
void board_configure(struct board *b, const struct virtio_bus_setup *devices);

/* Everything as at power-on. All lines low, all timers off. */
void board_reset(struct board *b);

/* A timer of devices/events.def is due. */
void board_fire(struct board *b, enum timer timer, uint64_t now_ns);

/* A queue of PCI's `device` was kicked: vmm/kick.h. There may be no such. */
void board_kick(struct board *b, unsigned device, unsigned queue);

/* One access to the I/O ports: size 1, 2 or 4 bytes, anywhere. A read leaves
 * the bytes above `size` zero, a write ignores them. (pio.c) */
uint32_t pio_read(struct board *b, uint16_t port, unsigned size);
void pio_write(struct board *b, uint16_t port, unsigned size, uint32_t value);

/* Which row of ports.def a port is in: 0 is none, 1 the first. */
unsigned pio_row(uint16_t port);

/* One access outside RAM: size 1, 2, 4 or 8 bytes, anywhere. (mmio.c) */
uint64_t mmio_read(struct board *b, gpa_t at, unsigned size);
void mmio_write(struct board *b, gpa_t at, unsigned size, uint64_t value);

/* Which row of windows.def an address is in: 0 is none, 1 the first. */
unsigned mmio_row(gpa_t at);

#endif
