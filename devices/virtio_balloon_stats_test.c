/* SPDX-License-Identifier: MIT
 *
 * Statistics (virtio 1.3, 5.5.6.3): whatever the driver writes, and the buffer
 * that we keep until we want more.
 */
#include "devices/virtio_balloon_driver.h"

enum { STATSQ = 2, SECOND = 1000000000 };

static struct virtio_balloon_stats stats;

static void
put_stat(unsigned n, uint16_t tag, uint64_t value)
{
	put(LIST + 10 * n, 2, tag);
	put(LIST + 10 * n + 2, 8, value);
}

/* The driver's buffer: does it stay with us? */
static bool
supply(uint32_t len)
{
	return !request(STATSQ, LIST, len, false) && d.held;
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	expect_eq(timer, TIMER_balloon);
	virtio_balloon_fire(&d, now_ns);
}

static void
test_values(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("values in any order, unknown tags apart (5.5.6.3.2)");
		expect(!virtio_balloon_stats(&d, &stats));
		expect(supply(0));
		d.primed = true; /* a legacy driver's first comes below */
		fake.now_ns = 77;
		put_stat(0, 6, 0x123456789abcdef0);
		put_stat(1, 0xffff, 1);
		put_stat(2, 16, 2);
		put_stat(3, 0, 3);
		put_stat(4, 15, UINT64_MAX);
		put_stat(5, 4, 4);
		put_stat(6, 4, 5);
		request(STATSQ, LIST, 70, false);
		expect(virtio_balloon_stats(&d, &stats));
		expect_eq(stats.at_ns, 77);
		expect_eq(stats.known, 1 << 6 | 1 << 0 | 1 << 15 | 1 << 4);
		expect_eq(stats.value[6], 0x123456789abcdef0);
		expect_eq(stats.value[0], 3);
		expect_eq(stats.value[15], UINT64_MAX);
		expect_eq(stats.value[4], 5);

		put_stat(0, 5, 9);
		request(STATSQ, LIST, 10, false);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 1 << 5); /* the old ones are gone */
		expect_eq(stats.value[6], 0);
	}
}

static void
test_lengths(void)
{
	static const struct element pieces[] = { { LIST, 1, false },
		{ LIST + 1, 0, false }, { LIST + 1, 13, false },
		{ LIST + 14, 6, false }, { PAGES, 64, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("lengths: odd, none, in pieces, far too many");
		d.primed = true;
		put_stat(0, 1, 11);
		put_stat(1, 2, 22);
		supply(19);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 1 << 1);
		supply(9);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 0);
		offer_chain(STATSQ, pieces, ARRAY_SIZE(pieces));
		kick(STATSQ);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 1 << 1 | 1 << 2);
		expect_eq(stats.value[2], 22);
		request(STATSQ, PAGES, 0x80000, true);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 0);
		for (unsigned i = 0; i < 256; i++)
			put_stat(i, 3, i);
		put_stat(256, 4, 1);
		request(STATSQ, LIST, 0x10000, false);
		virtio_balloon_stats(&d, &stats);
		expect_eq(stats.known, 1 << 3);
		expect_eq(stats.value[3], 255);
	}
}

static void
test_first(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("a legacy driver's first buffer is not read (5.5.6.3.3)");
		put_stat(0, 1, 11);
		expect(supply(10));
		expect_eq(virtio_balloon_stats(&d, &stats), mode != LEGACY);
		request(STATSQ, LIST, 10, false);
		expect(virtio_balloon_stats(&d, &stats));
		drive(F_ALL, EVERY_QUEUE);
		expect(supply(10));
		expect_eq(virtio_balloon_stats(&d, &stats), mode != LEGACY);
	}
}

static void
test_interval(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		unsigned line = pci_intx_line(BALLOON);

		power_on("the buffer comes back at each interval", NULL);
		virtio_balloon_set_interval(&d, 3);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
		prepare(F_ALL, EVERY_QUEUE);
		virtio_balloon_set_interval(&d, 3);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
		fake.now_ns = 5;
		driver_ok();
		expect(supply(10));
		expect_eq(fake.timer_at[TIMER_balloon], 3ull * SECOND + 5);
		unit_advance(3ull * SECOND + 4, fire);
		expect(!taken(STATSQ));
		unit_advance(3ull * SECOND + 5, fire);
		expect(taken(STATSQ) && last_len == 0 && fake.line[line]);
		expect(!d.held);
		virtio_take_isr(&d.v);
		unit_advance(9ull * SECOND, fire); /* none is there */
		expect(!taken(STATSQ) && !fake.line[line]);
		expect(supply(10));
		unit_advance(12ull * SECOND, fire);
		expect(taken(STATSQ));

		begin("another interval, or none");
		virtio_balloon_set_interval(&d, 0xffffffff);
		expect_eq(fake.timer_at[TIMER_balloon], 0xffffffffull * SECOND);
		virtio_balloon_set_interval(&d, 0);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
		virtio_balloon_set_interval(&d, 1);
		expect_eq(fake.timer_at[TIMER_balloon], SECOND);
		drive(F_ALL & ~F_STATS, 0xf);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
		virtio_balloon_set_interval(&d, 2);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
	}
}

static void
test_second_buffer(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("a second buffer at a time: the first comes back");
		expect(supply(10));
		for (unsigned i = 0; i < 300; i++)
			expect(request(STATSQ, LIST, 10, false));
		expect(!taken(STATSQ) && d.held);
		for (unsigned i = 0; i < RING_SIZE - 1; i++)
			offer_chain(
			    STATSQ, &(struct element){ LIST, 10, false }, 1);
		kick(STATSQ);
		for (unsigned i = 0; i < RING_SIZE - 1; i++)
			expect(taken(STATSQ));
		expect(!taken(STATSQ) && d.held);
	}
}

static void
test_reset(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("a reset while we hold it: forgotten");
		virtio_balloon_set_interval(&d, 1);
		expect(supply(10));
		drive(F_ALL, EVERY_QUEUE);
		expect(!d.held && !virtio_balloon_stats(&d, &stats));
		unit_advance(2ull * SECOND, fire);
		expect(!taken(STATSQ));
		expect(supply(10));
		unit_advance(3ull * SECOND, fire);
		expect(taken(STATSQ));

		begin("a driver that may not be written to gets nothing");
		virtio_balloon_set_interval(&d, 1);
		expect(supply(10));
		virtio_pci_config_write(
		    &d.v, &virtio_balloon_type, 4, 3, 0xffff);
		unit_advance(1ull * SECOND, fire);
		expect(!taken(STATSQ) && d.held);
		virtio_pci_config_write(
		    &d.v, &virtio_balloon_type, 4, 7, 0xffff);
		d.v.status |= 64;
		unit_advance(2ull * SECOND, fire);
		expect(!taken(STATSQ) && d.held);
		d.v.status &= 63;
		unit_advance(3ull * SECOND, fire);
		expect(taken(STATSQ));
	}

	mode = SPLIT;
	begin("a reset of the queue while we hold it (2.6.1)");
	drive(F_STATS | F(40), 0x7);
	virtio_balloon_set_interval(&d, 1);
	expect(supply(10));
	common(0x16, 2, STATSQ);
	common(0x3a, 2, 1);
	expect(!d.held);
	unit_advance(1ull * SECOND, fire);
	memset(ram + RINGS, 0, QUEUES * RING_BYTES);
	set_up_queue(STATSQ, RING_SIZE, F_STATS);
	expect(supply(10));
	unit_advance(2ull * SECOND, fire);
	expect(taken(STATSQ));
}

int
main(void)
{
	test_values();
	test_lengths();
	test_first();
	test_interval();
	test_second_buffer();
	test_reset();
	return unit_done();
}
