/* SPDX-License-Identifier: MIT
 *
 * The board as a fuzzing target: an input is a program of accesses, of what
 * drivers do and of what happens on the host (board_input.h), run on one
 * of a few machines, and what must be true after each step is looked at after
 * each step (oracle.h). What an input has changed is put back at its end.
 * Reaches: vmm/pio.c vmm/mmio.c
 *
 * Links with libFuzzer (mutate.c), or with main.c, which needs no
 * engine.
 */
#include <string.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/board_driver.h"
#include "tools/fuzz/main.h"
#include "tools/fuzz/oracle.h"

const uint64_t fuzz_bases[] = { 0,
	/* where RAM, windows and the address space begin and end */
	FUZZ_LOW, FUZZ_TOP_AT, 3 * GIB, 4 * GIB, FUZZ_HIGH_AT + FUZZ_HIGH,
	0xe0000000, 0xfec00000, 0xfee00000, (uint64_t)1 << 52,
	(uint64_t)1 << 63, ~(uint64_t)0,
	/* where arithmetic does */
	0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
	0xffffffff,
	/* where the rings are that fuzz_op_setup() makes, and data */
	0x10000, 0x11000, 0x12000, 0x24000, 0x38000, 0x90000, 0xa0000 };
const unsigned fuzz_bases_count = ARRAY_SIZE(fuzz_bases);

uint64_t fuzz_main_trace, fuzz_main_steps;

/*
 * Plain accesses.
 */

/* A region's registers, and a few bytes past its end. */
static gpa_t
place(const struct fuzz_op *op, const struct fuzz_region *region)
{
	return region->at + op->offset % (region->size + 4);
}

static unsigned
width(const struct fuzz_op *op, const struct fuzz_region *region)
{
	unsigned log = op->width % 4;

	return 1u << (region->space != FUZZ_MMIO && log == 3 ? 2 : log);
}

void
fuzz_op_read(const struct fuzz_op *op)
{
	struct fuzz_region r = fuzz_region(op->row);
	gpa_t at = place(op, &r);
	unsigned size = width(op, &r);
	unsigned region = op->row % FUZZ_REGIONS, reg = (unsigned)(at - r.at);
	uint64_t value;

	oracle_chip_is(region);
	value = fuzz_read(r.space, at, size);
	oracle_chip_read(region, reg, size, value);
	fuzz_judge_read(region, reg, size, value);
}

void
fuzz_op_write(const struct fuzz_op *op)
{
	struct fuzz_region r = fuzz_region(op->row);
	gpa_t at = place(op, &r);
	unsigned size = width(op, &r);
	unsigned region = op->row % FUZZ_REGIONS, reg = (unsigned)(at - r.at);
	const struct virtio *nobody = fuzz_nobody(region, reg, size);
	struct virtio was;

	if (nobody != NULL)
		was = *nobody;
	oracle_chip_is(region);
	fuzz_write(r.space, at, size, fuzz_value(op));
	oracle_chip_wrote(region, reg, size, fuzz_value(op));
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): a copy */
	check(nobody == NULL || memcmp(&was, nobody, sizeof(was)) == 0);
}

void
fuzz_op_poke(const struct fuzz_op *op)
{
	uint64_t value = op->value;

	fuzz_poke(fuzz_bases[op->kind % fuzz_bases_count] +
		(uint64_t)(int64_t)(int32_t)op->offset,
	    &value, 1u << op->width % 4);
}

void
fuzz_op_fill(const struct fuzz_op *op)
{
	gpa_t at = fuzz_bases[op->kind % fuzz_bases_count] +
	    (uint64_t)(int64_t)(int32_t)op->offset;

	for (unsigned n = op->value % 4096; n > 0 && fuzz_more(); n--, at++) {
		uint8_t byte = fuzz_take();

		if (byte != 0)
			fuzz_poke(at, &byte, 1);
	}
}

/* The local APIC's part. */
void
fuzz_op_ack(const struct fuzz_op *op)
{
	unsigned vector = oracle_vector();

	fuzz.chips = true;
	if (op->width & 1) {
		ioapic_eoi(&fuzz_board->ioapic, (uint8_t)op->value);
		return;
	}
	check(i8259_ack(&fuzz_board->pic) == vector);
	fuzz_trace(vector);
}

/* As restart() of vmm/main.c. */
static void
restart(void)
{
	oracle_paid();
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		fuzz_touch(fuzz_devices[row].device);
	if (fuzz_record != NULL)
		fuzz_record(NULL);
	fuzz.disk_waits = 0;
	fuzz_ram_clear();
	fuzz_drivers_forget();
	memset(fuzz.line, 0, sizeof(fuzz.line));
	memset(fuzz.drivers, 0, sizeof(fuzz.drivers));
	board_reset(fuzz_board);
	fuzz.stop = STOP_NOT;
	fuzz.chips = true;
	oracle_restarted();
}

/* What a life of mica's tells the next that its clock has kept; a guest may
 * have written that (vmm/kept.h). */
static void
begin_anew(void)
{
	struct mc146818_kept kept;
	uint8_t *bytes = (uint8_t *)&kept;

	mc146818_keep(&fuzz_board->rtc, &kept);
	for (size_t i = 0; i < sizeof(kept) && fuzz_more(); i++)
		bytes[i] ^= fuzz_take();
	fuzz_machine_clock();
	mc146818_recall(&fuzz_board->rtc, &kept);
}

void
fuzz_op_restart(const struct fuzz_op *op)
{
	if (op->width % 2 == 1)
		begin_anew();
	restart();
}

static void
step(const struct fuzz_op *op)
{
	enum fuzz_code code =
	    (enum fuzz_code)(op->code % FUZZ_LATE % FUZZ_CODES);

	fuzz_main_steps++;
	oracle_paid();
	fuzz_trace(code);
	oracle_operation(code);
	switch (code) {
#define OP(row, what)                                                          \
	case FUZZ_OP_##row:                                                    \
		fuzz_op_##row(op);                                             \
		break;
#include "tools/fuzz/board_ops.def"
	case FUZZ_CODES:
		break;
	}
	oracle_step();
	fuzz.acting = 0;
	fuzz.chips = false;
	if ((op->code & FUZZ_LATE) == 0)
		fuzz_loop_turn();
	if (fuzz.stop == STOP_RESET)
		restart();
}

/* The head, and how many operations there really are. */
static struct fuzz_head
head_of(const uint8_t *data, size_t size)
{
	struct fuzz_head head = { 0, 0, 0 };

	memcpy(&head, data, MIN(size, sizeof(head)));
	if (size < sizeof(head))
		return head;
	head.ops = (uint16_t)MIN(head.ops, (unsigned)FUZZ_OPS_MAX);
	head.ops = (uint16_t)MIN(
	    head.ops, (size - sizeof(head)) / sizeof(struct fuzz_op));
	return head;
}

static void
run(const uint8_t *data, size_t size)
{
	struct fuzz_head head = head_of(data, size);
	size_t ops = sizeof(head) + head.ops * sizeof(struct fuzz_op);
	bool hostile = head.flags & FUZZ_HOSTILE;

	ops = MIN(ops, size);
	fuzz_machine_use(head.machine);
	fuzz_stream(data + ops, size - ops, hostile);
	oracle_begin();
	for (unsigned i = 0; i < head.ops; i++) {
		struct fuzz_op op;

		memcpy(&op, data + sizeof(head) + i * sizeof(op), sizeof(op));
		step(&op);
		if (fuzz.stop != STOP_NOT || fuzz.finished)
			break;
	}
	oracle_end();
	fuzz_main_trace = fuzz.trace;
	fuzz_machine_reset();
	fuzz_drivers_reset();
	fuzz_ram_clear();
}

static void
init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	fuzz_ram_init();
	fuzz_machine_init();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	init();
	run(data, size);
	return 0;
}

/* Is everything back where it was before the last input? */
bool
fuzz_main_fresh(void)
{
	return fuzz_ram_is_clear() && fuzz_machine_is_fresh();
}
