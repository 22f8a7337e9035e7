/* SPDX-License-Identifier: MIT
 *
 * What must be true of virtio devices after each operation: oracle.h. All
 * of it from virtio 1.3 and PCI Local Bus 3.0, and from what the headers of
 * devices/ promise.
 */
#include "tools/fuzz/oracle.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <string.h>

#include "devices/blk.h"
#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/main.h"
#include "tools/fuzz/oracle_ring.h"

/* What one kick may cost: Queue Size chains (virtio.c) of so many parts, each
 * fetched and judged; the bytes of those parts, of a turn's data, and of all
 * the statistics that a ring has room for. */
enum {
	WORK_POPS = 256 + 2,
	WORK_FETCHES = 1 << 17,
	WORK_IOS = 64 * BLK_BURST,
	WORK_DISCARDS = 1024,
	WORK_BYTES = 1 << 20
};

void
oracle_work(void)
{
	check(fuzz.work.pops <= WORK_POPS);
	check(fuzz.work.fetches <= WORK_FETCHES);
	check(fuzz.work.ios <= WORK_IOS);
	check(fuzz.work.discards <= WORK_DISCARDS);
	check(fuzz.work.bytes + fuzz.work.moved <= WORK_BYTES);
	memset(&fuzz.work, 0, sizeof(fuzz.work));
}

/* One that kicks itself has come further, or the loop would never sleep. Not so
 * if another CPU may have offered more meanwhile; nor virtio_rng, which is said
 * to wait that way. */
void
oracle_again(bool hostile)
{
	const struct fuzz_work *w = &fuzz.work;

	check(hostile || w->pushes > 0 || w->ios > 0 || w->moved > 0 ||
	    w->discards > 0 || w->bytes >= 4096 || fuzz.entropy_left == 0);
}

bool
oracle_runs(const struct virtio *v, const struct virtio_queue *q)
{
	if (!q->ring.enabled || !pci_function_masters(&v->function) ||
	    (v->status & VIRTIO_CONFIG_S_NEEDS_RESET) != 0)
		return false;
	return (v->status & VIRTIO_CONFIG_S_DRIVER_OK) != 0 || q->page != 0;
}

/*
 * What a flush has brought about.
 */

static struct {
	bool on, message, waits, sent;
	unsigned row, vector;
	uint64_t address;
	uint32_t data;
} debt;

/* 4.1.5.3.1, 4.1.4.5.1; PCI 6.8.2.9: pending while masked. A message to anywhere
 * but the local APICs is lost. */
void
oracle_owe(const struct ring *r)
{
	const struct msix *m = &fuzz_virtio(r->row)->function.msix;
	unsigned vector = fuzz_queue(r->row, r->queue)->vector;

	oracle_paid();
	memset(&debt, 0, sizeof(debt));
	debt.row = r->row;
	debt.on = true;
	if (!m->enabled)
		return;
	debt.message = true;
	debt.vector = vector;
	debt.on =
	    vector < m->vectors && m->entry[vector].address >> 20 == 0xfee;
	if (debt.on) {
		debt.waits = m->masked || m->entry[vector].masked ||
		    !pci_function_masters(&fuzz_virtio(r->row)->function);
		debt.address = m->entry[vector].address;
		debt.data = m->entry[vector].data;
	}
}

static bool
ioapic_sends(void)
{
	enum { MASKED = 1 << 16 };
	uint64_t masked = MASKED;

	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		masked &= fuzz_board->ioapic.rte[pin];
	return masked == 0;
}

/* PCI 6.2.2, 6.8.2.3, 6.8.2.9: MSI-X is on, neither the function nor the entry
 * is masked, and the function is master. */
static bool
may_send(const struct pci_function *f, uint64_t address, uint32_t data)
{
	const struct msix *m = &f->msix;

	if (!m->enabled || m->masked || !pci_function_masters(f))
		return false;
	for (unsigned i = 0; i < m->vectors; i++)
		if (m->entry[i].address == address &&
		    m->entry[i].data == data && !m->entry[i].masked)
			return true;
	return false;
}

void
oracle_message(uint64_t address, uint32_t data)
{
	bool may = false;

	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz.acting >> fuzz_devices[row].device & 1)
			may |= may_send(
			    &fuzz_virtio(row)->function, address, data);
	check(may || ioapic_sends());
	debt.sent |= address == debt.address && data == debt.data;
}

void
oracle_paid(void)
{
	const struct virtio *v;

	if (!debt.on)
		return;
	v = fuzz_virtio(debt.row);
	if (debt.message && debt.waits)
		check(v->function.msix.pending >> debt.vector & 1);
	else if (debt.message)
		check(debt.sent);
	else
		check(v->isr & 1);
	debt.on = false;
}

/* Buffers that a device may keep: those of requests that are under way, and of
 * the balloon's statistics one (5.5.6.3). */
static unsigned
may_keep(unsigned device, unsigned queue)
{
	unsigned waits = 0;

	for (unsigned i = 0; i < fuzz.disk_waits; i++)
		waits += fuzz_waits[i].device == device &&
		    fuzz_waits[i].tag >> 16 == queue;
	if (device == fuzz_devices[FUZZ_ROW_balloon].device)
		return queue == 2;
	return waits;
}

/* 2.7.10, 2.8.14: nobody waits for what will not come, nor for a buffer. */
void
oracle_kicked(unsigned device, unsigned queue)
{
	unsigned row = fuzz_row(device);
	const struct virtio_queue *q;
	const struct ring *r;

	if (row == FUZZ_ROWS || queue >= fuzz_devices[row].type->queues)
		return;
	q = fuzz_queue(row, queue);
	r = oracle_ring(&q->ring);
	if (q->ring.broken || !oracle_runs(fuzz_virtio(row), q))
		return;
	check(r->kept == 0 || r->kept <= may_keep(device, queue));
	check(!r->dry || r->asked);
	check(!r->waiting || (fuzz.posted[device] >> queue & 1) != 0);
}

/*
 * What state they are in.
 */

/* 4.1.5.1.2.1, 4.1.4.3.1: a vector that there is, or none. */
static void
judge_vector(const struct virtio *v, uint16_t vector)
{
	check(vector == VIRTIO_NO_VECTOR || vector < v->function.msix.vectors);
}

/* PCI 6.8.2, 6.8.3: what is pending is masked one way or another. */
static void
judge_msix(const struct pci_function *f)
{
	const struct msix *m = &f->msix;

	check(m->vectors > 0 && m->vectors <= MSIX_VECTORS_MAX);
	if (m->vectors < MSIX_VECTORS_MAX)
		check(m->pending >> m->vectors == 0 &&
		    m->entry[m->vectors].address == 0 &&
		    m->entry[m->vectors].data == 0);
	if (m->pending == 0 || !m->enabled || m->masked ||
	    !pci_function_masters(f))
		return;
	for (unsigned i = 0; i < m->vectors; i++)
		check((m->pending >> i & 1) == 0 || m->entry[i].masked);
}

/* PCI 6.2.3, virtio 4.1.4.5: INTA# is what the ISR says, if nothing forbids. */
static void
judge_line(const struct virtio *v)
{
	const struct pci_function *f = &v->function;
	unsigned line = pci_intx_line(f->device);
	bool high = (v->isr != 0) && !f->sleeping && !f->msix.enabled &&
	    (f->command & PCI_COMMAND_INTX_DISABLE) == 0;

	check((v->isr & ~3) == 0);
	check((fuzz.drivers[line] >> f->device & 1) == high);
}

/* 2.1.1, 2.2, 3.1: how far a driver can have come. */
static void
judge_status(const struct virtio *v, const struct virtio_type *type)
{
	uint64_t offered = virtio_offered(v, type);

	if (v->setup.legacy)
		offered |= virtio_legacy_offered(v, type);
	check((v->features & ~offered) == 0);
	check(v->setup.modern || (v->status & 8) == 0);
	if ((v->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0)
		check(v->features == v->driver_features &&
		    virtio_has(v, VIRTIO_F_VERSION_1));
	if (v->status == 0 && v->setup.modern && !v->setup.legacy)
		check(v->features == 0);
	/* 3.1.1: who leaves FEATURES_OK out is a legacy driver */
	check(v->setup.legacy || (v->status & VIRTIO_CONFIG_S_DRIVER_OK) == 0 ||
	    (v->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0);
}

/* 2.2.1, 3.1.1: what was agreed on stays so until a reset, which resets all
 * queues. */
static struct settled {
	uint32_t input, resets;
	uint64_t features;
} settled[FUZZ_ROWS];
static uint32_t resets[FUZZ_ROWS];

void
oracle_reset(unsigned row)
{
	resets[row]++;
}

static void
judge_settled(unsigned row, const struct virtio *v)
{
	enum { OK = VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK };
	struct settled *s = &settled[row];

	if (s->input == oracle_input && s->resets == resets[row])
		check(v->features == s->features);
	s->input = (v->status & OK) != 0 ? oracle_input : 0;
	s->resets = resets[row];
	s->features = v->features;
}

/* A ring's own invariants, 2.7 and 2.8; virtq_sane() at the end of the input
 * looks at all of the table. */
static void
judge_ring(const struct virtio_queue *q)
{
	const struct virtq *r = &q->ring;
	uint32_t lap = r->features >> VIRTIO_F_RING_PACKED & 1
	    ? 2u * r->ring.size
	    : 0x10000;

	check(r->ring.size > 0 && r->ring.size <= VIRTQ_SIZE_MAX);
	check(r->avail < lap && r->used < lap);
	check((r->avail + lap - r->used) % lap == r->in_flight);
	check(r->in_flight <= r->ring.size);
	check(r->batch.slots <= r->in_flight);
	check(r->broken < VIRTQ_BROKENS && r->popped <= r->ring.size);
}

static void
judge_queue(unsigned row, unsigned index)
{
	const struct virtio *v = fuzz_virtio(row);
	const struct virtio_queue *q = fuzz_queue(row, index);
	unsigned device = fuzz_devices[row].device;

	judge_vector(v, q->vector);
	check(q->layout.size <= fuzz_devices[row].type->queue_size);
	check((fuzz.enabled[device] >> index & 1) == q->ring.enabled);
	if (!q->ring.enabled)
		return;
	judge_ring(q);
	/* 3.1.1: no rings before FEATURES_OK; 2.1.2: a broken one is told */
	check(q->page != 0 || (v->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0);
	check(
	    !q->ring.broken || (v->status & VIRTIO_CONFIG_S_NEEDS_RESET) != 0);
}

static void
judge_device(unsigned row)
{
	const struct virtio *v = fuzz_virtio(row);
	const struct fuzz_device *d = &fuzz_devices[row];

	if (!v->function.present) {
		check(v->status == 0 && fuzz.enabled[d->device] == 0);
		return;
	}
	check(v->function.device == d->device);
	judge_status(v, d->type);
	judge_settled(row, v);
	judge_vector(v, v->config_vector);
	judge_msix(&v->function);
	judge_line(v);
	for (unsigned i = 0; i < d->type->queues; i++)
		judge_queue(row, i);
}

static void
judge_devices(void)
{
	oracle_paid();
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz.acting >> fuzz_devices[row].device & 1)
			judge_device(row);
}

void
oracle_step(void)
{
	oracle_work();
	judge_devices();
	if (fuzz.chips) {
		oracle_wires();
		oracle_chips();
	}
}

/* All of each table that was used, which takes a while: if time matters, now
 * and then. And the chips, of which fuzz.chips says when to look. */
void
oracle_end(void)
{
	judge_devices();
	oracle_wires();
	oracle_chips();
	if (&fuzz_main_thorough == NULL && fuzz.trace % 16 != 0)
		return;
	for (unsigned row = 0; row < FUZZ_ROWS; row++) {
		unsigned device = fuzz_devices[row].device;

		for (uint64_t bits = fuzz.popped[device]; bits != 0;
		     bits &= bits - 1) {
			unsigned i = (unsigned)__builtin_ctzll(bits);

			check(virtq_sane(&fuzz_queue(row, i)->ring, guest_ram));
		}
	}
}
