/* SPDX-License-Identifier: MIT
 *
 * The 8259A pair against a model made of priority lists: a random program of
 * lines, commands, ICWs, polls and INTAs. And the chips from any state at all.
 */
#include <string.h>

#include "devices/i8259.h"
#include "tools/unit.h"

static struct i8259 pic;

static void
out(unsigned reg, uint8_t value)
{
	i8259_write(&pic, reg, 1, value);
}

static uint8_t
in(unsigned reg)
{
	return (uint8_t)i8259_read(&pic, reg, 1);
}

/* Whatever is in the struct, a snapshot's bytes for one. */
static void
test_any_state(void)
{
	uint64_t seed = 1;

	unit_case("any bytes as the state");
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t *bytes = (uint8_t *)&pic;

		for (size_t k = 0; k < sizeof(pic); k++)
			bytes[k] = (uint8_t)unit_random(&seed);
		i8259_set_line(&pic, unit_random(&seed) % 16, i % 2);
		out(unit_random(&seed) % 6, (uint8_t)unit_random(&seed));
		(void)i8259_ack(&pic);
		(void)in(unit_random(&seed) % 6);
	}
	memset(&pic, 0, sizeof(pic));
}

/*
 * The model: a chip is a list of levels, the highest priority first, each with
 * its flags.
 */
static struct model {
	struct level {
		unsigned ir;
		bool line, edge, served, masked, by_level;
	} list[8];
	bool aeoi, rotate, smm, sfnm, poll, read_isr, single, icw4, ready;
	unsigned expects; /* the next ICW */
	uint8_t vector;
} models[2];

static struct level *
level_of(struct model *m, unsigned ir)
{
	for (unsigned i = 0; i < 8; i++)
		if (m->list[i].ir == ir)
			return &m->list[i];
	return NULL;
}

static bool
asks(const struct level *l)
{
	return l->line && (l->by_level || l->edge);
}

static uint8_t
bits(const struct model *m, bool served)
{
	uint8_t all = 0;

	for (unsigned i = 0; i < 8; i++)
		if (served ? m->list[i].served : asks(&m->list[i]))
			all |= (uint8_t)(1u << m->list[i].ir);
	return all;
}

/* Ranks of the best request and the best level in service; 8: none. */
static struct level *
winner(struct model *m)
{
	unsigned request = 8, served = 8;

	for (unsigned i = 8; i-- > 0;) {
		struct level *l = &m->list[i];

		if (asks(l) && !l->masked)
			request = i;
		if (l->served && !(m->smm && l->masked))
			served = i;
	}
	if (!m->ready || request > served || request == 8)
		return NULL;
	if (request == served &&
	    !(m == &models[0] && m->sfnm && m->list[request].ir == 2))
		return NULL;
	return &m->list[request];
}

static void
make_lowest(struct model *m, unsigned ir)
{
	while (m->list[7].ir != ir) {
		struct level first = m->list[0];

		memmove(&m->list[0], &m->list[1], 7 * sizeof(first));
		m->list[7] = first;
	}
}

static void
model_line(struct model *m, unsigned ir, bool high)
{
	struct level *l = level_of(m, ir);

	if (high && !l->line)
		l->edge = true;
	l->line = high;
}

static unsigned
model_inta(struct model *m)
{
	struct level *l = winner(m);
	unsigned ir;

	if (l == NULL)
		return 7;
	ir = l->ir;
	l->edge = false;
	l->served |= !m->aeoi;
	if (m->aeoi && m->rotate)
		make_lowest(m, ir);
	if (m == &models[1])
		model_line(&models[0], 2, false);
	return ir;
}

static bool
model_settle(void)
{
	model_line(&models[0], 2, winner(&models[1]) != NULL);
	return winner(&models[0]) != NULL;
}

static uint8_t
model_ack(void)
{
	unsigned ir = model_inta(&models[0]);

	if (ir != 2 || models[0].single)
		return models[0].vector | (uint8_t)ir;
	return models[1].vector | (uint8_t)model_inta(&models[1]);
}

static void
model_icw1(struct model *m, uint8_t value)
{
	make_lowest(m, 7);
	for (unsigned i = 0; i < 8; i++)
		m->list[i].edge = m->list[i].served = m->list[i].masked = false;
	m->aeoi = m->rotate = m->smm = m->sfnm = m->poll = m->read_isr = false;
	m->ready = false;
	m->single = value >> 1 & 1;
	m->icw4 = value & 1;
	m->expects = 2;
	m->vector = 0;
}

static void
model_ocw2(struct model *m, uint8_t value)
{
	unsigned ir = value & 7;

	if ((value & 0x60) == 0) {
		m->rotate = value >> 7;
		return;
	}
	if ((value & 0x60) == 0x20) { /* the first in service */
		for (ir = 0; ir < 8; ir++)
			if (m->list[ir].served &&
			    !(m->smm && m->list[ir].masked))
				break;
		if (ir == 8)
			return;
		ir = m->list[ir].ir;
	}
	if (value & 0x20)
		level_of(m, ir)->served = false;
	if (value & 0x80)
		make_lowest(m, ir);
}

static void
model_command(struct model *m, uint8_t value)
{
	if (value & 0x10) {
		model_icw1(m, value);
	} else if (value & 0x08) {
		m->poll = value & 4;
		if (value & 2)
			m->read_isr = value & 1;
		if (value & 0x40)
			m->smm = value & 0x20;
	} else {
		model_ocw2(m, value);
	}
}

static void
model_data(struct model *m, uint8_t value)
{
	unsigned was = m->expects;

	if (was == 0) {
		for (unsigned ir = 0; ir < 8; ir++)
			level_of(m, ir)->masked = value >> ir & 1;
		return;
	}
	if (was == 2)
		m->vector = value & 0xf8;
	if (was == 4) {
		m->aeoi = value & 2;
		m->sfnm = value & 0x10;
	}
	m->expects = 0;
	if (was == 2 && !m->single)
		m->expects = 3;
	else if (was < 4 && m->icw4)
		m->expects = 4;
	m->ready = m->expects == 0;
}

static uint8_t
model_read(struct model *m, bool data)
{
	uint8_t all = 0;

	if (m->poll) {
		m->poll = false;
		return winner(m) ? 0x80 | (uint8_t)model_inta(m) : 0;
	}
	if (!data)
		return bits(m, m->read_isr);
	for (unsigned ir = 0; ir < 8; ir++)
		all |= (uint8_t)(level_of(m, ir)->masked << ir);
	return all;
}

static void
model_elcr(struct model *m, uint8_t levels)
{
	for (unsigned ir = 0; ir < 8; ir++)
		level_of(m, ir)->by_level = levels >> ir & 1;
}

/* A command that a driver could give; an ICW1 now and then. */
static uint8_t
random_command(uint64_t r)
{
	uint8_t value = (uint8_t)(r >> 8);

	if (r % 64 == 0)
		return 0x10 | (value & 3);
	return value & 0xef;
}

static void
random_step(uint64_t r)
{
	unsigned reg = (r >> 8) % 4, what = r % 16, n = (r >> 8) % 16;
	struct model *m = &models[reg >> 1];
	uint8_t value = (uint8_t)(r >> 16);

	if (what < 6) {
		if (n != 2)
			model_line(&models[n >> 3], n & 7, value & 1);
		i8259_set_line(&pic, n, value & 1);
	} else if (what < 9) {
		expect_eq(i8259_ack(&pic), model_ack());
	} else if (what < 12 || m->expects != 0) {
		value = random_command(r >> 16);
		model_command(m, value);
		out(reg & 2, value);
	} else if (what == 12) {
		value &= (uint8_t)(r >> 24);
		model_data(m, value);
		out(reg | 1, value);
	} else if (what < 15) {
		expect_eq(in(reg), model_read(m, reg & 1));
	} else {
		model_elcr(m, value & (reg & 2 ? 0xde : 0xf8));
		out(4 + (reg >> 1), value);
	}
}

static void
finish_icws(uint64_t r)
{
	for (unsigned i = 0; i < 2; i++) {
		uint8_t value = (uint8_t)(r >> 8 * i);

		if (models[i].expects == 0)
			continue;
		model_data(&models[i], value);
		model_settle();
		out(2 * i + 1, value);
	}
}

static void
test_random(void)
{
	uint64_t seed = 8259;

	unit_case("a random program of 100,000 steps, as the model has it");
	i8259_reset(&pic);
	for (unsigned i = 0; i < 16; i++)
		models[i / 8].list[i % 8].ir = i % 8;
	model_icw1(&models[0], 0x11);
	model_icw1(&models[1], 0x11);
	out(0, 0x11);
	out(2, 0x11);
	for (unsigned i = 0; i < 100000; i++) {
		if (unit_random(&seed) % 2)
			finish_icws(unit_random(&seed));
		random_step(unit_random(&seed));
		if (!expect_eq(fake.intr, model_settle()))
			return;
	}
}

int
main(void)
{
	test_any_state();
	test_random();
	return unit_done();
}
