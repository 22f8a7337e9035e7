/* SPDX-License-Identifier: MIT
 *
 * The console's bytes (virtio 1.3, 5.3): both ways, over each kind of ring, to
 * far ends that take everything, a little, or nothing, and to drivers that
 * change their mind.
 */
#include "devices/virtio_console_driver.h"

static void
test_identity(void)
{
	power_on("one plain console: two queues, no control", 1, false);
	expect_eq(virtio_queues(&d.v, &virtio_console_type), 2);
	expect_eq(virtio_offered(&d.v, &virtio_console_type) & 0xffffff,
	    F_SIZE | F_EMERG);
	expect_eq(config_in(4, 4), 1);
	expect_eq(virtio_pci_config_read(&d.v, &virtio_console_type, 0) >> 16,
	    0x1003);

	power_on(
	    "ports: max_nr_ports (5.3.4), and the queues of 5.3.2", 3, true);
	expect_eq(virtio_queues(&d.v, &virtio_console_type), 8);
	expect_eq(virtio_offered(&d.v, &virtio_console_type) & 0xffffff,
	    F_SIZE | F_EMERG | F_MULTIPORT);
	expect_eq(config_in(4, 4), 3);
	expect_eq(config_in(8, 4), 0);
	power_on("eight ports", 8, true);
	expect_eq(virtio_queues(&d.v, &virtio_console_type), 18);
	expect_eq(config_in(4, 4), 8);
}

static void
test_out(void)
{
	static const struct element pieces[] = { { DATA, 3, false },
		{ DATA, 0, false }, { DATA + 3, 1, false },
		{ DATA + 4, 4, false }, { DATA + 64, 9, true } };

	power_on("bytes out", 1, false);
	drive(F_SIZE);
	send(TX, "hello");
	expect(got(0, "hello"));
	expect(taken(TX));
	expect_eq(last_len, 0);
	expect(!taken(TX));

	/* 2.7.4.1: no assumption about where one descriptor ends */
	memcpy(at(DATA), "abcdefgh", 8);
	offer_chain(TX, pieces, 5);
	kick(TX);
	expect(taken(TX));
	expect_eq(last_len, 0);
	offer(TX, DATA, 0, false);
	expect(taken(TX));
	expect(got(0, "helloabcdefgh"));
}

/* A far end that takes `step` bytes at a time; each buffer is used when all of
 * it is out, and not before. */
static void
test_back_pressure(void)
{
	static const struct element pieces[] = { { DATA + 5, 3, false },
		{ DATA + 8, 3, false }, { DATA + 11, 4, false } };

	power_on("a far end that takes little by little", 1, false);
	drive(0);
	memcpy(at(DATA), "0123456789abcde", 15);
	fake.far_end[0].full_at = 1;
	offer(TX, DATA, 5, false);
	offer_chain(TX, pieces, 3);
	kick(TX);
	for (unsigned n = 1; n < 15; n++) {
		expect_eq(fake.far_end[0].out_len, n);
		expect_eq(taken(TX), n == 5);
		expect_eq(posted(), 0);
		fake.far_end[0].full_at = n + 1;
		virtio_console_writable(&d, 0);
		expect_eq(posted(), 1);
	}
	expect(got(0, "0123456789abcde"));
	expect(taken(TX));
	expect(!taken(TX));
	send(TX, "again"); /* kicked or not, it is full */
	expect_eq(fake.far_end[0].out_len, 15);
	fake.far_end[0].full_at = 0;
	virtio_console_writable(&d, 0);
	posted();
	expect(got(0, "0123456789abcdeagain"));
	expect(virtq_sane(&d.queue[TX].ring, &mem));
}

/* Half of a buffer is out, and then the driver has it back. */
static void
begin_half(const char *name)
{
	power_on(name, 1, false);
	drive(F(40)); /* RING_RESET, where that is known */
	fake.far_end[0].full_at = 3;
	send(TX, "abcdef");
	expect(got(0, "abc"));
	fake.far_end[0].full_at = 0;
	fake.far_end[0].out_len = 0;
}

static void
test_half(void)
{
	if (mode != LEGACY) {
		begin_half("the ring is reset with a buffer half sent (2.6.1)");
		common(0x16, 2, TX);
		common(0x3a, 2, 1);
		set_up_queue(TX, RING_SIZE, d.v.features);
		send(TX, "xyz");
		expect(got(0, "xyz"));
		expect(taken(TX));
	}
	begin_half("the device is reset with a buffer half sent");
	drive(0);
	send(TX, "xyz");
	expect(got(0, "xyz"));
	expect(taken(TX));

	begin_half("a buffer half sent is moved, and shorter than that");
	put(RINGS + TX * RING_BYTES, 8, DATA + 0x100);
	put(RINGS + TX * RING_BYTES + 8, 4, 2);
	virtio_console_writable(&d, 0);
	posted();
	expect(got(0, ""));
	expect(taken(TX));
	send(TX, "xyz");
	expect(got(0, "xyz"));

	begin_half("a buffer half sent becomes a loop");
	put(RINGS + TX * RING_BYTES + 12, 2, DESC_NEXT);
	put(RINGS + TX * RING_BYTES + 14, 2, mode == PACKED ? 1 << 15 : 0);
	virtio_console_writable(&d, 0);
	posted();
	expect(got(0, ""));
}

static void
test_in(void)
{
	power_on("bytes in", 1, false);
	drive(F_SIZE);
	far_end_says(0, "lost?"); /* there is no buffer yet */
	expect_eq(fake.far_end[0].reads, 0);
	offer(RX, DATA, 3, true);
	expect(taken(RX));
	expect_eq(last_len, 3);
	expect(memcmp(at(DATA), "los", 3) == 0);
	offer(RX, DATA, 64, true);
	expect(taken(RX));
	expect_eq(last_len, 2);
	expect(memcmp(at(DATA), "t?", 2) == 0);

	offer(RX, DATA, 4, true);
	offer(RX, DATA + 4, 4, true);
	expect(!taken(RX));
	far_end_says(0, "12345");
	expect(taken(RX));
	expect_eq(last_len, 4);
	expect(taken(RX));
	expect_eq(last_len, 1);
	expect(memcmp(at(DATA), "12345", 5) == 0);
	expect(!taken(RX));

	/* A buffer with nothing to write is no buffer. */
	offer(RX, DATA, 4, false);
	expect(taken(RX));
	expect_eq(last_len, 0);
	expect_eq(posted(), 0);
	expect(virtq_sane(&d.queue[RX].ring, &mem));
}

/* More than a turn's worth: others get theirs in between. */
static void
test_turns(void)
{
	static char much[200000];
	unsigned turns = 0;

	power_on("a turn has an end", 1, false);
	drive(0);
	offer(TX, DATA, 0x40000, false);
	while (!taken(TX) && turns++ < 10) {
		expect_eq(fake.far_end[0].out_len, turns * 0x10000);
		expect_eq(posted(), 1);
	}
	expect_eq(fake.far_end[0].out_len, 0x40000);
	expect_eq(turns, 3);
	expect_eq(posted(), 0);

	memset(much, 'x', sizeof(much) - 1);
	for (unsigned i = 0; i < 8; i++)
		offer(RX, DATA, 0x8000, true);
	far_end_says(0, much);
	expect_eq(fake.far_end[0].in_len, sizeof(much) - 1 - 0x10000);
	for (unsigned i = 0; i < 20; i++)
		posted();
	expect_eq(fake.far_end[0].in_len, 0);
}

static void
test_emergency(void)
{
	power_on("emerg_wr on an unconfigured device (5.3.5.1)", 1, false);
	if (mode == LEGACY) {
		port_out(20 + 8, 1, 'e');
		port_out(20 + 9, 1, 'x');
	} else {
		common(0x2000 + 8, 4, 0x7878ff00 | 'e');
		common(0x2000 + 8, 1, 'm');
		common(0x2000 + 8, 2, 'g' << 8 | 'r');
		common(0x2000 + 9, 1, 'x');
		common(0x2000 + 4, 4, 'x');
	}
	expect(got(0, mode == LEGACY ? "e" : "emr"));
	drive(F_EMERG);
	common(0x2000 + 8, 1, '!');
	expect(got(0, mode == LEGACY ? "e!" : "emr!"));
	fake.far_end[0].full_at = fake.far_end[0].out_len;
	common(0x2000 + 8, 1, '?'); /* lost */
	expect_eq(config_in(8, 4), 0);
}

static void
test_size(void)
{
	uint32_t generation;

	power_on(
	    "the size changes: configuration, and its interrupt", 1, false);
	virtio_console_resize(&d, 0, 80, 25);
	expect_eq(config_in(0, 4), 25 << 16 | 80);
	drive(F_SIZE);
	generation = d.v.generation;
	virtio_console_resize(&d, 0, 80, 25);
	expect_eq(d.v.isr, 0);
	virtio_console_resize(&d, 0, 132, 50);
	expect_eq(config_in(0, 2), 132);
	expect_eq(config_in(2, 2), 50);
	expect(d.v.generation != generation);
	expect_eq(d.v.isr, 2);
	virtio_pci_reset(&d.v, &virtio_console_type, false);
	expect_eq(config_in(0, 4), 50 << 16 | 132); /* reset or not */
}

static void
test_drain(void)
{
	power_on("the machine ends with bytes in the ring", 1, false);
	expect(!virtio_console_drain(&d, 0));
	drive(0);
	memcpy(at(DATA), "last words", 10);
	fake.far_end[0].full_at = 4;
	offer_chain(TX, &(struct element){ DATA, 10, false }, 1);
	expect(virtio_console_drain(&d, 0));
	expect(got(0, "last"));
	fake.far_end[0].full_at = 0;
	expect(!virtio_console_drain(&d, 0));
	expect(got(0, "last words"));
	expect(taken(TX));
}

int
main(void)
{
	test_identity();
	for (mode = 0; mode < MODES; mode++) {
		test_out();
		test_back_pressure();
		test_half();
		test_in();
		test_turns();
		test_emergency();
		test_size();
		test_drain();
	}
	return unit_done();
}
