/* SPDX-License-Identifier: MIT
 *
 * What there is to pop, by what the device has fetched: virtio 1.3, 2.7.5 to
 * 2.7.7 for split rings, 2.8.5 to 2.8.7 for packed ones. Each descriptor is
 * looked for where it has to be, after what leads to it, and a fetch from
 * elsewhere does not count.
 */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle_ring.h"

enum { AVAIL = 1 << 7, USED = 1 << 15 }; /* 2.8.1 */

struct desc {
	uint64_t addr;
	uint32_t len;
	union {
		struct {
			uint16_t flags, next;
		} split;
		struct {
			uint16_t id, flags;
		} packed;
	};
};
_Static_assert(sizeof(struct desc) == 16, "2.7.5, 2.8.13");

struct walk {
	const struct ring *r;
	const struct chain *chain; /* or NULL: only judge */
	unsigned parts, readers, slots;
	uint64_t bytes[2]; /* to read, to write */
	bool blind;	   /* some of what it saw, or may think, is not known */
};

static bool
has(const struct ring *r, unsigned feature)
{
	return r->features >> feature & 1;
}

static struct desc
fetch(struct walk *w, gpa_t at)
{
	struct desc d = { 0 };

	w->blind |= !oracle_fetch(at, &d, sizeof(d));
	return d;
}

/* 2.7.4.2, 2.7.5.2, 2.7.5.3.1, 2.8.17, and that buffers are in RAM. */
static bool
take_part(struct walk *w, const struct desc *d, uint16_t flags)
{
	bool write = flags & VRING_DESC_F_WRITE;
	const struct chain *c = w->chain;

	if (w->parts == w->r->at.size || (!write && w->parts > w->readers) ||
	    w->bytes[0] + w->bytes[1] + d->len > (uint64_t)1 << 32 ||
	    (d->len > 0 && !fuzz_ram_has(d->addr, d->len)))
		return false;
	if (c != NULL && !w->blind)
		check(w->parts < c->parts && c->part[w->parts].at == d->addr &&
		    c->part[w->parts].len == d->len);
	w->parts++;
	w->readers += !write;
	w->bytes[write] += d->len;
	return true;
}

/* 2.7.5.3.1, 2.8.7, 2.8.19 */
static bool
take_table(const struct walk *w, const struct desc *d, uint16_t flags)
{
	return has(w->r, VIRTIO_RING_F_INDIRECT_DESC) &&
	    (flags & VRING_DESC_F_NEXT) == 0 && d->len > 0 &&
	    d->len % sizeof(*d) == 0 && fuzz_ram_has(d->addr, d->len);
}

static bool
walk_split(struct walk *w, uint32_t at)
{
	gpa_t table = w->r->at.desc;
	uint32_t entries = w->r->at.size;
	bool indirect = false;

	for (;;) {
		struct desc d;

		if (at >= entries)
			return false;
		d = fetch(w, table + sizeof(d) * at);
		if (d.split.flags & VRING_DESC_F_INDIRECT) {
			if (indirect || !take_table(w, &d, d.split.flags))
				return false;
			indirect = true;
			table = d.addr;
			entries = d.len / (uint32_t)sizeof(d);
			at = 0;
			continue;
		}
		if (!take_part(w, &d, d.split.flags))
			return false;
		if ((d.split.flags & VRING_DESC_F_NEXT) == 0)
			return true;
		at = d.split.next;
	}
}

/* 2.8.7: entries follow each other, and only WRITE counts. */
static bool
walk_table(struct walk *w, const struct desc *table)
{
	for (uint32_t i = 0; i < table->len / sizeof(*table); i++) {
		struct desc d = fetch(w, table->addr + sizeof(d) * i);

		if (!take_part(w, &d, d.packed.flags))
			return false;
	}
	return true;
}

/* Between two limits, that the device has used something and that the driver
 * can know it, the device may also object. */
static bool
may(struct walk *w, bool sure, bool possible)
{
	w->blind |= !sure && possible && w->chain == NULL;
	return possible && !w->blind;
}

/* 2.7, 2.8: no more slots than there are. */
static bool
fits(struct walk *w, uint32_t slots)
{
	const struct ring *r = w->r;

	return may(w, slots <= r->at.size - (r->avail - r->shown),
	    slots <= r->at.size - r->held);
}

/* 2.7.13.1, 2.8.21.1 */
static bool
is_free(struct walk *w, uint16_t id)
{
	const struct flight *held = oracle_flight(w->r->q, id, false);

	return may(w, oracle_flight(w->r->q, id, true) == NULL, held == NULL);
}

/* 2.8.1: AVAIL is the driver's wrap counter, 1 in the first lap. */
static bool
is_avail(const struct ring *r, uint32_t slot, uint16_t flags)
{
	bool wrap = slot / r->at.size % 2 == 0;

	return (flags & (AVAIL | USED)) == (wrap ? AVAIL : USED);
}

static gpa_t
packed_at(const struct ring *r, uint32_t slot)
{
	return r->at.desc + sizeof(struct desc) * (slot % r->at.size);
}

/* The first flags that were seen are those that count. */
static bool
walk_packed(struct walk *w, uint16_t flags, uint16_t *id)
{
	for (;;) {
		uint32_t slot = w->r->avail + w->slots;
		struct desc d;

		if (!fits(w, w->slots + 1))
			return false;
		d = fetch(w, packed_at(w->r, slot));
		if (w->slots++ > 0)
			flags = d.packed.flags;
		if (!w->blind && !is_avail(w->r, slot, flags)) /* 2.8.17 */
			return false;
		*id = d.packed.id;
		if (flags & VRING_DESC_F_INDIRECT)
			return w->slots == 1 && take_table(w, &d, flags) &&
			    walk_table(w, &d);
		if (!take_part(w, &d, flags))
			return false;
		if ((flags & VRING_DESC_F_NEXT) == 0)
			return true;
	}
}

static uint16_t
first_word(const struct ring *r)
{
	return oracle_fetch16(
	    r->packed ? packed_at(r, r->avail) + 14 : r->at.driver + 2);
}

/* By that word of it. */
static bool
offers(const struct ring *r, uint16_t word)
{
	return r->packed ? is_avail(r, r->avail, word)
			 : word != (uint16_t)r->avail;
}

bool
oracle_offered(const struct ring *r)
{
	return offers(r, first_word(r));
}

static bool
walk(struct walk *w, uint16_t word, uint16_t *id)
{
	const struct ring *r = w->r;

	if (r->packed)
		return walk_packed(w, word, id) && *id < r->at.size;
	w->slots = 1;
	if (!fits(w, (uint16_t)(word - r->avail))) /* 2.7.6.1, 2.7 */
		return false;
	*id = oracle_fetch16(
	    r->at.driver + 4 + (gpa_t)(r->avail % r->at.size) * 2);
	return walk_split(w, *id);
}

enum ring_pop
oracle_walk(const struct ring *r, const struct chain *chain)
{
	struct walk w = { .r = r, .chain = chain };
	uint16_t word = first_word(r), id = 0;
	bool fine;

	if (!offers(r, word))
		return RING_EMPTY;
	fine = walk(&w, word, &id) && is_free(&w, id);
	if (w.blind)
		return RING_UNKNOWN;
	oracle_fetched();
	if (!fine || chain == NULL)
		return fine ? RING_CHAIN : RING_WRONG;
	check(chain->id == id && chain->slots == w.slots);
	check(chain->parts == w.parts && chain->readers == w.readers);
	check(chain->readable == w.bytes[0] && chain->writable == w.bytes[1]);
	return RING_CHAIN;
}
