/* SPDX-License-Identifier: MIT
 *
 * Pages that the guest does without go back to the host, after virtio 1.3,
 * 5.5.6 (inflate) and 5.5.6.7 (free page reporting): before the request is
 * answered, while the driver must not use them.
 *
 * Threads: the loop, with the board's lock held.
 */
#include <linux/uio.h>
#include <linux/virtio_balloon.h>

#include "devices/virtio_balloon_parts.h"

enum {
	PAGE = VIRTIO_BALLOON_PAGE,
	PFNS = 256, /* judged at a time: what Linux puts into a buffer */

	/* A turn ends after so much: others wait for the board's lock. */
	TURN_BYTES = 8 << 20,
	TURN_CALLS = 256
};

struct turn {
	uint64_t bytes; /* of pages, RAM or not */
	unsigned calls;
};

static bool
over(const struct turn *turn)
{
	return turn->bytes >= TURN_BYTES || turn->calls >= TURN_CALLS;
}

/* What the host refuses stays as it is, which 5.5.6.2 allows. */
static void
discard(struct turn *turn, gpa_t at, uint64_t len)
{
	(void)gmem_discard(guest_ram, at, len);
	turn->calls++;
}

/* Pages that follow each other, up or down, go together. What is not RAM is
 * passed over; so no run spans the hole. */
static void
discard_pages(struct turn *turn, const uint32_t *pfn, unsigned count)
{
	gpa_t first = 0, end = 0;

	turn->bytes += (uint64_t)count * PAGE;
	for (unsigned i = 0; i < count; i++) {
		gpa_t at = (gpa_t)pfn[i] * PAGE;

		if (gmem_ptr(guest_ram, at, PAGE) == NULL)
			continue;
		if (first < end && at <= end && at + PAGE >= first) {
			first = MIN(first, at);
			end = MAX(end, at + PAGE);
			continue;
		}
		if (first < end)
			discard(turn, first, end - first);
		first = at;
		end = at + PAGE;
	}
	if (first < end)
		discard(turn, first, end - first);
}

/* 5.5.6: le32 page numbers; what is left of one at the end is none. */
static void
inflate(struct turn *turn, struct chain *chain)
{
	uint32_t pfn[PFNS];

	while (chain->read.left > 0 && !over(turn)) {
		size_t n = chain_read(chain, guest_ram, pfn, sizeof(pfn));

		discard_pages(turn, pfn, (unsigned)(n / sizeof(pfn[0])));
	}
}

/* 5.5.6.7: the buffer is the free memory. */
static void
report(struct turn *turn, struct chain *chain)
{
	while (chain->write.left > 0 && !over(turn)) {
		gpa_t at = chain_write_at(chain);
		struct iovec iov;

		check(chain_write_iov(chain, guest_ram, &iov, 1,
			  TURN_BYTES - turn->bytes) == 1);
		turn->bytes += iov.iov_len;
		discard(turn, at, iov.iov_len);
	}
}

/* Passes over what earlier turns have dealt with: of a buffer that is judged
 * anew each time, and that the driver may have made shorter. */
static void
skip(struct chain *chain, uint64_t done, bool write)
{
	struct chain_cursor *k = write ? &chain->write : &chain->read;
	uint64_t left = k->left - MIN(done, k->left);
	struct iovec iov[16];
	unsigned n = 1;

	while (k->left > left && n > 0)
		n = write ? chain_write_iov(chain, guest_ram, iov,
				ARRAY_SIZE(iov), k->left - left)
			  : chain_read_iov(chain, guest_ram, iov,
				ARRAY_SIZE(iov), k->left - left);
}

/* Until the balloon is empty again: set_actual(). */
static void
need_small_pages(struct virtio_balloon *d)
{
	if (!d->small)
		gmem_huge(guest_ram, false);
	d->small = true;
}

/* A buffer may be too much for one turn: then it is put back, and its rest is
 * the next turn's. Nothing is written, by number (2.7.8.2). */
static bool
give_back(struct virtio_balloon *d, unsigned queue, bool write)
{
	struct virtio_queue *q = &d->queue[queue];
	struct turn turn = { 0, 0 };
	struct chain chain UNCLEARED;

	while (!over(&turn) && virtio_pop(q, &chain)) {
		const struct chain_cursor *k =
		    write ? &chain.write : &chain.read;
		uint64_t whole = k->left;

		skip(&chain, d->done[queue], write);
		if (write) {
			report(&turn, &chain);
		} else {
			need_small_pages(d);
			inflate(&turn, &chain);
		}
		if (k->left > 0) {
			d->done[queue] = whole - k->left;
			virtq_unpop(&q->ring, &chain);
			break;
		}
		d->done[queue] = 0;
		virtio_push(q, chain.id, 0);
	}
	return true;
}

bool
balloon_acknowledge(struct virtio_balloon *d, unsigned queue)
{
	struct virtio_queue *q = &d->queue[queue];
	struct chain chain UNCLEARED;

	while (virtio_pop(q, &chain))
		virtio_push(q, chain.id, 0);
	return true;
}

bool
balloon_inflate(struct virtio_balloon *d, unsigned queue)
{
	return give_back(d, queue, false);
}

/* 5.5.6.7.2: a reported page reads as before, or as poison_val; ours as 0. */
bool
balloon_report(struct virtio_balloon *d, unsigned queue)
{
	if (virtio_has(&d->v, VIRTIO_BALLOON_F_PAGE_POISON) &&
	    d->poison_val != 0)
		return balloon_acknowledge(d, queue);
	return give_back(d, queue, true);
}
