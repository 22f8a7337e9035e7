/* SPDX-License-Identifier: MIT
 *
 * Drivers that make no sense: rings, tables and indices full of numbers that
 * are nearly right, rewritten between any two calls. Whatever is popped is a
 * chain that keeps the rules, the queue stays sane, and the device writes
 * nowhere but to its own places and what is offered for writing.
 */
#include "devices/virtq_fixture.h"
#include "tools/unit.h"

enum {
	DESC = 0x1000,
	DRIVER = 0x2000,
	DEVICE = 0x3000,
	TABLE = 0x4000,
	SECRET = 0x8000, /* from here on nothing may change */
	BUF = 0x10000,
	HELD = 64
};

static struct virtq q;
static struct chain c;
static uint64_t seed;
static uint64_t popped, broken[VIRTQ_BROKENS];

static unsigned
below(unsigned n)
{
	return (unsigned)(unit_random(&seed) >> 32) % n;
}

/* An address and a length: mostly of RAM, or just not. */
static gpa_t
some_address(void)
{
	static const gpa_t edges[] = { TABLE, TABLE + 8, BUF, LOW_RAM - 16,
		LOW_RAM - 1, LOW_RAM, RAM_HIGH - 1, RAM_HIGH,
		RAM_HIGH + HIGH_RAM - 16, RAM_HIGH + HIGH_RAM, ~(gpa_t)0 };

	return below(32) ? BUF + below(0x1000)
			 : edges[below(ARRAY_SIZE(edges))];
}

static uint32_t
some_length(void)
{
	static const uint32_t edges[] = { 0, 1, 16, 17, 0x1000, 0x10000,
		0x80000000, 0xfffffff0, 0xffffffff };

	return below(32) ? 16 * below(6) : edges[below(ARRAY_SIZE(edges))];
}

/* A descriptor that is right in most of its fields. */
static void
scribble_desc(gpa_t to)
{
	bool wild = below(64) == 0;
	bool table = below(q.features & F_INDIRECT ? 4 : 256) == 0;
	gpa_t addr = table && below(16) ? TABLE : some_address();
	uint32_t len = table && below(16) ? 16 + 16 * below(4) : some_length();
	uint16_t number =
	    wild ? (uint16_t)unit_random(&seed) : below(MIN(q.ring.size, 4));
	uint16_t flags = wild ? (uint16_t)unit_random(&seed)
	    : table	      ? DESC_INDIRECT
		    : (below(4) ? 0 : DESC_NEXT) | (below(8) ? DESC_WRITE : 0);

	if (q.features & F_PACKED)
		put_desc(to, addr, len, number,
		    flags | (below(16) ? DESC_AVAIL : DESC_USED));
	else
		put_desc(to, addr, len, flags, number);
}

static void
scribble(void)
{
	unsigned size = q.ring.size;

	for (unsigned n = below(4); n > 0; n--)
		scribble_desc(DESC + 16 * below(size));
	for (unsigned n = below(3); n > 0; n--)
		scribble_desc(TABLE + 16 * below(6));
	if (q.features & F_PACKED) {
		put(DRIVER, 4, unit_random(&seed));
		return;
	}
	put(DRIVER + 4 + 2 * below(size + 1), 2,
	    below(64) ? below(size) : size);
	put(DRIVER, 2, below(3));
	if (below(2))
		put(DRIVER + 2, 2, q.avail + (q.in_flight < size));
	else if (below(256) == 0)
		put(DRIVER + 2, 2, unit_random(&seed));
}

static void
expect_rules(void)
{
	uint64_t readable = 0, writable = 0;

	expect(c.id < q.ring.size);
	expect(c.parts > 0 && c.parts <= q.ring.size && c.readers <= c.parts);
	for (unsigned i = 0; i < c.parts; i++) {
		const struct chain_part *p = &c.part[i];

		*(i < c.readers ? &readable : &writable) += p->len;
		expect(p->len == 0 ||
		    (p->at < LOW_RAM && p->len <= LOW_RAM - p->at) ||
		    (p->at >= RAM_HIGH && p->at < RAM_HIGH + HIGH_RAM &&
			p->len <= RAM_HIGH + HIGH_RAM - p->at));
	}
	expect(c.readable == readable && c.writable == writable);
	expect(readable + writable <= 4 * GIB);
}

/* One driver's life: ends when the queue breaks, or is reset. */
static void
life(uint64_t features)
{
	struct virtq_layout layout = { DESC, DRIVER, DEVICE,
		features & F_PACKED ? 1 + below(8) : 1u << below(4) };
	uint16_t held[HELD];
	uint32_t writable[HELD];
	unsigned count = 0;

	memset(at(0), 0, SECRET);
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &layout, features));
	for (unsigned i = 0; i < layout.size; i++)
		scribble_desc(DESC + 16 * i);
	for (unsigned step = 0; step < 100 && q.broken == 0; step++) {
		scribble();
		if (count < HELD && virtq_pop(&q, &mem, &c)) {
			expect_rules();
			popped++;
			held[count] = c.id;
			writable[count++] = MIN(c.writable, UINT32_MAX);
		}
		if (count > 0 && below(4) > 0) {
			unsigned n = below(count--);

			virtq_push(
			    &q, &mem, held[n], below(2) ? writable[n] : 0);
			held[n] = held[count];
			writable[n] = writable[count];
		}
		if (below(3) == 0)
			(void)!virtq_flush(&q, &mem);
		if (below(3) == 0)
			virtq_notify_disable(&q, &mem);
		if (below(3) == 0)
			(void)!virtq_notify_enable(&q, &mem);
		expect(count <= layout.size);
		if (step % 16 == 0)
			expect(virtq_sane(&q, &mem));
	}
	expect(virtq_sane(&q, &mem));
	broken[q.broken]++;
}

static void
storm(uint64_t features)
{
	for (unsigned i = 0; i < 2500; i++)
		life(features);
	for (unsigned i = SECRET; i < sizeof(ram); i++)
		if (ram[i] != 0x5a) {
			expect_eq(ram[i], 0x5a);
			break;
		}
}

int
main(void)
{
	memset(ram, 0x5a, sizeof(ram));
	for (unsigned i = 0; i < 16; i++) {
		unit_case(i & 8 ? "packed" : "split");
		seed = i + 1;
		storm((i & 1 ? F_EVENT_IDX : 0) | (i & 2 ? F_INDIRECT : 0) |
		    (i & 4 ? F_IN_ORDER : 0) | (i & 8 ? F_PACKED : 0));
	}
	unit_case("the storms met every fault that a running queue can have");
	expect(popped > 50000);
	for (unsigned i = VIRTQ_BROKEN_avail_idx; i < VIRTQ_BROKENS; i++)
		expect(broken[i] > 50);
	return unit_done();
}
