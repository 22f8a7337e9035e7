/* SPDX-License-Identifier: MIT
 *
 * An input of tools/fuzz/board as a real guest can do it: what replay.c
 * writes and guest-tests/h_replay.c does. Needs no libc.
 */
#ifndef TOOLS_FUZZ_REPLAY_H
#define TOOLS_FUZZ_REPLAY_H

#include <stdint.h>

enum { FUZZ_IN, FUZZ_OUT, FUZZ_LOAD, FUZZ_STORE };

struct fuzz_access {
	uint64_t at, value;
	uint16_t what, size; /* the latter 1, 2, 4 or 8 */
	uint32_t zero;
};

#endif
