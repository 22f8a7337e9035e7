/* SPDX-License-Identifier: MIT
 *
 * Hostile: descriptors, chains and indirect tables that are malformed in each
 * way that virtio 1.3 names (2.7.5, 2.8.5 to 2.8.7, 2.8.17), or odd in ways
 * that it allows: a row for each, with what must come of it. What else can be
 * wrong with a ring is h_virtio_ring.c's.
 */
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_attack.h"

#define LAST ((uint64_t)-1)

enum { N = D_NEXT, W = D_WRITE, I = D_INDIRECT };
enum ring { BOTH, SPLIT, PACKED };
enum link { ON, SELF, FIRST, SIZE, MOST }; /* `next`, or a packed one's id */

struct desc {
	uint64_t at;
	uint32_t len;
	uint16_t flags;
	enum link link;
};

struct one {
	enum ring ring;
	enum outcome outcome;
	const char *what;
	struct desc desc[3];  /* the first, and the next where N is set */
	struct desc table[3]; /* what is at TABLE */
};

#define D(a, l, f)                                                             \
	{                                                                      \
		.at = (a), .len = (l), .flags = (f)                            \
	}
#define L(a, l, f, n)                                                          \
	{                                                                      \
		.at = (a), .len = (l), .flags = (f), .link = (n)               \
	}
#define RING(...) .desc = { __VA_ARGS__ }
#define TAB(...)  .table = { __VA_ARGS__ }

static const struct one descriptors[] = {
	{ BOTH, USED, "the first of RAM", RING(D(0, 16, W)) },
	{ BOTH, USED, "to read alone", RING(D(BUFFER, 16, 0)) },
	{ BOTH, USED, "the last byte of RAM", RING(D(RAM_END - 1, 1, W)) },
	{ BOTH, USED, "no byte, nowhere", RING(D(RAM_END, 0, W)) },
	{ BOTH, USED, "no byte, at the end", RING(D(LAST, 0, 0)) },
	{ BOTH, BROKEN, "past RAM by one", RING(D(RAM_END - 1, 2, W)) },
	{ BOTH, BROKEN, "past RAM by one, read", RING(D(RAM_END - 1, 2, 0)) },
	{ BOTH, BROKEN, "the last address", RING(D(LAST, 1, W)) },
	{ BOTH, BROKEN, "past the last address", RING(D(LAST, 2, W)) },
	{ BOTH, BROKEN, "around into RAM", RING(D(LAST - 15, 32, W)) },
	{ BOTH, BROKEN, "around, read", RING(D(LAST - 15, 32, 0)) },
	{ BOTH, BROKEN, "2 GiB", RING(D(0, 1u << 31, W)) },
	{ BOTH, BROKEN, "4 GiB - 1", RING(D(0, ~0u, W)) },
	{ BOTH, BROKEN, "4 GiB - 1, read", RING(D(BUFFER, ~0u, 0)) },
	{ BOTH, BROKEN, "all ones", RING(D(LAST, ~0u, W)) },
	{ BOTH, BROKEN, "bit 32", RING(D(BUFFER | 1ull << 32, 16, W)) },
	{ BOTH, BROKEN, "bit 63", RING(D(BUFFER | 1ull << 63, 16, W)) },
	{ BOTH, BROKEN, "a table, not negotiated", RING(D(TABLE, 16, I)) },
};

static const struct one chains[] = {
	{ BOTH, USED, "read, write", RING(D(BUFFER, 16, N), D(BUFFER, 16, W)) },
	{ BOTH, USED, "no byte at all",
	    RING(D(0, 0, N), D(LAST, 0, N), D(0, 0, W)) },
	{ BOTH, BROKEN, "write, read",
	    RING(D(BUFFER, 16, N | W), D(BUFFER, 16, 0)) },
	{ BOTH, BROKEN, "write, read no byte",
	    RING(D(BUFFER, 16, N | W), D(0, 0, 0)) },
	{ BOTH, BROKEN, "well, and nowhere",
	    RING(D(BUFFER, 16, N), D(RAM_END, 16, W)) },
	{ SPLIT, BROKEN, "next is Queue Size",
	    RING(L(BUFFER, 16, N, SIZE), D(0, 0, 0)) },
	{ SPLIT, BROKEN, "next is 65535",
	    RING(L(BUFFER, 16, N, MOST), D(0, 0, 0)) },
	{ SPLIT, BROKEN, "a loop of one",
	    RING(L(BUFFER, 16, N, SELF), D(0, 0, 0)) },
	{ SPLIT, BROKEN, "a loop of two",
	    RING(D(BUFFER, 0, N), L(BUFFER, 0, N, FIRST), D(0, 0, 0)) },
	{ PACKED, BROKEN, "the id is Queue Size",
	    RING(L(BUFFER, 16, W, SIZE)) },
	{ PACKED, BROKEN, "the id is 65535", RING(L(BUFFER, 16, W, MOST)) },
	{ BOTH, BROKEN, "a table behind a buffer, not negotiated",
	    RING(D(BUFFER, 16, N), D(TABLE, 16, I)) },
};

static const struct one tables[] = {
	{ BOTH, USED, "one entry", RING(D(TABLE, 16, I)),
	    TAB(D(BUFFER, 16, W)) },
	{ BOTH, USED, "WRITE of a table says nothing",
	    RING(D(TABLE, 32, I | W)),
	    TAB(D(BUFFER, 16, N), D(BUFFER, 16, W)) },
	{ SPLIT, USED, "direct, then a table",
	    RING(D(BUFFER, 16, N), D(TABLE, 16, I)), TAB(D(BUFFER, 16, W)) },
	{ PACKED, BROKEN, "direct, then a table",
	    RING(D(BUFFER, 16, N), D(TABLE, 16, I)), TAB(D(BUFFER, 16, W)) },
	{ BOTH, BROKEN, "a table, then direct",
	    RING(D(TABLE, 16, I | N), D(BUFFER, 16, W)),
	    TAB(D(BUFFER, 16, W)) },
	{ BOTH, BROKEN, "0 bytes", RING(D(TABLE, 0, I)) },
	{ BOTH, BROKEN, "1 byte", RING(D(TABLE, 1, I)) },
	{ BOTH, BROKEN, "15 bytes", RING(D(TABLE, 15, I)) },
	{ BOTH, BROKEN, "17 bytes", RING(D(TABLE, 17, I)) },
	{ BOTH, BROKEN, "2^32 - 1 bytes", RING(D(TABLE, ~0u, I)) },
	{ BOTH, BROKEN, "2^32 - 16 bytes", RING(D(TABLE, ~15u, I)) },
	{ BOTH, BROKEN, "past RAM", RING(D(RAM_END - 16, 32, I)) },
	{ BOTH, BROKEN, "around into RAM", RING(D(LAST - 15, 32, I)) },
	{ BOTH, BROKEN, "an entry nowhere", RING(D(TABLE, 16, I)),
	    TAB(D(RAM_END, 16, W)) },
	{ BOTH, BROKEN, "write, read", RING(D(TABLE, 32, I)),
	    TAB(D(BUFFER, 16, N | W), D(BUFFER, 16, 0)) },
	{ SPLIT, BROKEN, "a table in a table", RING(D(TABLE, 16, I)),
	    TAB(D(TABLE, 16, I)) },
	{ PACKED, USED, "INDIRECT and NEXT in a table say nothing",
	    RING(D(TABLE, 16, I)), TAB(D(BUFFER, 16, I | N | W)) },
	{ SPLIT, BROKEN, "next is the table's size", RING(D(TABLE, 16, I)),
	    TAB(D(BUFFER, 16, N)) },
	{ SPLIT, BROKEN, "next is 65535", RING(D(TABLE, 16, I)),
	    TAB(L(BUFFER, 16, N, MOST)) },
	{ SPLIT, BROKEN, "a loop of one", RING(D(TABLE, 16, I)),
	    TAB(L(BUFFER, 0, N, SELF)) },
	{ SPLIT, BROKEN, "a loop of two", RING(D(TABLE, 32, I)),
	    TAB(D(BUFFER, 0, N), L(BUFFER, 0, N, FIRST)) },
	{ BOTH, USED, "a table that is its own buffer", RING(D(TABLE, 32, I)),
	    TAB(D(TABLE, 16, N), D(TABLE, 32, W)) },
};

static uint16_t
link_of(const struct desc *d, unsigned first, unsigned number, unsigned on)
{
	switch (d->link) {
	case SELF:
		return (uint16_t)number;
	case FIRST:
		return (uint16_t)first;
	case SIZE:
		return q.size;
	case MOST:
		return 0xffff;
	default:
		return (uint16_t)on;
	}
}

static void
put_table(const struct desc d[3])
{
	for (unsigned i = 0; i < 3; i++)
		put_desc(TABLE + 16 * i, d[i].at, d[i].len, d[i].flags,
		    link_of(&d[i], 0, i, i + 1));
}

/* The last one first, so that the device sees all or none. */
static void
offer_one(const struct one *a)
{
	unsigned n = 1;

	put_table(a->table);
	while (n < 3 && (a->desc[n - 1].flags & N) != 0)
		n++;
	while (n-- > 0) {
		const struct desc *d = &a->desc[n];

		put_raw(n, d->at, d->len, d->flags);
		if (d->link != ON)
			put_link(n, link_of(d, q.next, q.next + n, 0));
	}
	offer(q.next, 1);
}

static void
offer_all(const struct one *attacks, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct one *a = &attacks[i];

		if (a->ring == (packed() ? SPLIT : PACKED))
			continue;
		offer_one(a);
		expect_outcome(a->outcome, a->what);
		renew(a->what);
	}
}

static void
try_descriptors(void)
{
	offer_all(descriptors, COUNT(descriptors));
}

static void
try_nowhere(void)
{
	for (unsigned i = 0; i < 2 * NOWHERES; i++) {
		struct one a = { .outcome = BROKEN,
			RING(D(nowhere[i / 2], 4, i % 2 ? W : 0)) };

		offer_all(&a, 1);
	}
}

/* Bits that mean nothing change nothing; NEXT goes on, INDIRECT was not
 * negotiated, and AVAIL and USED of a packed ring are not flags of a buffer. */
static void
try_flags(void)
{
	struct one a = { .what = "a bit of the flags",
		RING(D(BUFFER, 16, 0), D(BUFFER, 16, W)) };

	for (unsigned bit = 0; bit < 16; bit++) {
		if (packed() && (bit == 7 || bit == 15))
			continue;
		a.desc[0].flags = (uint16_t)(1u << bit);
		a.outcome = bit == 2 ? BROKEN : USED;
		offer_all(&a, 1);
	}
	a.desc[0].flags = packed() ? 0x7f7f : 0xffff;
	a.outcome = BROKEN;
	offer_all(&a, 1);
}

static void
try_chains(void)
{
	offer_all(chains, COUNT(chains));
}

static void
try_tables(void)
{
	features |= F_INDIRECT;
	renew("");
	offer_all(tables, COUNT(tables));
	for (unsigned i = 0; i < NOWHERES; i++) {
		struct one a = { .outcome = BROKEN,
			.what = "a table nowhere",
			RING(D(nowhere[i], 16, I)) };

		offer_all(&a, 1);
	}
}

/* 2.7.5.2: 4 GiB in all, and not a byte more. With 3 GiB of RAM. */
static void
try_bytes(void)
{
	static const struct one attacks[] = {
		{ BOTH, USED, "4 GiB",
		    RING(D(0, 1u << 31, N), D(0, 1u << 31, W)) },
		{ BOTH, BROKEN, "4 GiB and a byte",
		    RING(D(0, 1u << 31, N), D(0, (1u << 31) + 1, W)) },
		{ BOTH, BROKEN, "9 GiB",
		    RING(D(0, 0xc0000000, N), D(0, 0xc0000000, N),
			D(0, 0xc0000000, W)) },
		{ BOTH, BROKEN, "past 3 GiB", RING(D(0, 0xc0000001, W)) },
	};

	offer_all(attacks, COUNT(attacks));
}

static const struct attack_case cases[] = {
	{ "descriptors", try_descriptors },
	{ "nowhere", try_nowhere },
	{ "flags", try_flags },
	{ "chains", try_chains },
	{ "tables", try_tables },
	{ "bytes", try_bytes },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
