/* SPDX-License-Identifier: MIT
 *
 * A fuzz target with two defects, for what is to find them (tools/check_afl):
 * an input that begins with "mad" is read past its end, and one with "mic"
 * never ends.
 */
#include "tools/fuzz/parsers.h"

static volatile uint8_t sink;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3 || data[0] != 'm')
		return 0;
	if (data[1] == 'a')
		if (data[2] == 'd')
			sink = data[size];
	if (data[1] == 'i')
		if (data[2] == 'c')
			for (;;)
				sink++;
	return 0;
}
