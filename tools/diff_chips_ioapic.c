/* SPDX-License-Identifier: MIT
 *
 * Random programs for the IOAPIC: its registers, entries of every delivery
 * mode, edge and level, lines, EOIs; what it sends is compared.
 */
#include "tools/diff_chips.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10, IOEOI = 0x40, IOREDTBL = 0x10 };
enum {
	RTE_DELIVERY = 7 << 8,
	RTE_REMOTE_IRR = 1 << 14,
	RTE_LEVEL = 1 << 15,
	RTE_MASKED = 1 << 16,
	RTE_HIGH_RESERVED = 0x00ffffff
};
#define RTE_RESERVED 0xfffe0000

struct state {
	uint64_t *seed;
	struct program *p;
	uint32_t low[IOAPIC_PINS]; /* as written */
	uint32_t high;		   /* lines */
	enum why why[IOAPIC_PINS]; /* what the pin does is not comparable */
};

static void
select_register(struct state *s, unsigned reg)
{
	add(s->p, OP_WRITE, IOREGSEL,
	    reg | (below(s->seed, 8) ? 0 : 0xabcdef00));
}

/* Marks the newest step as one of this pin. */
static void
of_pin(struct state *s, unsigned pin)
{
	struct judgement *j = &s->p->judgement[s->p->steps - 1];

	if (s->why[pin] == WHY_equal)
		return;
	j->forget = true;
	j->why = s->why[pin];
}

/* What an entry means to mica and QEMU alike, or why it does not. */
static enum why
judge_entry(const struct state *s, unsigned pin, uint32_t value)
{
	uint32_t mode = (value & RTE_DELIVERY) >> 8;
	bool turns = (value ^ s->low[pin]) & RTE_LEVEL;

	if (mode == 7)
		return WHY_extint;
	if (mode == 3 || mode == 6)
		return WHY_reserved_mode;
	if (mode > 1 && value & RTE_LEVEL)
		return WHY_always_edge;
	if (turns && s->high >> pin & 1)
		return WHY_turned_while_high;
	return WHY_equal;
}

static void
write_low(struct state *s, unsigned pin, uint32_t value)
{
	enum why why = judge_entry(s, pin, value);

	if (why != WHY_equal && below(s->seed, 4))
		return;
	if (s->why[pin] == WHY_equal)
		s->why[pin] = why;
	select_register(s, IOREDTBL + 2 * pin);
	add(s->p, OP_WRITE, IOWIN, value);
	of_pin(s, pin);
	s->low[pin] = value;
}

/* Pin 0 is where QEMU's board has no line. */
static unsigned
any_pin(struct state *s)
{
	return (unsigned)(1 + below(s->seed, below(s->seed, 2) ? 4 : 23));
}

/* Bits 55 to 48 are reserved; for QEMU they are part of the message's address,
 * and so of which register of a local APIC is written. */
static void
write_high(struct state *s, unsigned pin)
{
	uint32_t value = (uint32_t)unit_random(s->seed);

	if (below(s->seed, 64) != 0)
		value &= 0xff00ffff;
	else if (s->why[pin] == WHY_equal)
		s->why[pin] = WHY_wide_destination;
	select_register(s, IOREDTBL + 2 * pin + 1);
	add(s->p, OP_WRITE, IOWIN, value);
	of_pin(s, pin);
}

/* An entry as a guest may write it, ExtINT and reserved modes among them. */
static void
write_entry(struct state *s)
{
	unsigned pin = any_pin(s);
	uint32_t value = (uint32_t)unit_random(s->seed);

	if (below(s->seed, 2))
		value &= ~(uint32_t)RTE_MASKED;
	if (below(s->seed, 2))
		value &= ~(uint32_t)(RTE_DELIVERY & ~(1 << 8));
	if (below(s->seed, 4) == 0)
		value = (value & ~0xffu) | (0x40 + below(s->seed, 3));
	if (below(s->seed, 4) == 0)
		write_high(s, pin);
	write_low(s, pin, value);
}

static void
read_entry(struct state *s)
{
	unsigned pin = any_pin(s);
	struct judgement *j;

	select_register(s, IOREDTBL + 2 * pin);
	j = add(s->p, OP_READ, IOWIN, 0);
	except(j, RTE_RESERVED, WHY_reserved_bits);
	if (s->why[pin] != WHY_equal)
		except(j, RTE_RESERVED | RTE_REMOTE_IRR, s->why[pin]);
	select_register(s, IOREDTBL + 2 * pin + 1);
	j = add(s->p, OP_READ, IOWIN, 0);
	except(j, RTE_HIGH_RESERVED, WHY_reserved_bits);
}

static void
toggle(struct state *s)
{
	unsigned pin = any_pin(s);

	s->high ^= 1u << pin;
	add(s->p, OP_LINE, pin, s->high >> pin & 1);
	of_pin(s, pin);
}

static void
end_interrupt(struct state *s)
{
	uint32_t vector = s->low[any_pin(s)] & 0xff;

	add(s->p, OP_WRITE, IOEOI, vector);
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		if ((s->low[pin] & 0xff) == vector)
			of_pin(s, pin);
}

static void
other_register(struct state *s)
{
	select_register(s, (unsigned)below(s->seed, 16));
	if (below(s->seed, 2))
		add(s->p, OP_WRITE, IOWIN, (uint32_t)unit_random(s->seed));
	add(s->p, OP_READ, IOWIN, 0);
	add(s->p, OP_READ, IOREGSEL, 0);
	add(s->p, OP_READ, (unsigned)below(s->seed, 64) * 4, 0);
}

static void
one_step(struct state *s)
{
	switch (below(s->seed, 16)) {
	case 0 ... 3:
		write_entry(s);
		break;
	case 4 ... 6:
		read_entry(s);
		break;
	case 7 ... 12:
		toggle(s);
		break;
	case 13 ... 14:
		end_interrupt(s);
		break;
	default:
		other_register(s);
		break;
	}
}

/* From any state: all lines low, all pins masked and edge. QEMU forgets a level
 * that was high only while the pin is set to level. */
static void
begin(struct state *s)
{
	for (unsigned pin = 1; pin < IOAPIC_PINS; pin++) {
		add(s->p, OP_WRITE, IOREGSEL, IOREDTBL + 2 * pin + 1);
		add(s->p, OP_WRITE, IOWIN, 0);
		add(s->p, OP_WRITE, IOREGSEL, IOREDTBL + 2 * pin);
		add(s->p, OP_WRITE, IOWIN, RTE_MASKED | RTE_LEVEL);
		add(s->p, OP_LINE, pin, 0);
		add(s->p, OP_WRITE, IOWIN, RTE_MASKED);
		s->low[pin] = RTE_MASKED;
	}
}

static void
generate(struct program *p, uint64_t *seed)
{
	struct state s = { .p = p };

	s.seed = seed;
	begin(&s);
	while (p->steps < STEPS - 8)
		one_step(&s);
}

static void
line_to(unsigned line, bool high)
{
	ioapic_set_line(&diff_board.ioapic, line, high);
}

const struct kind diff_ioapic = {
	.name = "82093AA", .generate = generate, .line_to = line_to
};
