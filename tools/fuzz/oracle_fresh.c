/* SPDX-License-Identifier: MIT
 *
 * What a reset must leave: each virtio device as at power-on, but for what is
 * the host's, or PCI's, or says of itself that it is kept. Field by field, so
 * that bytes between fields do not matter; a device type that slots.def gains
 * needs its function here.
 */
#include <linux/virtio_balloon.h>

#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"

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
	check(r->order_in == 0 && r->order_out == 0 && r->features == 0);
}

/* The function itself: reset by the machine alone. */
static void
judge_function(const struct pci_function *f)
{
	check(!f->sleeping && f->sized == 0);
	check(f->line == pci_intx_line(f->device));
	check(!f->msix.enabled && !f->msix.masked);
	for (unsigned i = 0; i < MSIX_VECTORS_MAX; i++)
		check(f->msix.entry[i].masked && f->msix.entry[i].data == 0 &&
		    f->msix.entry[i].address == 0);
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
	for (unsigned i = 0; i < virtio_queues(v, type); i++)
		judge_queue(fuzz_queue(row, i), type->queue_size);
	if (all)
		judge_function(&v->function);
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
