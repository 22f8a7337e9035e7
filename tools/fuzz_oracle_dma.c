/* SPDX-License-Identifier: MIT
 *
 * The devices' way to buffers: keeps an account of its own of the chains that
 * are in flight, written from virtq.h and virtio 1.3 alone, and lets a device
 * write nowhere but into what those gave it and its side of a ring.
 *
 * The linker's --wrap puts these functions before virtq.h's.
 */
#include <linux/virtio_config.h>
#include <string.h>
#include <sys/uio.h>

#include "tools/fuzz_board.h"
#include "tools/fuzz_oracle.h"

#define WRAPPED(result, name, ...)                                             \
	result __real_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__)

/* One is kept with the first of its parts that are to write; one that has more,
 * or that there is no room for, may be written anywhere. */
enum { FLIGHTS = 512, PARTS = 8 };

static struct flight {
	const struct virtq *q;
	const struct chain *chain; /* as the device has it, for a while */
	uint16_t id, parts;
	bool whole; /* all of its parts are known */
	uint64_t writable, written;
	struct chain_part part[PARTS];
} flights[FLIGHTS];
static unsigned flying;
static bool lost; /* some flights are not known any more */

void
oracle_begin(void)
{
	flying = 0;
	lost = false;
}

static struct flight *
find(const struct virtq *q, uint16_t id)
{
	for (unsigned i = 0; i < flying; i++)
		if (flights[i].q == q && flights[i].id == id)
			return &flights[i];
	return NULL;
}

static void
land(struct flight *f)
{
	*f = flights[--flying];
}

/* Whose queue it is. */
static unsigned
owner(const struct virtq *ring, unsigned *row, struct virtio_queue **q)
{
	const uint8_t *at = (const uint8_t *)ring;

	for (*row = 0; *row < FUZZ_ROWS; ++*row) {
		const uint8_t *device = (const uint8_t *)fuzz_virtio(*row);
		const struct fuzz_device *d = &fuzz_devices[*row];

		if (at >= device + d->own && at < device + d->size)
			break;
	}
	check(*row < FUZZ_ROWS);
	for (unsigned i = 0;; i++) {
		*q = fuzz_queue(*row, i);
		if (&(*q)->ring == ring)
			return i;
	}
}

/* 2.1.2, 3.1.2: memory is not used before DRIVER_OK, nor after something went
 * wrong, nor without bus mastering. */
static void
judge_use(const struct virtq *ring)
{
	struct virtio_queue *q;
	unsigned row;

	if (!ring->enabled || ring->broken) /* nothing happens */
		return;
	if (fuzz.finished) /* virtio_console_drain(): nobody sees it */
		return;
	owner(ring, &row, &q);
	check(oracle_runs(fuzz_virtio(row), q));
}

struct fuzz_pop fuzz_pops[FUZZ_POPS];

/* For the reset: what of the queue's tables may have changed. */
static void
note_pop(const struct virtq *ring, uint16_t id)
{
	struct virtio_queue *q;
	unsigned row, index = owner(ring, &row, &q);

	fuzz.popped[fuzz_devices[row].device] |= (uint64_t)1 << index;
	if (fuzz.pops < FUZZ_POPS)
		fuzz_pops[fuzz.pops] = (struct fuzz_pop){
			.row = (uint8_t)row,
			.queue = (uint8_t)index,
			.id = id,
			.order = (ring->order_in - 1u) % VIRTQ_SIZE_MAX,
		};
	fuzz.pops++;
}

/* Each part is in RAM, those to read come first, the sums are right. */
static void
judge_chain(const struct virtq *q, const struct chain *c)
{
	uint64_t readable = 0, writable = 0;

	check(c->parts <= q->ring.size && c->readers <= c->parts);
	check(
	    c->id < q->ring.size && c->slots >= 1 && c->slots <= q->ring.size);
	for (unsigned i = 0; i < c->parts; i++) {
		const struct chain_part *p = &c->part[i];

		check(
		    p->len == 0 || gmem_ptr(guest_ram, p->at, p->len) != NULL);
		*(i < c->readers ? &readable : &writable) += p->len;
	}
	check(c->readable == readable && c->writable == writable);
	check(readable + writable <= (uint64_t)1 << 32);
	check(c->read.left == readable && c->write.left == writable);
}

static void
take_off(const struct virtq *q, const struct chain *c)
{
	struct flight *f = &flights[flying];

	check(find(q, c->id) == NULL);
	lost |= flying == FLIGHTS;
	if (flying == FLIGHTS)
		return;
	flying++;
	*f = (struct flight){
		.q = q,
		.chain = c,
		.id = c->id,
		.whole = c->parts - c->readers <= PARTS,
		.writable = c->writable,
	};
	for (unsigned i = c->readers; i < c->parts && f->parts < PARTS; i++)
		f->part[f->parts++] = c->part[i];
}

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */

WRAPPED(
    bool, virtq_pop, struct virtq *q, const struct gmem *mem, struct chain *c)
{
	bool got;

	judge_use(q);
	got = __real_virtq_pop(q, mem, c);
	fuzz.work.pops++;
	if (!got)
		return false;
	judge_chain(q, c);
	take_off(q, c);
	note_pop(q, c->id);
	fuzz_trace(c->readable << 32 ^ c->writable << 16 ^ c->id);
	return true;
}

WRAPPED(void, virtq_unpop, struct virtq *q, const struct chain *c)
{
	struct flight *f = find(q, c->id);

	check(f != NULL || lost);
	if (f != NULL)
		land(f);
	__real_virtq_unpop(q, c);
}

/* 2.7.8.2: no more bytes than were written, as far as we know of it: iovecs
 * that the device got it may have filled. */
WRAPPED(void, virtq_push, struct virtq *q, const struct gmem *mem, uint16_t id,
    uint32_t len)
{
	struct flight *f = find(q, id);

	check(f != NULL || lost);
	check(f == NULL || len <= f->writable);
	check(f == NULL || !f->whole || len <= f->written);
	fuzz.work.pushes++;
	fuzz_trace((uint64_t)len << 16 | id);
	/* before it lands: a ring may lie in its own buffers */
	__real_virtq_push(q, mem, id, len);
	f = find(q, id);
	if (f != NULL)
		land(f);
}

WRAPPED(unsigned, chain_write_iov, struct chain *c, const struct gmem *mem,
    struct iovec *iov, unsigned max, uint64_t bytes)
{
	unsigned n = __real_chain_write_iov(c, mem, iov, max, bytes);

	for (unsigned i = flying; i > 0; i--) {
		struct flight *f = &flights[i - 1];

		if (f->chain != c || f->id != c->id)
			continue;
		for (unsigned k = 0; k < n; k++)
			f->written += iov[k].iov_len;
		break;
	}
	return n;
}

WRAPPED(void, virtq_reset, struct virtq *q)
{
	for (unsigned i = flying; i > 0; i--)
		if (flights[i - 1].q == q)
			land(&flights[i - 1]);
	__real_virtq_reset(q);
}

WRAPPED(void, virtq_notify_disable, struct virtq *q, const struct gmem *mem)
{
	judge_use(q);
	__real_virtq_notify_disable(q, mem);
}

WRAPPED(bool, virtq_notify_enable, struct virtq *q, const struct gmem *mem)
{
	judge_use(q);
	return __real_virtq_notify_enable(q, mem);
}

/* NOLINTEND(bugprone-reserved-identifier) */

static bool
within(gpa_t at, uint64_t len, gpa_t from, uint64_t size)
{
	return range_within(at - from, len, size);
}

/* 2.7, 2.8: the device area of a split ring; what a packed ring has the device
 * write goes through a pointer, to a descriptor. */
static bool
ring_has(const struct virtq *q, gpa_t at, uint64_t len)
{
	return q->enabled && (q->features >> VIRTIO_F_RING_PACKED & 1) == 0 &&
	    within(at, len, q->ring.device, 6 + 8 * (uint64_t)q->ring.size);
}

static bool
any_ring_has(gpa_t at, uint64_t len)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++) {
		unsigned device = fuzz_devices[row].device;

		for (uint64_t bits = fuzz.enabled[device]; bits != 0;
		     bits &= bits - 1) {
			unsigned i = (unsigned)__builtin_ctzll(bits);

			if (ring_has(&fuzz_queue(row, i)->ring, at, len))
				return true;
		}
	}
	return false;
}

static bool
flight_has(const struct flight *f, gpa_t at, uint64_t len)
{
	for (unsigned i = 0; i < f->parts; i++)
		if (within(at, len, f->part[i].at, f->part[i].len))
			return true;
	return false;
}

void
oracle_write(gpa_t at, uint64_t len)
{
	bool allowed = lost || len == 0;

	for (unsigned i = flying; i > 0; i--) {
		struct flight *f = &flights[i - 1];
		bool has = flight_has(f, at, len);

		f->written += has ? len : 0;
		allowed |= has || !f->whole;
	}
	check(allowed || any_ring_has(at, len));
}
