/* SPDX-License-Identifier: MIT
 *
 * Accesses of all widths and as strings at every port of the 8254, the
 * MC146818 and the 8259As, aligned or not. By qtest, whose accesses QEMU splits
 * as it splits those of a guest under KVM; TCG does not split them.
 */
#include "tools/diff_chips.h"

struct state {
	uint64_t *seed;
	struct program *p;
};

/* QEMU gives an access to the device of its first port, if that is aligned for
 * it in the device, even beyond the device's last port, where the bus and mica
 * go on to the next. */
static uint32_t
beyond_the_end(enum op op, unsigned port)
{
	bool two = port == 0x20 || port == 0xa0 || port == 0x70;
	bool one = port == 0x61 || port == 0x4d0 || port == 0x4d1;

	if (one && size_of(op) == 2)
		return 0xff00ff00;
	if (one && size_of(op) == 4)
		return 0xffffff00;
	if (port == 0x4cf && size_of(op) == 4)
		return 0x00ff0000;
	return two && size_of(op) == 4 ? 0xffff0000 : 0;
}

static struct judgement *
in(struct state *s, enum op op, unsigned port)
{
	struct judgement *j = add(s->p, op, port, 0);
	uint32_t beyond = beyond_the_end(op, port);

	if (beyond != 0)
		except(j, beyond, WHY_beyond_the_end);
	return j;
}

/* What QEMU writes again beyond the end it has written before. */
static void
write_twice(struct state *s, enum op op, unsigned port, uint32_t value)
{
	if (beyond_the_end(op, port) == 0xffff0000)
		value = (value & 0xffff) * 0x10001;
	add(s->p, op, port, value);
}

static void
out(struct state *s, unsigned port, uint64_t value)
{
	add(s->p, OP_OUT1, port, (uint8_t)value);
}

/* Counts below 64, or status bytes: of those not NULL COUNT, which QEMU lacks,
 * nor OUT, which QEMU's begins anew at each count. */
static void
read_pit(struct state *s, enum op op, unsigned port)
{
	except(add(s->p, op, port, 0), 0xc0c0c0c0, WHY_null_count);
}

/* What reads the same at any time: counters of one byte in mode 3 with a count
 * of 2, which is 2 all the time. All interrupts masked; the index at a byte of
 * memory; ISR to be read. */
static void
begin(struct state *s)
{
	add(s->p, OP_OUT2, 0x20, 0xff0b);
	add(s->p, OP_OUT2, 0xa0, 0xff0b);
	out(s, 0x4d0, 0);
	out(s, 0x4d1, 0);
	out(s, 0x43, 0x16);
	out(s, 0x43, 0x56);
	out(s, 0x43, 0x96);
	add(s->p, OP_OUT4, 0x40, 0xc0020202);
	out(s, 0x70, 0x40 + below(s->seed, 0x40));
}

static enum op
any_read(struct state *s)
{
	static const enum op reads[] = { OP_IN1, OP_IN2, OP_IN4, OP_INS1,
		OP_INS2, OP_INS4 };

	return reads[below(s->seed, ARRAY_SIZE(reads))];
}

static enum op
any_write(struct state *s)
{
	return (enum op)(OP_OUT1 + below(s->seed, 3) +
	    (below(s->seed, 2) ? OP_OUTS1 - OP_OUT1 : 0));
}

/* All three status bytes and the counts behind them, by a read of each width
 * from each port; a write that ends with the control word that latches. */
static void
try_pit(struct state *s)
{
	unsigned latch = below(s->seed, 2) ? 0xee : 0xce;

	if (below(s->seed, 2))
		add(s->p, OP_OUT1, 0x43, latch);
	else
		add(s->p, OP_OUT4, 0x40, latch << 24 | 0x020202);
	for (unsigned i = 0; i < 3; i++)
		read_pit(s, OP_IN2, 0x40 + 2 * (i % 2));
	switch (below(s->seed, 4)) {
	case 0:
		read_pit(s, any_read(s), 0x42);
		break;
	case 1:
		read_pit(s, any_read(s), 0x41);
		break;
	case 2:
		add(s->p, OP_OUT1, 0x43, 0x02 | 0xe0);
		read_pit(s, OP_IN4, 0x3e + (unsigned)below(s->seed, 3));
		break;
	default:
		read_pit(s, any_read(s), 0x43);
		break;
	}
}

/* The index and the byte behind it by one access. */
static void
try_rtc(struct state *s)
{
	uint32_t cell = (uint32_t)(0x40 + below(s->seed, 0x40));
	uint32_t value = (uint32_t)unit_random(s->seed);

	switch (below(s->seed, 4)) {
	case 0:
		write_twice(s, below(s->seed, 2) ? OP_OUT2 : OP_OUT4, 0x70,
		    (value & 0xffffff00) | cell);
		break;
	case 1:
		add(s->p, any_write(s), 0x71, value);
		break;
	case 2: /* index, byte, and again */
		add(s->p, OP_OUTS2, 0x70,
		    (value & 0xff00ff00) | cell << 16 | cell);
		break;
	default:
		add(s->p, any_write(s), 0x72, value);
		break;
	}
	in(s, any_read(s), 0x6f + (unsigned)below(s->seed, 4));
	in(s, OP_IN2, 0x70);
}

/* Masks and ELCR; commands that only choose what is read. */
static void
try_pic(struct state *s)
{
	unsigned chip = below(s->seed, 2) ? 0x20 : 0xa0;
	uint32_t value = (uint32_t)unit_random(s->seed);

	switch (below(s->seed, 4)) {
	case 0:
		write_twice(s, below(s->seed, 2) ? OP_OUT2 : OP_OUT4, chip,
		    (value & 0xffffff00) | 0x0b);
		break;
	case 1:
		add(s->p, any_write(s), chip + 1, value);
		break;
	default:
		add(s->p, below(s->seed, 2) ? OP_OUT1 : OP_OUTS1,
		    0x4d0 + (unsigned)below(s->seed, 2), value);
		break;
	}
	in(s, any_read(s), chip + (unsigned)below(s->seed, 3));
	in(s, any_read(s), 0x4cf + (unsigned)below(s->seed, 4));
}

/* Of two bytes, the lower from port B: but for what diff_chips_pit.c says. */
static void
try_port_b(struct state *s)
{
	uint32_t why = below(s->seed, 2) ? 0x3c3c3c3c : 0x3c;

	except(in(s, why == 0x3c ? OP_IN2 : OP_INS1, 0x61), why, WHY_port_b);
}

static void
generate(struct program *p, uint64_t *seed)
{
	struct state s = { .p = p };

	s.seed = seed;
	begin(&s);
	for (unsigned i = 0; i < 10; i++) {
		try_pit(&s);
		try_rtc(&s);
		try_pic(&s);
		try_port_b(&s);
	}
}

static void
no_line(unsigned line, bool high)
{
	(void)line;
	(void)high;
}

const struct kind diff_ports = { .name = "ports",
	.by_ticks = true,
	.generate = generate,
	.line_to = no_line };
