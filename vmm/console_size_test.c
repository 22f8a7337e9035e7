/* SPDX-License-Identifier: MIT
 *
 * Sizes as numbers and back; the greatest have the number's sign bit.
 */
#include "vmm/console_size.h"

#include "tools/unit.h"

int
main(void)
{
	static const uint16_t some[] = { 0, 1, 25, 80, 0x7fff, 0x8000, 0xffff };

	unit_case("console size: a number and back, up to 65535 each way");
	for (unsigned i = 0; i < ARRAY_SIZE(some); i++)
		for (unsigned j = 0; j < ARRAY_SIZE(some); j++) {
			struct console_size size = { some[i], some[j] }, back;

			back = console_size_of(console_size_number(size));
			expect_eq(back.cols, size.cols);
			expect_eq(back.rows, size.rows);
		}
	return unit_done();
}
