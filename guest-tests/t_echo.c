/* SPDX-License-Identifier: MIT
 *
 * Polled echo for ever, on a terminal's other end.
 */
#include "guest-tests/lib/guest.h"

void
main(void)
{
	for (;;) {
		uint8_t byte = ask();

		put("got ", 4);
		put_hex(byte);
		put("\r\n", 2);
	}
}
