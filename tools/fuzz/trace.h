/* SPDX-License-Identifier: MIT
 *
 * What a real guest did to the board, and the host meanwhile: the trace that
 * record.c writes inside mica and cut.c makes inputs of. A record is
 * a byte, enum trace_what, and four numbers of 7 bits a byte, the least first,
 * bit 7 set in all but the last: at, value, size, and the nanoseconds since the
 * record before; TRACE_FETCH's are followed by `size` bytes. Records go into
 * lines of base64 behind TRACE_MARK.
 *
 * What was done within something comes before it.
 */
#ifndef TOOLS_FUZZ_TRACE_H
#define TOOLS_FUZZ_TRACE_H

#include "vmm/util.h"

#define TRACE_MARK " trace: " /* and "#" before that */

enum trace_what {
	TRACE_END,   /* no more */
	TRACE_START, /* the board is reset: a machine begins */

	/* The guest: an access, with what was read or written. */
	TRACE_IN,
	TRACE_OUT,
	TRACE_LOAD,
	TRACE_STORE,
	TRACE_ACK, /* of the 8259s */
	TRACE_EOI, /* `value`: vector */

	/* The loop: device `at`, queue `value`; timer `value`. */
	TRACE_KICK,
	TRACE_FIRE,

	/* The host. `at`: a disk's device number, a port of the console. */
	TRACE_DISK_DONE,     /* `value`: tag; `size`: whether it went well */
	TRACE_DISK_FLUSH,    /* ... those before are shown to the driver */
	TRACE_CONSOLE_INPUT, /* there are bytes */
	TRACE_CONSOLE_ROOM,
	TRACE_CONSOLE_FAR,    /* `value`: whether somebody is there */
	TRACE_CONSOLE_SIZE,   /* `value`: columns, rows << 16 */
	TRACE_BALLOON_SIZE,   /* `value`: pages */
	TRACE_BALLOON_STATS,  /* `value`: seconds */
	TRACE_BALLOON_HINTS,  /* `value`: wanted, or no more */
	TRACE_SERIAL_INPUT,   /* `value`: byte */
	TRACE_SERIAL_DRAINED, /* there is room again */
	TRACE_BUTTON,

	/* Within one of those: what devices did. */
	TRACE_FETCH,   /* guest memory; `value`: enum trace_fetch */
	TRACE_POST,    /* device `at` posted a kick of queue `value` */
	TRACE_SUBMIT,  /* disk I/O: `value`: tag; `size`: enum blk_result */
	TRACE_CONSUME, /* `value` bytes of port `at`'s input */

	/* Before TRACE_START, as may be what the host does: device `at` is there; `value`: its features that
	 * are withheld; `size`: 1 modern, 2 legacy. */
	TRACE_DEVICE,
	TRACE_WHATS
};

enum trace_fetch {
	FETCH_FIELD,	  /* of a ring */
	FETCH_DESCRIPTOR, /* or a table's */
	FETCH_DATA	  /* a chain's */
};

#endif
