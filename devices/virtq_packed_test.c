/* SPDX-License-Identifier: MIT
 *
 * The packed ring: laps, how buffers come back, and who is told, by bytes
 * written and read one by one. What a list may be is in
 * virtq_packed_rules_test.c. Each case has its section of virtio 1.3.
 */
#include "devices/virtq_queue_fixture.h"

enum {
	N = 5,
	DESC = 0x1000,
	DRIVER = 0x2000,
	DEVICE = 0x3000,
	BUF = 0x5000,
	ENABLE = 0, /* 2.8.10 */
	DISABLE = 1,
	AT = 2,
	BOTH = DESC_AVAIL | DESC_USED
};
static const struct virtq_layout layout = { DESC, DRIVER, DEVICE, N };

static unsigned added; /* slots, in all */

static void
start(uint64_t features)
{
	fresh(&layout, F_PACKED | features);
	added = 0;
}

/* The driver's wrap counter at a slot. */
static bool
wrap(unsigned slot)
{
	return slot / N % 2 == 0;
}

/* A list of `count` descriptors to write 16 bytes each. */
static void
offer(uint16_t id, unsigned count)
{
	while (count-- > 0) {
		put_desc(DESC + 16 * (added % N), BUF, 16,
		    count == 0 ? id : 0x7777,
		    DESC_WRITE | (count == 0 ? 0 : DESC_NEXT) |
			(wrap(added) ? DESC_AVAIL : DESC_USED));
		added++;
	}
}

/* Offers, pops, pushes. */
static void
pass(uint16_t id, unsigned count)
{
	offer(id, count);
	expect(virtq_pop(&q, &mem, &c) && c.id == id && c.parts == count);
	virtq_push(&q, &mem, id, 1);
}

/* The device wrote this at the slot. */
static void
expect_used(unsigned slot, uint16_t id, uint32_t len, uint16_t flags)
{
	gpa_t desc = DESC + 16 * (slot % N);

	expect_eq(get(desc + 8, 4), len);
	expect_eq(get(desc + 12, 2), id);
	expect_eq(get(desc + 14, 2), flags);
}

static void
laps(void)
{
	unit_case("2.8.1: wrap counters, over a list of each length");
	for (unsigned count = 1; count <= N; count++) {
		start(0);
		for (unsigned lap = 0; lap < 1000; lap++) {
			unsigned slot = added;

			pass(lap % N, count);
			expect(virtq_flush(&q, &mem));
			expect_used(slot, lap % N, 1,
			    DESC_WRITE | (wrap(slot) ? BOTH : 0));
			expect(!virtq_pop(&q, &mem, &c));
		}
		expect_eq(q.broken, VIRTQ_FINE);
	}
}

static void
in_a_row(void)
{
	unit_case("2.8.18: a list in its order");
	start(0);
	pass(0, 3);
	expect(virtq_flush(&q, &mem));
	for (unsigned slot = 3; slot < 6; slot++)
		put_desc(DESC + 16 * (slot % N), BUF + slot, slot, 4,
		    (slot < 5 ? DESC_NEXT : 0) |
			(wrap(slot) ? DESC_AVAIL : DESC_USED));
	expect(virtq_pop(&q, &mem, &c) && c.parts == 3 && c.id == 4);
	for (unsigned n = 0; n < 3; n++)
		expect(c.part[n].at == BUF + 3 + n && c.part[n].len == 3 + n);
}

static void
in_flight(void)
{
	unit_case("2.8.21.1: an id that is in flight");
	start(0);
	offer(2, 1);
	offer(2, 1);
	expect(virtq_pop(&q, &mem, &c));
	expect_broken(VIRTQ_BROKEN_in_flight);

	unit_case("2.8.17: a list over what is in flight");
	start(0);
	offer(0, 3);
	expect(virtq_pop(&q, &mem, &c));
	offer(1, 3);
	expect_broken(VIRTQ_BROKEN_ring_full);

	unit_case("2.8.17: a full ring, and one more");
	start(0);
	for (unsigned id = 0; id < N; id++) {
		offer(id, 1);
		expect(virtq_pop(&q, &mem, &c));
	}
	expect(!virtq_pop(&q, &mem, &c));
	expect_eq(q.broken, VIRTQ_FINE);
	expect(!virtq_flush(&q, &mem));
	virtq_push(&q, &mem, 3, 0); /* which the driver cannot know yet */
	offer(3, 1);
	expect_broken(VIRTQ_BROKEN_ring_full);
}

static void
bounded(void)
{
	unit_case("no more lists than the queue has before a flush");
	start(0);
	for (unsigned n = 0; n < N; n++)
		pass(1, 1);
	offer(2, 1);
	expect(!virtq_pop(&q, &mem, &c));
	expect_eq(q.broken, VIRTQ_FINE);
	expect(virtq_flush(&q, &mem));
	expect(virtq_notify_enable(&q, &mem));
	expect(virtq_pop(&q, &mem, &c) && c.id == 2);
}

static void
used(void)
{
	unit_case("2.8.12: lists as they come, one used for each, as they end");
	start(0);
	offer(3, 2);
	offer(1, 1);
	offer(0, 2);
	expect(virtq_pop(&q, &mem, &c) && c.id == 3);
	expect(virtq_pop(&q, &mem, &c) && c.id == 1);
	expect(virtq_pop(&q, &mem, &c) && c.id == 0);
	virtq_push(&q, &mem, 0, 32);
	virtq_push(&q, &mem, 3, 0);
	expect(virtq_flush(&q, &mem));
	expect_used(0, 0, 32, BOTH | DESC_WRITE);
	expect_used(1, 3, 16, DESC_AVAIL | DESC_WRITE); /* the driver's */
	expect_used(2, 3, 0, BOTH); /* 2.8.3: nothing was written */
	expect(!virtq_flush(&q, &mem));

	unit_case("2.8.16: what is popped stays as it was, whatever changes");
	memset(at(DESC), 0xff, 16 * N);
	put(DESC + 16 * 4 + 14, 2, DESC_AVAIL);
	virtq_push(&q, &mem, 1, 5);
	expect(virtq_flush(&q, &mem));
	expect_used(4, 1, 5, BOTH | DESC_WRITE);
	expect_eq(get(DESC + 16 * 4, 8), ~(uint64_t)0); /* 2.8.4: unused */

	unit_case("2.8.15: what was used is the driver's");
	for (unsigned n = 0; n < 16 * 4; n += 8)
		expect_eq(get(DESC + n, 8), ~(uint64_t)0);
}

/* Only what is not written whole may end a batch before the flush. */
static void
in_order(void)
{
	unit_case("2.8.8: one descriptor for a batch, at its first slot");
	start(F_IN_ORDER);
	offer(3, 1);
	offer(1, 2);
	offer(0, 1);
	offer(4, 1);
	for (unsigned n = 0; n < 4; n++)
		expect(virtq_pop(&q, &mem, &c));
	virtq_push(&q, &mem, 0, 16);
	virtq_push(&q, &mem, 1, 7);
	expect(!virtq_flush(&q, &mem)); /* the first is not done */
	expect_used(0, 3, 16, DESC_AVAIL | DESC_WRITE);
	virtq_push(&q, &mem, 3, 16);
	virtq_push(&q, &mem, 4, 0);
	expect(virtq_flush(&q, &mem));
	expect_used(0, 1, 7, BOTH | DESC_WRITE);
	expect_used(1, 0x7777, 16, DESC_AVAIL | DESC_WRITE | DESC_NEXT);
	expect_used(3, 4, 0, BOTH);
	pass(2, 2);
	pass(0, 1);
	expect(virtq_flush(&q, &mem));
	expect_used(N, 2, 1, DESC_WRITE);
	expect_used(N + 2, 0, 1, DESC_WRITE);
}

static void
want(unsigned flags, unsigned slot)
{
	put(DRIVER, 2, slot % N | (unsigned)wrap(slot) << 15);
	put(DRIVER + 2, 2, flags);
}

static void
interrupts(void)
{
	unit_case("2.8.10: on and off");
	start(0);
	expect(!virtq_flush(&q, &mem)); /* nothing was used */
	for (unsigned n = 0; n < 16; n++) {
		want((n & 1 ? DISABLE : ENABLE) | 0xfffc, 0);
		pass(0, 1);
		expect_eq(virtq_flush(&q, &mem), !(n & 1));
	}
	unit_case("2.8.10: at a slot, over laps");
	start(F_EVENT_IDX);
	for (unsigned n = 0; n < 1000; n++) {
		want(AT, n / 7 * 7);
		pass(0, 1);
		expect_eq(virtq_flush(&q, &mem), n % 7 == 0);
	}
	unit_case("2.8.10: at a slot within a batch, each place and lap");
	for (unsigned first = 0; first < 2 * N; first++)
		for (unsigned event = 0; event < 2 * N; event++) {
			unsigned past = (event + 2 * N - first) % (2 * N);

			start(F_EVENT_IDX);
			want(DISABLE, 0);
			for (unsigned n = 0; n < first; n++) {
				pass(0, 1);
				expect(!virtq_flush(&q, &mem));
			}
			pass(0, 2);
			pass(1, 1);
			want(AT, event);
			expect_eq(virtq_flush(&q, &mem), past < 3);
		}
	unit_case("2.8.10: what says nothing valid gets its interrupt");
	start(F_EVENT_IDX);
	pass(0, 1);
	want(3, 0);
	expect(virtq_flush(&q, &mem));
	for (unsigned off = N; off < 0x8000; off += 0x7ffa / 3) {
		pass(0, 1);
		put(DRIVER, 4, AT << 16 | off);
		expect(virtq_flush(&q, &mem));
	}
	start(0);
	for (unsigned n = 0; n < 4; n++) {
		pass(0, 1);
		want(AT, 0); /* without VIRTIO_F_EVENT_IDX */
		expect(virtq_flush(&q, &mem));
	}
}

static void
notifications(void)
{
	unit_case("2.8.10: on and off for the driver");
	start(0);
	virtq_notify_disable(&q, &mem);
	expect_eq(get(DEVICE, 4), DISABLE << 16);
	expect(!virtq_notify_enable(&q, &mem));
	expect_eq(get(DEVICE, 4), ENABLE << 16);
	virtq_notify_disable(&q, &mem);
	offer(0, 1);
	expect(virtq_notify_enable(&q, &mem));
	expect_eq(get(DEVICE, 4), ENABLE << 16);

	unit_case("2.8.10: at the next slot for the driver");
	start(F_EVENT_IDX);
	for (unsigned n = 0; n < 3 * N; n++) {
		virtq_notify_disable(&q, &mem);
		expect_eq(get(DEVICE, 4), DISABLE << 16);
		expect(!virtq_notify_enable(&q, &mem));
		expect_eq(get(DEVICE + 2, 2), AT);
		expect_eq(get(DEVICE, 2), n % N | (unsigned)wrap(n) << 15);
		offer(0, 1);
		expect(virtq_notify_enable(&q, &mem));
		expect(virtq_pop(&q, &mem, &c));
		virtq_push(&q, &mem, 0, 0);
		expect(virtq_flush(&q, &mem));
	}
}

static void
edges(void)
{
	enum { MAX = VIRTQ_SIZE_MAX };
	const struct virtq_layout edge = {
		.desc = RAM_HIGH + HIGH_RAM - 16 * MAX,
		.driver = LOW_RAM - 4,
		.device = RAM_HIGH,
		.size = MAX,
	};

	unit_case("2.8.10.1: a ring up to the end of RAM");
	memset(ram, 0, sizeof(ram));
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &edge, F_PACKED | F_EVENT_IDX));
	for (unsigned n = 0; n < 2 * MAX; n++) {
		put_desc(edge.desc + 16 * (n % MAX), BUF, 1, n % MAX,
		    n < MAX ? DESC_AVAIL : DESC_USED);
		expect(virtq_pop(&q, &mem, &c));
		virtq_push(&q, &mem, c.id, 0);
		expect(virtq_flush(&q, &mem));
	}
	expect(!virtq_notify_enable(&q, &mem));
	expect_eq(get(edge.device, 4), AT << 16 | 0x8000);
}

int
main(void)
{
	laps();
	in_a_row();
	in_flight();
	bounded();
	used();
	in_order();
	interrupts();
	notifications();
	edges();
	return unit_done();
}
