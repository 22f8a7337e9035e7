/* SPDX-License-Identifier: MIT
 *
 * The board's calls that concern every device, expanded from the tables.
 */
#include "devices/board.h"
#include "vmm/irq.h"

/* What firmware would have done by the time that a kernel starts: the SCI and
 * PCI's lines are level at the 8259s, for guests that use them without ACPI. */
static void
set_elcr(struct board *b)
{
	uint16_t level = 1u << IRQ_SCI;

	for (unsigned device = 0; device < PCI_DEVICES; device++)
		level |= (uint16_t)(1u << pci_intx_line(device));
	i8259_write(&b->pic, 4, 1, level & 0xff);
	i8259_write(&b->pic, 5, 1, level >> 8);
}

void
board_configure(struct board *b, const struct virtio_bus_setup *devices)
{
	virtio_bus_configure(&b->pci.virtio, devices);
}

void
board_reset(struct board *b)
{
#define CHIP(member, type) type##_reset(&b->member);
#include "devices/chips.def"
	set_elcr(b);
}

void
board_fire(struct board *b, enum timer timer, uint64_t now_ns)
{
	switch (timer) {
#define TIMER(row, member, type)                                               \
	case TIMER_##row:                                                      \
		type##_fire(&b->member, now_ns);                               \
		return;
#include "devices/events.def"
	case TIMERS:
		break;
	}
	check(!"a timer of events.def");
}

void
board_kick(struct board *b, unsigned device, unsigned queue)
{
	virtio_bus_kick(&b->pci.virtio, device, queue);
}
