/* SPDX-License-Identifier: MIT
 *
 * What a reset must leave: each virtio device as at power-on, but for what is
 * the host's, or PCI's, or says of itself that it is kept. Field by field, so
 * that bytes between fields do not matter; a device type that slots.def gains
 * needs its function here, and a member that a struct gains is looked at here or
 * is named below.
 *
 * By every reset, a device's own (virtio 1.3, 2.4), its function's (Express Base
 * 6.6.2), the machine's, is kept:
 *	function.device, .present, setup	what machine it is
 *	warned, faults				the host's account of the guest
 *	generation				a driver may compare (2.5.1)
 *	virtq slot[], order[], blk request[]	mean nothing while none is in flight
 *	blk sectors, id; console port name, cols, rows, console, host_open;
 *	balloon num_pages, interval_s		the host's
 *	balloon last_id, held_id		no id of before; means nothing
 * and by the device's own what is PCI's, which knows nothing of it:
 *	function.command, line, sized, sleeping, msix (but pending); window
 * The way back from D3hot is no reset: No_Soft_Reset (PM 1.2, 3.2.4).
 */
#include <linux/pci_regs.h>
#include <linux/virtio_balloon.h>
#include <string.h>

#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"

/* Bytes of what is judged here: who adds a member comes by. */
#define JUDGED(what, bytes)                                                    \
	_Static_assert((what) == (bytes),                                      \
	    "oracle_fresh.c: what does a reset leave of the new member?")
JUDGED(sizeof(struct pci_function), 1048);
JUDGED(sizeof(struct virtio), 1120);
JUDGED(sizeof(struct virtio_queue), 14576);
JUDGED(offsetof(struct virtio_rng, queue), 1120);
JUDGED(offsetof(struct virtio_blk, request), 1152);
JUDGED(offsetof(struct virtio_console, queue), 1824);
JUDGED(offsetof(struct virtio_balloon, queue), 1360);

static void
judge_virtio(const struct virtio *v)
{
	check(v->status == 0 && v->isr == 0 && v->queue_select == 0);
	check(v->config_vector == VIRTIO_NO_VECTOR);
	check(v->device_feature_select == 0 && v->driver_feature_select == 0);
	check(v->driver_features == 0 && v->features == 0);
	check(!v->function.interrupts && v->function.msix.pending == 0);
}

/* 2.6.1.1.1, 4.1.5.1.2.1 */
static void
judge_queue(const struct virtio_queue *q, uint16_t size)
{
	const struct virtq *r = &q->ring;
	uint64_t busy = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(r->busy); i++)
		busy |= r->busy[i];
	check(q->layout.size == size && q->layout.desc == 0);
	check(q->layout.driver == 0 && q->layout.device == 0);
	check(q->vector == VIRTIO_NO_VECTOR && q->page == 0);
	check(!r->enabled && !r->broken && r->in_flight == 0 && busy == 0);
	check(r->avail == 0 && r->used == 0 && r->popped == 0);
	check(r->unsignalled == 0 && r->batch.slots == 0);
	check(r->batch.len == 0 && r->batch.id == 0 && !r->batch.whole);
	check(r->order_in == 0 && r->order_out == 0 && r->features == 0);
	check(r->ring.size == 0 && r->ring.desc == 0);
	check(r->ring.driver == 0 && r->ring.device == 0);
}

/* The function itself: reset on its own, or by the machine. */
static void
judge_function(const struct virtio *v)
{
	const struct pci_function *f = &v->function;

	check(!f->sleeping && f->sized == 0);
	check(f->line == pci_intx_line(f->device));
	check(!f->msix.enabled && !f->msix.masked);
	for (unsigned i = 0; i < MSIX_VECTORS_MAX; i++)
		check(f->msix.entry[i].masked && f->msix.entry[i].data == 0 &&
		    f->msix.entry[i].address == 0);
	check(v->window.bar == 0 && v->window.offset == 0);
	check(v->window.length == 0 && v->window.data == 0);
}

static void
judge_virtio_rng(const struct virtio_rng *d)
{
	(void)d;
}

static void
judge_virtio_blk(const struct virtio_blk *d)
{
	check(d->writeback);
	for (unsigned i = 0; i < fuzz.disk_waits; i++)
		check(fuzz_waits[i].device != d->v.function.device);
}

static void
judge_virtio_console(const struct virtio_console *d)
{
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		const struct virtio_console_port *p = &d->port[i];

		check(!p->added && !p->ready && !p->guest_open);
		check(p->pending == 0 && p->sent == 0);
	}
}

static void
judge_virtio_balloon(const struct virtio_balloon *d)
{
	check(d->actual == 0 && d->actual_so_far == 0 && d->poison_val == 0);
	check(!d->small && !d->numbered && !d->primed && !d->held);
	check(d->stats.at_ns == 0 && d->stats.known == 0 && d->hinted == 0);
	for (unsigned i = 0; i < VIRTIO_BALLOON_TAGS; i++)
		check(d->stats.value[i] == 0);
	check(d->cmd_id == VIRTIO_BALLOON_CMD_ID_STOP);
	check(d->drivers_id == VIRTIO_BALLOON_CMD_ID_STOP);
	for (unsigned i = 0; i < VIRTIO_BALLOON_QUEUES; i++)
		check(d->done[i] == 0);
	check(fuzz.timer_at[TIMER_balloon] == TIMER_OFF);
}

void
oracle_fresh(unsigned row, bool all)
{
	struct virtio_bus *bus = &fuzz_board->pci.virtio;
	const struct virtio_type *type = fuzz_devices[row].type;
	const struct virtio *v = fuzz_virtio(row);

	if (!v->function.present)
		return;
	judge_virtio(v);
	check(fuzz.enabled[fuzz_devices[row].device] == 0);
	for (unsigned i = 0; i < virtio_queues(v, type); i++)
		judge_queue(fuzz_queue(row, i), type->queue_size);
	if (all)
		judge_function(v);
	switch ((enum fuzz_row)row) {
#define BRIDGE(...)
#define VIRTIO(name, device, kind)                                             \
	case FUZZ_ROW_##name:                                                  \
		judge_##kind(&bus->name);                                      \
		break;
#include "devices/slots.def"
	case FUZZ_ROWS:
		break;
	}
}

/* As the machine was when it came: chips that know no time, byte for byte. */
static void
judge_chips(const struct board *b, const struct board *on)
{
	_Static_assert(sizeof(b->pic) == 2 * 16 + 1 && sizeof(b->kbd) == 6,
	    "chips without bytes between their members");
	check(memcmp(&b->pic, &on->pic, sizeof(b->pic)) == 0);
	check(memcmp(&b->kbd, &on->kbd, sizeof(b->kbd)) == 0);
	check(
	    memcmp(b->ioapic.rte, on->ioapic.rte, sizeof(b->ioapic.rte)) == 0);
	check(b->ioapic.lines == on->ioapic.lines);
	check(b->ioapic.routed == 0 && b->ioapic.select == 0);
	check(b->ioapic.id == on->ioapic.id);
	check(b->pci.config_address == 0);
	check(b->power.enable == 0 && b->power.shutdown_bytes == 0);
	check(b->fw_cfg.key == on->fw_cfg.key && b->fw_cfg.offset == 0);
	check(b->com1.ier == 0 && b->com1.fcr == 0 && b->com1.mcr == 0);
	check(b->com1.rx_count == 0 && b->com1.errors == 0);
}

/* Firmware would have switched the spaces on: virtio_pci_reset(). */
void
oracle_restarted(void)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++) {
		const struct virtio *v = fuzz_virtio(row);

		oracle_fresh(row, true);
		check(!v->function.present ||
		    v->function.command ==
			(PCI_COMMAND_MEMORY | v->setup.legacy));
	}
	judge_chips(fuzz_board, fuzz_machine_on());
}
