/* SPDX-License-Identifier: MIT
 *
 * Free page hints (virtio 1.3, 5.5.6.5): a round from the host's command to the
 * driver's STOP, and that no page is ever touched for one.
 */
#include "devices/virtio_balloon_driver.h"

enum { HINTQ = 3, STOP = 0, DONE = 1 };

static bool
command(uint32_t id)
{
	put(LIST, 4, id);
	return request(HINTQ, LIST, 4, false) && last_len == 0;
}

static bool
hint(uint32_t len)
{
	return request(HINTQ, PAGES, len, true) && last_len == 0;
}

static uint64_t
hinted(void)
{
	return virtio_balloon_hints(&d).bytes;
}

static bool
running(void)
{
	return virtio_balloon_hints(&d).running;
}

static void
test_round(void)
{
	static const bool none[sizeof(ram) / 4096];
	unsigned line = pci_intx_line(BALLOON);

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("a round: command, hints, STOP; then DONE (5.5.6.5.2)");
		fill();
		expect(config(CMD_ID) == STOP && !running());
		expect(virtio_balloon_hint_start(&d));
		expect(running() && fake.line[line] && config(CMD_ID) == 2);
		virtio_take_isr(&d.v);
		expect(hint(0x1000) && hinted() == 0);
		expect(command(2));
		expect(hint(0x1000) && hint(0x40000));
		expect_eq(hinted(), 0x41000);
		virtio_take_isr(&d.v);
		expect(command(STOP));
		expect(config(CMD_ID) == DONE && !running());
		expect_eq(virtio_take_isr(&d.v) & 2, 2);
		expect(hint(0x1000) && hinted() == 0x41000);
		expect(only_gone(none));

		expect(virtio_balloon_hint_start(&d));
		expect(config(CMD_ID) == 3 && hinted() == 0);
	}
}

static void
test_ids(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		begin("another id than ours counts for nothing (5.5.6.5.2)");
		expect(command(2) && hint(0x1000) && hinted() == 0);
		expect(command(0) && config(CMD_ID) == STOP);
		expect(virtio_balloon_hint_start(&d));
		expect(command(STOP) && config(CMD_ID) == 2);
		expect(command(3) && hint(0x1000) && hinted() == 0);
		expect(command(STOP) && config(CMD_ID) == 2);
		expect(command(2) && command(1) && hint(0x1000));
		expect(hinted() == 0 && config(CMD_ID) == 2);
		expect(command(2) && hint(0x1000) && hinted() == 0x1000);
		expect(virtio_balloon_hint_start(&d));
		expect(hint(0x1000) && hinted() == 0);
		expect(command(STOP) && config(CMD_ID) == 3);

		begin("ids pass over STOP and DONE");
		d.last_id = 0xfffffffe;
		expect(virtio_balloon_hint_start(&d));
		expect_eq(config(CMD_ID), 0xffffffff);
		expect(virtio_balloon_hint_start(&d));
		expect_eq(config(CMD_ID), 2);
	}
}

static void
test_host_stop(void)
{
	unsigned line = pci_intx_line(BALLOON);

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("the host ends a round: DONE at once (5.5.6.5.2)");
		virtio_balloon_hint_stop(&d);
		expect(config(CMD_ID) == STOP && !fake.line[line]);
		expect(virtio_balloon_hint_start(&d));
		expect(command(2) && hint(0x1000));
		virtio_take_isr(&d.v);
		virtio_balloon_hint_stop(&d);
		expect(config(CMD_ID) == DONE && fake.line[line]);
		expect(!running() && hinted() == 0x1000);
		expect(hint(0x1000) && hinted() == 0x1000);
		virtio_take_isr(&d.v);
		expect(command(STOP) && config(CMD_ID) == DONE);
		virtio_balloon_hint_stop(&d);
		expect_eq(virtio_take_isr(&d.v) & 2, 0);
	}
}

static void
test_odd(void)
{
	static const struct element both[] = { { LIST, 4, false },
		{ PAGES, 0x3000, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		begin("commands of other sizes, and with pages behind");
		expect(virtio_balloon_hint_start(&d));
		put(LIST, 8, 2);
		expect(request(HINTQ, LIST, 3, false));
		expect(hint(0x1000) && hinted() == 0);
		expect(request(HINTQ, LIST, 0, false));
		expect(request(HINTQ, LIST, 8, false));
		expect(hint(0x1000) && hinted() == 0x1000);
		offer_chain(HINTQ, both, 2);
		kick(HINTQ);
		expect(taken(HINTQ) && hinted() == 0x4000);
	}
}

static void
test_no_driver(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		power_on("no driver that could: no round", NULL);
		expect(!virtio_balloon_hint_start(&d));
		prepare(F_ALL, EVERY_QUEUE);
		expect(!virtio_balloon_hint_start(&d));
		driver_ok();
		expect(virtio_balloon_hint_start(&d));
		expect(command(2) && hint(0x1000) && hinted() == 0x1000);
		drive(F_ALL & ~F_HINT, 0xf);
		expect(!virtio_balloon_hint_start(&d));
		expect(config(CMD_ID) == STOP && !running() && hinted() == 0);
		drive(F_ALL, EVERY_QUEUE);
		expect(virtio_balloon_hint_start(&d));
		expect_eq(config(CMD_ID), 3); /* 5.5.6.5.2: 2 was in use */
	}
}

int
main(void)
{
	test_round();
	test_ids();
	test_host_stop();
	test_odd();
	test_no_driver();
	return unit_done();
}
