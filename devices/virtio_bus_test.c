/* SPDX-License-Identifier: MIT
 *
 * From a number on the bus to the device: each is where virtio_pci.h says, the
 * absent are nowhere, and whatever a guest does to all of it, the board keeps
 * its word.
 */
#include <string.h>

#include "devices/virtio_bus.h"
#include "devices/virtio_pci.h"
#include "tools/unit.h"

static struct virtio_bus bus;

static const struct {
	unsigned device;
	struct virtio *v;
} rows[] = {
#define BRIDGE(...)
#define VIRTIO(row, device, type) { device, &bus.row.v },
#include "devices/slots.def"
};

static void
begin(const char *name, bool present)
{
	static const struct virtio_bus_setup none;

	unit_case(name);
	memset(&bus, 0, sizeof(bus));
	virtio_bus_configure(&bus, present ? &unit_devices : &none);
	virtio_bus_reset(&bus);
}

/* Two devices a KiB, where an ISA card's aliases cannot be. */
static unsigned
ports_of(unsigned device)
{
	return device / 2 * 1024 + device % 2 * 128;
}

static bool
is_row(unsigned device)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].device == device)
			return true;
	return false;
}

static void
test_places(void)
{
	begin("each device at its places, with its own registers", true);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned device = rows[i].device;
		uint32_t memory = virtio_bus_config_read(&bus, device, 0x20);
		uint32_t ports = virtio_bus_config_read(&bus, device, 0x10);

		memory = (memory & ~15u) - 0xc0000000;
		ports = (ports & ~3u) - 0xc000;
		expect_eq(memory, 0x8000 * device);
		expect_eq(ports & 0x300, 0); /* no ISA card's */
		virtio_bus_mmio_write(&bus, memory + 0x14, 1, 1);
		expect_eq(rows[i].v->status, 1);
		expect_eq(virtio_bus_read(&bus, ports + 18, 1), 1);
		if (rows[i].v->setup.legacy)
			virtio_bus_write(&bus, ports + 18, 1, 3);
		expect_eq(virtio_bus_mmio_read(&bus, memory + 0x14, 1), 3);
		virtio_bus_config_write(&bus, device, 4, 0, 0xffff);
		expect_eq(
		    virtio_bus_mmio_read(&bus, memory + 0x14, 1), 0xffffffff);
		expect_eq(virtio_bus_read(&bus, ports + 18, 1), 0xffffffff);
	}
}

static void
expect_nobody(unsigned device)
{
	virtio_bus_config_write(&bus, device, 4, 7, 0xffffffff);
	expect_eq(virtio_bus_config_read(&bus, device, 0), 0xffffffff);
	expect_eq(virtio_bus_config_read(&bus, device, 4), 0xffffffff);
	virtio_bus_mmio_write(&bus, 0x8000 * device + 0x14, 1, 1);
	expect_eq(virtio_bus_mmio_read(&bus, 0x8000 * device, 4), 0xffffffff);
	virtio_bus_write(&bus, ports_of(device) + 18, 1, 1);
	expect_eq(virtio_bus_read(&bus, ports_of(device), 4), 0xffffffff);
	virtio_bus_kick(&bus, device, 0);
}

static void
test_absent(void)
{
	begin("numbers that no row has", true);
	for (unsigned device = 0; device < PCI_DEVICES; device++)
		if (!is_row(device))
			expect_nobody(device);
	for (unsigned port = 0; port < 0x4000; port += 0x80)
		if ((port & 0x300) != 0) {
			virtio_bus_write(&bus, port + 18, 1, 1);
			expect_eq(virtio_bus_read(&bus, port + 18, 1), ~0u);
		}
	begin("rows that nobody wants", false);
	for (unsigned device = 0; device < PCI_DEVICES; device++)
		expect_nobody(device);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		expect_eq(rows[i].v->status, 0);
	unit_case("a bus that nobody configured");
	memset(&bus, 0, sizeof(bus));
	virtio_bus_reset(&bus);
	for (unsigned device = 0; device < PCI_DEVICES; device++)
		expect_nobody(device);
}

/* What holds whatever the guest does. */
static void
expect_sane(const struct virtio *v)
{
	const struct msix *m = &v->function.msix;

	expect((v->function.command & ~0x547) == 0);
	expect((v->status & 0x30) == 0 && v->isr <= 3);
	expect(v->status & 8 || (v->features >> 32) == 0);
	expect((v->features & ~0x3ffffffffffu) == 0);
	expect(v->config_vector < m->vectors || v->config_vector == 0xffff);
	expect(m->pending >> m->vectors == 0);
	expect(v->function.present && v->function.device < 32);
}

static uint8_t ram[1 << 16];

/* Four buffers, which either ring takes for its own. */
static void
lay_ring(void)
{
	static const struct {
		uint64_t at;
		uint32_t len;
		uint16_t flags_or_id, next_or_flags;
	} desc = { 0x8000, 16, 2, 0x82 };

	memset(ram, 0, sizeof(ram));
	for (unsigned i = 0; i < 4; i++)
		memcpy(ram + 0x1000 + 16 * i, &desc, sizeof(desc));
	memcpy(ram + 0x2000, "\0\0\4\0\0\0\1\0\2\0\3", 11);
}

/* A driver that does as it should up to a running queue, or nearly. */
static void
start(unsigned device, uint64_t r)
{
	static const struct {
		uint32_t reg;
		unsigned size;
		uint32_t value;
	} script[] = { { 0x14, 1, 0 }, { 0x14, 1, 3 }, { 0x08, 4, 0 },
		{ 0x0c, 4, 0 }, { 0x08, 4, 1 }, { 0x0c, 4, 1 }, { 0x14, 1, 11 },
		{ 0x16, 2, 0 }, { 0x18, 2, 4 }, { 0x20, 4, 0x1000 },
		{ 0x28, 4, 0x2000 }, { 0x30, 4, 0x3000 }, { 0x1a, 2, 1 },
		{ 0x1c, 2, 1 }, { 0x14, 1, 15 } };

	lay_ring();
	virtio_bus_config_write(&bus, device, 4, 7, 0xff);
	for (unsigned i = 0; i < ARRAY_SIZE(script); i++) {
		uint32_t value = script[i].value;

		if (script[i].reg == 0x0c && (r & 1) != 0)
			value |= (r & 2) != 0 ? 4 : 0x100; /* packed, reset */
		if (i != (r >> 8 & 63))			   /* one is left out */
			virtio_bus_mmio_write(&bus,
			    device * 0x8000 + script[i].reg, script[i].size,
			    value);
	}
}

/* Registers that do things, more often than chance would. */
static uint32_t
some_offset(uint64_t r)
{
	static const uint16_t often[] = { 0x14, 0x16, 0x18, 0x1a, 0x1c, 0x08,
		0x0c, 0x20, 0x28, 0x30, 0x3a, 0x10, 0x1000, 0x3000, 0x400c,
		0x4000 };

	return (r & 15) < 12 ? often[r >> 4 & 15] : (uint32_t)(r >> 8) & 0x7fff;
}

static void
access(uint64_t r, uint32_t value)
{
	unsigned row = (r >> 48) % ARRAY_SIZE(rows), size = 1u << (r >> 46) % 3;
	unsigned device = rows[row].device;
	uint32_t offset = some_offset(r) & ~(size - 1);
	unsigned port = (r >> 16 & 31) & ~(size - 1);

	switch (r >> 40 & 7) {
	case 0:
		virtio_bus_mmio_read(&bus, device * 0x8000 + offset, size);
		return;
	case 1:
		virtio_bus_config_write(&bus, device, (r >> 16 & 0xff) & ~3u,
		    value, (uint32_t)ones(size));
		return;
	case 2:
		virtio_bus_config_read(&bus, device, (r >> 16 & 0xfff) & ~3u);
		return;
	case 3:
		virtio_bus_write(&bus, ports_of(device) + port, size, value);
		return;
	case 4:
	case 5:
		virtio_bus_kick(&bus, device, r >> 16 & 1);
		return;
	case 6:
		if ((r >> 16 & 15) == 0)
			start(device, r >> 20);
		return;
	default:
		virtio_bus_mmio_write(
		    &bus, device * 0x8000 + offset, size, value);
		return;
	}
}

/* A descriptor or an index, as a driver would have it, or not. */
static void
scribble(uint64_t r)
{
	uint32_t at =
	    (r & 1) != 0 ? 0x1000 + (r >> 1 & 0x3c) : 0x2000 + (r >> 1 & 0xe);
	uint32_t value = (uint32_t)(r >> 32) & 0x8003;

	if ((r >> 8 & 3) == 0)
		value = (uint32_t)(r >> 32);
	memcpy(ram + at, &value, sizeof(value));
}

static void
test_random(void)
{
	uint64_t state = 3, faults = 0, entropy = 0;

	begin("a million random accesses, with a ring that is scribbled over",
	    true);
	fake.ram = (struct gmem){ .host = ram, .low_size = sizeof(ram) };
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = unit_random(&state);
		uint32_t value = (uint32_t)unit_random(&state);

		if ((r >> 60 & 3) == 0)
			value &= 0xf;
		if ((r >> 57 & 15) == 0)
			scribble(unit_random(&state));
		access(r, value);
		entropy += fake.entropy != 0;
		fake.entropy = 0;
		for (unsigned row = 0; row < ARRAY_SIZE(rows); row++)
			expect_sane(rows[row].v);
	}
	for (unsigned row = 0; row < ARRAY_SIZE(rows); row++)
		faults += rows[row].v->faults;
	expect(faults > 100);  /* it came as far as that, */
	expect(entropy > 100); /* ... and that */
}

int
main(void)
{
	test_places();
	test_absent();
	test_random();
	return unit_done();
}
