/* SPDX-License-Identifier: MIT
 *
 * See edges.h; clang's SanitizerCoverage, inline-8bit-counters.
 */
#include "tools/fuzz/edges.h"

uint8_t *fuzz_edges, *fuzz_edges_end;

void __sanitizer_cov_8bit_counters_init(uint8_t *from, uint8_t *end);

void
__sanitizer_cov_8bit_counters_init(uint8_t *from, uint8_t *end)
{
	fuzz_edges = from;
	fuzz_edges_end = end;
}
