/* SPDX-License-Identifier: MIT
 *
 * The dispatch of port I/O on a whole board: who answers, how accesses are
 * split, and a million random ones.
 */
#include <string.h>

#include "devices/board.h"
#include "tools/unit.h"

static struct board board;

/* ports.def once more, to search in the slow and certain way. */
static const struct {
	unsigned first, last;
	int quiet; /* its value, or -1 */
} rows[] = {
#define PORT(row, first, last, ...)	       { first, last, -1 },
#define QUIET(row, first, last, value, reason) { first, last, value },
#include "devices/ports.def"
};

static uint32_t
in(uint16_t port, unsigned size)
{
	return pio_read(&board, port, size);
}

static void
out(uint16_t port, unsigned size, uint32_t value)
{
	pio_write(&board, port, size, value);
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
row_by_search(unsigned port)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (port >= rows[i].first && port <= rows[i].last)
			return i + 1;
	return 0;
}

static void
test_rows(void)
{
	begin("every port is in the row that ports.def says, or in none");
	for (unsigned port = 0; port < 0x10000; port++) {
		unsigned row = row_by_search(port);

		expect_eq(pio_row((uint16_t)port), row);
		if (row == 0)
			expect_eq(in((uint16_t)port, 1), 0xff);
		else if (rows[row - 1].quiet >= 0)
			expect_eq(in((uint16_t)port, 1), rows[row - 1].quiet);
	}
}

/* PM1 status 0x0100, enable 0x0020, control 0x0001; PM timer 0x44332211. */
static void
set_up_registers(void)
{
	fake.now_ns = (uint64_t)0x44332211 * 1000000000 / 3579545 + 1;
	board_reset(&board);
	power_button(&board.power);
	out(0x602, 2, 0x0020);
	out(0x21, 1, 0x5a);
	out(0x3ff, 1, 0xc3);
	out(0xcf9, 1, 0x0a);
	out(0xcf8, 4, 0x80000008);
}

static const struct {
	uint16_t port;
	unsigned size;
	uint32_t want;
} reads[] = {
	/* no row, and a row with a value */
	{ 0x0010, 4, 0xffffffff },
	{ 0x0010, 2, 0xffff },
	{ 0x006e, 2, 0xffff },
	/* a row of bytes: wider ones reach the next row */
	{ 0x0021, 1, 0x5a },
	{ 0x0021, 2, 0xff5a },
	{ 0x0021, 4, 0xffffff5a },
	{ 0x03ff, 1, 0xc3 },
	{ 0x03ff, 2, 0xffc3 },
	{ 0x03fe, 2, 0xc3b0 },
	{ 0x03fd, 4, 0xffc3b060 },
	/* words: bytes of them, dwords from them, unaligned */
	{ 0x0600, 1, 0x00 },
	{ 0x0601, 1, 0x01 },
	{ 0x0602, 1, 0x20 },
	{ 0x0600, 2, 0x0100 },
	{ 0x0601, 2, 0x2001 },
	{ 0x0603, 2, 0x0100 },
	{ 0x0600, 4, 0x00200100 },
	{ 0x0602, 4, 0x00010020 },
	{ 0x0601, 4, 0x01002001 },
	{ 0x05ff, 4, 0x200100ff },
	{ 0x05ff, 2, 0x00ff },
	{ 0x0605, 4, 0x11ffff00 },
	{ 0x0604, 4, 0xffff0001 },
	/* a dword: its bytes and words */
	{ 0x0608, 4, 0x44332211 },
	{ 0x0608, 1, 0x11 },
	{ 0x0609, 1, 0x22 },
	{ 0x060b, 1, 0x44 },
	{ 0x0608, 2, 0x2211 },
	{ 0x0609, 2, 0x3322 },
	{ 0x060a, 2, 0x4433 },
	{ 0x060b, 2, 0xff44 },
	{ 0x0606, 4, 0x2211ffff },
	{ 0x060a, 4, 0xffff4433 },
	/* two rows in one dword: PCI's takes it whole or by bytes */
	{ 0x0cf8, 4, 0x80000008 },
	{ 0x0cf8, 1, 0x08 },
	{ 0x0cf9, 1, 0x0a },
	{ 0x0cf8, 2, 0x0a08 },
	{ 0x0cf9, 2, 0xff0a },
	{ 0x0cf9, 4, 0x00ffff0a },
	{ 0x0cfa, 2, 0xffff },
	{ 0x0cfc, 4, 0x06000000 },
	{ 0x0cff, 1, 0x06 },
	{ 0x0cfe, 2, 0x0600 },
	{ 0x0cfb, 2, 0x00ff },
	{ 0x0cff, 4, 0xffffff06 },
	/* the exits read 0; the last port wraps to the first */
	{ 0x00f4, 4, 0x00000000 },
	{ 0x00ff, 2, 0xff00 },
	{ 0x0501, 2, 0xff00 },
	{ 0x8900, 4, 0xffffff00 },
	{ 0xffff, 1, 0xff },
	{ 0xffff, 4, 0xffffffff },
	{ 0xfffe, 4, 0xffffffff },
};

static void
test_reads(void)
{
	unit_case("reads of all widths, across rows and unaligned");
	set_up_registers();
	for (unsigned i = 0; i < ARRAY_SIZE(reads); i++) {
		if (!expect_eq(in(reads[i].port, reads[i].size), reads[i].want))
			printf("# port 0x%x size %u\n", reads[i].port,
			    reads[i].size);
	}
	expect_eq(fake.stop, STOP_NOT);
}

static void
test_writes(void)
{
	begin("writes: in order of ports, bytes beside the register are 0");
	out(0x3ff, 1, 0xffffff12);
	expect_eq(in(0x3ff, 1), 0x12);
	out(0x3fe, 4, 0xffff34ff);
	expect_eq(in(0x3ff, 1), 0x34);
	out(0x3f8, 2, 0x0541); /* THR, then IER */
	expect_eq(fake.out[0], 'A');
	expect_eq(in(0x3f9, 1), 0x05);
	out(0x602, 2, 0x0721);
	expect_eq(in(0x602, 2), 0x0721);
	out(0x602, 1, 0x20);
	expect_eq(in(0x602, 2), 0x0020);
	out(0x603, 1, 0x07);
	expect_eq(in(0x602, 2), 0x0700);
	out(0x600, 4, 0x01210000);
	expect_eq(in(0x602, 2), 0x0121);
	out(0x601, 2, 0x2000); /* 0x602 is 0x20 */
	expect_eq(in(0x602, 2), 0x0020);
	out(0x21, 2, 0xff77); /* nobody is at 0x22 */
	expect_eq(in(0x21, 1), 0x77);
	out(0x70, 4, 0xffff5a40); /* an index, its byte, and nobody */
	expect_eq(in(0x70, 2), 0x5aff);
	out(0xffff, 4, 0xffffffff);
	expect_eq(fake.stop, STOP_NOT);
}

static void
test_pci_and_reset(void)
{
	begin("0xcf8: PCI's by dwords; 0xcf9 in it resets by bytes");
	out(0xcf8, 4, 0x80000608); /* 0x06 passes over 0xcf9 */
	expect_eq(fake.stop, STOP_NOT);
	expect_eq(in(0xcf9, 1), 0);
	expect_eq(in(0xcf8, 4), 0x80000608);
	out(0xcfb, 1, 0x01); /* Linux, before it looks for mechanism #1 */
	out(0xcfa, 2, 0xffff);
	expect_eq(in(0xcf8, 4), 0x80000608);
	out(0xcf8, 1, 0x0c);
	expect_eq(in(0xcf8, 4), 0x0000000c);
	out(0xcf9, 1, 0x06);
	expect_eq(fake.stop, STOP_RESET);
	begin("0xcf8: a word is PCI's byte and the reset's");
	out(0xcf8, 2, 0x0608);
	expect_eq(fake.stop, STOP_RESET);
	begin("0xcfc: writes of all widths");
	out(0xcf8, 4, 0x80000004);
	out(0xcfc, 4, 0x00000144);
	expect_eq(in(0xcfc, 4), 0x144);
	out(0xcfd, 1, 0);
	expect_eq(in(0xcfc, 4), 0x044);
	out(0xcfc, 2, 0x0104);
	expect_eq(in(0xcfc, 4), 0x104);
	out(0xcfb, 2, 0x00ff); /* 0xcfc is 0 */
	expect_eq(in(0xcfc, 4), 0x100);
}

static void
test_exits(void)
{
	static const struct {
		uint16_t port;
		unsigned size;
		uint32_t value;
		enum stop stop;
		int status;
	} exits[] = {
		{ 0x00f4, 4, 0x00000010, STOP_STATUS, 0x21 },
		{ 0x00f4, 2, 0x0010, STOP_STATUS, 0x21 },
		{ 0x00f4, 1, 0x10, STOP_STATUS, 0x21 },
		{ 0x00f5, 2, 0x0310, STOP_STATUS, 0x21 }, /* the first byte */
		{ 0x0501, 1, 0x31, STOP_STATUS, 0x63 },
		{ 0x0501, 4, 0x31, STOP_STATUS, 0x63 },
		{ 0x00f8, 1, 0, STOP_STATUS, 0 },
		{ 0x00f8, 4, 3, STOP_STATUS, 3 },
		{ 0x00fb, 2, 0x0503, STOP_STATUS, 3 }, /* and a mark, 5 */
		{ 0x0064, 1, 0xfe, STOP_RESET, 0 },
		{ 0x0063, 2, 0xfeff, STOP_RESET, 0 },
		{ 0x0604, 2, 0x2000, STOP_OFF, 0 },
		{ 0x0605, 1, 0x20, STOP_OFF, 0 },
		{ 0x0602, 4, 0x20000000, STOP_OFF, 0 },
		{ 0xb004, 2, 0x2000, STOP_OFF, 0 },
		{ 0x8900, 1, 'S', STOP_NOT, 0 },
		{ 0x0080, 4, 0xffffffff, STOP_NOT, 0 },
		{ 0x00ed, 1, 0xff, STOP_NOT, 0 },
	};

	unit_case("exits by all widths");
	for (unsigned i = 0; i < ARRAY_SIZE(exits); i++) {
		board_reset(&board);
		fake.stop = STOP_NOT;
		fake.stop_status = 0;
		out(exits[i].port, exits[i].size, exits[i].value);
		expect_eq(fake.stop, exits[i].stop);
		expect_eq(fake.stop_status, exits[i].status);
	}
	expect_eq(fake.mark, 5);
	out(0xfc, 4, 0xdeadbeef); /* whole: one mark */
	expect_eq(fake.mark, 0xdeadbeef);
	out(0xfc, 1, 0xffffff07);
	expect_eq(fake.mark, 7);
	expect_eq(fake.marks, 3);
}

/* What every chip promises whatever the guest does. */
static void
expect_sane(void)
{
	const struct uart8250 *u = &board.com1;

	expect(u->rx_count <= (u->fcr & 1 ? UART8250_FIFO : 1));
	expect(u->rx_first < UART8250_FIFO);
	expect((u->ier & 0xf0) == 0 && (u->mcr & 0xe0) == 0);
	expect((board.kbd.status & 0x92) == 0x10);
	expect(board.power.shutdown_bytes < 8);
	expect((board.power.status & ~0x0101) == 0);
	expect((board.power.reset_control & ~0x0e) == 0);
	expect((board.pci.config_address & ~0x80fffffc) == 0);
	expect((board.pci.host_bridge.command & ~0x144) == 0);
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	board_fire(&board, timer, now_ns);
}

static void
test_random(void)
{
	uint64_t state = 1;

	begin("a million random accesses keep the board sane");
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = unit_random(&state);
		unsigned row = (r >> 8 & 0xff) % ARRAY_SIZE(rows);
		uint16_t port = (uint16_t)(r >> 16);
		unsigned size = 1u << (r & 0xff) % 3;

		if ((r >> 40 & 0xf) != 0) /* around a row */
			port = (uint16_t)(rows[row].first + port % 8 - 3);
		if ((r >> 44 & 1) != 0)
			expect(in(port, size) <= ones(size));
		else
			out(port, size, (uint32_t)(r >> 32));
		if ((r >> 48 & 0x3f) == 0 && uart8250_room(&board.com1) > 0)
			uart8250_receive(&board.com1, (uint8_t)r);
		if ((r >> 48 & 0x3ff) == 1)
			unit_advance(fake.now_ns + (r & 0xffff), fire);
		if ((r >> 48 & 0xfff) == 2)
			power_button(&board.power);
		expect_sane();
	}
}

int
main(void)
{
	test_rows();
	test_reads();
	test_writes();
	test_pci_and_reset();
	test_exits();
	test_random();
	return unit_done();
}
