/* SPDX-License-Identifier: MIT
 *
 * The board as a whole: a reset leads to power-on from wherever accesses have
 * led, and timers reach their chips.
 */
#include <string.h>

#include "devices/board.h"
#include "tools/unit.h"

enum {
#define CHIP(member, type) CHIP_##member,
#include "devices/chips.def"
	CHIPS
};

enum { STEPS = 500, PROGRAMS = 300 };

#define START_NS ((uint64_t)1000 * 1000000000) /* a PM timer's half on */

static struct board board;

static uint64_t
in(gpa_t at, unsigned size)
{
	return at <= 0xffff ? pio_read(&board, (uint16_t)at, size)
			    : mmio_read(&board, at, size);
}

static void
out(gpa_t at, unsigned size, uint32_t value)
{
	if (at <= 0xffff)
		pio_write(&board, (uint16_t)at, size, value);
	else
		mmio_write(&board, at, size, value);
}

static void
begin(const char *name)
{
	unit_case(name);
	memset(&board, 0, sizeof(board));
	board_reset(&board);
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	board_fire(&board, timer, now_ns);
}

/* Of each chip a register, what to write to it, and what it reads fresh. */
static const struct {
	gpa_t at;
	unsigned size;
	uint32_t value, fresh;
} registers[CHIPS] = {
	[CHIP_pic] = { 0x0021, 1, 0x5a, 0x00 },
	[CHIP_ioapic] = { 0xfec00010, 4, 0x05000000, 0x00000000 },
	[CHIP_pit] = { 0x0061, 1, 0x03, 0x00 },
	[CHIP_rtc] = { 0x0070, 2, 0x400b, 0x00ff }, /* index, then B */
	[CHIP_com1] = { 0x03ff, 1, 0xc3, 0x00 },
	[CHIP_kbd] = { 0x0064, 1, 0xaa, 0x14 },	  /* its status */
	[CHIP_panic] = { 0x0505, 1, 0x02, 0x03 }, /* these two: */
	[CHIP_fw_cfg] = { 0x0510, 2, 0x5, 0 },	  /* see below */
	[CHIP_power] = { 0x0602, 2, 0x0120, 0x0000 },
	[CHIP_pci] = { 0x0cf8, 4, 0x80000008, 0x00000000 },
};

static void
test_each_chip(void)
{
	begin("reset: reaches every row of chips.def");
	for (unsigned i = 0; i < CHIPS; i++) {
		if (!expect(registers[i].size != 0)) /* no row above */
			return;
		expect_eq(
		    in(registers[i].at, registers[i].size), registers[i].fresh);
		out(registers[i].at, registers[i].size, registers[i].value);
		expect(i == CHIP_panic || i == CHIP_fw_cfg ||
		    in(registers[i].at, registers[i].size) !=
			registers[i].fresh);
	}
	expect_eq(board.fw_cfg.key, 5);
	board_reset(&board);
	expect_eq(board.panic.dumps, 1); /* counted over resets */
	expect_eq(board.fw_cfg.key, 0);
	for (unsigned i = 0; i < CHIPS; i++)
		expect_eq(
		    in(registers[i].at, registers[i].size), registers[i].fresh);
}

/* As firmware leaves it: lines 5 and 9 to 11 are level. */
static void
test_elcr(void)
{
	begin("reset: the SCI and PCI's lines are level");
	expect_eq(in(0x4d0, 1), 0x20);
	expect_eq(in(0x4d1, 1), 0x0e);
	out(0x4d0, 2, 0xc040);
	board_reset(&board);
	expect_eq(in(0x4d0, 2), 0x0e20);
}

static void
expect_quiet(void)
{
	expect(!fake.intr);
	for (unsigned i = 0; i < IRQ_LINES; i++)
		expect(!fake.line[i] && !fake.route[i].used);
	for (unsigned i = 0; i < TIMERS; i++)
		expect_eq(fake.timer_at[i], TIMER_OFF);
}

static void
test_lines(void)
{
	begin("reset: all lines low, all timers off, no routes");
	expect_quiet();
	out(0x20, 1, 0x13); /* the 8259: ICWs of one without a slave */
	out(0x21, 1, 0x20);
	out(0x21, 1, 0x01);
	i8259_set_line(&board.pic, 1, true);
	expect(fake.intr);
	out(0xfec00000, 4, 0x24); /* pin 10: level, unmasked */
	out(0xfec00010, 4, 0x8030);
	expect(fake.route[10].used);
	out(0x43, 1, 0x34); /* the 8254: mode 2, 4096 */
	out(0x40, 1, 0x00);
	out(0x40, 1, 0x10);
	expect(fake.line[IRQ_PIT] && fake.timer_at[TIMER_pit] != TIMER_OFF);
	out(0x3f9, 1, 0x02); /* the 16550A: THR is empty */
	expect(fake.line[IRQ_COM1]);
	out(0x602, 2, 0x0101);
	expect(fake.timer_at[TIMER_pm_timer] != TIMER_OFF);
	power_button(&board.power);
	expect(fake.line[IRQ_SCI]);
	board_reset(&board);
	expect_quiet();
}

/* Both timers are due. */
static void
start_timers(void)
{
	out(0x43, 1, 0x34);
	out(0x40, 1, 0x00);
	out(0x40, 1, 0x10);
	out(0x602, 2, 0x0001);
	fake.now_ns =
	    MAX(fake.timer_at[TIMER_pit], fake.timer_at[TIMER_pm_timer]);
	fake.rises[IRQ_PIT] = 0;
}

static void
test_fire(void)
{
	begin("fire: TIMER_pit is the 8254's");
	start_timers();
	board_fire(&board, TIMER_pit, fake.now_ns);
	expect_eq(fake.rises[IRQ_PIT], 1);
	expect(!fake.line[IRQ_SCI]);

	begin("fire: TIMER_pm_timer is ACPI's");
	start_timers();
	board_fire(&board, TIMER_pm_timer, fake.now_ns);
	expect_eq(fake.rises[IRQ_PIT], 0);
	expect(fake.line[IRQ_SCI]);
}

static const gpa_t places[] = {
#define PORT(row, first, ...) first,
#define QUIET(...)
#include "devices/ports.def"
#define WINDOW(row, first, ...) first,
#define HOST(...)
#include "devices/windows.def"
	0xfec00010, /* IOWIN */
};

/* An access near one of the places. */
static uint64_t
touch(uint64_t r, uint32_t value)
{
	unsigned place = (r >> 8 & 0xff) % ARRAY_SIZE(places);
	gpa_t at = places[place] + (r >> 24 & 7);
	unsigned size = 1u << (r >> 16 & 0xff) % 3;

	if (r & 0x20)
		return in(at, size);
	out(at, size, value);
	return 0;
}

/* One of all the things that can happen to a board; what was read, or 0. */
static uint64_t
step(uint64_t r)
{
	uint32_t value = (uint32_t)(r >> 32) & (r & 0x40 ? ~0u : 0x3f);

	switch (r % 32) {
	case 0:
		i8259_set_line(&board.pic, value % 16, r & 0x80);
		break;
	case 1:
		ioapic_set_line(&board.ioapic, value % 24, r & 0x80);
		break;
	case 2:
		ioapic_eoi(&board.ioapic, (uint8_t)value);
		break;
	case 3:
		return i8259_ack(&board.pic);
	case 4:
		if (uart8250_room(&board.com1) > 0)
			uart8250_receive(&board.com1, (uint8_t)value);
		break;
	case 5:
		power_button(&board.power);
		break;
	case 6:
		unit_advance(fake.now_ns + value % 2000000, fire);
		break;
	case 7:
		fake.out_full = r & 0x80;
		if (!fake.out_full)
			uart8250_drained(&board.com1);
		break;
	default:
		return touch(r, value);
	}
	return 0;
}

/* A number for all that the board has told the world. */
static uint64_t
told(void)
{
	uint64_t sum = fake.intr;

#define ADD(value) (sum = (sum ^ (value)) * 0x100000001b3)
	for (unsigned i = 0; i < IRQ_LINES; i++) {
		ADD(fake.line[i]);
		ADD(fake.route[i].used ? fake.route[i].data : 0);
	}
	for (unsigned i = 0; i < TIMERS; i++)
		ADD(fake.timer_at[i]);
	ADD(fake.msis);
	ADD(fake.out_len);
	ADD(fake.input_wanted);
	ADD(fake.stop);
	ADD(fake.marks);
#undef ADD
	return sum;
}

static void
run(uint64_t seed, uint64_t *transcript)
{
	for (unsigned i = 0; i < STEPS; i++) {
		uint64_t read = step(unit_random(&seed));

		transcript[i] = told() + read;
	}
}

/* The clock has a battery: a reset alone does not make it new. */
static void
begin_again(void)
{
	mc146818_configure(&board.rtc, &board.rtc.setup);
	board_reset(&board);
}

/* Boards that no program can tell apart are in the same state. */
static void
test_random(void)
{
	static uint64_t fresh[STEPS], reset[STEPS];
	static struct fake nothing;
	uint64_t now_ns = START_NS;

	begin("reset: after any program as fresh to any program");
	nothing = fake;
	for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
		fake.now_ns = now_ns;
		run(seed + PROGRAMS, reset);
		now_ns = fake.now_ns;
		begin_again();
		expect_quiet();
		fake = nothing;
		fake.now_ns = now_ns;
		run(seed, reset);

		memset(&board, 0, sizeof(board));
		fake = nothing;
		fake.now_ns = now_ns;
		begin_again();
		run(seed, fresh);
		for (unsigned i = 0; i < STEPS; i++)
			expect_eq(reset[i], fresh[i]);
	}
}

int
main(void)
{
	test_each_chip();
	test_elcr();
	test_lines();
	test_fire();
	test_random();
	return unit_done();
}
