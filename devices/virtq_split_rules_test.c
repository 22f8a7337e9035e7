/* SPDX-License-Identifier: MIT
 *
 * What a chain of the split ring may be, and what a hostile driver makes of it:
 * one row each, with its section of virtio 1.3. A refused chain leaves a queue
 * that does nothing more.
 */
#include "devices/virtq_queue_fixture.h"

enum {
	N = 4,
	DESC = 0x1000,
	AVAIL = 0x2000,
	USED = 0x3000,
	TABLE = 0x4008, /* 2.7.5.3: a table needs no alignment */
	BUF = 0x5000
};
static const struct virtq_layout layout = { DESC, AVAIL, USED, N };

struct desc {
	gpa_t addr;
	uint32_t len;
	uint16_t flags, next;
};

/* To read or to write, the last or with next; somewhere else; indirect. */
#define R(len)                                                                 \
	{                                                                      \
		BUF, len, 0, 0xffff                                            \
	}
#define W(len)                                                                 \
	{                                                                      \
		BUF, len, DESC_WRITE, 0xffff                                   \
	}
#define RN(len, next)                                                          \
	{                                                                      \
		BUF, len, DESC_NEXT, next                                      \
	}
#define WN(len, next)                                                          \
	{                                                                      \
		BUF, len, DESC_NEXT | DESC_WRITE, next                         \
	}
#define AT(addr, len)                                                          \
	{                                                                      \
		addr, len, 0, 0                                                \
	}
#define I(len)                                                                 \
	{                                                                      \
		TABLE, len, DESC_INDIRECT, 0                                   \
	}
#define FLAGS(flags, next)                                                     \
	{                                                                      \
		TABLE, 16, flags, next                                         \
	}

#define FINE(all, read, write)                                                 \
	.parts = (all), .readable = (read), .writable = (write)
#define BAD(row) .broken = VIRTQ_BROKEN_##row

static const struct row {
	const char *name;
	struct desc ring[N], table[6]; /* the chain starts at ring[0] */
	enum virtq_broken broken;
	uint16_t parts;
	uint64_t readable, writable;
	bool direct; /* indirect is not negotiated */
} rows[] = {
	/* allowed */
	{ "2.7.5: one to read", { R(16) }, FINE(1, 16, 0) },
	{ "2.7.5: one to write", { W(16) }, FINE(1, 0, 16) },
	{ "2.7.13.1: to read, then to write", { RN(1, 2), W(4), RN(2, 1) },
	    FINE(3, 3, 4) },
	{ "2.7.5.3.1: as long as the queue",
	    { RN(1, 3), R(1), RN(1, 1), RN(1, 2) }, FINE(4, 4, 0) },
	{ "2.7.13.1: without bytes, wherever that is",
	    { { ~(gpa_t)0, 0, DESC_NEXT, 1 }, RN(7, 2), AT(LOW_RAM, 0) },
	    FINE(3, 7, 0) },
	{ "2.7.5: nothing but nothing", { W(0) }, FINE(1, 0, 0) },
	{ "2.7.5: reserved flags", { FLAGS(0xfff8 | DESC_WRITE, 0) },
	    FINE(1, 0, 16) },
	{ "2.7.5: all of low RAM", { AT(0, LOW_RAM) }, FINE(1, LOW_RAM, 0) },
	{ "2.7.5: the last byte of high RAM",
	    { AT(RAM_HIGH + HIGH_RAM - 1, 1) }, FINE(1, 1, 0) },
	{ "2.7.5: the rings themselves", { { DESC, 0x3000, DESC_WRITE, 0 } },
	    FINE(1, 0, 0x3000) },
	{ "2.7.5.3: a table, followed by next", { I(48) },
	    { RN(1, 2), W(4), RN(2, 1) }, FINE(3, 3, 4) },
	{ "2.7.5.3.2: a table marked to write",
	    { FLAGS(DESC_INDIRECT | DESC_WRITE, 0) }, { R(1) }, FINE(1, 1, 0) },
	{ "2.7.5.3.2: a table after normal ones", { RN(1, 1), I(32) },
	    { RN(1, 1), W(1) }, FINE(3, 2, 1) },
	{ "2.7.5.3.2: a table after one to write", { WN(1, 1), I(16) },
	    { W(1) }, FINE(2, 0, 2) },
	{ "2.7.5.3.1: as long as the queue, with a table",
	    { RN(1, 1), RN(1, 2), RN(1, 3), I(16) }, { R(1) }, FINE(4, 4, 0) },
	{ "2.7.5.3: a table with entries unused", { I(96) }, { R(1) },
	    FINE(1, 1, 0) },

	/* refused */
	{ "2.7.5: next is the queue size", { RN(1, N) }, BAD(index) },
	{ "2.7.5: next is 0xffff", { RN(1, 0xffff) }, BAD(index) },
	{ "2.7.5.2: a loop of one", { RN(1, 0) }, BAD(length) },
	{ "2.7.5.2: a loop without bytes", { RN(0, 1), RN(0, 0) },
	    BAD(length) },
	{ "2.7.4.2: to read after to write", { WN(1, 1), R(1) }, BAD(order) },
	{ "2.7.4.2: even without bytes", { WN(0, 1), R(0) }, BAD(order) },
	{ "2.7.4.2: in a table after a normal one", { WN(1, 1), I(16) },
	    { R(1) }, BAD(order) },
	{ "2.7.4.2: in a table", { I(32) }, { WN(1, 1), R(1) }, BAD(order) },
	{ "2.7.5: a byte past low RAM", { AT(BUF, LOW_RAM - BUF + 1) },
	    BAD(memory) },
	{ "2.7.5: a byte past high RAM", { AT(RAM_HIGH + HIGH_RAM - 1, 2) },
	    BAD(memory) },
	{ "2.7.5: in the hole", { AT(LOW_RAM, 1) }, BAD(memory) },
	{ "2.7.5: from before high RAM", { AT(RAM_HIGH - 1, 2) }, BAD(memory) },
	{ "2.7.5: from low RAM to high", { AT(0, 0xffffffff) }, BAD(memory) },
	{ "2.7.5: the last byte there is", { AT(~(gpa_t)0, 1) }, BAD(memory) },
	{ "2.7.5: around the end", { AT(~(gpa_t)0 - 15, 32) }, BAD(memory) },
	{ "2.7.5: a good one and a bad one", { RN(1, 1), AT(LOW_RAM, 1) },
	    BAD(memory) },
	{ "2.7.5.3.1: a table not negotiated", { I(16) }, { R(1) },
	    BAD(indirect), .direct = true },
	{ "2.7.5.3.1: a table with next",
	    { FLAGS(DESC_INDIRECT | DESC_NEXT, 1), R(1) }, { R(1) },
	    BAD(indirect_next) },
	{ "2.7.5.3.1: a table in a table", { I(32) }, { RN(1, 1), I(16) },
	    BAD(nested) },
	{ "2.7.5.3.1: a table that is itself", { I(16) }, { I(16) },
	    BAD(nested) },
	{ "2.7.5.3: a table without entries", { I(0) }, BAD(table_len) },
	{ "2.7.5.3: a table of half an entry", { I(8) }, { R(1) },
	    BAD(table_len) },
	{ "2.7.5.3: a table of one and a half", { I(24) }, { R(1) },
	    BAD(table_len) },
	{ "2.7.5.3: a table of 4 GiB less a byte", { I(0xffffffff) }, { R(1) },
	    BAD(table_len) },
	{ "2.7.5.3: a table of 4 GiB less an entry", { I(0xfffffff0) },
	    { R(1) }, BAD(memory) },
	{ "2.7.5.3: a table past RAM",
	    { { LOW_RAM - 16, 32, DESC_INDIRECT, 0 } }, BAD(memory) },
	{ "2.7.5.3: a table's next is its size", { I(16) }, { RN(1, 1) },
	    BAD(index) },
	{ "2.7.5.3.1: a table that loops", { I(32) }, { RN(1, 1), RN(1, 0) },
	    BAD(length) },
	{ "2.7.5.3.1: a table longer than the queue", { I(80) },
	    { RN(1, 1), RN(1, 2), RN(1, 3), RN(1, 4), R(1) }, BAD(length) },
	{ "2.7.5.3.1: longer than the queue with a table",
	    { RN(1, 1), RN(1, 2), RN(1, 3), I(32) }, { RN(1, 1), R(1) },
	    BAD(length) },
};

static void
put_descs(gpa_t to, const struct desc *desc, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		put_desc(to + 16 * i, desc[i].addr, desc[i].len, desc[i].flags,
		    desc[i].next);
}

static void
judge(const struct row *r)
{
	unit_case(r->name);
	fresh(&layout, r->direct ? 0 : F_INDIRECT);
	put_descs(DESC, r->ring, ARRAY_SIZE(r->ring));
	put_descs(TABLE, r->table, ARRAY_SIZE(r->table));
	put(AVAIL + 2, 2, 1);
	expect_eq(virtq_pop(&q, &mem, &c), r->broken == VIRTQ_FINE);
	expect_eq(q.broken, r->broken);
	expect(virtq_sane(&q, &mem));
	if (r->broken != VIRTQ_FINE) {
		expect_dead();
		return;
	}
	expect_eq(c.id, 0);
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
