/* SPDX-License-Identifier: MIT
 *
 * The 8254 against a model that ticks: a random program of counter and control
 * writes, latches, gate changes and reads, with time passing between them.
 * And the chip from any state at all.
 */
#include <string.h>

#include "devices/i8254.h"
#include "tools/unit.h"

static struct i8254 pit;

static uint64_t
tick_at(uint64_t ns)
{
	return (uint64_t)((unsigned __int128)ns * 1193182 / 1000000000);
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	expect_eq(timer, TIMER_pit);
	i8254_fire(&pit, now_ns);
}

static void
out(unsigned reg, uint8_t value)
{
	i8254_write(&pit, reg, 1, value);
}

static uint8_t
in(unsigned reg)
{
	return (uint8_t)i8254_read(&pit, reg, 1);
}

/*
 * The model: a counter that ticks, CE and CR as the chip's raw 16 bits, counted
 * down digit by digit.
 */
static struct model {
	unsigned mode, rw;
	uint16_t cr, ce, ol;
	uint8_t control, low, status;
	bool gate, out, load, trigger, running, armed, strobe, odd, null;
	bool known, ol_known; /* CE is undefined until it is loaded */
	bool second_write, second_read, ol_full, status_full;
	unsigned rises; /* of OUT, at a pulse */
} model[3];

static void
model_decrement(struct model *m)
{
	unsigned shift = 0;

	if (!(m->control & 1)) {
		m->ce--;
		return;
	}
	while (shift < 16 && (m->ce >> shift & 15) == 0) {
		m->ce |= (uint16_t)(9u << shift);
		shift += 4;
	}
	if (shift < 16)
		m->ce -= (uint16_t)(1u << shift);
}

static void
model_load(struct model *m)
{
	bool repeats = m->mode == 2 || m->mode == 3;

	m->ce = repeats && m->cr == 1 ? 2 : m->cr;
	m->odd = m->ce & 1;
	if (m->mode == 3)
		m->ce &= 0xfffe;
	m->null = false;
}

static void
model_mode3(struct model *m)
{
	if (m->out && m->odd && m->ce == 0) { /* "one CLK pulse after" */
		m->out = false;
		model_load(m);
		return;
	}
	model_decrement(m);
	model_decrement(m);
	if (m->ce == 0 && !(m->out && m->odd)) {
		m->out = !m->out;
		model_load(m);
	}
}

static void
model_count(struct model *m)
{
	if (m->mode == 3) {
		model_mode3(m);
		return;
	}
	if (m->mode == 2 && m->ce == 1)
		model_load(m);
	else
		model_decrement(m);
	if (m->mode == 2)
		m->out = m->ce != 1;
	if (m->mode < 2 && m->ce == 0)
		m->out = true;
	if (m->mode >= 4 && m->ce == 0 && m->strobe)
		m->out = m->strobe = false;
}

static void
model_pulse(struct model *m)
{
	bool was = m->out;

	if (m->mode >= 4)
		m->out = true;
	if (m->load || m->trigger) {
		model_load(m);
		m->load = m->trigger = false;
		m->running = m->known = m->strobe = true;
		m->out = m->mode > 1;
	} else if (m->running && (m->gate || m->mode == 1 || m->mode == 5)) {
		model_count(m);
	}
	m->rises += m->out && !was;
}

static void
model_program(struct model *m, uint8_t control)
{
	*m = (struct model){
		.mode = control >> 1 & 7,
		.rw = control >> 4 & 3,
		.control = control & 0x3f,
		.ce = m->ce,
		.gate = m->gate,
		.null = true,
		.rises = m->rises,
	};
	m->mode -= m->mode > 5 ? 4 : 0;
	m->out = m->mode != 0;
}

static void
model_latch(struct model *m, bool count, bool status)
{
	if (status && !m->status_full)
		m->status = (uint8_t)(m->out << 7 | m->null << 6 | m->control);
	m->status_full |= status;
	if (!count || m->ol_full)
		return;
	m->ol = m->ce;
	m->ol_known = m->known;
	m->ol_full = true;
	m->second_read = false;
}

static void
model_control(uint8_t value)
{
	unsigned select = value >> 6;

	for (unsigned i = 0; select == 3 && i < 3; i++)
		if (value >> (i + 1) & 1)
			model_latch(
			    &model[i], !(value & 0x20), !(value & 0x10));
	if (select < 3 && (value & 0x30) == 0)
		model_latch(&model[select], true, false);
	else if (select < 3)
		model_program(&model[select], value);
}

static void
model_write(struct model *m, uint8_t byte)
{
	if (m->mode == 0)
		m->running = m->load = m->out = false;
	if (m->rw == 3 && !m->second_write) {
		m->low = byte;
		m->second_write = true;
		return;
	}
	m->cr = m->rw == 3 ? m->low : 0;
	m->cr |= (uint16_t)(m->rw == 1 ? byte : byte << 8);
	m->second_write = false;
	m->armed = m->null = true;
	if (m->mode == 0 || m->mode == 4)
		m->load = true;
	if ((m->mode == 2 || m->mode == 3) && !m->running)
		m->load = true;
}

/* The byte, or -1 when CE is undefined. */
static int
model_read(struct model *m)
{
	uint16_t count = m->ol_full ? m->ol : m->ce;
	bool known = m->ol_full ? m->ol_known : m->known;
	bool low = m->rw == 1 || (m->rw == 3 && !m->second_read);

	if (m->status_full) {
		m->status_full = false;
		return m->status;
	}
	m->second_read = m->rw == 3 && !m->second_read;
	if (!m->second_read)
		m->ol_full = false;
	return known ? (low ? count & 0xff : count >> 8) : -1;
}

static void
model_gate(struct model *m, bool high)
{
	if (high && !m->gate && m->mode != 0 && m->mode != 4)
		m->trigger = m->armed;
	if (!high && (m->mode == 2 || m->mode == 3))
		m->out = true;
	m->gate = high;
}

/* A count's next byte: valid digits; counter 0's are above 511, so that the
 * limit on wake-ups, which the model lacks, does not show. */
static uint8_t
random_byte(unsigned i, uint64_t r)
{
	bool msb = model[i].rw == 2 || model[i].second_write;

	if (i == 0 && msb)
		return 2 + r % 2;
	if (r % 16 == 0 || i == 0)
		return (uint8_t)((r >> 8) % 10 << 4 | (r >> 16) % 10);
	return msb ? 0 : (uint8_t)((r >> 8) % 10);
}

static uint8_t
random_control(unsigned i, uint64_t r)
{
	unsigned rw = i == 0 ? 2 + r % 2 : 1 + r % 3;

	switch ((r >> 8) % 4) {
	case 0:
		return (uint8_t)(i << 6); /* latch */
	case 1:
		return 0xc0 | ((r >> 16) & 0x3e); /* read-back */
	default:
		return (uint8_t)(i << 6 | rw << 4 | ((r >> 16) & 0xf));
	}
}

static void
random_step(uint64_t r)
{
	unsigned i = (r >> 8) % 3, what = r % 16;
	uint8_t value;
	int want;

	if (what < 3) {
		value = random_control(i, r >> 16);
		model_control(value);
		out(3, value);
	} else if (what < 8) {
		value = random_byte(i, r >> 16);
		model_write(&model[i], value);
		out(i, value);
	} else if (what < 11) {
		model_gate(&model[2], r >> 16 & 1);
		out(4, r >> 16 & 1);
	} else {
		want = model_read(&model[i]);
		value = in(i);
		expect(want < 0 || value == want);
	}
}

/* Mostly a few ticks, at times long enough to wrap. */
static void
random_pass(uint64_t r)
{
	static const unsigned below[] = { 2, 2, 2, 4, 4, 20, 20, 60 };
	uint64_t before = tick_at(fake.now_ns), after;
	uint64_t ticks = (r >> 8) % below[r % 8];

	if ((r >> 32) % 64 == 0)
		ticks = (r >> 8) % 2000;
	if ((r >> 32) % 4096 == 0)
		ticks = (r >> 8) % 70000;
	unit_advance(fake.now_ns + ticks * 838 + (r >> 48) % 838, fire);
	after = tick_at(fake.now_ns);
	for (; before < after; before++)
		for (unsigned i = 0; i < 3; i++)
			model_pulse(&model[i]);
}

static void
test_random(void)
{
	uint64_t seed = 8254;
	unsigned jumps = 0; /* rises of the line that no pulse made */
	bool line = false;

	unit_case("a random program of 100,000 steps, as the model has it");
	pit.absent = 0;
	i8254_reset(&pit);
	for (unsigned i = 0; i < 3; i++) {
		model_program(&model[i], 0x30);
		model[i].gate = i != 2;
	}
	for (unsigned i = 0; i < 100000; i++) {
		random_step(unit_random(&seed));
		jumps += !line && model[0].mode != 0;
		line = model[0].mode != 0;
		random_pass(unit_random(&seed));
		line = line || model[0].out;
		expect_eq(in(4) >> 5 & 1, model[2].out);
		expect_eq(fake.line[IRQ_PIT], line);
		if (!expect_eq(fake.rises[IRQ_PIT], model[0].rises + jumps))
			return;
	}
}

/* Whatever is in the struct, a snapshot's bytes for one: nothing undefined
 * (the sanitizers look), and it ends. */
static void
test_any_state(void)
{
	uint64_t seed = 1;

	unit_case("any bytes as the state");
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[sizeof(pit)];

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)unit_random(&seed);
		memcpy(&pit, bytes, sizeof(pit));
		pit.absent = i % 16 == 0;
		fake.now_ns = unit_random(&seed);
		out(unit_random(&seed) % 5, (uint8_t)unit_random(&seed));
		(void)in(unit_random(&seed) % 5);
		i8254_fire(&pit, fake.now_ns);
	}
}

int
main(void)
{
	test_any_state();
	test_random();
	return unit_done();
}
