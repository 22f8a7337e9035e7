/* SPDX-License-Identifier: MIT
 *
 * The common configuration register by register (virtio 1.3, 4.1.4.3): what can
 * be written, when, by which widths.
 */
#include "devices/virtio_fixture.h"

static void
test_power_on(void)
{
	static const struct {
		uint32_t reg;
		unsigned size;
		uint32_t value;
	} registers[] = {
		{ DF_SELECT, 4, 0 },
		{ DF, 4, 0x30000008 },
		{ GF_SELECT, 4, 0 },
		{ GF, 4, 0 },
		{ CONFIG_VECTOR, 2, 0xffff },
		{ NUM_QUEUES, 2, 3 },
		{ STATUS, 1, 0 },
		{ GENERATION, 1, 0 },
		{ Q_SELECT, 2, 0 },
		{ Q_SIZE, 2, 16 },
		{ Q_VECTOR, 2, 0xffff },
		{ Q_ENABLE, 2, 0 },
		{ Q_NOTIFY_OFF, 2, 0 },
		{ Q_DESC, 4, 0 },
		{ Q_DESC + 4, 4, 0 },
		{ Q_DRIVER, 4, 0 },
		{ Q_DRIVER + 4, 4, 0 },
		{ Q_DEVICE, 4, 0 },
		{ Q_DEVICE + 4, 4, 0 },
		{ Q_NOTIFY_DATA, 2, 0 },
		{ Q_RESET, 2, 0 },
	};

	begin(
	    "every register after power-on, and each of its bytes", true, true);
	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
		uint32_t reg = registers[i].reg, value = registers[i].value;

		expect_eq(in(reg, registers[i].size), value);
		for (unsigned n = 0; n < registers[i].size; n++)
			expect_eq(in(reg + n, 1), value >> 8 * n & 0xff);
	}
	for (uint32_t reg = Q_RESET + 2; reg < 0x1000; reg += 2)
		expect_eq(in(reg, 2), 0);

	begin("read-only registers, and what is behind the last", true, true);
	out(DF, 4, 0xffffffff);
	out(NUM_QUEUES, 2, 1);
	out(GENERATION, 1, 9);
	out(Q_NOTIFY_OFF, 2, 7);
	out(Q_NOTIFY_DATA, 2, 7);
	for (uint32_t reg = Q_RESET + 2; reg < 0x1000; reg += 2)
		out(reg, 2, 0xffff);
	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++)
		expect_eq(in(registers[i].reg, registers[i].size),
		    registers[i].value);
}

static void
test_queue_registers(void)
{
	begin("each queue has registers of its own, independent halves "
	      "(4.1.3.2)",
	    true, true);
	for (unsigned queue = 0; queue < 3; queue++) {
		out(Q_SELECT, 2, queue);
		out(Q_SIZE, 2, 1u << queue);
		out(Q_VECTOR, 2, queue);
		for (uint32_t reg = Q_DESC; reg < Q_NOTIFY_DATA; reg += 4)
			out(reg, 4, queue << 16 | reg);
	}
	for (unsigned queue = 0; queue < 3; queue++) {
		out(Q_SELECT, 2, queue);
		expect_eq(in(Q_SELECT, 2), queue);
		expect_eq(in(Q_SIZE, 2), 1u << queue);
		expect_eq(in(Q_VECTOR, 2), queue);
		expect_eq(in(Q_NOTIFY_OFF, 2), queue);
		for (uint32_t reg = Q_DESC; reg < Q_NOTIFY_DATA; reg += 4)
			expect_eq(in(reg, 4), queue << 16 | reg);
		out(Q_DRIVER + 4, 4, 0xffffffff);
		expect_eq(in(Q_DRIVER, 4), queue << 16 | Q_DRIVER);
		out(Q_DRIVER, 4, 0);
		expect_eq(in(Q_DRIVER + 4, 4), 0xffffffff);
	}

	begin("a queue that there is not: 0, writes vanish (4.1.4.3.1)", true,
	    true);
	expect(negotiate(F_VERSION_1 | F_RESET));
	for (unsigned queue = 3; queue < 0x10000; queue += 0x1ffd) {
		out(Q_SELECT, 2, queue);
		for (uint32_t reg = Q_SIZE; reg <= Q_RESET; reg += 2) {
			out(reg, 2, 1);
			expect_eq(in(reg, 2), 0);
		}
	}
	for (unsigned queue = 0; queue < 3; queue++)
		expect(!fake.kick[TOY][queue].enabled);
}

static void
test_size(void)
{
	begin("queue size: a power of two up to its first value (4.1.4.3.1)",
	    true, true);
	expect(negotiate(F_VERSION_1));
	for (unsigned size = 0; size < 0x10000; size++) {
		uint32_t was = in(Q_SIZE, 2);
		bool good = size > 0 && size <= 16 && (size & (size - 1)) == 0;

		out(Q_SIZE, 2, size);
		expect_eq(in(Q_SIZE, 2), good ? size : was);
	}
	begin("queue size with packed rings: any up to its first value", true,
	    true);
	expect(negotiate(F_VERSION_1 | F_PACKED));
	for (unsigned size = 0; size < 0x10000; size++) {
		uint32_t was = in(Q_SIZE, 2);

		out(Q_SIZE, 2, size);
		expect_eq(in(Q_SIZE, 2), size > 0 && size <= 16 ? size : was);
	}
}

static void
test_vectors(void)
{
	begin("a vector past the table, or none: 0xffff (4.1.5.1.2.1)", true,
	    true);
	for (unsigned vector = 0; vector < 0x10000; vector++) {
		out(CONFIG_VECTOR, 2, vector);
		out(Q_VECTOR, 2, vector);
		expect_eq(in(CONFIG_VECTOR, 2), vector < 4 ? vector : 0xffff);
		expect_eq(in(Q_VECTOR, 2), vector < 4 ? vector : 0xffff);
	}
}

static void
set_up(void)
{
	out(Q_SIZE, 2, 8);
	out(Q_DESC, 4, RINGS);
	out(Q_DRIVER, 4, RINGS + 0x1000);
	out(Q_DEVICE, 4, RINGS + 0x2000);
}

static void
spoil(void)
{
	out(Q_SIZE, 2, 2);
	for (uint32_t reg = Q_DESC; reg < Q_NOTIFY_DATA; reg += 4)
		out(reg, 4, 0xffffffff);
}

static void
expect_as_set_up(void)
{
	expect_eq(in(Q_SIZE, 2), 8);
	expect_eq(in(Q_DESC, 4), RINGS);
	expect_eq(in(Q_DRIVER, 4), RINGS + 0x1000);
	expect_eq(in(Q_DEVICE, 4), RINGS + 0x2000);
	expect_eq(in(Q_DEVICE + 4, 4), 0);
	expect_eq(toy.queue[0].ring.ring.size, 8);
	expect_eq(toy.queue[0].ring.ring.device, RINGS + 0x2000);
}

static void
test_enable(void)
{
	begin("queue_enable: features first, by 1 alone", true, true);
	set_up();
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 0);
	expect(negotiate(F_VERSION_1));
	set_up();
	out(Q_ENABLE, 2, 0);
	out(Q_ENABLE, 2, 2);
	out(Q_ENABLE, 2, 0x100);
	expect_eq(in(Q_ENABLE, 2), 0);
	expect(!fake.kick[TOY][0].enabled);
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 1);
	expect(fake.kick[TOY][0].enabled);

	unit_case("an enabled queue keeps its layout, and does not start anew "
		  "(4.1.4.3.2)");
	fake.ram = mem;
	fake.kick[TOY][0].enabled = true;
	toy.queue[0].ring.avail = 3;
	spoil();
	out(Q_ENABLE, 2, 1); /* twice: the stand-in would abort */
	out(Q_ENABLE, 2, 0);
	expect_as_set_up();
	expect_eq(toy.queue[0].ring.avail, 3);
	out(STATUS, 1, DRIVER_OK);
	spoil();
	expect_as_set_up();

	begin("after DRIVER_OK no queue begins, unless by RING_RESET", true,
	    true);
	expect(negotiate(F_VERSION_1));
	set_up();
	out(STATUS, 1, DRIVER_OK);
	spoil();
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 0);
	expect_eq(in(Q_DESC, 4), RINGS);
	expect(negotiate(F_VERSION_1 | F_RESET));
	out(STATUS, 1, DRIVER_OK);
	set_up();
	out(Q_ENABLE, 2, 1);
	expect_eq(in(Q_ENABLE, 2), 1);
	expect_as_set_up();
}

static void
test_widths(void)
{
	begin("a write goes to the register that it begins at, no further",
	    true, true);
	out(CONFIG_VECTOR, 4, 0x00000001);
	expect_eq(in(CONFIG_VECTOR, 2), 1);
	out(STATUS, 4, 0x00020001); /* that is queue_select behind it */
	expect_eq(in(STATUS, 1), 1);
	expect_eq(in(Q_SELECT, 2), 0);
	out(Q_SIZE, 4, 0x00020008);
	expect_eq(in(Q_SIZE, 2), 8);
	expect_eq(in(Q_VECTOR, 2), 0xffff);
	out(Q_SELECT, 1, 0xffff02);
	expect_eq(in(Q_SELECT, 2), 2);
	out(Q_SELECT, 2, 0);
	out(Q_SELECT + 1, 1, 1); /* nobody begins there */
	out(Q_DESC + 2, 2, 0xffff);
	expect_eq(in(Q_SELECT, 2), 0);
	expect_eq(in(Q_DESC, 4), 0);
	out(Q_DESC, 2, 0xffff1234);
	expect_eq(in(Q_DESC, 4), 0x1234);
	expect_eq(in(Q_SIZE, 4), 8); /* nor does a read */
	expect_eq(in(STATUS, 4), 1);
}

int
main(void)
{
	test_power_on();
	test_queue_registers();
	test_size();
	test_vectors();
	test_enable();
	test_widths();
	return unit_done();
}
