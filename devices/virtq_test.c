/* SPDX-License-Identifier: MIT
 *
 * What does not depend on the ring: a queue's life, what was popped and goes
 * back, buffers that finish out of order. Each case on both rings.
 */
#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "devices/virtq_queue_fixture.h"

enum { DESC = 0x1000, DRIVER = 0x2000, DEVICE = 0x3000, BUF = 0x5000, N = 4 };
static const struct virtq_layout layout = { DESC, DRIVER, DEVICE, N };

static struct driver d;

static void
start(uint64_t features)
{
	fresh(&layout, features);
	driver_init(&d, &layout, features);
}

/* A buffer to write 16 bytes; its id. */
static uint16_t
offer(void)
{
	const struct element e = { BUF, 16, true };
	bool packed = d.features & F_PACKED;
	uint16_t id =
	    packed ? packed_add(&d, &e, 1, true) : split_add(&d, &e, 1, 1);

	d.buffer[id].writable = 16;
	if (packed)
		packed_show(&d);
	else
		split_show(&d);
	return id;
}

static uint16_t
pop(void)
{
	expect(virtq_pop(&q, &mem, &c));
	return c.id;
}

/* The next used buffer is this one. */
static void
expect_take(uint16_t want_id, uint32_t want_len)
{
	uint16_t id = 0xffff;
	uint32_t len = 0;

	expect(d.features & F_PACKED ? packed_take(&d, &id, &len)
				     : split_take(&d, &id, &len));
	expect_eq(id, want_id);
	expect_eq(len, want_len);
}

static bool
none_to_take(void)
{
	uint16_t id;
	uint32_t len;

	return d.features & F_PACKED ? !packed_take(&d, &id, &len)
				     : !split_take(&d, &id, &len);
}

/* 2.6.1.1.1: no state is left, and the driver hears nothing. */
static void
life(uint64_t features)
{
	static const struct virtq_layout nonsense = { 1, 1, 1, 3 };
	static const struct virtq zero;
	static uint8_t before[sizeof(ram)];

	start(features);
	offer();
	offer();
	pop();
	virtq_push(&q, &mem, pop(), 16);
	expect(virtq_enable(&q, &mem, &nonsense, 0));
	expect(q.ring.size == N && q.features == features);
	expect_eq(q.popped, 2);

	memcpy(before, ram, sizeof(ram));
	virtq_reset(&q);
	expect(memcmp(&q, &zero, offsetof(struct virtq, slot)) == 0);
	expect(virtq_sane(&q, &mem));
	expect(!virtq_pop(&q, &mem, &c));
	expect(!virtq_flush(&q, &mem));
	expect(!virtq_notify_enable(&q, &mem));
	virtq_notify_disable(&q, &mem);
	expect(memcmp(before, ram, sizeof(ram)) == 0);

	start(features ^ F_PACKED); /* 2.6.1.2.1 */
	offer();
	virtq_push(&q, &mem, pop(), 3);
	expect(virtq_flush(&q, &mem));
	expect_take(0, 3);

	virtq_reset(&q);
	expect(!virtq_enable(&q, &mem, &nonsense, features));
	expect(!virtq_pop(&q, &mem, &c));
	expect(virtq_enable(&q, &mem, &layout, features));
	expect_eq(q.broken, VIRTQ_FINE);
}

static void
unpop(uint64_t features)
{
	struct chain first, second;
	uint16_t id[3];

	start(features);
	for (unsigned i = 0; i < 3; i++)
		id[i] = offer();
	expect_eq(pop(), id[0]);
	first = c;
	expect_eq(pop(), id[1]);
	second = c;
	virtq_unpop(&q, &second);
	virtq_unpop(&q, &first);
	expect_eq(q.in_flight, 0);
	expect(virtq_sane(&q, &mem));
	for (unsigned i = 0; i < 3; i++)
		expect_eq(pop(), id[i]);
	expect(!virtq_pop(&q, &mem, &first));
	virtq_push(&q, &mem, id[0], 16);
	expect(virtq_flush(&q, &mem));
	virtq_unpop(&q, &c); /* beside others' push and flush */
	expect_eq(q.popped, 0);
	expect(virtq_sane(&q, &mem));
	expect(virtq_notify_enable(&q, &mem));
	expect_eq(pop(), id[2]);
	virtq_push(&q, &mem, id[2], 2);
	virtq_push(&q, &mem, id[1], 1);
	expect(virtq_flush(&q, &mem));
	expect_take(id[0], 16);
	if (features & F_IN_ORDER)
		expect_take(id[1], 1);
	expect_take(id[2], 2);
	if (!(features & F_IN_ORDER))
		expect_take(id[1], 1);
	expect(none_to_take());
}

/* 6.2: with VIRTIO_F_IN_ORDER those that finish early wait. */
static void
order(uint64_t features)
{
	uint16_t id[3];

	start(features | F_IN_ORDER);
	for (unsigned i = 0; i < 3; i++)
		id[i] = offer();
	for (unsigned i = 0; i < 3; i++)
		expect_eq(pop(), id[i]);
	virtq_push(&q, &mem, id[2], 12);
	expect(!virtq_flush(&q, &mem));
	virtq_push(&q, &mem, id[1], 11);
	expect(!virtq_flush(&q, &mem));
	expect(none_to_take());
	expect(virtq_sane(&q, &mem));
	virtq_push(&q, &mem, id[0], 10);
	expect(virtq_flush(&q, &mem));
	for (unsigned i = 0; i < 3; i++)
		expect_take(id[i], 10 + i);
	expect(none_to_take());
}

/* What breaks is silent from then on, even about what was done before. */
static void
broken(uint64_t features)
{
	static uint8_t before[sizeof(ram)];
	uint16_t id[2];

	start(features);
	id[0] = offer();
	id[1] = offer();
	pop();
	pop();
	virtq_push(&q, &mem, id[0], 0);
	if (features & F_PACKED)
		put_desc(DESC + 32, BUF, 16, 0xffff, DESC_AVAIL);
	else
		put(DRIVER + 2, 2, 0x1234);
	expect(!virtq_pop(&q, &mem, &c));
	expect(q.broken != VIRTQ_FINE);
	memcpy(before, ram, sizeof(ram));
	virtq_push(&q, &mem, id[1], 16);
	expect(!virtq_flush(&q, &mem));
	expect(memcmp(before, ram, sizeof(ram)) == 0);
	put_desc(DESC + 32, BUF, 16, 2, DESC_AVAIL);
	put(DRIVER + 2, 2, 3);
	expect(!virtq_pop(&q, &mem, &c)); /* too late */
	expect(virtq_sane(&q, &mem));
}

static void
legacy(void)
{
	unit_case("2.7.2: the legacy layout");
	for (unsigned size = 1; size <= VIRTQ_SIZE_MAX; size *= 2) {
		struct virtq_layout at = virtq_legacy_layout(0x80, size);
		uint64_t first = 16 * size + 2 * (3 + size);

		first = (first + 4095) / 4096 * 4096;
		expect_eq(at.size, size);
		expect_eq(at.desc, 0x80000);
		expect_eq(at.driver, 0x80000 + 16 * size);
		expect_eq(at.device, 0x80000 + first);
		virtq_reset(&q);
		expect(virtq_enable(&q, &mem, &at, 0));
	}
	expect_eq(virtq_legacy_layout(0x80, 910).device, 0x80000 + 5 * 4096);
	expect_eq(virtq_legacy_layout(~0u, 256).desc, 0xffffffffull << 12);
	expect_eq(
	    virtq_legacy_layout(~0u, 256).device, (0xffffffffull << 12) + 8192);
}

/* 2.7.9: a length of 32 bits that is full cannot say that all was written. */
static void
huge(void)
{
	struct gmem big = { 0 };
	const struct virtq_layout at = { DESC, DRIVER, DEVICE, N };
	static const uint16_t ring[] = { 0, 2, 0, 2 };
	uint16_t *used;

	unit_case("2.7.9: a buffer of 4 GiB ends its batch");
	expect(gmem_init(&big, 2 * GIB));
	for (unsigned i = 0; i < 3; i++) {
		uint8_t *desc = big.host + DESC + 16 * i;
		uint32_t len = 0x80000000;
		uint16_t rest[] = { i < 1 ? 3 : 2, 1 };

		memcpy(desc + 8, &len, 4);
		memcpy(desc + 12, rest, 4);
	}
	memcpy(big.host + DRIVER, ring, sizeof(ring));
	virtq_reset(&q);
	expect(virtq_enable(&q, &big, &at, F_IN_ORDER));
	expect(virtq_pop(&q, &big, &c) && c.writable == 4 * GIB);
	expect(virtq_pop(&q, &big, &c) && c.id == 2);
	virtq_push(&q, &big, 0, UINT32_MAX);
	virtq_push(&q, &big, 2, 0x80000000);
	expect(virtq_flush(&q, &big));
	used = gmem_ptr(&big, DEVICE, 4 + 8 * N);
	expect(used[1] == 2 && used[2] == 0 && used[6] == 2);
}

int
main(void)
{
	static const uint64_t features[] = { 0, F_PACKED, F_IN_ORDER,
		F_IN_ORDER | F_PACKED };

	for (unsigned i = 0; i < ARRAY_SIZE(features); i++) {
		unit_case("2.6.1.1.1: enabled, reset, enabled again");
		life(features[i]);
		unit_case("what goes back is the next to pop");
		unpop(features[i]);
		unit_case("6.2: the order of use");
		order(features[i]);
		unit_case("broken in the middle of work");
		broken(features[i]);
	}
	legacy();
	huge();
	return unit_done();
}
