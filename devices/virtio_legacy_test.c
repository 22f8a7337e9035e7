/* SPDX-License-Identifier: MIT
 *
 * The legacy interface (virtio 1.3, 4.1.4.10, 3.1.2, 6.3): its registers at
 * every width, drivers that are careful and drivers that are not, and one that
 * uses both interfaces at once.
 */
#include "devices/virtio_fixture.h"
#include "devices/virtio_legacy.h"

enum {
	L_HOST = 0,
	L_GUEST = 4,
	L_PAGE = 8,
	L_SIZE = 12,
	L_SELECT = 14,
	L_NOTIFY = 16,
	L_STATUS = 18,
	L_ISR = 19,
	L_CONFIG_VECTOR = 20,
	L_QUEUE_VECTOR = 22
};
enum { CONFIG = 20, CONFIG_MSIX = 24 };

static struct driver ring;

static uint32_t
lin(unsigned reg, unsigned size)
{
	return virtio_pci_io_read(v, &toy_type, reg, size) &
	    (uint32_t)ones(size);
}

static void
lout(unsigned reg, unsigned size, uint32_t value)
{
	virtio_pci_io_write(v, &toy_type, reg, size, value);
}

/* 2.7.2: 16 descriptors, the rest of the driver's, a page, the device's. */
static void
set_up_queue(unsigned queue)
{
	const struct virtq_layout layout = { RINGS, RINGS + 0x100,
		RINGS + 0x1000, TOY_QUEUE_SIZE };
	static const struct element buffer = { BUFFERS, 3, true };

	lout(L_SELECT, 2, queue);
	driver_init(&ring, &layout, 0);
	lout(L_PAGE, 4, RINGS >> 12);
	split_add(&ring, &buffer, 1, 1);
	split_show(&ring);
}

static bool
used(void)
{
	uint16_t id;
	uint32_t len;

	return split_take(&ring, &id, &len) && expect_eq(len, 3) &&
	    expect_eq(get(BUFFERS, 4), 0x5a5a5a);
}

static void
test_power_on(void)
{
	static const uint32_t header[] = { 0x38000008, 0, 0, 16, 0 };

	begin("registers after power-on, at every width", true, true);
	for (unsigned reg = 0; reg < 20; reg++)
		expect_eq(lin(reg, 1), header[reg / 4] >> reg % 4 * 8 & 0xff);
	for (unsigned reg = 0; reg < 12; reg += 4)
		expect_eq(lin(reg, 4), header[reg / 4]);
	expect_eq(lin(L_SIZE, 2), 16);
	expect_eq(lin(L_SIZE, 4), 16);

	begin("read-only registers stay", true, true);
	lout(L_HOST, 4, 0);
	lout(L_SIZE, 2, 4);
	lout(L_ISR, 1, 3);
	for (unsigned reg = 0; reg < 20; reg++)
		expect_eq(lin(reg, 1), header[reg / 4] >> reg % 4 * 8 & 0xff);
}

static void
test_features(void)
{
	begin("features: what is not offered is not accepted; 32 to 63 never "
	      "(2.2.3, 4.1.4.10)",
	    true, true);
	lout(L_GUEST, 4, 0xffffffff);
	expect_eq(lin(L_GUEST, 4), 0xffffffff);
	expect_eq(toy.v.features, 0x38000008);
	lout(L_GUEST, 4, 0x10000000);
	expect_eq(toy.v.features, 0x10000000);
	lout(L_STATUS, 1, ACKNOWLEDGE | DRIVER | DRIVER_OK);
	lout(L_GUEST, 4, 0x8);
	expect_eq(toy.v.features, 0x10000000);
	expect_eq(lin(L_STATUS, 1), 7);
	expect_eq(toy.starts, 1);

	begin("FEATURES_OK is unknown here (3.1.2)", true, true);
	lout(L_STATUS, 1, 0xf);
	expect_eq(lin(L_STATUS, 1), 7);
	lout(L_STATUS, 1, 0);
	expect_eq(lin(L_STATUS, 1), 0);
	expect_eq(toy.resets, 1);
}

static void
test_queue(void)
{
	begin("a queue from its page; the page again is no news, 0 the end",
	    true, true);
	set_up_queue(2);
	expect_eq(lin(L_PAGE, 4), RINGS >> 12);
	expect(fake.kick[TOY][2].enabled);
	lout(L_PAGE, 4, 0x20);
	expect_eq(lin(L_PAGE, 4), RINGS >> 12);
	lout(L_SELECT, 2, 1);
	expect_eq(lin(L_PAGE, 4), 0);
	lout(L_SELECT, 2, 2);
	lout(L_PAGE, 4, 0);
	expect_eq(lin(L_PAGE, 4), 0);
	expect(!fake.kick[TOY][2].enabled);
	expect_eq(toy.stops[2], 1);
	expect_eq(toy.resets, 0);

	begin("a queue that there is not", true, true);
	for (unsigned queue = 3; queue < 0x10000; queue += 0x1ffd) {
		lout(L_SELECT, 2, queue);
		lout(L_PAGE, 4, 1);
		expect_eq(lin(L_PAGE, 4) | lin(L_SIZE, 2), 0);
		lout(L_NOTIFY, 2, queue);
	}
	expect_eq(fake.kicks, 0);

	begin("a page that is no RAM", true, true);
	lout(L_STATUS, 1, 7);
	lout(L_PAGE, 4, 0xfff00);
	expect_eq(lin(L_STATUS, 1), 7 | NEEDS_RESET);
	expect_eq(lin(L_ISR, 1), 2);
	expect(!fake.kick[TOY][0].enabled);
	lout(L_PAGE, 4, 0xffffffff);
	lout(L_STATUS, 1, 0);
	expect_eq(lin(L_PAGE, 4), 0);
}

static void
test_use(void)
{
	unsigned line = pci_intx_line(TOY);

	begin("a driver as Linux has it: notify, ISR", true, true);
	config_out(COMMAND, SPACES, 0xffff); /* without bus mastering */
	lout(L_STATUS, 1, 0);
	lout(L_STATUS, 1, ACKNOWLEDGE);
	virtio_kick(v, &toy_type, 0);
	expect_eq(virtio_pci_config_read(v, &toy_type, COMMAND) & MASTER, 0);
	lout(L_STATUS, 1, ACKNOWLEDGE | DRIVER);
	expect_eq(
	    virtio_pci_config_read(v, &toy_type, COMMAND) & MASTER, MASTER);
	lout(L_GUEST, 4, lin(L_HOST, 4));
	set_up_queue(0);
	lout(L_STATUS, 1, ACKNOWLEDGE | DRIVER | DRIVER_OK);
	lout(L_NOTIFY, 2, 0);
	expect_eq(fake.kick[TOY][0].posts, 2); /* DRIVER_OK's, too */
	virtio_kick(v, &toy_type, 0);
	expect(used());
	expect(fake.line[line]);
	expect_eq(lin(L_NOTIFY, 4), 0); /* which is not the ISR */
	expect(fake.line[line]);
	expect_eq(lin(L_ISR, 1), 1);
	expect(!fake.line[line]);
	expect_eq(lin(L_ISR, 1), 0);

	begin("the device can be used before DRIVER_OK (3.1.2)", true, true);
	set_up_queue(1);
	lout(L_NOTIFY, 2, 1);
	virtio_kick(v, &toy_type, 1);
	expect(used());

	begin("a driver that begins with DRIVER_OK", true, true);
	lout(L_STATUS, 1, DRIVER_OK);
	set_up_queue(0);
	virtio_kick(v, &toy_type, 0);
	expect(used());

	begin("an outl to the notify port is no reset", true, true);
	lout(L_STATUS, 1, 3);
	lout(L_NOTIFY, 4, 1);
	expect_eq(lin(L_STATUS, 1), 3);
	expect_eq(fake.kick[TOY][1].posts, 1);
}

static void
test_vectors(void)
{
	begin("with MSI-X: vectors, then the configuration 4 bytes on "
	      "(4.1.4.10)",
	    true, true);
	expect_eq(lin(CONFIG, 4), 0x44332211);
	config_out(0x98, 0x80000000, 0xffff0000);
	expect_eq(lin(L_CONFIG_VECTOR, 2), 0xffff);
	expect_eq(lin(L_QUEUE_VECTOR, 2), 0xffff);
	expect_eq(lin(L_CONFIG_VECTOR, 1), 0xff);
	expect_eq(lin(CONFIG_MSIX, 4), 0x44332211);
	for (unsigned vector = 0; vector < 0x10000; vector += 3) {
		lout(L_CONFIG_VECTOR, 2, vector);
		lout(L_QUEUE_VECTOR, 2, vector);
		expect_eq(
		    lin(L_CONFIG_VECTOR, 2), vector < 4 ? vector : 0xffff);
		expect_eq(lin(L_QUEUE_VECTOR, 2), vector < 4 ? vector : 0xffff);
	}
	lout(L_SELECT, 2, 3);
	lout(L_QUEUE_VECTOR, 2, 1);
	expect_eq(lin(L_QUEUE_VECTOR, 2), 0xffff);
	lout(CONFIG_MSIX + 8, 4, 77);
	expect_eq(toy.number, 77);
	config_out(0x98, 0, 0xffff0000);
	expect_eq(lin(CONFIG, 4), 0x44332211);
	expect_eq(lin(CONFIG + 8, 4), 77);
}

static void
test_config(void)
{
	static const uint8_t bytes[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
		0x77, 0x88, 0x78, 0x56, 0x34, 0x12, 0xaa, 0xbb, 0xcc, 0 };

	begin("configuration at any width, the same (4.1.4.10), before any "
	      "status (3.1.2)",
	    true, true);
	for (unsigned i = 0; i < 4; i++)
		lout(CONFIG + 8 + i, 1, bytes[8 + i]);
	expect_eq(toy.number, 0x12345678);
	for (unsigned i = 0; i < 16; i++)
		expect_eq(lin(CONFIG + i, 1), bytes[i]);
	for (unsigned i = 0; i < 16; i += 2)
		expect_eq(lin(CONFIG + i, 2), bytes[i] | bytes[i + 1] << 8);
	for (unsigned reg = CONFIG + 15; reg < 128; reg++) {
		expect_eq(lin(reg, 1), 0);
		lout(reg, 1, 0xff);
	}
	lout(CONFIG + 10, 2, 0xbeef);
	expect_eq(toy.number, 0xbeef5678);
}

static void
test_nowhere(void)
{
	begin("no I/O decoding, or no such interface: ones", true, true);
	config_out(COMMAND, 2 | MASTER, 0xffff);
	lout(L_STATUS, 1, 1);
	expect_eq(lin(L_STATUS, 1), 0xff);
	expect_eq(lin(0, 4), 0xffffffff);
	config_out(COMMAND, SPACES | MASTER, 0xffff);
	expect_eq(lin(L_STATUS, 1), 0);
	begin("modern alone", true, false);
	config_out(COMMAND, SPACES, 0xffff);
	lout(L_STATUS, 1, 1);
	expect_eq(lin(L_STATUS, 1), 0xff);
	expect_eq(toy.v.status, 0);
}

/* Every half of the one interface with the other half of the other. */
static void
test_mixed(void)
{
	begin("DRIVER_OK by ports, on modern queues without features", true,
	    true);
	out(Q_DESC, 4, RINGS);
	out(Q_DRIVER, 4, RINGS + 0x1000);
	out(Q_DEVICE, 4, RINGS + 0x2000);
	lout(L_STATUS, 1, 7);
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 0);
	out(STATUS, 1, FEATURES_OK);
	expect_eq(in(STATUS, 1), 7);

	begin("accepted in memory, then settled by ports", true, true);
	out(GF_SELECT, 4, 1);
	out(GF, 4, 1);
	lout(L_STATUS, 1, 0xf);
	expect_eq(in(STATUS, 1), 7);
	expect_eq(toy.v.features, 0);

	begin("settled in memory, then accepted by ports; a page, then a "
	      "layout",
	    true, true);
	expect(negotiate(F_VERSION_1 | F_PACKED | F_RESET));
	lout(L_GUEST, 4, 0xffffffff);
	expect_eq(toy.v.features, F_VERSION_1 | F_PACKED | F_RESET);
	lout(L_PAGE, 4, RINGS >> 12);
	out(Q_ENABLE, 2, 1);
	out(Q_DESC, 4, 0);
	expect_eq(in(Q_DESC, 4), RINGS);
	out(STATUS, 1, DRIVER_OK);
	virtio_kick(v, &toy_type, 0);
	out(Q_RESET, 2, 1);
	expect_eq(lin(L_PAGE, 4), 0);
	lout(L_PAGE, 4, RINGS >> 12);
	expect(fake.kick[TOY][0].enabled);
	lout(L_STATUS, 1, 0);
	expect_eq(in(STATUS, 1), 0);
	expect(!fake.kick[TOY][0].enabled);
}

int
main(void)
{
	test_power_on();
	test_features();
	test_queue();
	test_use();
	test_vectors();
	test_config();
	test_nowhere();
	test_mixed();
	return unit_done();
}
