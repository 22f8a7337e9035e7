/* SPDX-License-Identifier: MIT
 *
 * libFuzzer's mutator for tools/fuzz/board: inserts, drops, repeats, changes and
 * splices whole operations, so that one keeps its meaning when another comes
 * before it, and leaves the stream behind them to libFuzzer's own mutator.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/fuzz/board_input.h"
#include "tools/fuzz/main.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size,
    const uint8_t *b, size_t b_size, uint8_t *to, size_t max, unsigned seed);

enum { STREAM_MAX = 8192 };

/* An input, taken apart. */
struct program {
	struct fuzz_head head;
	struct fuzz_op op[FUZZ_OPS_MAX + 1];
	uint8_t stream[STREAM_MAX];
	size_t stream_len;
};
static struct program this, that;

static uint64_t state;

static unsigned
chance(unsigned of)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % of);
}

static void
parse(struct program *p, const uint8_t *data, size_t size)
{
	size_t ops;

	memset(&p->head, 0, sizeof(p->head));
	p->stream_len = 0;
	if (size < sizeof(p->head))
		return;
	memcpy(&p->head, data, sizeof(p->head));
	data += sizeof(p->head);
	size -= sizeof(p->head);
	ops = MIN(p->head.ops, (size_t)FUZZ_OPS_MAX);
	ops = MIN(ops, size / sizeof(p->op[0]));
	p->head.ops = (uint16_t)ops;
	memcpy(p->op, data, ops * sizeof(p->op[0]));
	data += ops * sizeof(p->op[0]);
	size -= ops * sizeof(p->op[0]);
	p->stream_len = MIN(size, (size_t)STREAM_MAX);
	memcpy(p->stream, data, p->stream_len);
}

/* What does not fit is dropped from the end: the stream, then operations. */
static size_t
put_together(struct program *p, uint8_t *to, size_t max)
{
	size_t room = max - sizeof(p->head), ops;

	if (max < sizeof(p->head))
		return 0;
	ops = MIN(p->head.ops, room / sizeof(p->op[0]));
	p->head.ops = (uint16_t)ops;
	memcpy(to, &p->head, sizeof(p->head));
	to += sizeof(p->head);
	memcpy(to, p->op, ops * sizeof(p->op[0]));
	to += ops * sizeof(p->op[0]);
	room -= ops * sizeof(p->op[0]);
	p->stream_len = MIN(p->stream_len, room);
	memcpy(to, p->stream, p->stream_len);
	return sizeof(p->head) + ops * sizeof(p->op[0]) + p->stream_len;
}

/* One that may mean something: small numbers more often than large. A machine
 * that is reset has forgotten all that came before: that is rare. */
static struct fuzz_op
random_op(void)
{
	struct fuzz_op op = {
		.code = (uint8_t)chance(FUZZ_CODES),
		.row = (uint8_t)chance(256),
		.width = (uint8_t)chance(8),
		.kind = (uint8_t)(chance(3) ? 0 : chance(256)),
		.offset = chance(1u << chance(17)),
		.value = chance(1u << chance(31)),
	};

	if (op.code == FUZZ_OP_restart && chance(4) != 0)
		op.code = FUZZ_OP_chain;
	if (chance(8) == 0)
		op.code |= FUZZ_LATE;
	return op;
}

static void
insert(struct program *p, unsigned at, const struct fuzz_op *op, unsigned n)
{
	n = MIN(n, (unsigned)FUZZ_OPS_MAX - p->head.ops);
	memmove(
	    &p->op[at + n], &p->op[at], (p->head.ops - at) * sizeof(p->op[0]));
	memcpy(&p->op[at], op, n * sizeof(p->op[0]));
	p->head.ops += (uint16_t)n;
}

static void
drop(struct program *p, unsigned at, unsigned n)
{
	n = MIN(n, p->head.ops - at);
	memmove(&p->op[at], &p->op[at + n],
	    (p->head.ops - at - n) * sizeof(p->op[0]));
	p->head.ops -= (uint16_t)n;
}

/* One member of an operation. */
static void
change(struct fuzz_op *op)
{
	struct fuzz_op other = random_op();

	switch (chance(9)) {
	case 0:
		op->code = other.code;
		break;
	case 1:
		op->row = other.row;
		break;
	case 2:
		op->width ^= 1u << chance(8);
		break;
	case 3:
		op->kind = other.kind;
		break;
	case 8:
		op->kind ^= 1u << chance(8);
		break;
	case 4:
		op->offset = other.offset;
		break;
	case 5:
		op->offset += chance(9) - 4;
		break;
	case 6:
		op->value = other.value;
		break;
	default:
		op->value ^= 1u << chance(32);
		break;
	}
}

static void
repeat(struct program *p, unsigned at)
{
	struct fuzz_op some[8];
	unsigned n = MIN(1 + chance(ARRAY_SIZE(some)), p->head.ops - at);

	memcpy(some, &p->op[at], n * sizeof(some[0]));
	insert(p, chance(p->head.ops + 1), some, n);
}

static void
mutate_ops(struct program *p)
{
	unsigned at = p->head.ops > 0 ? chance(p->head.ops) : 0;
	unsigned what = p->head.ops > 0 ? chance(10) : 0;
	struct fuzz_op op = random_op();

	if (what < 3)
		insert(p, at, &op, 1);
	else if (what < 4)
		drop(p, at, 1 + chance(4));
	else if (what < 5)
		repeat(p, at);
	else if (what < 6)
		LLVMFuzzerMutate((uint8_t *)&p->op[at], sizeof(op), sizeof(op));
	else
		change(&p->op[at]);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	unsigned times;

	state = seed * 0x9e3779b97f4a7c15 + 1;
	parse(&this, data, size);
	for (times = 1 + chance(4); times > 0; times--)
		mutate_ops(&this);
	if (chance(4) == 0)
		this.stream_len =
		    LLVMFuzzerMutate(this.stream, this.stream_len, STREAM_MAX);
	if (chance(32) == 0)
		this.head.flags ^= FUZZ_HOSTILE;
	if (chance(32) == 0)
		this.head.machine =
		    (uint8_t)chance(FUZZ_MACHINES * FUZZ_STARTS);
	return put_together(&this, data, max);
}

/* libFuzzer allocates memory and frees it for each input; the target does not:
 * a short way back to that memory, in the cache, and a short trace suffice. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "malloc_context_size=2:quarantine_size_mb=1:"
	       "max_malloc_fill_size=0";
}

/* With libFuzzer's statistics. */
__attribute__((destructor)) static void
print_operations(void)
{
	fprintf(stderr, "stat::operations: %" PRIu64 "\n", fuzz_main_steps);
}

/* The beginning of one and the end of the other, with the stream of either; or
 * some of the other put into the one. So many parameters are libFuzzer's. */
size_t
LLVMFuzzerCustomCrossOver(/* NOLINT(readability-function-size) */
    const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
    uint8_t *to, size_t max, unsigned seed)
{
	unsigned from, n, at;

	state = seed * 0x9e3779b97f4a7c15 + 1;
	parse(&this, a, a_size);
	parse(&that, b, b_size);
	at = chance(this.head.ops + 1);
	from = chance(that.head.ops + 1);
	n = that.head.ops - from;
	if (chance(2) == 0)
		drop(&this, at, this.head.ops);
	else
		n = chance(n + 1);
	insert(&this, at, &that.op[from], n);
	if (chance(2) == 0) {
		memcpy(this.stream, that.stream, that.stream_len);
		this.stream_len = that.stream_len;
	}
	return put_together(&this, to, max);
}
