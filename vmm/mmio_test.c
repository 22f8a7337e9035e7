/* SPDX-License-Identifier: MIT
 *
 * The dispatch of memory-mapped I/O on a whole board, as pio_test.c.
 */
#include <string.h>

#include "devices/board.h"
#include "tools/unit.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10, IOAPICVER = 0x01, REDIRECTION_0 = 0x10 };

#define ECAM   ((gpa_t)0xe0000000)
#define IOAPIC ((gpa_t)0xfec00000)

static struct board board;

/* windows.def once more, to search in the slow and certain way. */
static const struct {
	gpa_t first, last;
	bool host;
} rows[] = {
#define WINDOW(row, first, last, ...) { first, last, false },
#define HOST(row, first, last, ...)   { first, last, true },
#include "devices/windows.def"
};

static uint64_t
in(gpa_t at, unsigned size)
{
	return mmio_read(&board, at, size);
}

static void
out(gpa_t at, unsigned size, uint64_t value)
{
	mmio_write(&board, at, size, value);
}

static void
begin(const char *name)
{
	unit_case(name);
	memset(&board, 0, sizeof(board));
	board_configure(&board, &unit_devices);
	board_reset(&board);
}

static unsigned
row_by_search(gpa_t at)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (at >= rows[i].first && at <= rows[i].last)
			return i + 1;
	return 0;
}

static void
expect_row(gpa_t at)
{
	unsigned row = row_by_search(at);

	expect_eq(mmio_row(at), row);
	if (row == 0 || rows[row - 1].host)
		expect_eq(in(at, 1), 0xff);
}

static void
test_rows(void)
{
	begin("every address is in the row that windows.def says, or in none");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		for (gpa_t d = 0; d < 16; d++) {
			expect_row(rows[i].first - 8 + d);
			expect_row(rows[i].last - 8 + d);
		}
	for (unsigned page = 0xc0000; page < 0x100000; page++)
		expect_row((gpa_t)page << 12 | 0xabc);
	for (unsigned bit = 0; bit < 64; bit++) {
		/* the row's low bits at another height */
		expect_row(IOAPIC ^ (uint64_t)1 << bit);
		expect_row(ECAM ^ (uint64_t)1 << bit);
		expect_row((uint64_t)1 << bit);
	}
}

static void
test_ones(void)
{
	static const gpa_t nobody[] = { 0, 0xbffffffc, 0xc0000000, 0xdfffff00,
		0xe0100000, 0xfec01000, 0xfee00020, 0xfeffc000, 0xfffffff8,
		0x100000000, 0x1e0000000, 0xfffffffffffffff8 };

	begin("nobody's addresses read ones, whatever is written");
	for (unsigned i = 0; i < ARRAY_SIZE(nobody); i++)
		for (unsigned size = 1; size <= 8; size *= 2)
			for (unsigned lane = 0; lane < 8; lane++) {
				out(nobody[i] + lane, size, 0);
				expect_eq(
				    in(nobody[i] + lane, size), ones(size));
			}
}

static void
test_ecam(void)
{
	static const struct {
		gpa_t at;
		unsigned size;
		uint64_t want;
	} reads[] = {
		{ ECAM, 4, 0x00081b36 },
		{ ECAM, 1, 0x36 },
		{ ECAM + 1, 1, 0x1b },
		{ ECAM + 1, 2, 0x081b },
		{ ECAM + 2, 2, 0x0008 },
		{ ECAM + 1, 4, 0x0400081b },
		{ ECAM + 2, 4, 0x01040008 },
		{ ECAM + 3, 4, 0x00010400 },
		{ ECAM, 8, 0x0000010400081b36 },
		{ ECAM + 4, 8, 0x0600000000000104 },
		{ ECAM + 1, 8, 0x000000010400081b },
		/* the window's edges */
		{ ECAM - 1, 1, 0xff },
		{ ECAM - 1, 2, 0x36ff },
		{ ECAM - 2, 4, 0x1b36ffff },
		{ ECAM - 4, 8, 0x00081b36ffffffff },
		{ ECAM - 7, 8, 0x36ffffffffffffff },
		{ ECAM + 0xfe, 4, 0xffff0000 }, /* of the function's */
		{ ECAM + 0xfffff, 1, 0xff },
		{ ECAM + 0xfffff, 8, 0xffffffffffffffff },
		{ ECAM + 0xffffc, 8, 0xffffffffffffffff },
	};

	begin("ECAM: all widths, unaligned, at the edges");
	out(ECAM + 4, 2, 0x0104);
	for (unsigned i = 0; i < ARRAY_SIZE(reads); i++)
		expect_eq(in(reads[i].at, reads[i].size), reads[i].want);
	out(ECAM + 3, 4, 0xffff44ff); /* 0x44 is byte 4, 0xff byte 5 */
	expect_eq(in(ECAM + 4, 4), 0x0144);
	out(ECAM - 3, 8, 0);
	out(ECAM, 8, 0x000000040000ffff);
	expect_eq(in(ECAM, 8), 0x0000000400081b36);
	out(ECAM + 4, 1, 0xffffffffffffff40);
	expect_eq(in(ECAM + 4, 4), 0x0040);
}

static void
test_ioapic(void)
{
	uint64_t version;

	begin("IOAPIC: dwords only; others are parts of one or two of them");
	out(IOAPIC + IOREGSEL, 4, IOAPICVER);
	version = in(IOAPIC + IOWIN, 4);
	expect_eq(version >> 16 & 0xff, IRQ_LINES - 1);
	for (unsigned lane = 0; lane < 4; lane++)
		expect_eq(
		    in(IOAPIC + IOWIN + lane, 1), version >> (8 * lane) & 0xff);
	expect_eq(in(IOAPIC + IOWIN, 2), version & 0xffff);
	expect_eq(in(IOAPIC + IOWIN + 2, 2), version >> 16);
	expect_eq(in(IOAPIC + IOREGSEL, 1), IOAPICVER);
	expect_eq(in(IOAPIC + IOREGSEL, 8) & 0xffffffff, IOAPICVER);
	expect_eq(in(IOAPIC + IOWIN - 4, 8) >> 32, version);
	expect_eq(in(IOAPIC + IOWIN - 1, 2) >> 8, version & 0xff);
	expect_eq(in(IOAPIC - 4, 8), (uint64_t)IOAPICVER << 32 | 0xffffffff);
	expect_eq(in(IOAPIC + 0xfff, 2) >> 8, 0xff);
	expect_eq(in(IOAPIC + 0x1000 + IOWIN, 4), 0xffffffff);

	out(IOAPIC + IOREGSEL, 1, REDIRECTION_0); /* zeros beside it */
	out(IOAPIC + IOWIN, 4, 0x00010055);
	expect_eq(in(IOAPIC + IOWIN, 4), 0x00010055);
	out(IOAPIC + IOWIN, 1, 0x66); /* and here: this unmasks */
	expect_eq(in(IOAPIC + IOWIN, 4), 0x00000066);
	out(IOAPIC + IOWIN, 2, 0x0177); /* two bytes, the second alone last */
	expect_eq(in(IOAPIC + IOWIN, 4), 0x00000100);
	out(IOAPIC + IOREGSEL, 8, IOAPICVER);
	expect_eq(in(IOAPIC + IOREGSEL, 4), IOAPICVER);
}

static void
test_random(void)
{
	uint64_t state = 1;

	begin("half a million random accesses keep the board sane");
	for (unsigned i = 0; i < 500000; i++) {
		uint64_t r = unit_random(&state), value = unit_random(&state);
		unsigned row = (r >> 8 & 0xff) % ARRAY_SIZE(rows);
		unsigned size = 1u << (r & 3);
		gpa_t at = value >> (r >> 2 & 0x3f); /* of any height */

		if ((r >> 16 & 0xf) != 0) /* around the beginning of a row, */
			at = rows[row].first + (r >> 20 & 0x3f) - 8;
		if ((r >> 16 & 0xf) == 1) /* ... in a row, or at its end */
			at = rows[row].last - (r >> 20 & 0xffff) + 8;
		if ((r >> 40 & 1) != 0)
			expect(in(at, size) <= ones(size));
		else
			out(at, size, value);
		expect_eq(board.pci.config_address, 0);
		expect((board.pci.host_bridge.command & ~0x144) == 0);
	}
	expect_eq(fake.stop, STOP_NOT);
}

int
main(void)
{
	test_rows();
	test_ones();
	test_ecam();
	test_ioapic();
	test_random();
	return unit_done();
}
