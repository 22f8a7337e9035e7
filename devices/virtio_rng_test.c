/* SPDX-License-Identifier: MIT
 *
 * The entropy device from end to end, as a driver finds and uses it: a whole
 * board, reached by its ports and its memory alone; found on the bus, identity,
 * BARs and capabilities read from configuration space; by both interfaces, with
 * both rings, by MSI-X and by INTA# (virtio 1.3, 3.1.1, 4.1, 5.4).
 */
#include "devices/board.h"
#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum { ID = 0, COMMAND = 4, BARS = 0x10, LIST = 0x34, LINE = 0x3c };
enum { VENDOR = 0x1af4, ENTROPY = 4, VECTOR = 1, LOCAL_APIC = 0xfee01000 };
enum { QUEUE_AT = 0x20000, BUFFERS = 0x80000, SIZE = 8 };
#define ECAM	    ((gpa_t)0xe0000000)
#define F_VERSION_1 ((uint64_t)1 << 32)

static struct board board;

static const struct virtio_bus_setup devices = { .rng = VIRTIO_TRANSITIONAL };

/* What a driver remembers of the device. */
static struct {
	unsigned device, line;
	uint16_t ports;
	gpa_t common, isr, notify, table;
	unsigned msix;
	uint32_t multiplier;
	bool legacy, with_msix, packed;
} pci;

static struct driver ring;

static uint32_t
config(unsigned reg, unsigned size)
{
	return (uint32_t)mmio_read(
	    &board, ECAM + (pci.device << 15) + reg, size);
}

static void
config_set(unsigned reg, unsigned size, uint32_t value)
{
	pio_write(&board, 0xcf8, 4, 1u << 31 | pci.device << 11 | (reg & 0xfc));
	pio_write(&board, (uint16_t)(0xcfc + reg % 4), size, value);
}

static uint32_t
in(gpa_t at, unsigned size)
{
	return (uint32_t)mmio_read(&board, at, size);
}

static void
out(gpa_t at, unsigned size, uint64_t value)
{
	mmio_write(&board, at, size, value);
}

static gpa_t
bar(unsigned n)
{
	return config(BARS + 4 * n, 4) & ~15u;
}

/* One of virtio's capabilities: cap_vndr, cap_next, cap_len, cfg_type, bar. */
static void
take_capability(unsigned cap)
{
	gpa_t is = bar(config(cap + 4, 1)) + config(cap + 8, 4);

	switch (config(cap + 3, 1)) {
	case 1:
		pci.common = is;
		break;
	case 2:
		pci.notify = is;
		pci.multiplier = config(cap + 16, 4);
		break;
	case 3:
		pci.isr = is;
		break;
	}
}

static bool
probe(void)
{
	memset(&pci, 0, sizeof(pci));
	while (config(ID, 4) >> 16 != 0x1005 && config(ID, 4) >> 16 != 0x1044)
		if (++pci.device == 32)
			return false;
	if (config(ID, 2) != VENDOR)
		return false;
	pci.line = config(LINE, 1);
	if (config(BARS, 4) & 1)
		pci.ports = (uint16_t)(config(BARS, 4) & ~3u);
	for (unsigned cap = config(LIST, 1); cap != 0;
	     cap = config(cap + 1, 1)) {
		if (config(cap, 1) == 0x09)
			take_capability(cap);
		if (config(cap, 1) == 0x11) {
			pci.msix = cap;
			pci.table = bar(config(cap + 4, 4) & 7) +
			    (config(cap + 4, 4) & ~7u);
		}
	}
	config_set(COMMAND, 2, 7);
	return true;
}

static void
set_up_msix(void)
{
	out(pci.table + 16 * VECTOR, 8, LOCAL_APIC);
	out(pci.table + 16 * VECTOR + 8, 8, 0x51); /* and unmasked */
	config_set(pci.msix + 2, 2, 1 << 15);
}

static struct virtq_layout
layout(void)
{
	return (struct virtq_layout){ QUEUE_AT, QUEUE_AT + 16 * SIZE,
		QUEUE_AT + 0x1000, SIZE };
}

/* 3.1.1 on the common configuration. */
static void
start_modern(uint64_t features)
{
	gpa_t c = pci.common;

	out(c + 0x14, 1, 0);
	out(c + 0x14, 1, 1);
	out(c + 0x14, 1, 3);
	for (unsigned half = 0; half < 2; half++) {
		uint32_t want = (uint32_t)(features >> 32 * half);

		out(c, 4, half);
		expect_eq(in(c + 4, 4) & want, want);
		out(c + 8, 4, half);
		out(c + 0xc, 4, want);
	}
	out(c + 0x14, 1, 11);
	expect_eq(in(c + 0x14, 1), 11);
	expect_eq(in(c + 0x12, 2), 1);
	out(c + 0x16, 2, 0);
	expect_eq(in(c + 0x18, 2), SIZE);
	out(c + 0x20, 8, layout().desc);
	out(c + 0x28, 8, layout().driver);
	out(c + 0x30, 8, layout().device);
	if (pci.with_msix)
		out(c + 0x1a, 2, VECTOR);
	expect_eq(in(c + 0x1a, 2), pci.with_msix ? VECTOR : 0xffff);
	out(c + 0x1c, 2, 1);
	out(c + 0x14, 1, 15);
}

static void
start_legacy(uint64_t features)
{
	uint16_t p = pci.ports;

	pio_write(&board, p + 18, 1, 0);
	pio_write(&board, p + 18, 1, 1);
	pio_write(&board, p + 18, 1, 3);
	expect_eq(pio_read(&board, p, 4) & features, features);
	pio_write(&board, p + 4, 4, (uint32_t)features);
	pio_write(&board, p + 14, 2, 0);
	expect_eq(pio_read(&board, p + 12, 2), SIZE);
	pio_write(&board, p + 8, 4, QUEUE_AT >> 12);
	if (pci.with_msix)
		pio_write(&board, p + 22, 2, VECTOR);
	pio_write(&board, p + 18, 1, 7);
}

static void
begin(const char *name, bool legacy, bool packed, bool with_msix)
{
	uint64_t features = packed ? F_PACKED | F_VERSION_1 : F_VERSION_1;
	const struct virtq_layout at = layout();

	unit_case(name);
	memset(ram, 0, sizeof(ram));
	fake.ram = mem;
	memset(&board, 0, sizeof(board));
	board_configure(&board, &devices);
	board_reset(&board);
	expect(probe());
	pci.legacy = legacy;
	pci.packed = packed;
	pci.with_msix = with_msix;
	if (with_msix)
		set_up_msix();
	driver_init(&ring, &at, features);
	if (legacy)
		start_legacy(0);
	else
		start_modern(features);
}

/* What the loop does: a doorbell wakes it, it calls the board. */
static void
loop(void)
{
	while (fake.kick[pci.device][0].posts > 0) {
		fake.kick[pci.device][0].posts--;
		board_kick(&board, pci.device, 0);
	}
}

static uint16_t
offer(const struct element *e, unsigned count)
{
	uint16_t id = pci.packed ? packed_add(&ring, e, count, true)
				 : split_add(&ring, e, count, count);

	if (pci.packed ? packed_show(&ring) : split_show(&ring)) {
		if (pci.legacy)
			pio_write(&board, pci.ports + 16, 2, 0);
		else
			out(pci.notify, 2, 0);
	}
	return id;
}

static uint32_t
take(uint16_t id)
{
	uint16_t got = 0xffff;
	uint32_t len = 0;

	expect(pci.packed ? packed_take(&ring, &got, &len)
			  : split_take(&ring, &got, &len));
	expect_eq(got, id);
	return len;
}

/* How much the device wrote to a buffer. */
static uint32_t
serve(const struct element *e, unsigned count)
{
	uint16_t id = offer(e, count);

	loop();
	return take(id);
}

/* Did the device interrupt, once? Then there is nothing pending any more. */
static bool
interrupted(unsigned times)
{
	if (pci.with_msix)
		return fake.msis == times &&
		    fake.msi[times - 1].address == LOCAL_APIC &&
		    fake.msi[times - 1].data == 0x51 &&
		    fake.rises[pci.line] == 0;
	if (fake.rises[pci.line] != times || !fake.line[pci.line] ||
	    (config(COMMAND, 4) >> 19 & 1) == 0)
		return false;
	if ((pci.legacy ? pio_read(&board, pci.ports + 19, 1)
			: in(pci.isr, 1)) != 1)
		return false;
	return !fake.line[pci.line] && fake.msis == 0;
}

static void
expect_random(gpa_t at, uint32_t len, uint8_t first)
{
	for (uint32_t i = 0; i < len; i++)
		expect_eq(get(at + i, 1), (uint8_t)(first + i));
}

static void
use(void)
{
	static const struct element pieces[] = { { BUFFERS, 5, true },
		{ BUFFERS + 0x100, 300, true }, { BUFFERS + 0x300, 1, true } };
	static const struct element plain = { BUFFERS + 0x1000, 64, true };
	uint16_t id = offer(pieces, 3);
	unsigned turns = 1;

	loop();
	expect(interrupted(turns));
	expect_eq(take(id), 306);
	expect_random(BUFFERS, 5, 1);
	expect_random(BUFFERS + 0x100, 300, 6);
	expect_random(BUFFERS + 0x300, 1, (uint8_t)306);
	expect_eq(get(BUFFERS + 5, 1) | get(BUFFERS + 0x100 + 300, 1), 0);
	for (; turns < 3 * SIZE; turns++) { /* round the ring */
		put(plain.at, 8, 0);
		expect_eq(serve(&plain, 1), 64);
		expect(interrupted(turns + 1));
		expect(get(plain.at, 8) != 0);
	}
}

static void
test_ways(void)
{
	begin("modern, split ring, MSI-X", false, false, true);
	use();
	begin("modern, split ring, INTA#", false, false, false);
	use();
	begin("modern, packed ring, MSI-X", false, true, true);
	use();
	begin("modern, packed ring, INTA#", false, true, false);
	use();
	begin("legacy, MSI-X", true, false, true);
	use();
	begin("legacy, INTA#", true, false, false);
	use();
}

static void
test_odd_buffers(void)
{
	static const struct element huge = { BUFFERS, 0x20000, true };
	static const struct element none = { BUFFERS, 0, true };
	static const struct element mixed[] = { { BUFFERS, 100, false },
		{ BUFFERS + 0x1000, 10, true } };
	static const struct element to_read = { BUFFERS, 100, false };

	begin("a huge buffer gets some of it (5.4.6.2), one without room none",
	    false, false, true);
	expect_eq(config(0x98 + 2, 2), 0x8001);
	expect_eq(serve(&huge, 1), 4096);
	expect_random(BUFFERS, 4096, 1); /* 2.7.8.2: at least that */
	expect_eq(get(BUFFERS + 4096, 8), 0);
	expect_eq(serve(&none, 1), 0);
	expect_eq(serve(&to_read, 1), 0);

	for (unsigned packed = 0; packed < 2; packed++) {
		begin("what the device may only read stays as it is (2.7.5.1, "
		      "2.8.15)",
		    false, packed, true);
		expect_eq(serve(mixed, 2), 10);
		expect_eq(get(BUFFERS, 8), 0);
		expect_random(BUFFERS + 0x1000, 10, 1);
	}
}

static void
test_none_yet(void)
{
	static const struct element buffer = { BUFFERS, 64, true };
	uint16_t id;

	begin("no numbers yet: the buffer waits (5.4.6.2)", false, false, true);
	fake.entropy_none = true;
	id = offer(&buffer, 1);
	fake.kick[pci.device][0].posts = 0;
	board_kick(&board, pci.device, 0);
	expect_eq(fake.kick[pci.device][0].posts, 1); /* it comes back */
	expect_eq(fake.msis, 0);
	fake.entropy_none = false;
	loop();
	expect_eq(take(id), 64);
}

static void
test_off(void)
{
	static const struct virtio_bus_setup nothing;

	unit_case("switched off: nobody is there, nothing happens");
	memset(&board, 0, sizeof(board));
	board_configure(&board, &nothing);
	board_reset(&board);
	expect(!probe());
	board_kick(&board, 1, 0);
	board_kick(&board, 0, 0);
	board_kick(&board, 0xffffffff, 0xffffffff);
	expect_eq(in(0xc0008000 + 0x14, 1), 0xff);
	expect_eq(pio_read(&board, 0xc080 + 18, 1), 0xff);
}

static void
test_restart(void)
{
	begin("a reset of the board: as before the driver came", false, false,
	    true);
	board_reset(&board);
	expect_eq(in(0xc0008000 + 0x14, 1), 0);
	expect(!fake.kick[1][0].enabled);
	expect_eq(config(COMMAND, 2), 3);
	expect_eq(config(pci.msix + 2, 2), 1);
}

int
main(void)
{
	test_ways();
	test_odd_buffers();
	test_none_yet();
	test_off();
	test_restart();
	return unit_done();
}
