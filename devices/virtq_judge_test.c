/* SPDX-License-Identifier: MIT
 *
 * The judge by itself: layouts, chains of more than 4 GiB, and whether
 * virtq_sane() notices each member that is wrong. The rules of chains are in
 * virtq_split_rules_test.c and virtq_packed_rules_test.c.
 */
#include <linux/virtio_ring.h>

#include "devices/virtq_fixture.h"
#include "devices/virtq_judge.h"
#include "tools/unit.h"

static struct virtq q;
static struct chain c;

/* The end of RAM below and above, less what the areas take. */
#define LOW(bytes)  (LOW_RAM - (bytes))
#define HIGH(bytes) (RAM_HIGH + HIGH_RAM - (bytes))
#define BAD(row)    VIRTQ_BROKEN_##row

static const struct row {
	const char *name;
	struct virtq_layout at;
	enum virtq_broken split, packed;
} rows[] = {
	{ "2.7, 2.8: no entries", { 0, 0, 0, 0 }, BAD(size), BAD(size) },
	{ "2.7, 2.8: one entry", { 0, 0, 0, 1 }, 0, 0 },
	{ "2.7: no power of two, 2.8.10.1: any size", { 0, 0, 0, 3 }, BAD(size),
	    0 },
	{ "2.7, 2.8.10.1: 1000", { 0, 0, 0, 1000 }, BAD(size), 0 },
	{ "our largest", { 0, 0, 0, 1024 }, 0, 0 },
	{ "beyond our largest", { 0, 0, 0, 1025 }, BAD(size), BAD(size) },
	{ "beyond our largest, a power", { 0, 0, 0, 2048 }, BAD(size),
	    BAD(size) },
	{ "2.7: the largest", { 0, 0, 0, 32768 }, BAD(size), BAD(size) },
	{ "0xffff", { 0, 0, 0, 0xffff }, BAD(size), BAD(size) },
	{ "2.7.1, 2.8.11: descriptors on 8", { 8, 0, 0, 4 }, BAD(alignment),
	    BAD(alignment) },
	{ "2.7.1, 2.8.11: driver area on 1", { 0, 1, 0, 4 }, BAD(alignment),
	    BAD(alignment) },
	{ "2.7.1: driver area on 2, 2.8.11: on 4", { 0, 2, 0, 4 }, 0,
	    BAD(alignment) },
	{ "2.7.1, 2.8.11: device area on 2", { 0, 0, 2, 4 }, BAD(alignment),
	    BAD(alignment) },
	{ "2.7.1: device area on 1", { 0, 0, 1, 4 }, BAD(alignment),
	    BAD(alignment) },
	{ "2.7: all at the end of low RAM", { LOW(64), LOW(14), LOW(40), 4 }, 0,
	    BAD(alignment) },
	{ "2.8.10.1: all at the end of high RAM",
	    { HIGH(64), HIGH(4), HIGH(4), 4 }, BAD(area), 0 },
	{ "2.7: descriptors over it", { LOW(48), 0, 0, 4 }, BAD(area),
	    BAD(area) },
	{ "2.7: driver area over it", { 0, LOW(12), 0, 4 }, BAD(area), 0 },
	{ "2.7: device area over it", { 0, 0, HIGH(36), 4 }, BAD(area), 0 },
	{ "2.8.10.1: driver area behind it", { 0, HIGH(0), 0, 4 }, BAD(area),
	    BAD(area) },
	{ "2.8.10.1: device area behind it", { 0, 0, LOW(0), 4 }, BAD(area),
	    BAD(area) },
	{ "descriptors in the hole", { RAM_HIGH - 64, 0, 0, 4 }, BAD(area),
	    BAD(area) },
	{ "descriptors around the end of all", { ~(gpa_t)15, 0, 0, 4 },
	    BAD(area), BAD(area) },
};

static void
layouts(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];

		unit_case(r->name);
		for (int packed = 0; packed < 2; packed++) {
			enum virtq_broken why = packed ? r->packed : r->split;

			virtq_reset(&q);
			expect_eq(virtq_enable(
				      &q, &mem, &r->at, packed ? F_PACKED : 0),
			    why == VIRTQ_FINE);
			expect_eq(q.broken, why);
			expect(virtq_sane(&q, &mem));
			expect_eq(q.enabled, why == VIRTQ_FINE);
			if (why != VIRTQ_FINE)
				expect(!virtq_pop(&q, &mem, &c));
		}
	}
}

static bool
judge(const struct gmem *big, uint32_t len, uint16_t flags)
{
	struct vring_desc desc = { .addr = 0, .len = len, .flags = flags };

	return virtq_judge(&q, big, &c, &desc);
}

static void
four_gib(void)
{
	static const uint16_t last[] = { 0, DESC_WRITE };
	struct gmem big = { 0 };

	unit_case("2.7.5.2: 4 GiB in a chain, but no byte more");
	expect(gmem_init(&big, 2 * GIB));
	for (unsigned i = 0; i < 2; i++) {
		memset(&c, 0, sizeof(c));
		virtq_reset(&q);
		q.ring.size = VIRTQ_SIZE_MAX;
		expect(judge(&big, 0x80000000, 0));
		expect(judge(&big, 0x7fffffff, last[i]));
		expect(!judge(&big, 2, last[i]));
		expect_eq(q.broken, VIRTQ_BROKEN_bytes);
		expect(judge(&big, 1, last[i]));
		expect_eq(c.readable + c.writable, 4 * GIB);
		expect(judge(&big, 0, last[i]));
		q.broken = VIRTQ_FINE;
		expect(!judge(&big, 0xffffffff, last[i]));
		expect_eq(q.broken, VIRTQ_BROKEN_bytes);
		expect_eq(c.parts, 4);
	}
}

static void
texts(void)
{
	unit_case("every fault has its words");
	for (unsigned i = VIRTQ_FINE; i < VIRTQ_BROKENS; i++) {
		const char *text = virtq_broken_text(i);

		expect_eq(strncmp(text, "virtio 1.3 2.", 13) == 0, i > 0);
	}
	expect(strcmp(virtq_broken_text(VIRTQ_BROKEN_nested),
		   "virtio 1.3 2.7.5.3.1: a table in a table") == 0);
	expect(strcmp(virtq_broken_text(VIRTQ_BROKENS), "no fault") == 0);
}

/* Five buffers offered: three popped, the second pushed. */
static void
some_state(uint64_t features)
{
	const struct virtq_layout layout = { 0x1000, 0x2000, 0x3000, 8 };

	memset(ram, 0, sizeof(ram));
	for (unsigned i = 0; i < 5; i++)
		put_desc(0x1000 + 16 * i, 0x5000, 16,
		    features & F_PACKED ? i : DESC_WRITE,
		    features & F_PACKED ? DESC_AVAIL | DESC_WRITE : 0);
	put(0x2002, 2, 5);
	put(0x2004, 8, 0x0003000200010000);
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &layout, features));
	for (unsigned i = 0; i < 3; i++)
		expect(virtq_pop(&q, &mem, &c));
	virtq_push(&q, &mem, 1, 16);
	expect(virtq_sane(&q, &mem));
}

#define WRONG(member, value)                                                   \
	do {                                                                   \
		struct virtq right = q;                                        \
		q.member = (value);                                            \
		expect(!virtq_sane(&q, &mem));                                 \
		q = right;                                                     \
		expect(virtq_sane(&q, &mem));                                  \
	} while (0)

static void
sanity(void)
{
	static const uint64_t features[] = { 0, F_PACKED, F_IN_ORDER,
		F_IN_ORDER | F_PACKED };

	for (unsigned i = 0; i < ARRAY_SIZE(features); i++) {
		unit_case("a member that is wrong is not sane");
		some_state(features[i]);
		WRONG(ring.size, 0);
		WRONG(ring.size, 2048);
		WRONG(ring.desc, 0x1001);
		WRONG(ring.driver, 1);
		WRONG(ring.device, LOW_RAM);
		WRONG(enabled, false);
		WRONG(broken, VIRTQ_BROKENS);
		WRONG(avail, 2);
		WRONG(avail, 4);
		WRONG(used, 1);
		WRONG(in_flight, 2);
		WRONG(popped, 9);
		WRONG(batch.slots, q.batch.slots + 1);
		WRONG(busy[0], q.busy[0] ^ 1);
		WRONG(busy[0], q.busy[0] ^ 0x80);
		WRONG(busy[0], q.busy[0] ^ 0x100);
		WRONG(busy[15], 1);
		WRONG(order_in, q.order_in + 1);
		WRONG(order_out, q.order_out + 1);
		WRONG(slot[2].slots, 0);
		WRONG(slot[2].slots, 2);
		if (features[i] & F_IN_ORDER) {
			WRONG(order[2], 1);
			WRONG(order[1], 8);
			WRONG(order[1], 0xffff);
			WRONG(order[0], 5);
		} else {
			WRONG(slot[2].done, true);
		}
		if (features[i] & F_PACKED) {
			WRONG(avail, 16 + 3);
			WRONG(used, 16);
		}
	}
	unit_case("what agrees with itself but not with the ring is not sane");
	some_state(F_PACKED);
	q.avail += 16;
	q.used += 16;
	expect(!virtq_sane(&q, &mem));
	some_state(F_PACKED);
	q.slot[2].slots += 10;
	q.in_flight += 10;
	q.avail += 10;
	expect(!virtq_sane(&q, &mem));
	some_state(0);
	q.busy[0] ^= 1 << 2 | 1 << 9;
	q.slot[9] = q.slot[2];
	expect(!virtq_sane(&q, &mem));
}

int
main(void)
{
	layouts();
	four_gib();
	texts();
	sanity();
	return unit_done();
}
