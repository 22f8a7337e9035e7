/* SPDX-License-Identifier: MIT
 *
 * The form of an input of tools/fuzz/board: a head, so many operations of one
 * size as the head says, and the stream, which is the rest: what guest memory
 * and chains are filled with. Any bytes at all are an input; what is missing is
 * zero. Little-endian, like the machine.
 */
#ifndef TOOLS_FUZZ_BOARD_INPUT_H
#define TOOLS_FUZZ_BOARD_INPUT_H

#include "vmm/util.h"

enum {
	FUZZ_OPS_MAX = 256,
	FUZZ_MACHINES = 4,
	FUZZ_STARTS = 4, /* of each machine */

	/* Of the head's flags. Without HOSTILE, memory changes by operations
	 * alone, as one CPU would do it: a real machine can replay that. With
	 * it another CPU writes what the device is about to fetch, as the
	 * stream says, and spoils what it has fetched. */
	FUZZ_HOSTILE = 1 << 0,

	FUZZ_LATE = 1 << 7 /* of `code`: the loop has no turn after it */
};

struct fuzz_head {
	uint8_t flags;
	uint8_t machine; /* modulo FUZZ_MACHINES; and, divided, FUZZ_STARTS */
	uint16_t ops;
};

struct fuzz_op {
	uint8_t code;  /* enum fuzz_code modulo their number */
	uint8_t row;   /* of a table, modulo its size */
	uint8_t width; /* of an access: log2 modulo 4; or what the code says */
	uint8_t kind;  /* of value: fuzz_bases[], modulo its size */
	uint32_t offset, value;
};

/* How far a machine has come when an input begins: just on, or drivers run one
 * device of each kind and another disk, from memory, or where there are ports
 * from them. It is the operations setup and message that bring them there. */
enum fuzz_start { START_ON, START_SPLIT, START_PACKED, START_PORTS };

enum fuzz_code {
#define OP(row, what) FUZZ_OP_##row,
#include "tools/fuzz/board_ops.def"
	FUZZ_CODES
};

enum fuzz_event {
#define EVENT(row, what) FUZZ_EVENT_##row,
#include "tools/fuzz/board_events.def"
	FUZZ_EVENTS
};

/* Values that matter: places where RAM or a window begins or ends, and numbers
 * where arithmetic does. fuzz_bases[0] is 0. */
extern const uint64_t fuzz_bases[];
extern const unsigned fuzz_bases_count;

static inline uint64_t
fuzz_value(const struct fuzz_op *op)
{
	return fuzz_bases[op->kind % fuzz_bases_count] +
	    (uint64_t)(int64_t)(int32_t)op->value;
}

/* Where RAM is: low, the last page before the hole, and high. */
enum { FUZZ_LOW = 1 << 20, FUZZ_TOP = 1 << 12, FUZZ_HIGH = 1 << 16 };
#define FUZZ_TOP_AT  (3 * GIB - FUZZ_TOP)
#define FUZZ_HIGH_AT (4 * GIB)

#endif
