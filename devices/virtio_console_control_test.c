/* SPDX-License-Identifier: MIT
 *
 * The console's control queues (virtio 1.3, 5.3.6.2): each message in its turn,
 * and drivers that say things in the wrong order, about ports that are not
 * there, too short, too often, or never offer a buffer for an answer.
 */
#include "devices/virtio_console_driver.h"

/* Three ports: a console with a terminal, a plain port, a nameless console. */
static void
begin(const char *name, uint64_t features)
{
	power_on(name, 3, true);
	virtio_console_attach(&d, 0, true, "");
	virtio_console_attach(&d, 1, false, "org.example.agent");
	virtio_console_attach(&d, 2, true, "");
	virtio_console_resize(&d, 0, 80, 25);
	virtio_console_resize(&d, 1, 80, 25); /* a plain port has no size */
	virtio_console_connect(&d, 0, true);
	drive(features);
}

static void
expect_message(uint32_t id, uint16_t event, uint16_t value, uint32_t len)
{
	expect(hears(128));
	expect_eq(last_len, len);
	expect_eq(get(HEARD, 4), id);
	expect_eq(get(HEARD + 4, 2), event);
	expect_eq(get(HEARD + 6, 2), value);
}

/* The driver has learnt of all ports. */
static void
introduce(void)
{
	say(~0u, DEVICE_READY, 1);
	for (unsigned i = 0; i < 3; i++)
		expect_message(i, DEVICE_ADD, 1, 8);
	expect(!hears(128)); /* which leaves its buffer there */
	expect_eq(posted(), 1);
}

/* What comes next comes into the buffer that waits, by the device's kick. */
static void
expect_next(uint32_t id, uint16_t event, uint16_t value)
{
	posted();
	expect(taken(CONTROL_RX));
	expect_eq(get(HEARD, 4), id);
	expect_eq(get(HEARD + 4, 2), event);
	expect_eq(get(HEARD + 6, 2), value);
	expect(!taken(CONTROL_RX));
	offer(CONTROL_RX, HEARD, 128, true);
}

static void
test_introduction(void)
{
	begin("ports are added, and described", F_MULTIPORT | F_SIZE);
	expect(!hears(128)); /* it has not said that it is ready */
	say(~0u, DEVICE_READY, 1);
	expect_next(0, DEVICE_ADD, 1);
	expect_next(1, DEVICE_ADD, 1);
	expect_next(2, DEVICE_ADD, 1);
	say(0, PORT_READY, 1);
	expect_next(0, CONSOLE_PORT, 1);
	posted();
	expect_next(0, PORT_OPEN, 1);
	expect_next(0, RESIZE, 1);
	say(1, PORT_READY, 1);
	expect_next(1, PORT_NAME, 1);
	say(2, PORT_READY, 1);
	expect_next(2, CONSOLE_PORT, 1);
	posted();
	expect(!taken(CONTROL_RX));
}

static void
test_texts(void)
{
	char longest[VIRTIO_CONSOLE_NAME + 2];

	begin("what follows a message: a name, a size", F_MULTIPORT);
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	virtio_console_attach(&d, 2, false, longest);
	introduce();
	expect(!taken(CONTROL_RX));
	say(1, PORT_READY, 1);
	posted();
	expect(taken(CONTROL_RX));
	expect_eq(last_len, 8 + 17);
	expect(memcmp(at(HEARD + 8), "org.example.agent\xee", 18) == 0);
	say(2, PORT_READY, 1);
	expect_message(2, PORT_NAME, 1, 8 + VIRTIO_CONSOLE_NAME);
	say(0, PORT_READY, 1);
	expect_message(0, CONSOLE_PORT, 1, 8);
	expect_message(0, PORT_OPEN, 1, 8);
	expect_message(0, RESIZE, 1, 12);
	expect_eq(get(HEARD + 8, 2), 80); /* cols, then rows */
	expect_eq(get(HEARD + 10, 2), 25);
	virtio_console_resize(&d, 0, 132, 50);
	posted();
	expect_message(0, RESIZE, 1, 12);
	expect_eq(get(HEARD + 8, 2), 132);
	expect_eq(get(HEARD + 10, 2), 50);
	expect_eq(config_in(0, 4), 50 << 16 | 132);
}

static void
test_host_opens(void)
{
	begin("somebody comes and goes at the far end", F_MULTIPORT);
	introduce();
	virtio_console_connect(&d, 1, true); /* PORT_READY first */
	expect_eq(posted(), 0);
	say(1, PORT_READY, 1);
	expect_next(1, PORT_NAME, 1);
	expect_next(1, PORT_OPEN, 1);
	virtio_console_connect(&d, 1, false);
	expect_next(1, PORT_OPEN, 0);
	for (unsigned i = 0; i < 1000; i++) {
		virtio_console_connect(&d, 1, true);
		virtio_console_connect(&d, 1, false);
		virtio_console_connect(&d, 1, true);
	}
	expect_next(1, PORT_OPEN, 1);
	expect_eq(d.port[1].pending, 0);

	drive(F_MULTIPORT); /* and is there when the next driver comes */
	virtio_console_connect(&d, 1, true);
	expect_eq(posted(), 0);
	introduce();
	say(1, PORT_READY, 1);
	expect_next(1, PORT_NAME, 1);
	expect_next(1, PORT_OPEN, 1);
}

static void
test_guest_opens(void)
{
	begin("the driver gets bytes while it has the port open", F_MULTIPORT);
	introduce();
	offer(4, DATA, 4, true);
	offer(4, DATA, 4, true);
	far_end_says(1, "12345678");
	say(1, PORT_READY, 1);
	posted();
	expect_eq(fake.far_end[1].reads, 0);
	say(1, PORT_OPEN, 1);
	posted();
	expect(taken(4));
	expect(taken(4));
	expect_eq(fake.far_end[1].in_len, 0);
	say(1, PORT_OPEN, 0);
	offer(4, DATA, 4, true);
	far_end_says(1, "more");
	expect(!taken(4));
	say(1, PORT_OPEN, 1);
	posted();
	expect(taken(4));
	expect_eq(last_len, 4);

	say(1, PORT_READY, 0); /* the driver gives up on it */
	offer(4, DATA, 4, true);
	far_end_says(1, "none");
	expect(!taken(4));
	virtio_console_connect(&d, 1, true);
	expect_eq(d.port[1].pending, 0);
}

static void
test_bytes(void)
{
	begin("each port has its own bytes", F_MULTIPORT);
	introduce();
	send(TX, "zero");
	send(5, "one");
	send(7, "two");
	expect(got(0, "zero") && got(1, "one") && got(2, "two"));
	expect(taken(TX) && taken(5) && taken(7));
	say(2, PORT_OPEN, 1);
	offer(6, DATA, 8, true);
	far_end_says(2, "in");
	expect(taken(6));
	expect(memcmp(at(DATA), "in", 2) == 0);
	for (unsigned i = 0; i < 8; i++)
		expect_eq(fake.far_end[i].reads > 0, i == 2);
	fake.far_end[1].full_at = 5;
	send(7, "four");
	send(5, "three");
	expect(got(1, "oneth") && got(2, "twofour"));
	fake.far_end[1].full_at = 0;
	virtio_console_writable(&d, 1);
	posted();
	expect(got(1, "onethree"));
}

static void
test_no_multiport(void)
{
	begin("a driver without MULTIPORT has port 0 alone", F_SIZE);
	for (unsigned i = 2; i < 8; i++) {
		set_up_queue(i, RING_SIZE, d.v.features);
		offer(i, DATA, 8, i % 2 == 0);
		expect(!taken(i));
	}
	expect_eq(posted(), 0);
	send(TX, "out");
	expect(got(0, "out"));
	offer(RX, DATA, 8, true);
	far_end_says(0, "in");
	expect(taken(RX));
	virtio_console_resize(&d, 0, 100, 40);
	virtio_console_connect(&d, 0, false);
	expect_eq(config_in(0, 4), 40 << 16 | 100);
	expect_eq(d.v.isr & 2, 2);
}

/* Linux, frozen and restored: it has reset the device, and knows the ports. */
static void
test_restored(void)
{
	begin("a driver that knows the ports from before", F_MULTIPORT);
	introduce();
	virtio_console_connect(&d, 1, true);
	drive(F_MULTIPORT);
	say(1, PORT_READY, 1);
	expect_message(1, PORT_NAME, 1, 8 + 17);
	expect_message(1, PORT_OPEN, 1, 8);
	say(1, PORT_OPEN, 1);
	expect(d.port[1].guest_open);
	say(~0u, DEVICE_READY, 1); /* who is there is not added */
	expect_message(0, DEVICE_ADD, 1, 8);
	expect_message(2, DEVICE_ADD, 1, 8);
}

static void
test_wrong_order(void)
{
	begin("messages before their time, and about nobody", F_MULTIPORT);
	for (unsigned event = 1; event < 9; event++)
		for (unsigned value = 0; value < 3; value++) {
			if (event != PORT_READY) /* see test_restored() */
				say(0, (uint16_t)event, (uint16_t)value);
			say(3, (uint16_t)event, (uint16_t)value);
			say(7, (uint16_t)event, (uint16_t)value);
			say(8, (uint16_t)event, (uint16_t)value);
			say(~0u, (uint16_t)event, (uint16_t)value);
		}
	say(~0u, DEVICE_READY, 0);
	expect(!hears(128));
	expect(!d.port[0].guest_open && !d.port[0].ready);

	/* 5.3.6.2.1: no port is added twice */
	for (unsigned i = 0; i < 10; i++)
		say(~0u, DEVICE_READY, 1);
	expect_next(0, DEVICE_ADD, 1);
	expect_next(1, DEVICE_ADD, 1);
	expect_next(2, DEVICE_ADD, 1);
	say(0, DEVICE_READY, 1);
	posted();
	expect(!taken(CONTROL_RX));
	say(~0u, PORT_OPEN, 1);
	say(3, PORT_READY, 1);
	say(3, PORT_OPEN, 1);
	posted();
	expect(!taken(CONTROL_RX));
	for (unsigned i = 3; i < VIRTIO_CONSOLE_PORTS; i++)
		expect(!d.port[i].guest_open && d.port[i].pending == 0);
}

static void
test_sizes(void)
{
	static const struct element pieces[] = { { SPOKEN, 1, false },
		{ SPOKEN + 1, 2, false }, { SPOKEN + 3, 0, false },
		{ SPOKEN + 3, 5, false }, { HEARD, 4, true } };

	begin("messages too short, too long, in pieces", F_MULTIPORT);
	put(SPOKEN, 8, 1ull << 48 | ~0u);
	for (unsigned len = 0; len < 8; len++) {
		offer(CONTROL_TX, SPOKEN, len, false);
		expect(taken(CONTROL_TX));
	}
	expect(!hears(128));
	offer_chain(CONTROL_TX, pieces, 5);
	kick(CONTROL_TX);
	expect(taken(CONTROL_TX));
	expect_next(0, DEVICE_ADD, 1);
	expect_next(1, DEVICE_ADD, 1);
	expect_next(2, DEVICE_ADD, 1);
	put(SPOKEN, 8, 1ull << 48 | (uint64_t)PORT_READY << 32 | 1);
	offer(CONTROL_TX, SPOKEN, 4096, false);
	expect(taken(CONTROL_TX));
	expect_next(1, PORT_NAME, 1);

	begin("answers into buffers that are too short", F_MULTIPORT);
	say(~0u, DEVICE_READY, 1);
	for (unsigned len = 0; len < 3; len++) {
		expect(hears(len));
		expect_eq(last_len, len);
	}
	offer(CONTROL_RX, HEARD, 8, false); /* nothing to write */
	expect(!taken(CONTROL_RX));
	say(1, PORT_READY, 1);
	say(0, PORT_READY, 1);
	posted();
	expect(taken(CONTROL_RX)); /* CONSOLE_PORT went in there */
	expect_eq(last_len, 0);
	expect(hears(9));
	expect_eq(last_len, 8);
	expect(hears(9));
	expect(hears(9));
	expect_eq(last_len, 9);
	expect_eq(get(HEARD + 8, 2), 0xee00 | 'o');
}

/* Never a buffer for an answer: nothing grows, nothing spins. */
static void
test_no_buffers(void)
{
	begin("a driver that offers no buffers", F_MULTIPORT);
	for (unsigned i = 0; i < 2000; i++) {
		say(~0u, DEVICE_READY, 1);
		say(i % 4, PORT_READY, 1);
		say(i % 4, PORT_OPEN, i & 1);
		virtio_console_connect(&d, i % 3, i & 1);
		virtio_console_resize(&d, 0, (uint16_t)i, 25);
	}
	posted();
	expect_eq(posted(), 0);
	expect_eq(fake.far_end[0].reads, 0);
	expect_message(0, CONSOLE_PORT, 1, 8);
	expect_message(0, PORT_OPEN, 0, 8);
	expect_message(0, RESIZE, 1, 12);
	expect_message(1, PORT_NAME, 1, 8 + 17);
	expect_message(1, PORT_OPEN, 1, 8);
	expect_message(2, CONSOLE_PORT, 1, 8);
	expect_message(2, PORT_OPEN, 1, 8);
	expect(!hears(128));
}

/* Anything at all, by a generator; what holds always. */
static void
test_storm(void)
{
	uint64_t state = 1 + mode;

	begin("twenty thousand steps at random", F_MULTIPORT | F_SIZE);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t r = unit_random(&state);
		unsigned queue = r % 8, port = r >> 8 & 3;

		fake.far_end[port % 3].in = (const uint8_t *)"0123456789abcdef";
		fake.far_end[port % 3].in_len = r >> 16 & 15;
		fake.far_end[port % 3].out_len = 0;
		fake.far_end[port % 3].full_at = r >> 20 & 7;
		if (driver[queue].room > 0) {
			put(SPOKEN, 8, r >> 40 & 0x0001000700000003);
			offer(queue, queue == 3 ? SPOKEN : DATA, r >> 24 & 0xff,
			    queue % 2 == 0);
		}
		if (port < 3)
			virtio_console_connect(&d, port, r >> 32 & 1);
		virtio_console_writable(&d, port % 3);
		virtio_console_readable(&d, port % 3);
		posted();
		for (queue = 0; queue < 8; queue++)
			while (taken(queue))
				;
		expect(!d.queue[r % 8].ring.broken);
		expect(virtq_sane(&d.queue[r % 8].ring, &mem));
	}
}

int
main(void)
{
	for (mode = 0; mode < MODES; mode++) {
		test_introduction();
		test_texts();
		test_host_opens();
		test_guest_opens();
		test_bytes();
		test_no_multiport();
		test_restored();
		test_wrong_order();
		test_sizes();
		test_no_buffers();
		test_storm();
	}
	return unit_done();
}
