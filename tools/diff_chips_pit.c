/* SPDX-License-Identifier: MIT
 *
 * Random programs for the 8254, of one counter each: modes, counts, latches,
 * read-backs, gates, with waits that end around the count's edges.
 */
#include "tools/diff_chips.h"

/* What is known of the counter, as far as it decides what is comparable. */
struct state {
	uint64_t *seed;
	struct program *p;
	unsigned counter, rw, bits; /* bits: mode, as written, and BCD */
	unsigned mode;		    /* as the chip takes it */
	unsigned count;
	unsigned gate;
	bool half;	 /* a read of two bytes is in its middle */
	bool split;	 /* for QEMU in another than for mica */
	bool running;	 /* both have a count in the counting element */
	enum why counts; /* why counts, OUT, interrupts are not comparable */
	enum why outs;
	enum why irqs;
};

enum { SHIFT = 5, SPIN_NS = 2 << SHIFT };
enum { LSB = 1, MSB, BOTH };
enum { CONTROL = 0x43, PORT_B = 0x61 };
enum { STATUS_OUT = 0x80, STATUS_NULL = 0x40, OUT2 = 0x20 };

static unsigned
port_of(const struct state *s)
{
	return 0x40 + s->counter;
}

/* Waits, and compares the interrupts of before. */
static void
spin(struct state *s, uint64_t ns)
{
	struct judgement *j =
	    add(s->p, OP_SPIN, 0, (uint32_t)(ns / SPIN_NS + 1));

	j->forget = s->irqs != WHY_equal;
	j->why = s->irqs;
	if (!j->forget && s->mode == 4)
		j->why = WHY_strobe_out;
}

static void
read_count(struct state *s)
{
	struct judgement *j = add(s->p, OP_IN1, port_of(s), 0);

	if (s->counts != WHY_equal)
		except(j, 0xff, s->counts);
	else if (s->split)
		except(j, 0xff, WHY_latch_in_the_middle);
	s->half = s->rw == BOTH && !s->half;
}

/* A latch in the middle of two bytes starts at the first again; QEMU's middle
 * is still where it was when the latch has been read. */
static void
latch(struct state *s, uint8_t command)
{
	bool middle = s->half;

	add(s->p, OP_OUT1, CONTROL, command);
	s->half = false;
	read_count(s);
	if (s->rw == BOTH && below(s->seed, 8) == 0)
		add(s->p, OP_OUT1, CONTROL, command); /* holds */
	if (s->rw == BOTH)
		read_count(s);
	s->split |= middle;
}

static void
read_status(struct state *s, bool count_too)
{
	bool middle = s->half;
	struct judgement *j;

	add(s->p, OP_OUT1, CONTROL,
	    (count_too ? 0xc0 : 0xe0) | 2u << s->counter);
	j = add(s->p, OP_IN1, port_of(s), 0);
	allow(j, STATUS_NULL, WHY_null_count);
	if (s->outs != WHY_equal)
		except(j, STATUS_OUT | STATUS_NULL, s->outs);
	if (!count_too)
		return;
	s->half = false;
	read_count(s);
	if (s->rw == BOTH)
		read_count(s);
	s->split |= middle;
}

static void
read_port_b(struct state *s)
{
	struct judgement *j = add(s->p, OP_IN1, PORT_B, 0);

	except(j, 0x1c, WHY_port_b);
	if (s->counter != 2 || s->outs != WHY_equal)
		except(j, 0x1c | OUT2, s->counter == 2 ? s->outs : WHY_port_b);
}

/* What the mode alone decides, once a count is there and counts. */
static void
judge_mode(struct state *s)
{
	s->counts = s->outs = s->irqs = WHY_equal;
	if (s->bits & 1)
		s->counts = s->outs = s->irqs = WHY_bcd;
	else if (s->bits >> 1 == 7)
		s->counts = s->outs = s->irqs = WHY_mode_bits;
	else if (s->bits >> 1 == 6)
		s->outs = s->irqs = WHY_mode_bits;
	else if (s->mode == 3 && s->count % 2 != 0)
		s->counts = WHY_odd_square;
	if (s->mode != 0 && s->mode != 3 && s->outs == WHY_equal)
		s->outs = s->mode == 1 ? WHY_one_shot_out : WHY_strobe_out;
	if (s->counter != 0 && s->irqs != WHY_equal)
		s->irqs = WHY_equal; /* none at all */
}

static void
all_because(struct state *s, enum why why)
{
	s->counts = s->outs = why;
	s->irqs = s->counter == 0 ? why : WHY_equal;
}

/* A count by its access mode; what it means for the comparison is another
 * matter. Which write completes it is marked as the load. */
static void
write_count(struct state *s, bool loads)
{
	if (s->rw != MSB)
		add(s->p, OP_OUT1, port_of(s), s->count & 0xff);
	if (s->rw == BOTH && s->running && below(s->seed, 4) == 0) {
		all_because(s, WHY_half_a_count);
		read_count(s);
		read_status(s, false);
		if (s->half)
			read_count(s);
	}
	if (s->rw != LSB)
		add(s->p, OP_OUT1, port_of(s), s->count >> 8);
	s->p->judgement[s->p->steps - 1].loads = loads;
}

/* Counter 0's in modes 2 and 3 are not so short that mica drops some. */
static void
choose_count(struct state *s)
{
	unsigned least = s->mode == 2 || s->mode == 3 ? 2 : 1;

	if (s->counter == 0 && least == 2)
		least = 150;
	s->count = (unsigned)(least + below(s->seed, 600));
	if (below(s->seed, 4) == 0)
		s->count = (unsigned)(least + below(s->seed, 5));
	if (below(s->seed, 16) == 0)
		s->count = (unsigned)below(s->seed, 0x10000);
	if (s->rw == LSB)
		s->count &= 0xff;
	if (s->rw == MSB)
		s->count &= 0xff00;
	if (s->count != 0 && s->count < least)
		s->count = s->rw == MSB ? 0x100 : least;
}

static void
choose_control(struct state *s)
{
	s->bits = (unsigned)below(s->seed, 16);
	if (s->bits & 1 && below(s->seed, 2) == 0)
		s->bits &= ~1u;
	s->mode = s->bits >> 1 > 5 ? (s->bits >> 1) - 4 : s->bits >> 1;
	s->rw = (unsigned)(1 + below(s->seed, 3));
}

/* A gate that is low in the modes that it holds; QEMU counts on. */
static void
gate_low(struct state *s)
{
	if (s->mode != 1 && s->mode != 5)
		all_because(s, WHY_gate_low);
}

/* A trigger for modes 1, 2, 3, 5: both begin with the count. */
static void
set_gate(struct state *s, unsigned gate)
{
	bool rises = gate && !s->gate;
	struct judgement *j = add(s->p, OP_OUT1, PORT_B,
	    (uint32_t)(gate | (below(s->seed, 2) ? 2 : 0)));

	s->gate = gate;
	if (!gate)
		gate_low(s);
	else if (s->bits >> 1 > 5)
		all_because(s, WHY_mode_bits);
	else if (rises && s->mode % 4 != 0 && s->running) {
		j->loads = true;
		judge_mode(s);
	}
}

/* Lets the interrupt pass that a control word has made. */
static void
settle(struct state *s)
{
	enum why irqs = s->irqs;

	if (s->counter == 0)
		s->irqs = WHY_control_word;
	spin(s, 1);
	s->irqs = irqs;
}

static void
program(struct state *s)
{
	choose_control(s);
	add(s->p, OP_OUT1, CONTROL, s->counter << 6 | s->rw << 4 | s->bits);
	s->half = s->split = s->running = false;
	choose_count(s);
	all_because(s, WHY_control_word);
	if (below(s->seed, 4) == 0) {
		read_status(s, false);
		spin(s, below(s->seed, 3000));
	}
	write_count(s, true);
	s->running = true;
	judge_mode(s);
	if (s->mode == 1 || s->mode == 5)
		all_because(s, WHY_trigger);
	if (!s->gate)
		gate_low(s);
	settle(s);
}

static void
reload(struct state *s)
{
	bool at_once = s->mode == 0 || s->mode == 4;

	choose_count(s);
	if (at_once) {
		write_count(s, true);
		judge_mode(s);
		if (!s->gate)
			gate_low(s);
	} else {
		write_count(s, false);
		all_because(s, WHY_reload);
		if (s->counter == 2 && below(s->seed, 2)) {
			set_gate(s, 0);
			set_gate(s, 1);
		}
	}
}

/* To somewhere near a multiple of the count, or anywhere. */
static void
wait(struct state *s)
{
	uint64_t ticks = below(s->seed, 60);

	if (below(s->seed, 3) == 0)
		ticks = s->count % 2000 + below(s->seed, 4);
	if (below(s->seed, 32) == 0)
		ticks = below(s->seed, 70000);
	spin(s, ticks * 838 + below(s->seed, 838));
}

static void
one_step(struct state *s)
{
	switch (below(s->seed, 16)) {
	case 0 ... 2:
		read_count(s);
		break;
	case 3 ... 6:
		latch(s, (uint8_t)(s->counter << 6));
		break;
	case 7:
		latch(s, (uint8_t)(0xd0 | 2u << s->counter));
		break;
	case 8 ... 9:
		read_status(s, below(s->seed, 2));
		break;
	case 10 ... 11:
		read_port_b(s);
		break;
	case 12 ... 13:
		if (s->counter == 2)
			set_gate(s, (unsigned)below(s->seed, 2));
		break;
	case 14:
		reload(s);
		break;
	default:
		if (below(s->seed, 2))
			program(s);
		break;
	}
}

/* From any state: this counter and that of IRQ 0 are at their ends. */
static void
begin(struct state *s)
{
	add(s->p, OP_OUT1, PORT_B, s->gate);
	for (unsigned i = 0; i <= s->counter; i += MAX(s->counter, 1)) {
		add(s->p, OP_OUT1, CONTROL, i << 6 | 0x30);
		add(s->p, OP_OUT1, 0x40 + i, 1);
		add(s->p, OP_OUT1, 0x40 + i, 0)->loads = true;
	}
	s->irqs = WHY_control_word;
	spin(s, 3000);
}

static void
generate(struct program *p, uint64_t *seed)
{
	struct state s = { .seed = seed, .p = p };

	s.counter = (unsigned)below(seed, 3);
	s.gate = 1;
	begin(&s);
	program(&s);
	while (p->steps < 80) {
		wait(&s);
		one_step(&s);
	}
}

const struct kind diff_pit = { .name = "8254",
	.by_ticks = true,
	.shift = SHIFT,
	.line = IRQ_PIT,
	.generate = generate };
