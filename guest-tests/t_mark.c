/* SPDX-License-Identifier: MIT
 *
 * Marks for --stats: numbers written to port 0xfc, in every width.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/words.h"

void
main(void)
{
	obey("outb fc 7 outw fc 1f40 outl fc 7735940");
}
