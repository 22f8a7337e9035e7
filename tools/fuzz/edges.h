/* SPDX-License-Identifier: MIT
 *
 * Clang's counters, for those who run a fuzz target without libFuzzer: one for
 * each edge that is watched, all of the target's in one range.
 */
#ifndef TOOLS_FUZZ_EDGES_H
#define TOOLS_FUZZ_EDGES_H

#include <stdint.h>

extern uint8_t *fuzz_edges, *fuzz_edges_end;

#endif
