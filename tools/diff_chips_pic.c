/* SPDX-License-Identifier: MIT
 *
 * Random programs for the two 8259A: initialisations, masks, all OCWs, ELCR,
 * lines, INTA and polls.
 */
#include "tools/diff_chips.h"

enum { MASTER = 0x20, SLAVE = 0xa0, ELCR1 = 0x4d0, ICW1 = 0x10 };

/* The generator knows mica's state at each step, so that it finds the corners
 * and can tell when the two part ways. */
static struct i8259 shadow;

struct state {
	uint64_t *seed;
	struct program *p;
	enum why why; /* nothing is comparable from here on */
};

static uint8_t
edges(const struct i8259_chip *c)
{
	return c->line & c->edge & ~c->elcr;
}

/* What QEMU's master does not learn: a slave that asks again at once. */
static bool
slave_asks(void)
{
	return shadow.master.line >> 2 & 1;
}

static void
do_shadow(const struct step *s)
{
	bool intr = fake.intr;
	unsigned reg =
	    s->port >= ELCR1 ? 4 + s->port % 2 : s->port / 64 + s->port % 2;

	if (s->op == OP_OUT1)
		i8259_write(&shadow, reg, 1, s->value);
	else if (s->op == OP_IN1)
		(void)i8259_read(&shadow, reg, 1);
	else if (s->op == OP_INTA)
		(void)i8259_ack(&shadow);
	else
		i8259_set_line(&shadow, s->port, s->value);
	fake.intr = intr;
}

/* A request that is gone though nobody took it: QEMU has it still. */
static bool
forgotten(const struct i8259 *before, const struct step *s)
{
	uint16_t was =
	    (uint16_t)(edges(&before->slave) << 8 | edges(&before->master));
	uint16_t is =
	    (uint16_t)(edges(&shadow.slave) << 8 | edges(&shadow.master));

	if (s->op == OP_INTA)
		return false;
	if (s->op == OP_IN1 ||
	    (s->op == OP_OUT1 && s->port % 2 == 0 &&
		s->value & ICW1)) /* its own chip's */
		was &= s->port < SLAVE ? 0xff00 : 0x00ff;
	return (was & ~is) != 0;
}

static struct judgement *
emit(struct state *s, enum op op, unsigned port, uint64_t value)
{
	struct judgement *j = add(s->p, op, port, (uint8_t)value);
	const struct step *step = &s->p->step[s->p->steps - 1];
	struct i8259 before = shadow;

	do_shadow(step);
	if ((s->why == WHY_equal || s->why == WHY_initialising) &&
	    forgotten(&before, step))
		s->why = WHY_edge_falls;
	if (s->why == WHY_equal && slave_asks() &&
	    (op == OP_INTA || op == OP_IN1) &&
	    before.slave.edge != shadow.slave.edge)
		s->why = WHY_slave_asks_again;
	if (s->why != WHY_equal) {
		except(j, ~0u, s->why);
		j->forget = true;
	}
	return j;
}

static void
out(struct state *s, unsigned port, uint64_t value)
{
	emit(s, OP_OUT1, port, value);
}

/* A request on an edge that nobody took stays, but for now and then. */
static void
toggle(struct state *s, unsigned line)
{
	const struct i8259_chip *c = line < 8 ? &shadow.master : &shadow.slave;
	bool high = c->line >> line % 8 & 1;

	if (line == 2)
		return;
	if (edges(c) >> line % 8 & 1 && below(s->seed, 50))
		return;
	emit(s, OP_LINE, line, !high);
}

static void
initialise(struct state *s, unsigned chip)
{
	uint64_t icw1 = below(s->seed, 8) ? 0x11 : 0x10;

	if (s->why == WHY_equal && chip == MASTER && slave_asks())
		s->why = WHY_high_at_icw1;
	if (s->why == WHY_equal)
		s->why = WHY_initialising;
	out(s, chip, icw1);
	out(s, chip + 1, below(s->seed, 256));
	out(s, chip + 1, below(s->seed, 256));
	if (icw1 & 1)
		out(s, chip + 1, 1 | (below(s->seed, 3) ? 0 : 2));
	if (s->why == WHY_initialising && !slave_asks())
		s->why = WHY_equal;
}

static void
read_chip(struct state *s, unsigned chip)
{
	uint64_t what = below(s->seed, 4);

	if (what < 2)
		out(s, chip, 0x0a | what);
	emit(s, OP_IN1, chip + (what == 3), 0);
}

static void
write_ocw2(struct state *s, unsigned chip)
{
	const struct i8259_chip *c =
	    chip == MASTER ? &shadow.master : &shadow.slave;
	unsigned command = (unsigned)below(s->seed, 8);

	if (below(s->seed, 2))
		command = 1;
	if (command % 4 == 1 && c->special_mask && c->isr & c->imr &&
	    s->why == WHY_equal)
		s->why = WHY_eoi_of_masked;
	out(s, chip, command << 5 | below(s->seed, 8));
}

/* QEMU learns at the next mask what special mask mode has changed. */
static void
write_ocw3(struct state *s, unsigned chip)
{
	const struct i8259_chip *c =
	    chip == MASTER ? &shadow.master : &shadow.slave;
	uint64_t value = 0x08 | below(s->seed, 4) << 5 | below(s->seed, 4);
	struct judgement *j = emit(s, OP_OUT1, chip, value);

	if (s->why == WHY_equal && value & 0x40) {
		j->forget = true;
		j->why = WHY_special_mask_later;
		emit(s, OP_OUT1, chip + 1, c->imr);
	}
}

/* Rare, and the end of all comparison: what QEMU has otherwise or not. */
static void
part_ways(struct state *s, unsigned chip)
{
	uint64_t what = below(s->seed, 3);

	if (s->why != WHY_equal)
		return;
	if (what == 0) { /* a level line that is high already */
		s->why = WHY_elcr_live;
		out(s, ELCR1, below(s->seed, 256));
	} else if (what == 1) {
		out(s, chip, 0x0c);
		s->why = WHY_poll_withdrawn;
		out(s, chip, 0x0a);
		emit(s, OP_IN1, chip, 0);
	} else {
		s->why = WHY_single_or_nested;
		out(s, chip, 0x13);
		out(s, chip + 1, 0x40);
		out(s, chip + 1, 0x11);
	}
}

/* Masks that leave most of a byte open. */
static uint64_t
few_bits(struct state *s)
{
	uint64_t r = unit_random(s->seed);

	return r & r >> 8 & 0xff;
}

static void
one_step(struct state *s)
{
	unsigned chip = below(s->seed, 2) ? MASTER : SLAVE;

	switch (below(s->seed, 16)) {
	case 0 ... 5:
		toggle(s, (unsigned)below(s->seed, 16));
		break;
	case 6:
		out(s, chip + 1, few_bits(s));
		break;
	case 7 ... 8:
		write_ocw2(s, chip);
		break;
	case 9 ... 10:
		emit(s, OP_INTA, 0, 0);
		break;
	case 11 ... 12:
		read_chip(s, chip);
		break;
	case 13:
		out(s, chip, 0x0c);
		emit(s, OP_IN1, chip + below(s->seed, 2), 0);
		break;
	case 14:
		write_ocw3(s, chip);
		break;
	default:
		if (below(s->seed, 16) == 0)
			part_ways(s, chip);
		else if (below(s->seed, 8) == 0)
			initialise(s, chip);
		break;
	}
}

/* From any state: all lines low, then as after power-on. */
static void
begin(struct state *s)
{
	s->why = WHY_initialising;
	for (unsigned line = 0; line < 16; line++)
		if (line != 2)
			emit(s, OP_LINE, line, 0);
	initialise(s, MASTER);
	initialise(s, SLAVE);
	out(s, ELCR1, below(s->seed, 4) ? 0 : below(s->seed, 256));
	out(s, ELCR1 + 1, below(s->seed, 4) ? 0 : below(s->seed, 256));
	s->why = WHY_equal;
	emit(s, OP_IN1, ELCR1, 0);
	emit(s, OP_IN1, ELCR1 + 1, 0);
}

static void
generate(struct program *p, uint64_t *seed)
{
	struct state s = { .p = p };

	s.seed = seed;
	shadow = diff_board.pic;
	begin(&s);
	for (unsigned i = 0; i < 50; i++)
		one_step(&s);
}

static void
line_to(unsigned line, bool high)
{
	i8259_set_line(&diff_board.pic, line, high);
}

const struct kind diff_pic = {
	.name = "8259A", .generate = generate, .line_to = line_to
};
