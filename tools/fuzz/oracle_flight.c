/* SPDX-License-Identifier: MIT
 *
 * An account of the chains that are in flight, of its own, written from virtq.h
 * and virtio 1.3 alone: where a device may write, what it has to give back, and
 * in what order.
 */
#include <linux/virtio_config.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"

enum { FLIGHTS = 1024, QUEUES = 64 };

static struct flight flights[FLIGHTS];
static unsigned flying;
bool oracle_lost;

static struct ring rings[FUZZ_ROWS][QUEUES];
uint32_t oracle_input = 1;

void
oracle_begin(void)
{
	flying = 0;
	oracle_lost = false;
	oracle_input++;
}

struct flight *
oracle_flight(const struct virtq *q, uint16_t id, bool pushed)
{
	for (unsigned i = 0; i < flying; i++)
		if (flights[i].q == q && flights[i].id == id &&
		    flights[i].pushed == pushed)
			return &flights[i];
	return NULL;
}

void
oracle_land(struct flight *f)
{
	flying--;
	if (f != &flights[flying])
		*f = flights[flying];
}

void
oracle_land_all(const struct virtq *q)
{
	for (unsigned i = flying; i > 0; i--)
		if (flights[i - 1].q == q)
			oracle_land(&flights[i - 1]);
}

void
oracle_owner(const struct virtq *q, uint8_t *row, uint8_t *index)
{
	const uint8_t *bus = (const uint8_t *)&fuzz_board->pci.virtio;
	size_t at = (size_t)((const uint8_t *)q - bus);
	const struct fuzz_device *d = fuzz_devices;

	while (at < d->at + d->own || at >= d->at + d->size) {
		d++;
		check(d < fuzz_devices + FUZZ_ROWS);
	}
	*row = (uint8_t)(d - fuzz_devices);
	at -= d->at + d->own;
	*index = (uint8_t)(at / sizeof(struct virtio_queue));
}

void
oracle_start(struct ring *r, const struct virtq *q,
    const struct virtq_layout *at, uint64_t features)
{
	*r = (struct ring){
		.q = q,
		.input = oracle_input,
		.row = r->row,
		.queue = r->queue,
		.at = *at,
		.features = features,
		.packed = features >> VIRTIO_F_RING_PACKED & 1,
	};
}

/* Those of machines that start with drivers were not used yet. */
struct ring *
oracle_ring(const struct virtq *q)
{
	static struct ring *last;
	uint8_t row, queue;

	if (last != NULL && last->q == q && last->input == oracle_input)
		return last;
	oracle_owner(q, &row, &queue);
	last = &rings[row][queue];
	last->row = row;
	last->queue = queue;
	if (last->q != q || last->input != oracle_input)
		oracle_start(last, q, &q->ring, q->features);
	return last;
}

static bool
in_order(const struct ring *r)
{
	return r->features >> VIRTIO_F_IN_ORDER & 1;
}

/* A driver that offers again what it cannot know to be used yet, and in order,
 * makes its ids ambiguous. */
void
oracle_fly(struct ring *r, const struct chain *c)
{
	struct flight *f = &flights[flying];

	check(c->read.left == c->readable && c->write.left == c->writable);
	oracle_lost |= flying == FLIGHTS ||
	    (in_order(r) && oracle_flight(r->q, c->id, true) != NULL);
	if (oracle_lost)
		return;
	flying++;
	*f = (struct flight){
		.q = r->q,
		.chain = c,
		.id = c->id,
		.slots = c->slots,
		.turn = r->pops,
		.whole = c->parts - c->readers <= FLIGHT_PARTS,
		.readable = c->readable,
		.writable = c->writable,
	};
	for (unsigned i = c->readers; i < c->parts && f->parts < FLIGHT_PARTS;
	     i++)
		f->part[f->parts++] = c->part[i];
}

/* The one that was pushed first, if its id was popped anew already. */
static struct flight *
pushed_first(const struct ring *r, uint16_t id)
{
	struct flight *first = NULL;

	for (unsigned i = 0; i < flying; i++) {
		struct flight *f = &flights[i];

		if (f->q == r->q && f->pushed && f->id == id &&
		    (first == NULL || f->turn < first->turn))
			first = f;
	}
	return first;
}

static struct flight *
in_turn(const struct ring *r)
{
	for (unsigned i = 0; i < flying; i++)
		if (flights[i].q == r->q && flights[i].turn == r->takes)
			return &flights[i];
	return NULL;
}

bool
oracle_takes(const struct ring *r)
{
	const struct flight *f;

	if (in_order(r)) {
		f = in_turn(r);
		return f != NULL && f->pushed;
	}
	for (unsigned i = 0; i < flying; i++)
		if (flights[i].q == r->q && flights[i].pushed)
			return true;
	return false;
}

/* 2.7.9, 2.8.8: in order, all before it are used as well, and were written
 * completely. */
uint32_t
oracle_take(struct ring *r, uint16_t id, uint32_t len)
{
	struct flight *f = pushed_first(r, id);
	uint32_t slots, turn;

	check(f != NULL && f->len == len);
	slots = f->slots;
	turn = f->turn;
	oracle_land(f);
	for (; in_order(r) && r->takes != turn; r->takes++) {
		f = in_turn(r);
		check(f != NULL && f->pushed && f->len == f->writable);
		slots += f->slots;
		oracle_land(f);
	}
	r->takes++;
	return slots;
}

/* The device was told where to write so many bytes, and may have. */
void
oracle_gave(const struct chain *c, uint64_t bytes)
{
	for (unsigned i = flying; i > 0; i--) {
		struct flight *f = &flights[i - 1];

		if (f->chain != c || f->id != c->id || f->pushed)
			continue;
		f->written += bytes;
		break;
	}
}

static bool
within(gpa_t at, uint64_t len, gpa_t from, uint64_t size)
{
	return range_within(at - from, len, size);
}

static bool
flight_has(const struct flight *f, gpa_t at, uint64_t len)
{
	for (unsigned i = 0; i < f->parts; i++)
		if (within(at, len, f->part[i].at, f->part[i].len))
			return true;
	return false;
}

static bool
leaves(struct flight *f, gpa_t at, uint64_t len, uint64_t written)
{
	bool has = !f->pushed && flight_has(f, at, len);

	f->written += has ? written : 0;
	return has || (!f->pushed && !f->whole);
}

bool
oracle_may_write(gpa_t at, uint64_t len)
{
	for (unsigned i = flying; i > 0; i--)
		if (leaves(&flights[i - 1], at, len, 0))
			return true;
	return false;
}

/* Rings are written by virtq.h's functions alone: oracle_stored(). */
void
oracle_write(gpa_t at, uint64_t len)
{
	bool allowed = oracle_lost || len == 0;

	for (unsigned i = flying; i > 0; i--)
		allowed |= leaves(&flights[i - 1], at, len, len);
	check(allowed);
}
