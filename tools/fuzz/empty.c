/* SPDX-License-Identifier: MIT
 *
 * A fuzz target that does nothing but take as many edges, of as many, as an
 * input of tools/fuzz/board does on average: what engines cost, for
 * tools/bench_fuzz. The edges are not clang's, but told to its runtime as such.
 */
#include "tools/fuzz/main.h"
#include "vmm/util.h"

enum { EDGES = 4000, TAKEN = 106, INPUTS = 64, FUNCTION = 1 };

static uint8_t counters[EDGES];
static uintptr_t places[2 * EDGES]; /* an address, and its flags */

void __sanitizer_cov_8bit_counters_init(uint8_t *from, uint8_t *end);
void __sanitizer_cov_pcs_init(const uintptr_t *from, const uintptr_t *end)
    __attribute__((weak));

__attribute__((constructor)) static void
init(void)
{
	for (size_t i = 0; i < EDGES; i++) {
		places[2 * i] = 0x400000 + 16 * i;
		places[2 * i + 1] = i % 8 == 0 ? FUNCTION : 0;
	}
	__sanitizer_cov_8bit_counters_init(counters, counters + EDGES);
	if (__sanitizer_cov_pcs_init != NULL)
		__sanitizer_cov_pcs_init(places, places + ARRAY_SIZE(places));
}

/* Most are the same for all inputs. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t own = size > 0 ? data[size - 1] % INPUTS : 0;

	for (size_t i = 0; i < TAKEN - 1; i++)
		counters[i * 7] = 1;
	counters[EDGES - 1 - own * 7] = 1;
	return 0;
}
