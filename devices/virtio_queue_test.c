/* SPDX-License-Identifier: MIT
 *
 * Kicks and interrupts of a device's queues (virtio 1.3, 2.1.2, 2.6.1, 4.1.5):
 * who may run when, which interrupt says so, and a ring that is no ring.
 */
#include "devices/virtio_fixture.h"

enum { WITH_RESET = 1, QUEUE = 1, ISR = 0x1000, DOORBELLS = 0x3000 };
enum { TABLE = 0x4000 };

static struct driver ring;

/* Queue QUEUE; in its ring a buffer of 5 bytes to write. */
static void
set_up_queue(uint16_t size)
{
	const struct virtq_layout layout = { RINGS, RINGS + 0x1000,
		RINGS + 0x2000, size };

	out(Q_SELECT, 2, QUEUE);
	out(Q_SIZE, 2, layout.size);
	out(Q_DESC, 4, (uint32_t)layout.desc);
	out(Q_DRIVER, 4, (uint32_t)layout.driver);
	out(Q_DEVICE, 4, (uint32_t)layout.device);
	driver_init(&ring, &layout, F_VERSION_1);
}

static void
offer(void)
{
	static const struct element buffer = { BUFFERS, 5, true };

	split_add(&ring, &buffer, 1, 1);
	split_show(&ring);
}

/* A driver with a queue, from nothing to FEATURES_OK, or on. */
static void
start(const char *name, uint8_t status)
{
	begin(name, true, true);
	expect(negotiate(F_VERSION_1 | F_RESET));
	set_up_queue(4);
	out(Q_ENABLE, 2, 1);
	offer();
	out(STATUS, 1, status);
}

static void
kick(void)
{
	virtio_kick(v, &toy_type, QUEUE);
}

/* Has the device used the buffer now? */
static bool
used(void)
{
	uint16_t id;
	uint32_t len;

	return split_take(&ring, &id, &len) &&
	    expect_eq(get(BUFFERS, 5), 0x5a5a5a5a5a) && expect_eq(len, 5);
}

static void
test_before(void)
{
	start("no buffer is used before DRIVER_OK; then those that wait are "
	      "(2.1.2)",
	    FEATURES_OK);
	kick();
	expect(!used());
	expect_eq(toy.kicks[QUEUE], 0);
	expect_eq(fake.kicks, 0);
	out(STATUS, 1, DRIVER_OK);
	expect_eq(fake.kick[TOY][QUEUE].posts, 1);
	kick();
	expect(used());

	start("no DMA without bus mastering; then what was missed", DRIVER_OK);
	config_out(COMMAND, SPACES, 0xffff);
	kick();
	expect(!used());
	fake.kicks = 0;
	config_out(COMMAND, SPACES | MASTER, 0xffff);
	expect_eq(fake.kicks, 1);
	kick();
	expect(used());
	config_out(COMMAND, SPACES | MASTER, 0xffff);
	expect_eq(fake.kicks, 1);

	start("kicks of what there is not", DRIVER_OK);
	virtio_kick(v, &toy_type, 0); /* not enabled */
	virtio_kick(v, &toy_type, 3);
	virtio_kick(v, &toy_type, 0xffff);
	expect_eq(toy.kicks[0] | toy.kicks[1] | toy.kicks[2], 0);
	fake.kicks = 0;
	for (unsigned at = 12; at < 0x1000; at += 4)
		out(DOORBELLS + at, 4, 1);
	expect_eq(fake.kicks, 0);

	start("kicks for nothing (2.7.10.2)", DRIVER_OK);
	kick();
	expect(used());
	kick();
	kick();
	expect_eq(toy.kicks[QUEUE], 3);
	expect_eq(fake.rises[pci_intx_line(TOY)], 1);
}

static void
test_reset(void)
{
	start("a reset with buffers offered, and a kick that comes late: "
	      "nothing is used, nobody is told (2.4.1)",
	    DRIVER_OK);
	toy.sated = true;
	kick();
	toy.sated = false;
	out(STATUS, 1, 0);
	expect_eq(toy.stops[QUEUE], 1);
	kick();
	expect(!used());
	expect_eq(toy.kicks[QUEUE], 1);
	out(STATUS, 1, ACKNOWLEDGE | DRIVER);
	kick();
	expect(!used());
	expect_eq(fake.rises[pci_intx_line(TOY)], 0);
	expect_eq(get(RINGS + 0x2002, 2), 0); /* used idx */
}

static void
test_turns(void)
{
	start("what a kick leaves is worth another, without the driver's",
	    DRIVER_OK);
	offer();
	offer();
	fake.kicks = 0;
	toy.slow = true;
	kick();
	expect_eq(split_used(&ring), 1);
	expect_eq(fake.kicks, 1);
	kick();
	kick();
	expect_eq(split_used(&ring), 3);
	expect_eq(fake.kicks, 2);
	kick();
	expect_eq(fake.kicks, 2);

	start("a device that has enough is not kicked for more", DRIVER_OK);
	toy.sated = true;
	fake.kicks = 0;
	kick();
	expect_eq(fake.kicks, 0);
	expect_eq(get(RINGS + 0x2000, 2), 1); /* NO_NOTIFY, 2.7.10 */
	toy.sated = false;
	kick();
	expect(used());
	expect_eq(get(RINGS + 0x2000, 2), 0);
}

static void
test_intx(void)
{
	unsigned line = pci_intx_line(TOY);

	start("INTA#: the ISR's bit, a level, until it is read (4.1.4.5.1)",
	    DRIVER_OK);
	kick();
	expect(fake.line[line]);
	virtio_config_changed(v);
	expect_eq(virtio_pci_config_read(v, &toy_type, COMMAND) >> 19 & 1, 1);
	expect_eq(in(ISR, 1), 3);
	expect(!fake.line[line]);
	expect_eq(virtio_pci_config_read(v, &toy_type, COMMAND) >> 19 & 1, 0);
	expect_eq(in(ISR, 1), 0);
	expect_eq(fake.rises[line], 1);
	expect_eq(fake.msis, 0);

	start("a driver that wants no interrupt gets none", DRIVER_OK);
	put(RINGS + 0x1000, 2, 1); /* 2.7.7: NO_INTERRUPT */
	kick();
	expect(used());
	expect_eq(in(ISR, 1), 0);
}

static void
open_vectors(void)
{
	toy.v.function.msix.enabled = true;
	for (unsigned vector = 0; vector < 4; vector++) {
		out(TABLE + 16 * vector, 4, 0xfee00000);
		out(TABLE + 16 * vector + 8, 4, 0x60 + vector);
		out(TABLE + 16 * vector + 12, 4, 0);
	}
}

static void
test_vectors(void)
{
	start("MSI-X: the queue's vector and the configuration's, any of them "
	      "(4.1.5.1.2.1)",
	    DRIVER_OK);
	open_vectors();
	for (unsigned vector = 0; vector < 4; vector++) {
		out(Q_VECTOR, 2, vector);
		out(CONFIG_VECTOR, 2, 3 - vector);
		kick();
		expect_eq(fake.msis, 2 * vector + 1);
		expect_eq(fake.msi[2 * vector].data, 0x60 + vector);
		expect_eq(in(ISR, 1), 0); /* 4.1.4.5.1: INTA#'s */
		virtio_config_changed(v);
		expect_eq(fake.msis, 2 * vector + 2);
		expect_eq(fake.msi[2 * vector + 1].data, 0x63 - vector);
		expect_eq(in(ISR, 1), 2); /* everybody's */
		expect(used());
		offer();
	}
	expect_eq(fake.rises[pci_intx_line(TOY)], 0);

	start("MSI-X and no vector: no interrupt (4.1.5.3.1, 4.1.5.4.1)",
	    DRIVER_OK);
	open_vectors();
	out(Q_VECTOR, 2, 1);
	out(Q_VECTOR, 2, 0xffff);
	kick();
	expect(used());
	virtio_config_changed(v);
	expect_eq(fake.msis, 0);
	expect_eq(fake.rises[pci_intx_line(TOY)], 0);
}

static void
test_broken(void)
{
	unsigned line = pci_intx_line(TOY);

	start("a ring that is none: NEEDS_RESET, an interrupt, one line "
	      "(2.1.2)",
	    DRIVER_OK);
	put(RINGS + 0x1002, 2, 0x4000); /* avail idx, far ahead */
	kick();
	expect_eq(in(STATUS, 1), 0xf | NEEDS_RESET);
	expect(fake.line[line]);
	expect_eq(in(ISR, 1), 2);
	expect_eq(in(GENERATION, 1), 1);
	expect_eq(toy.v.faults, 1);
	expect_eq(fake.warnings, 1);
	kick();
	kick();
	expect_eq(toy.kicks[QUEUE], 1);
	virtio_flush(v, &toy.queue[QUEUE]); /* what ends later */
	expect_eq(toy.v.faults, 1);
	out(STATUS, 1, 0);
	expect(negotiate(F_VERSION_1));
	set_up_queue(4);
	out(Q_ENABLE, 2, 1);
	put(RINGS + 0x1002, 2, 0x4000);
	out(STATUS, 1, DRIVER_OK);
	kick();
	expect_eq(toy.v.faults, 2);
	expect_eq(fake.warnings, 1);
	out(STATUS, 1, 0); /* and it runs again */
	memset(ram, 0, sizeof(ram));
	expect(negotiate(F_VERSION_1));
	set_up_queue(4);
	out(Q_ENABLE, 2, 1);
	offer();
	out(STATUS, 1, DRIVER_OK);
	kick();
	expect(used());

	begin("a layout outside of RAM: before DRIVER_OK, no interrupt", true,
	    true);
	expect(negotiate(F_VERSION_1));
	set_up_queue(4);
	out(Q_DESC + 4, 4, 0xffffffff);
	out(Q_ENABLE, 2, 1);
	expect_eq(in(STATUS, 1), 0xb | NEEDS_RESET);
	expect_eq(in(Q_ENABLE, 2), 0);
	expect(!fake.kick[TOY][QUEUE].enabled);
	expect_eq(in(ISR, 1), 0);
	expect_eq(toy.v.faults, 1);
}

static void
test_queue_reset(void)
{
	start("queue_reset: one queue as at power-on, at once (2.6.1.1.1, "
	      "4.1.4.3.1)",
	    DRIVER_OK);
	expect_eq(in(Q_RESET, 2), 0);
	out(Q_VECTOR, 2, 2);
	out(Q_RESET, 2, 1);
	expect_eq(in(Q_RESET, 2), 0);
	expect_eq(in(Q_ENABLE, 2), 0);
	expect_eq(in(Q_SIZE, 2), TOY_QUEUE_SIZE);
	expect_eq(in(Q_VECTOR, 2), 0xffff);
	expect_eq(in(Q_DESC, 4), 0);
	expect_eq(toy.stops[QUEUE], 1);
	expect(!fake.kick[TOY][QUEUE].enabled);
	kick();
	expect(!used());
	expect_eq(in(STATUS, 1), 0xf);
	memset(ram + RINGS, 0, 0x4000); /* 2.6.1.2.1: set up anew */
	set_up_queue(8);
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 1);
	expect(fake.kick[TOY][QUEUE].enabled);
	for (unsigned n = 0; n < 5; n++)
		offer();
	kick();
	expect(used());
	expect_eq(split_used(&ring), 5);
	expect_eq(toy.queue[QUEUE].ring.ring.size, 8);

	begin("queue_reset was not negotiated: it does nothing", true, true);
	expect(negotiate(F_VERSION_1));
	set_up_queue(4);
	out(Q_ENABLE, 2, 1);
	out(Q_RESET, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 1);
	expect_eq(toy.stops[QUEUE], 0);
}

int
main(void)
{
	test_before();
	test_reset();
	test_turns();
	test_intx();
	test_vectors();
	test_broken();
	test_queue_reset();
	return unit_done();
}
