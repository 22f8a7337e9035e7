/* SPDX-License-Identifier: MIT
 *
 * What every virtio device promises whatever its type (virtio 1.3, 2, 3, 6):
 * status, features, reset, configuration space. The toy is driven by the modern
 * registers.
 */
#include "devices/virtio_fixture.h"

static void
test_status(void)
{
	begin("status: bits come one by one, none goes, NEEDS_RESET is ours "
	      "(2.1.1)",
	    true, true);
	expect_eq(in(STATUS, 1), 0);
	out(STATUS, 1, ACKNOWLEDGE);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE);
	out(STATUS, 1, DRIVER); /* which would take one back */
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER);
	out(STATUS, 1, NEEDS_RESET | 16 | 32);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER);
	out(STATUS, 1, FAILED);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER | FAILED);
	out(STATUS, 1, 0);
	expect_eq(in(STATUS, 1), 0);

	begin("no DRIVER_OK without FEATURES_OK (3.1.1)", true, true);
	out(STATUS, 1, ACKNOWLEDGE | DRIVER | DRIVER_OK);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER);
	expect_eq(toy.starts, 0);
	expect(negotiate(F_VERSION_1));
	expect_eq(toy.starts, 0);
	out(STATUS, 1, DRIVER_OK);
	expect_eq(in(STATUS, 1), 0xf);
	expect_eq(toy.starts, 1);
	out(STATUS, 1, 0xf); /* which it has */
	expect_eq(toy.starts, 1);

	begin("all of it in one write is enough", true, true);
	out(GF_SELECT, 4, 1);
	out(GF, 4, 1);
	out(STATUS, 1, 0xf);
	expect_eq(in(STATUS, 1), 0xf);
	expect_eq(toy.starts, 1);
}

static uint64_t
offered(void)
{
	uint64_t features;

	out(DF_SELECT, 4, 0);
	features = in(DF, 4);
	out(DF_SELECT, 4, 1);
	return features | (uint64_t)in(DF, 4) << 32;
}

static void
test_offer(void)
{
	const uint64_t rings = F_INDIRECT | F_EVENT_IDX | F_PACKED |
	    F_IN_ORDER | (uint64_t)1 << 38 | F_RESET;
	uint64_t all = F_TOY | F_TOY_HIGH | F_VERSION_1 | rings;

	begin("offered: the type's, the rings', VERSION_1, nothing else "
	      "(2.2.2, 4.1.4.3.1, 6.2)",
	    true, true);
	expect_eq(offered(), all);
	out(DF_SELECT, 4, 2);
	expect_eq(in(DF, 4), 0);
	out(DF_SELECT, 4, 0xffffffff);
	expect_eq(in(DF, 4), 0);
	expect_eq(virtio_legacy_offered(v, &toy_type),
	    F_TOY | F_INDIRECT | F_EVENT_IDX | F_ANY_LAYOUT); /* 6.3 */
	toy.v.setup.withheld = F_PACKED | F_EVENT_IDX;
	expect_eq(offered(), all & ~(F_PACKED | F_EVENT_IDX));
	expect_eq(virtio_legacy_offered(v, &toy_type),
	    F_TOY | F_INDIRECT | F_ANY_LAYOUT);
}

static void
test_accept(void)
{
	begin("any subset with VERSION_1 is accepted, and again after a reset "
	      "(2.2.2)",
	    true, true);
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t f = (uint64_t)1 << bit;
		bool ours = virtio_offered(v, &toy_type) >> bit & 1;

		expect_eq(negotiate(F_VERSION_1 | f), ours);
		expect_eq(toy.v.features, ours ? F_VERSION_1 | f : 0);
		expect_eq(virtio_has(v, bit), ours);
	}
	expect(negotiate(virtio_offered(v, &toy_type)));
	expect(negotiate(virtio_offered(v, &toy_type)));

	begin("no VERSION_1, or half of one: refused (6.2)", true, true);
	expect(!negotiate(0));
	expect(!negotiate(virtio_offered(v, &toy_type) & ~F_VERSION_1));
	out(STATUS, 1, DRIVER_OK);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER);
	expect_eq(toy.v.features, 0);
	out(GF_SELECT, 4, 1); /* then it thinks better of it */
	out(GF, 4, 1);
	out(STATUS, 1, FEATURES_OK);
	expect_eq(in(STATUS, 1), ACKNOWLEDGE | DRIVER | FEATURES_OK);

	begin("settled features stay; the register says which (4.1.4.3.1)",
	    true, true);
	expect(negotiate(F_VERSION_1 | F_TOY));
	for (unsigned half = 0; half < 4; half++) {
		out(GF_SELECT, 4, half);
		out(GF, 4, 0xffffffff);
		expect_eq(in(GF, 4),
		    half == 0	    ? F_TOY
			: half == 1 ? F_VERSION_1 >> 32
				    : 0);
	}
	expect_eq(toy.v.features, F_VERSION_1 | F_TOY);
}

static void
enable(unsigned queue, unsigned size)
{
	gpa_t at = RINGS + 0x4000 * queue;

	out(Q_SELECT, 2, queue);
	out(Q_SIZE, 2, size);
	out(Q_DESC, 4, (uint32_t)at);
	out(Q_DRIVER, 4, (uint32_t)at + 0x1000);
	out(Q_DEVICE, 4, (uint32_t)at + 0x2000);
	out(Q_ENABLE, 2, 1);
}

static void
test_reset(void)
{
	begin("reset: every register as at power-on, the device and its queues "
	      "stopped (2.4.1, 4.1.4.3.1)",
	    true, true);
	expect(negotiate(F_VERSION_1 | F_RESET));
	out(CONFIG_VECTOR, 2, 1);
	enable(0, 8);
	enable(2, 4);
	out(Q_VECTOR, 2, 2);
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	toy.number = 7;
	toy.resets = 0;
	expect(fake.kick[TOY][0].enabled && !fake.kick[TOY][1].enabled);
	expect(fake.line[pci_intx_line(TOY)]);
	out(STATUS, 1, 0);
	expect_eq(in(STATUS, 1), 0);
	expect_eq(toy.resets, 1);
	expect(toy.stops[0] == 1 && toy.stops[1] == 0 && toy.stops[2] == 1);
	expect(!fake.kick[TOY][0].enabled && !fake.kick[TOY][2].enabled);
	expect(!fake.line[pci_intx_line(TOY)]);
	expect_eq(toy.number, 0);
	expect_eq(in(CONFIG_VECTOR, 2), 0xffff); /* 4.1.5.1.2.1 */
	expect_eq(in(Q_SELECT, 2), 0);
	expect_eq(in(GF, 4) | in(DF_SELECT, 4) | in(GF_SELECT, 4), 0);
	expect_eq(toy.v.features | toy.v.isr, 0);
	for (unsigned queue = 0; queue < 3; queue++) {
		out(Q_SELECT, 2, queue);
		expect_eq(in(Q_SIZE, 2), TOY_QUEUE_SIZE);
		expect_eq(in(Q_VECTOR, 2), 0xffff);
		expect_eq(in(Q_ENABLE, 2) | in(Q_RESET, 2), 0);
		expect_eq(in(Q_DESC, 4) | in(Q_DRIVER, 4) | in(Q_DEVICE, 4), 0);
	}

	begin("a reset forgets messages that wait behind a mask", true, true);
	toy.v.function.msix.enabled = true;
	expect(negotiate(F_VERSION_1));
	out(CONFIG_VECTOR, 2, 1);
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	expect_eq(toy.v.function.msix.pending, 2);
	out(STATUS, 1, 0);
	expect_eq(toy.v.function.msix.pending, 0);
}

static void
test_config(void)
{
	static const uint8_t bytes[20] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
		0x77, 0x88, 0x78, 0x56, 0x34, 0x12, 0xaa, 0xbb, 0xcc };

	begin("configuration space: any width and offset, before any status "
	      "(2.5.2); 0 past its end",
	    true, true);
	toy.number = 0x12345678;
	for (unsigned at = 0; at < 20; at++)
		for (unsigned size = 1; size <= 4; size *= 2) {
			uint32_t want = 0;

			for (unsigned i = 0; i < size && at + i < 20; i++)
				want |= (uint32_t)bytes[at + i] << 8 * i;
			expect_eq(
			    virtio_config_read(v, &toy_type, at, size), want);
		}
	expect_eq(virtio_config_read(v, &toy_type, 0xffc, 4), 0);

	begin("configuration space: writes keep to their bytes and its size",
	    true, true);
	virtio_config_write(v, &toy_type, 8, 4, 0x04030201);
	expect_eq(toy.number, 0x04030201);
	virtio_config_write(v, &toy_type, 9, 1, 0xffffff99);
	expect_eq(toy.number, 0x04039901);
	virtio_config_write(v, &toy_type, 6, 4, 0xaabbccdd);
	expect_eq(toy.number, 0x0403aabb);
	expect(toy.wrote_at == 6 && toy.wrote_size == 4);
	virtio_config_write(v, &toy_type, 13, 4, 0xffffffff);
	expect(toy.wrote_at == 13 && toy.wrote_size == 2);
	virtio_config_write(v, &toy_type, 15, 1, 0xff);
	virtio_config_write(v, &toy_type, 0xffc, 4, 0xff);
	expect_eq(toy.wrote_at, 13);
	expect_eq(toy.number, 0x0403aabb);
}

static void
test_change(void)
{
	unsigned line = pci_intx_line(TOY);

	begin("a change of configuration: generation at once (4.1.4.3.1), "
	      "interrupt from DRIVER_OK (2.1.2)",
	    true, true);
	virtio_config_changed(v);
	expect_eq(in(GENERATION, 1), 1);
	expect(!fake.line[line]);
	expect(negotiate(F_VERSION_1));
	virtio_config_changed(v);
	expect_eq(in(GENERATION, 1), 2);
	expect(!fake.line[line]);
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	expect_eq(in(GENERATION, 1), 3);
	expect(fake.line[line]);
	expect_eq(in(0x1000, 1), 2); /* 4.1.4.5.1 */
	expect(!fake.line[line]);
	out(STATUS, 1, 0);
	expect_eq(in(GENERATION, 1), 3);
}

static void
test_setup(void)
{
	struct virtio_setup setup = {
		.present = true, .modern = true, .legacy = true, .queues = 2
	};
	struct virtio_type never_legacy = toy_type;

	begin("fewer queues than the type has, if the user wants; a vector "
	      "for each, and one (4.1.5.1.2.1)",
	    true, true);
	virtio_configure(v, &toy_type, TOY, &setup);
	expect_eq(in(NUM_QUEUES, 2), 2);
	expect_eq(toy.v.function.msix.vectors, 3);
	out(Q_SELECT, 2, 2);
	expect_eq(in(Q_SIZE, 2), 0);
	setup.queues = 100;
	virtio_configure(v, &toy_type, TOY, &setup);
	expect_eq(in(NUM_QUEUES, 2), 3);
	expect_eq(toy.v.function.msix.vectors, 4);

	unit_case("fewer vectors than queues, if the user wants");
	setup.vectors = 2;
	virtio_configure(v, &toy_type, TOY, &setup);
	expect_eq(toy.v.function.msix.vectors, 2);
	out(CONFIG_VECTOR, 2, 1);
	expect_eq(in(CONFIG_VECTOR, 2), 1);
	out(CONFIG_VECTOR, 2, 2);
	expect_eq(in(CONFIG_VECTOR, 2), VIRTIO_NO_VECTOR);

	unit_case("a type that never was legacy is not (4.1.2.1)");
	never_legacy.transitional = 0;
	virtio_configure(v, &never_legacy, TOY, &setup);
	expect(!toy.v.setup.legacy && toy.v.setup.modern);
}

int
main(void)
{
	test_status();
	test_offer();
	test_accept();
	test_reset();
	test_config();
	test_change();
	test_setup();
	return unit_done();
}
