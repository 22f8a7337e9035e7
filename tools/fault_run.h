/* SPDX-License-Identifier: MIT
 *
 * Runs a program of which one system call fails: the call that a row of
 * fault_calls.def names, where it occurs for the nth time, with an error; it is
 * not made. Counts start when main() has begun, which mica shows by its poll()
 * of the standard descriptors: what libc does before is libc's.
 */
#ifndef TOOLS_FAULT_RUN_H
#define TOOLS_FAULT_RUN_H

#include <stdbool.h>
#include <stdint.h>

enum fault_call {
#define CALL(row, ...)	  CALL_##row,
#define MAY(row, ...)	  CALL_##row,
#define ONCE(row, ...)	  CALL_##row,
#define CERTAIN(row, ...) CALL_##row,
#include "tools/fault_calls.def"
	CALLS
};

enum { FAULT_ERRORS_MAX = 8, FAULT_EACH = 0 };

struct fault_row {
	char name[16];
	bool fails; /* not CERTAIN */
	bool each;  /* CALL, MAY */
	bool told;  /* CALL */
	long number;
	int64_t with; /* argument << 32 | its low half; or any: -1 */
	char says[32];
	int errors[FAULT_ERRORS_MAX]; /* ended by 0 */
};
extern const struct fault_row fault_rows[CALLS];

struct fault {
	enum fault_call call; /* CALLS: none fails, and all are counted */
	unsigned nth;	      /* from 1; FAULT_EACH: all of them */
	int error;
};

struct fault_text {
	char text[16384]; /* ended by '\0'; what exceeds it is dropped */
	unsigned used;
};

struct fault_outcome {
	int status;    /* waitpid()'s */
	bool hung;     /* it was killed after FAULT_PATIENCE_MS */
	bool left;     /* a child of its was */
	unsigned hits; /* calls that failed */
	unsigned counts[CALLS];
	char unknown[64]; /* a call that no row names, or "" */
	struct fault_text out, err;
};

enum { FAULT_PATIENCE_MS = 20000 };

/* What to send to the Unix socket `path` when the guest has said something. */
struct fault_talk {
	const char *path, *text;
};

/* What fault_run() does besides, unless NULL: it is told of each call of each
 * thread, before that is made, with all counted (CALLS). */
struct seccomp_data;
extern void (*fault_witness)(int thread, const struct seccomp_data *call);

/* stdout is a socket, which cannot be opened anew. */
extern bool fault_socket;

/* Runs words[0], with nothing on stdin; `talk` may be NULL. */
void fault_run(const struct fault *fault, const char *const *words,
    const struct fault_talk *talk, struct fault_outcome *o);

#endif
