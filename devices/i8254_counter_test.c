/* SPDX-License-Identifier: MIT
 *
 * A counter in its modes, against the figures of the datasheet (order number
 * 231164), pulse by pulse: the count, OUT, and what the gate and new counts do.
 */
#include "devices/i8254_fixture.h"

/* One figure of the datasheet on counter 2: what the program does before each
 * CLK pulse (a digit: writes that count, g: gate low, G: gate high, s: gate
 * low and high), then CE and OUT after it ("?" and -1: undefined). */
struct figure {
	const char *name;
	uint8_t mode;
	const char *events;
	const char *out;
	int ce[16];
};

#define F 0x10000 /* F - 1 is what follows 0 */

static const struct figure figures[] = {
	{ "mode 0: N + 1 pulses after the write", 0, "4.......", "LLLLHHHH",
	    { 4, 3, 2, 1, 0, F - 1, F - 2, F - 3 } },
	{ "mode 0: the gate holds", 0, "3.gG....", "LLLLHHHH",
	    { 3, 2, 2, 1, 0, F - 1, F - 2, F - 3 } },
	{ "mode 0: loads without a gate", 0, "g3.G....", "LLLLLHHH",
	    { -1, 3, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 0: a new count", 0, "3..2....", "LLLLLHHH",
	    { 3, 2, 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 0: a new count after the end", 0, "1..2....", "LHHLLHHH",
	    { 1, 0, F - 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 1: armed, then triggered", 1, "3.s.....", "HHLLLHHH",
	    { -1, -1, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 1: no count, no shot", 1, "s.s3.s..", "HHHHHLLL",
	    { -1, -1, -1, -1, -1, 3, 2, 1 } },
	{ "mode 1: retriggered", 1, "3s..s...", "HLLLLLLH",
	    { -1, 3, 2, 1, 3, 2, 1, 0 } },
	{ "mode 1: the level does not matter", 1, "2s.g....", "HLLHHHHH",
	    { -1, 2, 1, 0, F - 1, F - 2, F - 3, F - 4 } },
	{ "mode 1: a new count waits", 1, "2s4...s.", "HLLHHHLL",
	    { -1, 2, 1, 0, F - 1, F - 2, 4, 3 } },
	{ "mode 2: low for one in N", 2, "3.......", "HHLHHLHH",
	    { 3, 2, 1, 3, 2, 1, 3, 2 } },
	{ "mode 2: the gate stops, then starts anew", 2, "3.gG....", "HHHHHLHH",
	    { 3, 2, 2, 3, 2, 1, 3, 2 } },
	{ "mode 2: the gate lifts OUT", 2, "2.g.G...", "HLHHHLHL",
	    { 2, 1, 1, 1, 2, 1, 2, 1 } },
	{ "mode 2: a new count waits", 2, "4.5.....", "HHHLHHHH",
	    { 4, 3, 2, 1, 5, 4, 3, 2 } },
	{ "mode 2: ... but not for a trigger", 2, "4.5s....", "HHHHHHHL",
	    { 4, 3, 2, 5, 4, 3, 2, 1 } },
	{ "mode 2: ... and not with the gate low", 2, "3.g5..G.", "HHHHHHHH",
	    { 3, 2, 2, 2, 2, 2, 5, 4 } },
	{ "mode 2: loads without a gate", 2, "g3.G....", "HHHHHLHH",
	    { -1, 3, 3, 3, 2, 1, 3, 2 } },
	{ "mode 2: 1 is taken for 2", 2, "1.......", "HLHLHLHL",
	    { 2, 1, 2, 1, 2, 1, 2, 1 } },
	{ "mode 3: even", 3, "4.......", "HHLLHHLL",
	    { 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 3: odd", 3, "5.........", "HHHLLHHHLL",
	    { 4, 2, 0, 4, 2, 4, 2, 0, 4, 2 } },
	{ "mode 3: the gate lifts OUT", 3, "4..g.G....", "HHLHHHHLLH",
	    { 4, 2, 4, 4, 4, 4, 2, 4, 2, 4 } },
	{ "mode 3: a new count waits for the half", 3, "8.4.......",
	    "HHHHLLHHLL", { 8, 6, 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 3: ... of an odd one too", 3, "5...3.....", "HHHLLHHLHH",
	    { 4, 2, 0, 4, 2, 2, 0, 2, 2, 0 } },
	{ "mode 3: ... but not for a trigger", 3, "8.4s....", "HHHHHLLH",
	    { 8, 6, 4, 4, 2, 4, 2, 4 } },
	{ "mode 3: 1 is taken for 2", 3, "1.......", "HLHLHLHL",
	    { 2, 2, 2, 2, 2, 2, 2, 2 } },
	{ "mode 4: one strobe", 4, "3.......", "HHHLHHHH",
	    { 3, 2, 1, 0, F - 1, F - 2, F - 3, F - 4 } },
	{ "mode 4: the gate holds", 4, "g3.G....", "HHHHHLHH",
	    { -1, 3, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 4: the gate does not hold the strobe", 4, "2..g.G..",
	    "HHLHHHHH", { 2, 1, 0, 0, 0, F - 1, F - 2, F - 3 } },
	{ "mode 4: a new count", 4, "3..2....", "HHHHHLHH",
	    { 3, 2, 1, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 5: triggered", 5, "3.s.....", "HHHHHLHH",
	    { -1, -1, 3, 2, 1, 0, F - 1, F - 2 } },
	{ "mode 5: retriggered", 5, "3s..s...", "HHHHHHHL",
	    { -1, 3, 2, 1, 3, 2, 1, 0 } },
	{ "mode 5: a new count waits, the level is nothing", 5, "3s5g..s.",
	    "HHHHLHHH", { -1, 3, 2, 1, 0, F - 1, 5, 4 } },
	{ "mode 6 is mode 2", 6, "3.......", "HHLHHLHH",
	    { 3, 2, 1, 3, 2, 1, 3, 2 } },
	{ "mode 7 is mode 3", 7, "4.......", "HHLLHHLL",
	    { 4, 2, 4, 2, 4, 2, 4, 2 } },
};

static void
do_event(char event)
{
	if (event == 'g' || event == 's')
		gate(false);
	if (event == 'G' || event == 's')
		gate(true);
	if (event >= '0' && event <= '9')
		out(2, (uint8_t)(event - '0'));
}

static void
test_figures(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++) {
		const struct figure *f = &figures[i];

		begin(f->name);
		gate(true);
		out(3, (uint8_t)(0x90 | f->mode << 1));
		expect_eq(out2(), f->mode != 0);
		for (unsigned k = 0; f->events[k] != 0; k++) {
			do_event(f->events[k]);
			pass(1);
			expect_eq(out2(), f->out[k] == 'H');
			/* LSB only: the count's low byte. */
			if (f->ce[k] >= 0)
				expect_eq(in(2), f->ce[k] & 0xff);
		}
	}
}

static void
test_strobe(void)
{
	begin("mode 4: the gate does not touch the strobe");
	gate(true);
	set(2, 8, 2);
	pass(3);
	for (unsigned i = 0; i < 4; i++) {
		expect(!out2());
		gate(i % 2);
	}
	pass(1);
	expect(out2());
}

int
main(void)
{
	test_figures();
	test_strobe();
	return unit_done();
}
