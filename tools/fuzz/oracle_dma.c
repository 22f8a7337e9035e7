/* SPDX-License-Identifier: MIT
 *
 * Stands before virtq.h's functions, by the linker's --wrap: each call is held
 * to virtio 1.3 and to what that header says.
 */
#include <linux/virtio_config.h>
#include <string.h>
#include <sys/uio.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"

#define WRAPPED(result, name, ...)                                             \
	result __real_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__)

/* 2.1.2, 3.1.2: memory is not used before DRIVER_OK, nor after something went
 * wrong, nor without bus mastering. */
static void
judge_use(const struct ring *r)
{
	if (!r->q->enabled || r->q->broken) /* nothing happens */
		return;
	if (fuzz.finished) /* virtio_console_drain(): nobody sees it */
		return;
	check(oracle_runs(fuzz_virtio(r->row), fuzz_queue(r->row, r->queue)));
}

struct fuzz_pop fuzz_pops[FUZZ_POPS];

/* For the reset: what of the queue's tables may have changed. */
static void
note_pop(const struct ring *r, uint16_t id)
{
	fuzz.popped[fuzz_devices[r->row].device] |= (uint64_t)1 << r->queue;
	if (fuzz.pops < FUZZ_POPS)
		fuzz_pops[fuzz.pops] = (struct fuzz_pop){
			.row = r->row,
			.queue = r->queue,
			.id = id,
			.order = (r->q->order_in - 1u) % VIRTQ_SIZE_MAX,
		};
	fuzz.pops++;
}

static void
watch(struct ring *r, enum ring_call call)
{
	if (!oracle_lost)
		oracle_watch(r, call);
}

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */

WRAPPED(bool, virtq_enable, struct virtq *q, const struct gmem *mem,
    const struct virtq_layout *layout, uint64_t features)
{
	bool was = q->enabled, can, packed;

	packed = features >> VIRTIO_F_RING_PACKED & 1;
	can = __real_virtq_enable(q, mem, layout, features);
	check(can == (was || oracle_layout(layout, packed)));
	if (can && !was)
		oracle_start(oracle_ring(q), q, layout, features);
	return can;
}

/* What a turn may not pop, or has just been told not to be there. */
static void
judge_pop(
    struct ring *r, const struct virtq *q, bool may, const struct chain *c)
{
	enum ring_pop pop = RING_EMPTY;

	if (may)
		pop = oracle_walk(r, c);
	r->dry = may && pop == RING_EMPTY;
	if (pop == RING_UNKNOWN)
		return;
	check((pop == RING_CHAIN) == (c != NULL));
	check(!may || (pop == RING_WRONG) == (q->broken != 0));
}

WRAPPED(
    bool, virtq_pop, struct virtq *q, const struct gmem *mem, struct chain *c)
{
	struct ring *r = oracle_ring(q);
	bool may, got;

	judge_use(r);
	oracle_popped(r);
	may = q->enabled && !q->broken && r->popped < r->at.size;
	watch(r, RING_POP);
	got = __real_virtq_pop(q, mem, c);
	oracle_watched();
	fuzz.work.pops++;
	if (!oracle_lost)
		judge_pop(r, q, may, got ? c : NULL);
	if (!got)
		return false;
	oracle_fly(r, c);
	r->pops++;
	r->kept++;
	r->popped++;
	r->avail += c->slots;
	r->held += c->slots;
	note_pop(r, c->id);
	fuzz_trace(c->readable << 32 ^ c->writable << 16 ^ c->id);
	return true;
}

WRAPPED(void, virtq_unpop, struct virtq *q, const struct chain *c)
{
	struct flight *f = oracle_flight(q, c->id, false);
	struct ring *r = oracle_ring(q);

	check(oracle_lost || (f != NULL && f->turn == r->pops - 1));
	if (f != NULL)
		oracle_land(f);
	r->pops--;
	r->kept--;
	r->popped -= r->popped > 0;
	r->avail -= c->slots;
	r->held -= c->slots;
	__real_virtq_unpop(q, c);
}

/* 2.7.8.2: no more bytes than were written, as far as we know of it: iovecs
 * that the device got it may have filled. */
WRAPPED(void, virtq_push, struct virtq *q, const struct gmem *mem, uint16_t id,
    uint32_t len)
{
	struct flight *f = oracle_flight(q, id, false);
	struct ring *r = oracle_ring(q);

	check(f != NULL || oracle_lost);
	fuzz.work.pushes++;
	r->kept--;
	fuzz_trace((uint64_t)len << 16 | id);
	if (f != NULL) {
		oracle_pushed(r, f, len);
		check(len <= f->writable);
		check(!f->whole || len <= f->written);
		f->pushed = true;
		f->len = len;
		r->held -= f->slots;
		if (q->broken)
			oracle_land(f);
	}
	watch(r, RING_USE);
	__real_virtq_push(q, mem, id, len);
	oracle_watched();
}

WRAPPED(bool, virtq_flush, struct virtq *q, const struct gmem *mem)
{
	struct ring *r = oracle_ring(q);
	bool due;

	watch(r, RING_FLUSH);
	due = __real_virtq_flush(q, mem);
	oracle_watched();
	r->popped = 0;
	if (q->broken)
		check(!due);
	else if (!oracle_lost)
		oracle_flushed(r, due);
	if (due)
		oracle_owe(r);
	return due;
}

WRAPPED(unsigned, chain_write_iov, struct chain *c, const struct gmem *mem,
    struct iovec *iov, unsigned max, uint64_t bytes)
{
	unsigned n = __real_chain_write_iov(c, mem, iov, max, bytes);
	uint64_t given = 0;

	for (unsigned i = 0; i < n; i++)
		given += iov[i].iov_len;
	oracle_gave(c, given);
	return n;
}

WRAPPED(void, virtq_reset, struct virtq *q)
{
	uint8_t row, index;

	oracle_owner(q, &row, &index);
	oracle_reset(row);
	oracle_land_all(q);
	__real_virtq_reset(q);
}

WRAPPED(void, virtq_notify_disable, struct virtq *q, const struct gmem *mem)
{
	struct ring *r = oracle_ring(q);

	judge_use(r);
	r->asked = r->waiting = r->dry = r->told = false;
	watch(r, RING_OFF);
	__real_virtq_notify_disable(q, mem);
	oracle_watched();
}

WRAPPED(bool, virtq_notify_enable, struct virtq *q, const struct gmem *mem)
{
	struct ring *r = oracle_ring(q);
	bool may = q->enabled && !q->broken;

	judge_use(r);
	r->told = false;
	watch(r, RING_ON);
	r->waiting = __real_virtq_notify_enable(q, mem);
	oracle_watched();
	r->asked = may;
	if (!oracle_lost)
		check(
		    r->told == may && r->waiting == (may && oracle_offered(r)));
	return r->waiting;
}

/* NOLINTEND(bugprone-reserved-identifier) */
