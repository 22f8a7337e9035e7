/* SPDX-License-Identifier: MIT
 *
 * The pattern to COM1 as often as the command line says, without looking at
 * LSR, and off at once: no byte may be lost however slow the reader is.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/words.h"

void
main(void)
{
	const char *text = cmdline();

	for (uint64_t left = take_hex(&text); left != 0; left--)
		put(pattern, PATTERN_BYTES);
	obey("acpi-off");
}
