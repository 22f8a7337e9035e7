/* SPDX-License-Identifier: MIT
 *
 * What a list of the packed ring may be, and what a hostile driver makes of it:
 * one row each, with its section of virtio 1.3. A refused list leaves a queue
 * that does nothing more.
 */
#include "devices/virtq_queue_fixture.h"

enum {
	N = 5,
	DESC = 0x1000,
	DRIVER = 0x2000,
	DEVICE = 0x3000,
	TABLE = 0x4008, /* 2.8.7: a table needs no alignment */
	BUF = 0x5000,
	A = DESC_AVAIL /* in the first lap */
};
static const struct virtq_layout layout = { DESC, DRIVER, DEVICE, N };

struct desc {
	gpa_t addr;
	uint32_t len;
	uint16_t id, flags;
};

/* To read or to write, the last with its id or with next; somewhere else;
 * indirect; in a table, whose other flags and ids say nothing. */
#define R(len, id)                                                             \
	{                                                                      \
		BUF, len, id, A                                                \
	}
#define W(len, id)                                                             \
	{                                                                      \
		BUF, len, id, A | DESC_WRITE                                   \
	}
#define RN(len)                                                                \
	{                                                                      \
		BUF, len, 0xffff, A | DESC_NEXT                                \
	}
#define WN(len)                                                                \
	{                                                                      \
		BUF, len, 0xffff, A | DESC_NEXT | DESC_WRITE                   \
	}
#define AT(addr, len)                                                          \
	{                                                                      \
		addr, len, 0, A                                                \
	}
#define I(len)                                                                 \
	{                                                                      \
		TABLE, len, 2, A | DESC_INDIRECT                               \
	}
#define FLAGS(flags)                                                           \
	{                                                                      \
		TABLE, 16, 2, A | (flags)                                      \
	}
#define TR(len)                                                                \
	{                                                                      \
		BUF, len, 0xffff, 0xffff & ~DESC_WRITE                         \
	}
#define TW(len)                                                                \
	{                                                                      \
		BUF, len, 0xffff, DESC_WRITE                                   \
	}

#define FINE(name, all, read, write)                                           \
	.id = (name), .parts = (all), .readable = (read), .writable = (write)
#define BAD(row) .broken = VIRTQ_BROKEN_##row

static const struct row {
	const char *name;
	struct desc ring[N], table[6]; /* the list starts at ring[0] */
	enum virtq_broken broken;
	uint16_t id, parts;
	uint64_t readable, writable;
	bool direct; /* indirect is not negotiated */
} rows[] = {
	/* allowed */
	{ "2.8.6: one to read", { R(16, 3) }, FINE(3, 1, 16, 0) },
	{ "2.8.6: one to write", { W(16, 0) }, FINE(0, 1, 0, 16) },
	{ "2.8.6: the last one's id", { RN(1), RN(2), W(4, 4) },
	    FINE(4, 3, 3, 4) },
	{ "2.8.17: as long as the queue",
	    { RN(1), RN(1), RN(1), RN(1), R(1, 1) }, FINE(1, 5, 5, 0) },
	{ "2.8.21: without bytes, wherever that is",
	    { { ~(gpa_t)0, 0, 9, A | DESC_NEXT }, RN(7), AT(LOW_RAM, 0) },
	    FINE(0, 3, 7, 0) },
	{ "2.8.13: reserved flags", { FLAGS(0x7f78 | DESC_WRITE) },
	    FINE(2, 1, 0, 16) },
	{ "2.8.4: all of low RAM", { AT(0, LOW_RAM) }, FINE(0, 1, LOW_RAM, 0) },
	{ "2.8.4: the last byte of high RAM",
	    { AT(RAM_HIGH + HIGH_RAM - 1, 1) }, FINE(0, 1, 1, 0) },
	{ "2.8.7: a table, in a row", { I(48) }, { TR(1), TR(2), TW(4) },
	    FINE(2, 3, 3, 4) },
	{ "2.8.7: a table marked to write",
	    { FLAGS(DESC_INDIRECT | DESC_WRITE) }, { TR(1) },
	    FINE(2, 1, 1, 0) },
	{ "2.8.17: as long as the queue, in a table", { I(80) },
	    { TR(1), TR(1), TR(1), TR(1), TW(1) }, FINE(2, 5, 4, 1) },

	/* not there */
	{ "2.8.15: as it was at first", { { BUF, 1, 0, 0 } }, .parts = 0 },
	{ "2.8.1: used in this lap", { { BUF, 1, 0, DESC_AVAIL | DESC_USED } },
	    .parts = 0 },
	{ "2.8.1: available in the next lap", { { BUF, 1, 0, DESC_USED } },
	    .parts = 0 },

	/* refused */
	{ "2.8.21: an id that is the queue size", { R(1, N) }, BAD(id) },
	{ "2.8.21: id 0xffff", { R(1, 0xffff) }, BAD(id) },
	{ "2.8.17: a list with a hole", { RN(1), { BUF, 1, 0, 0 } },
	    BAD(list_hole) },
	{ "2.8.17: a list with a used one",
	    { RN(1), { BUF, 1, 0, DESC_AVAIL | DESC_USED } }, BAD(list_hole) },
	{ "2.8.17: longer than the ring", { RN(1), RN(1), RN(1), RN(1), RN(1) },
	    BAD(ring_full) },
	{ "2.8.17: to read after to write", { WN(1), R(1, 0) }, BAD(order) },
	{ "2.8.17: even without bytes", { WN(0), R(0, 0) }, BAD(order) },
	{ "2.8.17: in a table", { I(32) }, { TW(1), TR(1) }, BAD(order) },
	{ "2.8.4: a byte past low RAM", { AT(BUF, LOW_RAM - BUF + 1) },
	    BAD(memory) },
	{ "2.8.4: a byte past high RAM", { AT(RAM_HIGH + HIGH_RAM - 1, 2) },
	    BAD(memory) },
	{ "2.8.4: in the hole", { AT(LOW_RAM, 1) }, BAD(memory) },
	{ "2.8.4: from before high RAM", { AT(RAM_HIGH - 1, 2) }, BAD(memory) },
	{ "2.8.4: around the end", { AT(~(gpa_t)0 - 15, 32) }, BAD(memory) },
	{ "2.8.4: a good one and a bad one", { RN(1), AT(LOW_RAM, 1) },
	    BAD(memory) },
	{ "2.8.4: a bad one in a table", { I(32) },
	    { TR(1), { RAM_HIGH - 1, 1, 0, 0 } }, BAD(memory) },
	{ "2.8.19: a table not negotiated", { I(16) }, { TR(1) }, BAD(indirect),
	    .direct = true },
	{ "2.8.19: a table with next",
	    { FLAGS(DESC_INDIRECT | DESC_NEXT), R(1, 0) }, { TR(1) },
	    BAD(indirect_next) },
	{ "2.8.5: a table at the end of a list", { RN(1), I(16) }, { TR(1) },
	    BAD(indirect_next) },
	{ "2.8.7: a table without entries", { I(0) }, BAD(table_len) },
	{ "2.8.7: a table of half an entry", { I(8) }, { TR(1) },
	    BAD(table_len) },
	{ "2.8.7: a table of one and a half", { I(24) }, { TR(1), TR(1) },
	    BAD(table_len) },
	{ "2.8.7: a table of 4 GiB less a byte", { I(0xffffffff) }, { TR(1) },
	    BAD(table_len) },
	{ "2.8.7: a table of 4 GiB less an entry", { I(0xfffffff0) }, { TR(1) },
	    BAD(memory) },
	{ "2.8.7: a table past RAM",
	    { { LOW_RAM - 16, 32, 0, A | DESC_INDIRECT } }, BAD(memory) },
	{ "2.8.17: a table longer than the queue", { I(96) },
	    { TR(1), TR(1), TR(1), TR(1), TR(1), TR(1) }, BAD(length) },
};

static void
put_descs(gpa_t to, const struct desc *desc, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		put_desc(to + 16 * i, desc[i].addr, desc[i].len, desc[i].id,
		    desc[i].flags);
}

static void
judge(const struct row *r)
{
	uint64_t features = F_PACKED | (r->direct ? 0 : F_INDIRECT);

	unit_case(r->name);
	fresh(&layout, features);
	put_descs(DESC, r->ring, ARRAY_SIZE(r->ring));
	put_descs(TABLE, r->table, ARRAY_SIZE(r->table));
	expect_eq(virtq_pop(&q, &mem, &c), r->parts > 0);
	expect_eq(q.broken, r->broken);
	expect(virtq_sane(&q, &mem));
	if (r->broken != VIRTQ_FINE)
		expect_dead();
	if (r->parts == 0)
		return;
	expect_eq(c.id, r->id);
	expect_eq(c.parts, r->parts);
	expect_eq(c.readable, r->readable);
	expect_eq(c.writable, r->writable);
}

int
main(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		judge(&rows[i]);
	return unit_done();
}
