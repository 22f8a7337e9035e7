/* SPDX-License-Identifier: MIT
 *
 * The balloon as a device (virtio 1.3, 5.5): what it offers, its configuration,
 * the numbers of its queues, the host's target, resets.
 */
#include "devices/virtio_balloon_driver.h"

static void
test_offer(void)
{
	mode = SPLIT;
	for (unsigned i = 0; i < 16; i++) {
		struct virtio_balloon_offer o = { .deflate_on_oom = i & 1,
			.stats = i & 2,
			.hinting = i & 4,
			.reporting = i & 8 };
		struct virtio_setup setup = VIRTIO_TRANSITIONAL;
		uint32_t own = F_TELL | (i & 1 ? F_OOM : 0) |
		    (i & 2 ? F_STATS : 0) | (i & 4 ? F_HINT : 0) |
		    (i & 8 ? F_REPORT : 0) | (i & 12 ? F_POISON : 0);

		virtio_balloon_offer(&setup, &o);
		power_on("what is not wanted is not offered (5.5.3)", &setup);
		expect_eq(virtio_pci_io_read(&d.v, &virtio_balloon_type, 0, 4) &
			0xffff,
		    own);
		expect_eq(virtio_pci_read(&d.v, &virtio_balloon_type, 0x12, 2),
		    i & 8	? 5
			: i & 4 ? 4
			: i & 2 ? 3
				: 2);
	}
}

static void
test_config(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("configuration space: the driver's two fields (5.5.4)");
		virtio_balloon_set_target(&d, 0x1234);
		for (unsigned field = 0; field < 16; field += 4)
			config_set(field, 0xfedcba98 + field);
		expect_eq(config(NUM_PAGES), 0x1234);
		expect_eq(config(ACTUAL), 0xfedcba9c);
		expect_eq(config(CMD_ID), 0);
		expect_eq(config(POISON), 0xfedcbaa4);
		expect_eq(config(16), 0);
		expect_eq(virtio_balloon_actual(&d), 0xfedcba9c);
	}
}

static void
test_actual(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("`actual` is told on when it changes");
		expect_eq(fake.balloons, 0);
		config_set(ACTUAL, 0);
		config_set(POISON, 7);
		expect_eq(fake.balloons, 0);
		config_set(ACTUAL, 0x12345678);
		expect_eq(fake.balloon, 0x12345678);
		config_set(ACTUAL, 0x12345678);
		expect_eq(fake.balloons, 1);
	}

	mode = LEGACY;
	begin("... and counts with its last byte (5.5.6.2.1)");
	config_set(ACTUAL, 0x11223344);
	for (unsigned i = 0; i < 3; i++) {
		port_out(20 + ACTUAL + i, 1, 0xee);
		expect_eq(virtio_balloon_actual(&d), 0x11223344);
	}
	expect_eq(config(ACTUAL), 0x11eeeeee);
	port_out(20 + ACTUAL + 3, 1, 0x55);
	expect_eq(virtio_balloon_actual(&d), 0x55eeeeee);
	expect_eq(fake.balloons, 2);
	port_out(20 + ACTUAL, 4, 1);
	expect_eq(virtio_balloon_actual(&d), 1);
}

static void
test_target(void)
{
	unsigned line = pci_intx_line(BALLOON);

	for (mode = SPLIT; mode < MODES; mode++) {
		uint8_t generation;

		power_on("a target before the driver is there waits", NULL);
		virtio_balloon_set_target(&d, 77);
		prepare(F_ALL, EVERY_QUEUE);
		virtio_balloon_set_target(&d, 78);
		expect(!fake.line[line]);
		driver_ok();
		expect_eq(config(NUM_PAGES), 78);
		expect(!fake.line[line]);

		begin("a new target interrupts, an old one does not");
		generation = d.v.generation;
		virtio_balloon_set_target(&d, 0xffffffff);
		expect(fake.line[line] && d.v.generation != generation);
		expect_eq(config(NUM_PAGES), 0xffffffff);
		virtio_take_isr(&d.v);
		virtio_balloon_set_target(&d, 0xffffffff);
		expect(!fake.line[line]);
		virtio_balloon_set_target(&d, 0);
		expect(fake.line[line] && config(NUM_PAGES) == 0);
	}
}

/* What a queue does shows what it is. */
enum role { INFLATE, DEFLATE, STATS, HINTS, REPORTS, NOBODY };

static enum role
role_by_deed(unsigned queue)
{
	const struct element both[] = { { LIST, 10, false },
		{ PAGES, 4096, true } };
	uint64_t hinted = d.hinted;
	bool held = d.held;

	fill();
	put(LIST, 8, (PAGES >> 12) + 1);
	put(LIST + 8, 2, 0);
	offer_chain(queue, both, 2);
	kick(queue);
	if (!taken(queue))
		return d.held && !held ? STATS : NOBODY;
	if (get(PAGES, 1) == 0)
		return REPORTS;
	if (get(PAGES + 4096, 1) == 0)
		return INFLATE;
	return d.hinted != hinted ? HINTS : DEFLATE;
}

/* Do the features lead to these roles, where `roles` is one digit a queue, the
 * first queue's last, and f is none? */
static void
expect_roles(uint64_t features, unsigned queues, uint32_t roles)
{
	drive(features, queues);
	d.cmd_id = d.drivers_id = (PAGES >> 12) + 1; /* as if we hinted */
	for (unsigned i = 0; i < 5; i++, roles >>= 4)
		if (queues >> i & 1)
			expect_eq(role_by_deed(i),
			    (roles & 15) == 15 ? NOBODY : roles & 15);
}

static void
test_numbers(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		power_on("queues without gaps, as Linux numbers them", NULL);
		expect_roles(0, 0x03, 0x10);
		expect_roles(F_STATS, 0x07, 0x210);
		expect_roles(F_HINT, 0x07, 0x310);
		expect_roles(F_REPORT, 0x07, 0x410);
		expect_roles(F_STATS | F_HINT, 0x0f, 0x3210);
		expect_roles(F_STATS | F_REPORT, 0x0f, 0x4210);
		expect_roles(F_HINT | F_REPORT, 0x0f, 0x4310);
		expect_roles(F_STATS | F_HINT | F_REPORT, 0x1f, 0x43210);

		power_on("queues by the numbers of 5.5.2", NULL);
		expect_roles(F_HINT, 0x0b, 0x3010);
		expect_roles(F_REPORT, 0x13, 0x40010);
		expect_roles(F_STATS | F_REPORT, 0x17, 0x40210);
		expect_roles(F_HINT | F_REPORT, 0x1b, 0x43010);

		power_on("a queue of no feature takes nothing", NULL);
		expect_roles(0, 0x1f, 0xfff10);
		expect_roles(F_STATS, 0x1f, 0xff210);
		expect_roles(F_REPORT, 0x1f, 0x4ff10);
	}
}

static void
test_reset(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("reset: an empty balloon, the host's wishes stay");
		virtio_balloon_set_target(&d, 100);
		virtio_balloon_set_interval(&d, 5);
		expect(virtio_balloon_hint_start(&d));
		config_set(ACTUAL, 90);
		config_set(POISON, 0xaa);
		virtio_pci_reset(&d.v, &virtio_balloon_type, false);
		expect_eq(virtio_balloon_actual(&d), 0);
		expect_eq(fake.balloon, 0);
		expect_eq(fake.balloons, 2);
		expect_eq(config(NUM_PAGES), 100);
		expect_eq(config(ACTUAL), 0);
		expect_eq(config(CMD_ID), 0);
		expect_eq(config(POISON), 0);
		expect_eq(d.interval_s, 5);
		expect_eq(fake.timer_at[TIMER_balloon], TIMER_OFF);
		virtio_pci_reset(&d.v, &virtio_balloon_type, false);
		expect_eq(fake.balloons, 2);
	}
}

int
main(void)
{
	test_offer();
	test_config();
	test_actual();
	test_target();
	test_numbers();
	test_reset();
	return unit_done();
}
