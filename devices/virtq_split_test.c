/* SPDX-License-Identifier: MIT
 *
 * The split ring: what may be offered, how buffers come back, and who is told,
 * by bytes written and read one by one. What a chain may be is in
 * virtq_split_rules_test.c. Each case has its section of virtio 1.3.
 */
#include "devices/virtq_queue_fixture.h"

enum { N = 4, DESC = 0x1000, AVAIL = 0x2000, USED = 0x3000, BUF = 0x5000 };
static const struct virtq_layout layout = { DESC, AVAIL, USED, N };

/* The driver offers the chain at `head` as its n-th buffer. */
static void
offer(unsigned n, uint16_t head)
{
	put(AVAIL + 4 + 2 * (n % N), 2, head);
	put(AVAIL + 2, 2, n + 1);
}

/* N chains of a descriptor each, to write 16 bytes. */
static void
start(uint64_t features)
{
	fresh(&layout, features);
	for (unsigned i = 0; i < N; i++)
		put_desc(DESC + 16 * i, BUF + 16 * i, 16, DESC_WRITE, 0);
}

/* Offers, pops, pushes as the n-th buffer. */
static void
pass(unsigned n, uint16_t head)
{
	offer(n, head);
	expect(virtq_pop(&q, &mem, &c) && c.id == head);
	virtq_push(&q, &mem, head, 1);
}

static void
heads(void)
{
	static const uint16_t bad[] = { N, N + 1, 0x8000, 0xffff };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		unit_case("2.7.6: a head that is no descriptor");
		start(0);
		offer(0, bad[i]);
		expect_broken(VIRTQ_BROKEN_index);
	}
	unit_case("2.7.13.1: a head that is in flight");
	start(0);
	offer(0, 2);
	expect(virtq_pop(&q, &mem, &c));
	offer(1, 1);
	expect(virtq_pop(&q, &mem, &c));
	offer(2, 2);
	expect_broken(VIRTQ_BROKEN_in_flight);

	unit_case("2.7.13.1: the same head again when it was used");
	start(0);
	for (unsigned n = 0; n < 70000; n++) {
		pass(n, 3);
		expect(virtq_flush(&q, &mem));
	}
	expect_eq(get(USED + 2, 2), 70000 & 0xffff);
}

static void
jump(uint16_t to)
{
	put(AVAIL + 2, 2, to);
	expect_broken(VIRTQ_BROKEN_avail_idx);
}

static void
avail_idx(void)
{
	unit_case("2.7.6.1: idx that runs ahead");
	start(0);
	jump(N + 1);
	unit_case("2.7.6.1: idx by half its range");
	start(0);
	jump(0x8000);
	unit_case("2.7.6.1: idx back from the start");
	start(0);
	jump(0xffff);
	unit_case("2.7.6.1: idx back to what is in flight");
	start(0);
	offer(0, 0);
	expect(virtq_pop(&q, &mem, &c));
	jump(0);
	unit_case("2.7: as many as the queue has, but no more");
	start(0);
	for (unsigned n = 0; n < N; n++) {
		offer(n, n);
		expect(virtq_pop(&q, &mem, &c));
	}
	virtq_push(&q, &mem, 0, 0);
	expect(virtq_flush(&q, &mem));
	offer(N, 0);
	expect(virtq_pop(&q, &mem, &c));
	jump(N + 2);
}

static void
bounded(void)
{
	unit_case("no more chains than the queue has before a flush");
	start(0);
	for (unsigned n = 0; n < N; n++)
		pass(n, 0);
	offer(N, 0);
	expect(!virtq_pop(&q, &mem, &c));
	expect_eq(q.broken, VIRTQ_FINE);
	expect(virtq_flush(&q, &mem));
	expect(virtq_notify_enable(&q, &mem));
	expect(virtq_pop(&q, &mem, &c));
}

static void
used_ring(void)
{
	uint8_t descs[16 * N];

	unit_case("2.7.8.2: the element, then idx at the flush");
	start(0);
	put(AVAIL + 4, 8, 0x0000000200010003);
	put(AVAIL + 2, 2, 4);
	memcpy(descs, at(DESC), sizeof(descs));
	for (unsigned n = 0; n < 3; n++)
		expect(virtq_pop(&q, &mem, &c));
	virtq_push(&q, &mem, 1, 16);
	virtq_push(&q, &mem, 3, 0);
	expect_eq(get(USED + 2, 2), 0);
	expect(virtq_flush(&q, &mem));
	expect_eq(get(USED + 2, 2), 2);
	expect_eq(get(USED + 4, 8), 1 | (uint64_t)16 << 32);
	expect_eq(get(USED + 12, 8), 3);
	expect_eq(get(USED + 20, 8), 0);
	expect(!virtq_flush(&q, &mem));
	expect(memcmp(descs, at(DESC), sizeof(descs)) == 0); /* 2.7.5.1 */

	unit_case("2.7: what is popped stays as it was, whatever changes");
	memset(at(DESC), 0xff, 16 * N);
	memset(at(AVAIL), 0xff, 6 + 2 * N);
	expect(c.id == 2 && c.parts == 1 && c.part[0].at == BUF + 32);
	expect_eq(chain_write(&c, &mem, "abc", 3), 3);
	virtq_push(&q, &mem, 2, 3);
	expect(!virtq_flush(&q, &mem)); /* NO_INTERRUPT is set */
	expect_eq(get(USED + 20, 8), 2 | (uint64_t)3 << 32);
}

/* Only what is not written whole may end a batch before the flush. */
static void
in_order(void)
{
	unit_case("2.7.9: one element for a batch, at its first place");
	start(F_IN_ORDER);
	put(AVAIL + 4, 8, 0x0003000200010000);
	put(AVAIL + 2, 2, 4);
	for (unsigned n = 0; n < 4; n++)
		expect(virtq_pop(&q, &mem, &c));
	virtq_push(&q, &mem, 2, 16);
	virtq_push(&q, &mem, 1, 7);
	expect(!virtq_flush(&q, &mem)); /* the first is not done */
	expect_eq(get(USED + 2, 2), 0);
	virtq_push(&q, &mem, 0, 16);
	virtq_push(&q, &mem, 3, 0);
	expect(virtq_flush(&q, &mem));
	expect_eq(get(USED + 2, 2), 4);
	expect_eq(get(USED + 4, 8), 1 | (uint64_t)7 << 32);
	expect_eq(get(USED + 12, 8), 0);
	expect_eq(get(USED + 20, 8), 3);
	expect_eq(get(USED + 28, 8), 0);
}

static void
interrupts(void)
{
	unit_case("2.7.7.2: flags, and used_event ignored");
	start(0);
	put(AVAIL + 4 + 2 * N, 2, 0);
	expect(!virtq_flush(&q, &mem)); /* nothing was used */
	for (unsigned n = 0; n < 8; n++) {
		put(AVAIL, 2, n); /* the other bits say nothing */
		pass(n, 0);
		expect_eq(virtq_flush(&q, &mem), !(n & 1));
	}
	unit_case("2.7.7.2: used_event, and flags ignored");
	start(F_EVENT_IDX);
	for (unsigned n = 0; n < 70000; n++) {
		put(AVAIL, 2, n & 1);
		put(AVAIL + 4 + 2 * N, 2, n / 7 * 7);
		pass(n, 0);
		expect_eq(virtq_flush(&q, &mem), n % 7 == 0);
	}
	unit_case("2.7.7.2: used_event within a batch");
	for (unsigned event = 0; event < 6; event++) {
		start(F_EVENT_IDX);
		pass(0, 0);
		put(AVAIL + 4 + 2 * N, 2, 5);
		expect(!virtq_flush(&q, &mem));
		for (unsigned n = 1; n < 4; n++)
			pass(n, 0);
		put(AVAIL + 4 + 2 * N, 2, event);
		expect_eq(virtq_flush(&q, &mem), event >= 1 && event < 4);
	}
}

static void
notifications(void)
{
	unit_case("2.7.10.2: flags");
	start(0);
	virtq_notify_disable(&q, &mem);
	expect_eq(get(USED, 4), 1);
	expect(!virtq_notify_enable(&q, &mem));
	expect_eq(get(USED, 4), 0);
	virtq_notify_disable(&q, &mem);
	offer(0, 0);
	expect(virtq_notify_enable(&q, &mem));
	expect_eq(get(USED + 4 + 8 * N, 2), 0);

	unit_case("2.7.10.2: avail_event, and flags 0");
	start(F_EVENT_IDX);
	for (unsigned n = 0; n < 3; n++)
		pass(n, 0);
	virtq_notify_disable(&q, &mem);
	expect_eq(get(USED, 2), 0);
	expect_eq(get(USED + 4 + 8 * N, 2), 0);
	expect(!virtq_notify_enable(&q, &mem));
	expect_eq(get(USED, 2), 0);
	expect_eq(get(USED + 4 + 8 * N, 2), 3);
	offer(3, 0);
	expect(virtq_notify_enable(&q, &mem));
	expect_eq(get(USED + 4 + 8 * N, 2), 3);
}

/* Rings that touch the ends of RAM, and rings on top of each other. */
static void
edges(void)
{
	enum { MAX = VIRTQ_SIZE_MAX };
	struct virtq_layout edge = {
		.desc = RAM_HIGH + HIGH_RAM - 16 * MAX,
		.driver = LOW_RAM - 6 - 2 * MAX,
		.device = RAM_HIGH,
		.size = MAX,
	};

	unit_case("2.7: rings up to the ends of RAM");
	for (unsigned turn = 0; turn < 2; turn++) {
		memset(ram, 0, sizeof(ram));
		virtq_reset(&q);
		expect(virtq_enable(&q, &mem, &edge, F_EVENT_IDX));
		for (unsigned n = 0; n < MAX; n++) {
			put(edge.driver + 4 + 2 * n, 2, MAX - 1 - n);
			put(edge.driver + 2, 2, n + 1);
			expect(virtq_pop(&q, &mem, &c));
			virtq_push(&q, &mem, c.id, 0);
		}
		expect(virtq_flush(&q, &mem));
		expect(!virtq_notify_enable(&q, &mem));
		expect_eq(get(edge.device + 2, 2), MAX);
		edge.device = LOW_RAM - 6 - 8 * MAX - 2;
		edge.driver = 0;
	}
	unit_case("2.7: the used ring over the descriptors");
	edge = (struct virtq_layout){ DESC, AVAIL, DESC, N };
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &edge, 0));
	put(AVAIL, 4, 0x00010000);
	for (unsigned n = 0; n < 100 && virtq_pop(&q, &mem, &c); n++) {
		virtq_push(&q, &mem, c.id, 0);
		expect(virtq_flush(&q, &mem));
		put(AVAIL + 2, 2, n + 2);
	}
	expect(virtq_sane(&q, &mem));
}

int
main(void)
{
	heads();
	avail_idx();
	bounded();
	used_ring();
	in_order();
	interrupts();
	notifications();
	edges();
	return unit_done();
}
