/* SPDX-License-Identifier: MIT
 *
 * Chains as a driver offers them, in split and packed rings (virtio 1.3, 2.7
 * and 2.8), with what the stream says wrong about them. The memory that they
 * lead to is the same few places again and again, so that they overlap.
 */
#include <linux/virtio_ring.h>

#include "tools/fuzz/board_driver.h"

/* What chains lead to. */
enum { TABLE = 0x90000, DATA = 0xa0000 };

struct part {
	gpa_t at;
	uint32_t len;
	uint16_t flags;
};

/* Three bytes of the stream: where, how long, what is odd about it. */
static struct part
take_part(bool write)
{
	static const uint32_t lens[] = { 16, 1, 512, 0, 4, 8, 20, 513, 4096,
		65536, FUZZ_LOW, 0xffffffff, 0x7fffffff, 12, 64, 1024 };
	uint8_t where = fuzz_take(), len = fuzz_take(), odd = fuzz_take();
	struct part p = {
		.at = DATA + where % 128 * 0x200,
		.len = lens[len % 16] + (len >= 0xf0),
		.flags = write ? VRING_DESC_F_WRITE : 0,
	};

	if (where >= 128)
		p.at = fuzz_bases[where % fuzz_bases_count] - len / 16;
	if (odd >= 0xe0)
		p.flags ^= VRING_DESC_F_WRITE;
	if (odd >= 0xf0)
		p.flags |= VRING_DESC_F_INDIRECT;
	return p;
}

static void
put_desc(gpa_t at, const struct part *p, uint16_t at12, uint16_t at14)
{
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t at12, at14;
	} desc = { p->at, p->len, at12, at14 };

	fuzz_poke(at, &desc, sizeof(desc));
}

/* Split: next from slot to slot, around; the last ends it, most of the time. */
static void
offer_split(struct fuzz_ring *r, struct part *parts, unsigned count, bool show)
{
	uint16_t mask = r->size - 1u, head = r->next & mask;

	for (unsigned i = 0; i < count; i++) {
		uint16_t here = r->next & mask, next = ++r->next & mask;
		bool more = i + 1 < count;

		put_desc(r->desc + 16 * (gpa_t)here, &parts[i],
		    parts[i].flags | (more ? VRING_DESC_F_NEXT : 0), next);
	}
	fuzz_poke(r->driver + 4 + 2 * (gpa_t)(r->avail & mask), &head, 2);
	r->avail++;
	if (show)
		fuzz_poke(r->driver + 2, &r->avail, 2);
}

/* Packed: the first descriptor's flags last. */
static void
offer_packed(struct fuzz_ring *r, struct part *parts, unsigned count, bool show)
{
	uint16_t id = r->next;

	for (unsigned i = 0; i < count; i++) {
		uint16_t flags = parts[i].flags | (r->wrap ? 0x80 : 0x8000);

		if (i + 1 < count)
			flags |= VRING_DESC_F_NEXT;
		if (i == 0 && !show)
			flags ^= 0x8080;
		put_desc(r->desc + 16 * (gpa_t)r->next, &parts[i], id, flags);
		if (++r->next == r->size) {
			r->next = 0;
			r->wrap = !r->wrap;
		}
	}
}

/* The parts go to a table; what stands for them is its descriptor. */
static void
move_to_table(struct part *parts, unsigned count, bool packed)
{
	for (unsigned i = 0; i < count; i++) {
		bool more = i + 1 < count && !packed;
		uint16_t flags =
		    parts[i].flags | (more ? VRING_DESC_F_NEXT : 0);

		put_desc(TABLE + 16 * (gpa_t)i, &parts[i], packed ? 0 : flags,
		    packed ? flags : (uint16_t)(i + 1));
	}
	parts[0] = (struct part){ TABLE, 16 * count, VRING_DESC_F_INDIRECT };
}

/* Queue `offset` of device `row` gets a chain of `width` % 8 + 1 parts, each
 * from the stream, the first `kind` >> 4 of them for the device to read. What
 * the very first leads to then begins with four words: op->value, `offset` >> 8
 * twice, 0: a block request's header, a control message, page numbers. `kind`
 * bit 0: in a table; 1: not shown yet; 2: no kick; 3: words 1 to 3 are that
 * much below 0. */
void
fuzz_op_chain(const struct fuzz_op *op)
{
	unsigned row = op->row % FUZZ_ROWS, queue = op->offset % FUZZ_QUEUES;
	struct fuzz_ring *r = fuzz_ring(row, queue);
	unsigned count = op->width % 8 + 1, readers = op->kind >> 4;
	uint32_t words[] = { op->value, op->offset >> 8, op->offset >> 8, 0 };
	struct part parts[8];

	if (r->size == 0)
		return;
	if (op->kind & 8) {
		words[1] = words[2] = -words[2];
		words[3] = ~0u;
	}
	for (unsigned i = 0; i < count; i++)
		parts[i] = take_part(i >= readers);
	if (!(parts[0].flags & VRING_DESC_F_WRITE))
		fuzz_poke(parts[0].at, words, sizeof(words));
	if (op->kind & 1) {
		move_to_table(parts, count, r->packed);
		count = 1;
	}
	if (r->packed)
		offer_packed(r, parts, count, !(op->kind & 2));
	else
		offer_split(r, parts, count, !(op->kind & 2));
	if (!(op->kind & 4))
		fuzz_doorbell(row, queue);
}
